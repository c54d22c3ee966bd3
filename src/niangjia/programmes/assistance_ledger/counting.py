"""Whom a year's rosters helped: each household once for the city, and once for all that did."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from niangjia.blocks.households.public import Once, RosterView, count_once, rosters_in
from niangjia.blocks.orgs.public import heads_by_ref, heads_of, organisations_of
from niangjia.programmes.assistance_ledger import reviewing
from niangjia.programmes.assistance_ledger.models import HelpReview
from niangjia.programmes.assistance_ledger.selectors.reviews import group_of_review
from niangjia.programmes.assistance_ledger.selectors.rosters import PROGRAMME

Label = tuple[str, str]
CITY: Label = ("city", "")
NOBODY: Label = ("nobody", "")


@dataclass(slots=True)
class Attribution:
    """Whom each roster counts for. rosters: label -> their refs; gains: label -> fen, of unit and
    district, each roster's gain shared out by amounts."""

    rosters: dict[Label, set[str]] = field(default_factory=lambda: defaultdict(set))
    gains: Counter[Label] = field(default_factory=Counter)


def counted(year: int, *, confirmed: bool) -> Mapping[Label, Once]:
    """Every label's households of a year, each once. confirmed: only what a county confirmed."""
    rosters = _rosters(year, confirmed)
    gains = count_once({one.ref: [one.ref] for one, _row in rosters}, confirmed=confirmed)
    found, heads = Attribution(), heads_by_ref("supplier")
    for roster, row in rosters:
        _attribute(found, roster, _records(row, confirmed), gains[roster.ref].gain_fen, heads)
    labels = {"\0".join(label): refs for label, refs in found.rosters.items()}
    once = count_once(labels, confirmed=confirmed)
    made: dict[Label, Once] = {}
    for joined, one in once.items():
        kind, _nul, name = joined.partition("\0")
        label = (kind, name)
        gain = found.gains[label] if kind in ("unit", "district", "nobody") else one.gain_fen
        made[label] = Once(one.households, one.people, gain, one.left)
    return made


def _rosters(year: int, confirmed: bool) -> list[tuple[RosterView, HelpReview]]:
    views = {one.subject.removeprefix("review:"): one for one in rosters_in(PROGRAMME, year)}
    rows = HelpReview.objects.filter(ref__in=views).select_related("case").order_by("id")
    if confirmed:
        rows = rows.filter(case__state__in=("confirmed", "partly"))
    return [(views[row.ref], row) for row in rows]


Record = tuple[int, int, int, str]


def _records(row: HelpReview, confirmed: bool) -> list[Record]:
    """(id, fen, unit, district) of the records that a review is about now; confirmed: of those that
    its decision covers."""
    columns = ("id", "amount_fen", "unit_id", "district_code")
    if not confirmed:
        return list(group_of_review(row).records.order_by("id").values_list(*columns))
    lines = row.lines.filter(ended_at__isnull=True).order_by("purchase_id")
    return list(lines.values_list(*(f"purchase__{name}" for name in columns)))


def _attribute(
    found: Attribution,
    roster: RosterView,
    records: Sequence[Record],
    gain: int,
    heads: Mapping[str, str],
) -> None:
    """The roster counts for city, county and supplier, for every unit that bought, and for the
    districts that these stood in. heads: merged suppliers -> what they are today."""
    party = roster.party.removeprefix("supplier:")
    for label in (CITY, ("county", roster.county_code), ("supplier", heads.get(party, party))):
        found.rosters[label].add(roster.ref)
    if not records:
        found.rosters[NOBODY].add(roster.ref)
        found.gains[NOBODY] += gain
        return
    where = {pk: (unit, district) for pk, _fen, unit, district in records}
    names = _units([unit for unit, _district in where.values()])
    parts = reviewing.shares([(pk, fen) for pk, fen, _u, _d in records], gain, 0, 0)
    for part in parts:
        unit, district = where[part.id]
        for label in (("unit", names[unit]), ("district", district)):
            found.rosters[label].add(roster.ref)
            found.gains[label] += part.fen


def _units(ids: Sequence[int]) -> Mapping[int, str]:
    """Id of a unit -> ref of what it is today."""
    heads = heads_of(set(ids))
    refs = {one.id: one.ref for one in organisations_of(heads.values())}
    return {pk: refs[head] for pk, head in heads.items()}
