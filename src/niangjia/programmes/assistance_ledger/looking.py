"""The worker is told to look for a unit's lines of other sources among its records."""

from collections.abc import Iterable

from niangjia.blocks.orgs.public import families_of, heads_of
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger.models import SourceLine

MATCH = "sources.match"


def look_for(work: Work, unit_ids: Iterable[int]) -> None:
    """After the commit, for each unit; what was merged is looked for with its successor."""
    for unit_id in sorted(set(heads_of(unit_ids).values())):
        work.send(MATCH, {"unit": unit_id})


def look_again(work: Work, unit_ids: Iterable[int]) -> None:
    """Records of these units changed: the same for those that have lines of other sources."""
    wanted = set(unit_ids)
    if wanted:
        units = {one for family in families_of(wanted).values() for one in family}
        rows = SourceLine.objects.filter(unit_id__in=units)
        look_for(work, rows.values_list("unit_id", flat=True).distinct())
