"""What the assisted counties have confirmed by now, beside what was registered.

A report and a closed period stand still; what is confirmed of them does not, so it is counted anew
each time, from the cube that the log feeds.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import reduce
from operator import add
from typing import Any

from django.core.cache import cache

from niangjia.blocks.indicators.public import position, summed
from niangjia.blocks.orgs.public import heads_by_ref, organisation
from niangjia.programmes.assistance_ledger import periods
from niangjia.programmes.assistance_ledger.content import units_counted
from niangjia.programmes.assistance_ledger.models import Report
from niangjia.programmes.assistance_ledger.projections import MEASURES, PURCHASES

KEPT_S = 60
COLUMNS = [MEASURES[f"confirmed_{name}"] for name in ("fen", "households", "people")]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What counties confirmed, by the names of content.Sums; records themselves are not counted."""

    fen: int = 0
    direct_fen: int = 0
    helped_fen: int = 0
    assisted_fen: int = 0
    households: int = 0
    people: int = 0

    def plus(self, other: "Confirmed") -> "Confirmed":
        return Confirmed(*map(add, astuple(self), astuple(other)))


def total_of(parts: Iterable[Confirmed]) -> Confirmed:
    """All of them together."""
    return reduce(Confirmed.plus, parts, Confirmed())


def confirmed_by(
    by: Sequence[str], months: Sequence[str], within: Sequence[tuple[str, Any]] = ()
) -> dict[tuple[str, ...], Confirmed]:
    """By values of the cube's dimensions, in these months. within: as in indicators.summed."""
    limits = [("month", list(months)), *within]
    found: dict[tuple[str, ...], Confirmed] = {}
    for row in summed(PURCHASES, [*by, "mode", "assisted"], COLUMNS, within=limits):
        *key, mode, assisted = row[: len(by) + 2]
        fen, households, people = map(int, row[len(by) + 2 :])
        one = Confirmed(
            fen,
            fen if mode == "direct" else 0,
            fen if mode == "helped" else 0,
            fen if assisted == "1" else 0,
            households,
            people,
        )
        at = tuple(map(str, key))
        found[at] = found.get(at, Confirmed()).plus(one)
    return found


def confirmed_of(unit_id: int, period: str) -> Confirmed:
    """Of what a unit's report of a period counts."""
    refs = [organisation(pk).ref for pk in units_counted(unit_id, period)]
    found = confirmed_by((), periods.parse(period).months, [("unit", refs)])
    return found.get((), Confirmed())


def confirmed_by_report(code: str) -> dict[int, Confirmed]:
    """By id of the report of a period that counts it; what was merged counts where its records are
    reported. Over all units: counted once as long as the cube stands still, at most a minute."""
    key = f"confirmed:{code}:{position(PURCHASES.name)}"
    found: dict[int, Confirmed] | None = cache.get(key)
    if found is None:
        by_unit = confirmed_by(("unit",), periods.parse(code).months)
        found = _placed({(code, ref): one for (ref,), one in by_unit.items()}, [code])
        cache.set(key, found, KEPT_S)
    return found


def confirmed_by_own_report(codes: Sequence[str], refs: Collection[str]) -> dict[int, Confirmed]:
    """The same for the reports of several periods, of these units."""
    quarter = {month: code for code in codes for month in periods.parse(code).months}
    sums: dict[tuple[str, str], Confirmed] = {}
    found = confirmed_by(("unit", "month"), list(quarter), [("unit", list(refs))])
    for (ref, month), one in found.items():
        at = (quarter[month], ref)
        sums[at] = sums.get(at, Confirmed()).plus(one)
    return _placed(sums, codes, refs)


def _placed(
    sums: Mapping[tuple[str, str], Confirmed], codes: Sequence[str], refs: Collection[str] = ()
) -> dict[int, Confirmed]:
    """Sums by (period, unit) where they are reported. refs: of units, if not of all."""
    rows = Report.objects.filter(period__in=codes).order_by()
    rows = rows.filter(unit__ref__in=list(refs)) if refs else rows
    columns = ("period_id", "unit__ref", "counted_with_id", "id")
    places = {(code, ref): other or pk for code, ref, other, pk in rows.values_list(*columns)}
    heads = heads_by_ref("buyer")
    found: dict[int, Confirmed] = {}
    for (code, ref), one in sums.items():
        at = places.get((code, ref)) or places.get((code, heads.get(ref, "")), 0)
        found[at] = found.get(at, Confirmed()).plus(one)
    return found


def confirmed_by_period(codes: Sequence[str]) -> dict[str, Confirmed]:
    """By quarter, over the whole city."""
    months = {month: code for code in codes for month in periods.parse(code).months}
    found = dict.fromkeys(codes, Confirmed())
    for (month,), one in confirmed_by(("month",), list(months)).items():
        found[months[month]] = found[months[month]].plus(one)
    return found
