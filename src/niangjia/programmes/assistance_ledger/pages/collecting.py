"""The collection's page: where a period stands, who has not reported, both sums."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.blocks.cases.public import state_name
from niangjia.core import clock
from niangjia.programmes.assistance_ledger import chain, periods
from niangjia.programmes.assistance_ledger.content import Sums
from niangjia.programmes.assistance_ledger.models import ReportingPeriod
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.pages.reports import BELOW, tone
from niangjia.programmes.assistance_ledger.selectors import Collection, ReportFilters
from niangjia.programmes.assistance_ledger.selectors.confirmed import Confirmed
from niangjia.programmes.assistance_ledger.selectors.reports import Part
from niangjia.ui.parts import Column, Table


@dataclass(frozen=True, slots=True)
class Tile:
    """A count that leads to its list. here: the list shows it now."""

    title: str
    number: str
    note: str
    href: str
    here: bool = False


def query_of(period: str, filters: ReportFilters, after: int = 0) -> str:
    """The page's address behind the question mark."""
    found: dict[str, str | int] = {"period": period}
    found |= {name: value for name, value in asdict(filters).items() if value}
    if after:
        found["after"] = after
    return urlencode(found)


def tiles(found: Collection, filters: ReportFilters) -> list[Tile]:
    """Counts of the period, each a filter."""
    n, code = found.n, found.period.code
    late = _("%(n)s units overdue") % {"n": f"{n['overdue']:,}"} if n["overdue"] else ""
    back = _("%(n)s of them returned") % {"n": f"{n['returned']:,}"} if n["returned"] else ""
    listed = (
        ("", _("Units that report"), "all", ""),
        ("missing", _("Not reported yet"), "missing", " · ".join(filter(None, (late, back)))),
        ("reported", _("To be checked"), "reported", ""),
        ("accepted", _("In the city sum"), "accepted", ""),
        ("exempt", _("Exempt or carried over"), "exempt", ""),
        ("outside", _("Purchases not in the sum"), "outside", ""),
    )
    return [
        Tile(
            title,
            f"{n[key]:,}",
            note,
            "?" + query_of(code, ReportFilters(group=group)),
            here=filters.group == group,
        )
        for group, title, key, note in listed
        if key in n
    ]


def choices(found: Collection) -> list[tuple[str, str, bool]]:
    """(address, name, shown now) of the periods, the newest first."""
    return [
        (f"?period={one.code}", periods.name(one.code), one.code == found.period.code)
        for one in found.periods[:8]
    ]


def list_table(found: Collection, districts: Mapping[str, str]) -> Table:
    """Reports of the page, each with a box to choose it."""
    address = reverse("assistance_ledger:report", args=["REF"]).replace("REF", "{0}")
    box = (
        '<label class="tick"><input type="checkbox" class="checkbox" name="ref" value="{0}">'
        '<span class="sr-only">{1}</span></label>'
    )
    columns = [
        Column(_("Choose"), box),
        Column(_("Unit"), f'<a href="{address}">{{1}}</a>', lead=True),
        Column(_("District"), "{2}"),
        Column(_("State"), '<span class="tag {3}">{4}</span> <small>{5}</small>'),
        Column(_("Purchases"), "{6}", numeric=True),
        Column(_("Amount (yuan)"), f"{{7}}{BELOW.format(8)}", numeric=True),
    ]
    today = clock.city_today()
    rows = [
        (
            *_row(row, districts, today, found.period),
            _confirmed(found.confirmed.get(row["id"], Confirmed())) if row["n"] else "",
        )
        for row in found.rows
    ]
    return Table(_("Reports of the units"), columns, rows)


def _confirmed(found: Confirmed) -> str:
    return shown.confirmed(found.fen)


def _row(
    row: Mapping[str, Any], districts: Mapping[str, str], today: Any, period: ReportingPeriod
) -> tuple[object, ...]:
    state, due_on = row["case__state"], row["case__due_on"]
    running = period.closed_at is None and state in (*chain.NOT_REPORTED, "reported")
    late = _("overdue") if running and due_on and due_on < today else ""
    return (
        row["ref"],
        row["unit__name"],
        districts.get(row["district_code"], row["district_code"]),
        tone(state),
        state_name("report", state),
        late,
        f"{row['n']:,}" if row["n"] else "",
        shown.yuan(row["fen"]) if row["n"] or row["fen"] else "",
    )


def sums_table(
    caption: str, first: str, parts: Sequence[Part], total: Sums, confirmed: Confirmed
) -> Table:
    """What was accepted, by territory or by line; its foot is the sum of its rows."""
    columns = [
        Column(first, "{0}", lead=True),
        Column(_("Units"), "{1}", numeric=True),
        Column(_("Purchases"), "{2}", numeric=True),
        Column(_("Amount (yuan)"), f"{{3}}{BELOW.format(4)}", numeric=True),
        Column(_("Direct"), f"{{5}}{BELOW.format(6)}", numeric=True),
        Column(_("Helped"), f"{{7}}{BELOW.format(8)}", numeric=True),
    ]
    rows = [_sums_row(one.name, one.n_units, one.sums, one.confirmed) for one in parts]
    n_units = sum(one.n_units for one in parts)
    foot = _sums_row(_("In all"), n_units, total, confirmed)
    return Table(caption, columns, rows, foot=foot)


def _sums_row(name: str, units: int, sums: Sums, confirmed: Confirmed) -> tuple[object, ...]:
    return (
        name,
        f"{units:,}",
        f"{sums.n:,}",
        shown.yuan(sums.fen),
        shown.confirmed(confirmed.fen),
        shown.yuan(sums.direct_fen),
        shown.confirmed(confirmed.direct_fen),
        shown.yuan(sums.helped_fen),
        shown.confirmed(confirmed.helped_fen),
    )


def periods_table(rows: Sequence[ReportingPeriod], confirmed: Mapping[str, Confirmed]) -> Table:
    """Reporting periods, the newest first. confirmed: by code, as of now."""
    address = reverse("assistance_ledger:collect") + "?period={0}"
    columns = [
        Column(_("Quarter"), f'<a href="{address}">{{1}}</a>', lead=True),
        Column(_("State"), '<span class="tag {2}">{3}</span>'),
        Column(_("Due"), '<span class="num">{4}</span>'),
        Column(_("Closed"), "{5}"),
        Column(_("Reports summed"), "{6}", numeric=True),
        Column(_("Purchases"), "{7}", numeric=True),
        Column(_("Amount (yuan)"), f"{{8}}{BELOW.format(9)}", numeric=True),
    ]
    lines = []
    for one in rows:
        state, mark = _("open"), "warn"
        if one.closed_at:
            state, mark = _("period closed"), "good"
        if one.sums.get("adopted"):
            state = _("closed as it stood")
        lines.append(
            (
                one.code,
                periods.name(one.code),
                mark,
                state,
                one.due_on.isoformat(),
                shown.moment(one.closed_at) if one.closed_at else "",
                f"{one.sums['n_accepted']:,}" if one.closed_at else "",
                f"{one.sums['n']:,}" if one.closed_at else "",
                shown.yuan(one.sums["fen"]) if one.closed_at else "",
                _confirmed(confirmed[one.code]) if one.closed_at else "",
            )
        )
    return Table(_("Reporting periods"), columns, lines)
