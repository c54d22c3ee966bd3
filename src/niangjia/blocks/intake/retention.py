"""How long files are kept as they were received; their hash and what became of them stays."""

import datetime as dt
import os
import re
from collections.abc import Callable, Collection

from django.conf import settings

from niangjia.blocks.intake.models import Upload
from niangjia.blocks.intake.storage import folder, remove
from niangjia.core import clock

ENDED = ("done", "refused", "abandoned")
UNDER_WAY = ("received", "checking", "taking")  # the worker has it, or waits for somebody
UNKNOWN_KEPT = dt.timedelta(days=1)  # a file without an upload: its command was killed
REF = re.compile(r"[0-9a-f]{32}")


KEEPERS: list[Callable[[Collection[str]], Collection[str]]] = []


def upload_keeper(keeps: Callable[[Collection[str]], Collection[str]]) -> None:
    """A programme that keeps files without an upload says which of them it still needs."""
    KEEPERS.append(keeps)


def sweep() -> int:
    """Files kept long enough are gone: of uploads that ended, after `uploads_kept_days` (0: never);
    of no upload at all, and rosters of people that nobody went on with, after a day. Returns how
    many."""
    now = clock.real_now()
    ages = {
        entry.name: now - dt.datetime.fromtimestamp(entry.stat().st_mtime, dt.UTC)
        for entry in os.scandir(folder())
        if REF.fullmatch(entry.name)
    }
    days = settings.NIANGJIA_UPLOADS_KEPT_DAYS
    old = {ref for ref, age in ages.items() if age > UNKNOWN_KEPT}
    states = dict(Upload.objects.filter(ref__in=old).values_list("ref", "state"))
    bound = Upload.objects.filter(ref__in=old).exclude(subject="").exclude(state__in=UNDER_WAY)
    needed = {ref for keeps in KEEPERS for ref in keeps(old - states.keys())}
    gone = (old - states.keys() - needed) | set(bound.values_list("ref", flat=True))
    if days:
        ended = {ref for ref, state in states.items() if state in ENDED}
        gone |= {ref for ref in ended if ages[ref] > dt.timedelta(days=days)}
    for ref in gone:
        remove(ref)
    return len(gone)
