"""Files that belong to no document go after a day: whoever sent them was cut off."""

import datetime as dt
import os

from niangjia.blocks.evidence.models import Document
from niangjia.blocks.evidence.storage import REF, folder, remove
from niangjia.core import clock

UNKNOWN_KEPT = dt.timedelta(days=1)


def sweep() -> int:
    """Files of no document, older than a day, are gone with their keys; returns how many."""
    before = (clock.real_now() - UNKNOWN_KEPT).timestamp()
    n = 0
    for bucket in os.scandir(folder()):
        old = {
            one.name[:32]: one.path
            for one in os.scandir(bucket.path)
            if REF.match(one.name) and one.stat().st_mtime < before
        }
        known = set(Document.objects.filter(ref__in=old).values_list("ref", flat=True))
        for ref in old.keys() - known:
            remove(ref)
            n += 1
    return n
