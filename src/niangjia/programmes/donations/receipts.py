"""What is sealed of papers: names on certificates, codes that were sent to phones."""

import datetime as dt

from niangjia.core import clock, seal
from niangjia.programmes.donations.receipt_models import Certificate, Code

KEPT_HOURS = 1


def sweep() -> int:
    """Codes older than an hour are gone with their keys, a hundred at a time; how many."""
    until = clock.city_now() - dt.timedelta(hours=KEPT_HOURS)
    refs = list(Code.objects.filter(made_at__lt=until).values_list("ref", flat=True)[:100])
    for ref in refs:
        seal.erase(f"code:{ref}")
    return Code.objects.filter(ref__in=refs).delete()[0]


def name_on(row: Certificate) -> str:
    """The name on a certificate; empty once erased."""
    try:
        return seal.unseal(bytes(row.sealed)).decode()
    except seal.Erased:
        return ""
