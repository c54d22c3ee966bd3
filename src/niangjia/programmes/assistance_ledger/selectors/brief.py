"""The leader's page: how far the year is, against target, calendar and earlier quarters."""

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Count, QuerySet

from niangjia.blocks.desk.public import InboxGroup, inbox_groups
from niangjia.blocks.ledger.public import log_size
from niangjia.blocks.orgs.public import (
    Scope,
    city_office,
    nodes,
    organisation,
    refs_in,
    scope_of,
)
from niangjia.blocks.places.public import paired_counties
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import periods
from niangjia.programmes.assistance_ledger.content import Sums, sums_by
from niangjia.programmes.assistance_ledger.models import Report, ReportingPeriod, YearTarget
from niangjia.programmes.assistance_ledger.selectors.confirmed import (
    Confirmed,
    confirmed_by,
    total_of,
)
from niangjia.programmes.assistance_ledger.selectors.reports import GROUPS
from niangjia.programmes.assistance_ledger.selectors.scope import reports_visible_to

KEPT_S = 300


@dataclass(frozen=True, slots=True)
class Ranked:
    """A district in the running quarter. fen: of recognised origin; confirmed_fen: of it confirmed
    by the assisted counties; own: the reader's."""

    place: int
    name: str
    fen: int
    own: bool
    confirmed_fen: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A sum of recognised origin: fen registered, and of it confirmed by the assisted counties."""

    fen: int
    confirmed_fen: int


@dataclass(frozen=True, slots=True)
class Brief:
    """fen are sums of recognised origin, as registered; beside each stands what of it the assisted
    counties have confirmed. year_fen: since 1 January; before_part: of the quarter before;
    same_part: of the same quarter a year before; None: nothing is known of it.

    target_fen: None if none was set. gone: part of the year that is over, thousandths. paired_fen:
    from counties that this city assists itself. size, as_of: what the numbers were counted from.
    """

    office: str
    quarter: str
    year: int
    as_of: dt.datetime
    size: int
    quarter_fen: int
    confirmed_fen: int
    n: int
    direct_fen: int
    direct_confirmed_fen: int
    helped_fen: int
    helped_confirmed_fen: int
    year_fen: int
    year_confirmed_fen: int
    before: str
    before_part: Part | None
    same: str
    same_part: Part | None
    target_fen: int | None
    gone: int
    paired_fen: int
    paired_confirmed_fen: int
    ranks: Sequence[Ranked]
    period: ReportingPeriod | None
    n_units: int
    n_missing: int
    n_accepted: int
    missing: Sequence[tuple[str, str]]
    waiting: Sequence[InboxGroup]


def brief_get(actor: Actor) -> Brief:
    """The page's numbers in the actor's scope, at most five minutes old.

    Raises NotSignedIn, Denied.
    """
    authorise(actor, "brief.see")
    today = clock.city_today()
    quarter = periods.of_day(today)
    scope = scope_of(actor)
    path = scope.path if scope.kind == "beneath" else ""
    counted = _counted(quarter, path)
    office = organisation(scope.id) if path else city_office()
    reports = reports_visible_to(actor)
    period = ReportingPeriod.objects.filter(closed_at__isnull=True).order_by("code").first()
    states = _states(reports, period)
    return Brief(
        **_amounts(counted, quarter, path),
        office=office.name,
        quarter=quarter,
        year=today.year,
        as_of=counted.as_of,
        size=counted.size,
        target_fen=_target(office.id, today.year),
        gone=_gone(today),
        ranks=_ranks(counted if not path else _counted(quarter, ""), office.district),
        period=period,
        n_units=sum(states.values()),
        n_missing=sum(states.get(state, 0) for state in GROUPS["missing"]),
        n_accepted=states.get("accepted", 0),
        missing=_missing(reports, period),
        waiting=inbox_groups(actor),
    )


def _amounts(counted: "_Counted", quarter: str, path: str) -> dict[str, Any]:
    """Sums of the quarter, the year and the quarters compared with, by their names in Brief."""
    total, confirmed = _total(counted.sums), total_of(counted.confirmed.values())
    year = [_sum_of(one, path)[1] for one in _of_year(quarter)]
    before, same = _before(quarter), f"{int(quarter[:4]) - 1}{quarter[4:]}"
    paired = paired_counties()
    return {
        "quarter_fen": total.fen,
        "confirmed_fen": confirmed.fen,
        "n": total.n,
        "direct_fen": total.direct_fen,
        "direct_confirmed_fen": confirmed.direct_fen,
        "helped_fen": total.helped_fen,
        "helped_confirmed_fen": confirmed.helped_fen,
        "year_fen": sum(one.fen for one in year),
        "year_confirmed_fen": sum(one.confirmed_fen for one in year),
        "before": before,
        "before_part": _part(before, path),
        "same": same,
        "same_part": _part(same, path),
        "paired_fen": sum(one.fen for (_d, code), one in counted.sums.items() if code in paired),
        "paired_confirmed_fen": sum(
            one.fen for (_d, code), one in counted.confirmed.items() if code in paired
        ),
    }


Cells = dict[tuple[str, ...], Sums]


@dataclass(frozen=True, slots=True)
class _Counted:
    """By district and county, of recognised origin. size: of the log."""

    sums: Cells
    confirmed: Mapping[tuple[str, ...], Confirmed]
    size: int
    as_of: dt.datetime


def _counted(quarter: str, path: str) -> _Counted:
    key = f"brief:{quarter}:{path}"
    found: _Counted | None = cache.get(key)
    if found is None:
        size, as_of = log_size(), clock.city_now()
        months = periods.parse(quarter).months
        by = sums_by(months, ("district_code", "county_code", "assisted"), path)
        sums = {key[:2]: one for key, one in by.items() if key[2] == "True"}
        found = _Counted(sums, _confirmed(months, path), size, as_of)
        cache.set(key, found, KEPT_S)
    return found


def _confirmed(months: Sequence[str], path: str) -> dict[tuple[str, ...], Confirmed]:
    within: list[tuple[str, Any]] = [("assisted", ["1"])]
    if path:
        within.append(("unit", refs_in(Scope("beneath", path=path))))
    return confirmed_by(("district", "county"), months, within)


def _total(cells: Cells) -> Sums:
    total = Sums()
    for one in cells.values():
        total = total.plus(one)
    return total


def _sum_of(quarter: str, path: str) -> tuple[int, Part]:
    """(records, amounts) of a quarter."""
    counted = _counted(quarter, path)
    total = _total(counted.sums)
    return total.n, Part(total.fen, total_of(counted.confirmed.values()).fen)


def _part(quarter: str, path: str) -> Part | None:
    n, part = _sum_of(quarter, path)
    return part if n else None


def _before(quarter: str) -> str:
    year, number = int(quarter[:4]), int(quarter[5])
    return f"{year - 1}Q4" if number == 1 else f"{year}Q{number - 1}"


def _of_year(quarter: str) -> list[str]:
    return [f"{quarter[:4]}Q{number}" for number in range(1, int(quarter[5]) + 1)]


def _target(office_id: int, year: int) -> int | None:
    rows = YearTarget.objects.filter(office_id=office_id, year=year).order_by("-id")
    return rows.values_list("fen", flat=True).first()


def _gone(today: dt.date) -> int:
    days = 366 if calendar.isleap(today.year) else 365
    return today.timetuple().tm_yday * 1000 // days


def _ranks(counted: _Counted, own: str) -> list[Ranked]:
    """Districts, the largest first; equal amounts share a place."""
    names = dict(nodes("district"))
    fen: dict[str, int] = dict.fromkeys(names, 0)
    confirmed: dict[str, int] = dict.fromkeys(names, 0)
    for (district, _county), sums in counted.sums.items():
        if district in fen:
            fen[district] += sums.fen
    for (district, _county), part in counted.confirmed.items():
        if district in confirmed:
            confirmed[district] += part.fen
    ordered = sorted(fen.items(), key=lambda one: (-one[1], one[0]))
    return [
        Ranked(
            1 + sum(other > amount for _c, other in ordered),
            names[code],
            amount,
            code == own,
            confirmed[code],
        )
        for code, amount in ordered
    ]


def _states(reports: QuerySet[Report], period: ReportingPeriod | None) -> dict[str, int]:
    if period is None:
        return {}
    rows = reports.filter(period=period).order_by()
    return dict(rows.values_list("case__state").annotate(n=Count("id")))


def _missing(reports: QuerySet[Report], period: ReportingPeriod | None) -> list[tuple[str, str]]:
    """(ref, unit) of the first reports that are not there yet."""
    if period is None:
        return []
    rows = reports.filter(period=period, case__state__in=GROUPS["missing"])
    return list(rows.order_by("district_code", "unit_id").values_list("ref", "unit__name")[:8])
