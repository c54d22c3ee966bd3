"""The worker is told to look for a unit's lines of other sources among its records."""

from collections.abc import Iterable

from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger.models import SourceLine

MATCH = "sources.match"


def look_for(work: Work, unit_ids: Iterable[int]) -> None:
    """After the commit, for each unit."""
    for unit_id in sorted(set(unit_ids)):
        work.send(MATCH, {"unit": unit_id})


def look_again(work: Work, unit_ids: Iterable[int]) -> None:
    """Records of these units changed: the same for those that have lines of other sources."""
    wanted = set(unit_ids)
    if wanted:
        rows = SourceLine.objects.filter(unit_id__in=wanted)
        look_for(work, rows.values_list("unit_id", flat=True).distinct())
