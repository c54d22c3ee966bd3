"""The pivot as shown: its table, each number with its way to the records; its chart; its form."""

from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from niangjia.blocks.orgs.public import nodes
from niangjia.blocks.places.public import region_names
from niangjia.core.actor import Actor
from niangjia.programmes.assistance_ledger import policy
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.pages.records import query_of as records_query
from niangjia.programmes.assistance_ledger.pivoting import Line, Numbers
from niangjia.programmes.assistance_ledger.projections import DIMENSIONS
from niangjia.programmes.assistance_ledger.selectors import Filters
from niangjia.programmes.assistance_ledger.selectors.pivot import (
    Asked,
    PivotFound,
    counties_met,
    measures_for,
)
from niangjia.ui.parts import Bars, Column, Table, sorted_columns

NOTHING = "—"
CHARTED = 12  # rows of the chart
STACKED = 3  # columns that one bar is made of: there are as many colours
TITLES = {
    "month": gettext_lazy("Month"),
    "district": gettext_lazy("District"),
    "line": gettext_lazy("System"),
    "county": gettext_lazy("County of origin"),
    "category": gettext_lazy("Kind"),
    "channel": gettext_lazy("Channel"),
    "mode": gettext_lazy("Mode"),
    "assisted": gettext_lazy("Origin on the list"),
    "unit": gettext_lazy("Buying unit"),
}
MEASURES = {
    "fen": gettext_lazy("Amount"),
    "n": gettext_lazy("Records"),
    "complete": gettext_lazy("Records with all evidence"),
    "complete_fen": gettext_lazy("Amount with all evidence"),
    "confirmed": gettext_lazy("Help confirmed / not confirmed"),
    "households": gettext_lazy("Households helped, as reported"),
    "people": gettext_lazy("People helped, as reported"),
    "confirmed_households": gettext_lazy("Households helped, confirmed"),
    "confirmed_people": gettext_lazy("People helped, confirmed"),
}


def query_of(asked: Asked, **changes: str) -> str:
    """The pivot's address behind the question mark; what is empty is left out, but months."""
    named = {**asdict(asked), **changes}
    found = {name: value for name, value in named.items() if value or name in ("first", "columns")}
    return urlencode(found)


def name_of(found: PivotFound, dimension: str, label: str) -> str:
    """A value of a dimension in words."""
    if dimension == "month":
        return shown.month(label)
    if dimension == "mode":
        return shown.mode(label)
    if dimension == "assisted":
        return _("Yes") if label == "1" else _("No")
    return found.names.get(dimension, {}).get(label, label) or _("Not given")


def drill(asked: Asked, values: dict[str, str]) -> str:
    """Address of the records that a number is made of. values: dimension -> value; empty: all."""
    named = {**asked.narrowed, **values}
    month = named.pop("month", "")
    first, last = (month, month) if month else asked.span
    filters = replace(Filters(state="counted", from_month=first, to_month=last), **named)  # type: ignore[arg-type]
    return f"{reverse('assistance_ledger:records')}?{records_query(filters, '-recorded')}"


def money(fen: int, asked: Asked) -> str:
    return shown.wan(fen) if asked.money == "wan" else shown.yuan(fen)


def percent(part: int, whole: int) -> str:
    """`62.4%`, cut; a dash if there is no whole."""
    return f"{part * 1000 // whole / 10:.1f}%" if whole > 0 else NOTHING


def value(numbers: Numbers | None, found: PivotFound) -> str:
    """A number as shown; a dash where nothing was recorded."""
    if numbers is None:
        return NOTHING
    measure, asked = found.measure, found.asked
    if measure.both and measure.of is not None:
        done, all_of = numbers[measure.at], numbers[measure.of]
        return f"{money(done, asked)} / {money(all_of - done, asked)}"
    if measure.of is not None:
        return percent(numbers[measure.at], numbers[measure.of])
    if measure.fields[measure.at] == "fen":
        return money(numbers[measure.at], asked)
    return f"{numbers[measure.at]:,}"


def unit_of(found: PivotFound) -> str:
    """In what the numbers are."""
    measure = found.measure
    if measure.of is not None and not measure.both:
        return "%"
    if measure.both or measure.fields[measure.at] == "fen":
        return _("10,000 yuan") if found.asked.money == "wan" else _("yuan")
    return ""


def _link(numbers: Numbers | None, found: PivotFound, values: dict[str, str]) -> SafeString | str:
    text = value(numbers, found)
    if numbers is None or "" in values.values():
        return text
    return format_html('<a href="{}">{}</a>', drill(found.asked, values), text)


def table(found: PivotFound, *, linked: bool = True) -> Table:
    """Rows by columns with totals and each row's share. linked: numbers lead to their records."""
    asked, pivot = found.asked, found.pivot
    titles = [str(TITLES[asked.rows])]
    titles += [name_of(found, asked.columns, label) for label in pivot.columns]
    titles += [_others(pivot.n_others)] if pivot.n_others else []
    titles += [_("Total"), _("Share")]
    numeric = [
        Column(title, f"{{{at}}}", numeric=at > 0, lead=at == 0) for at, title in enumerate(titles)
    ]
    keys = ["label", *[""] * (len(titles) - 3), "total", ""]
    columns = sorted_columns(
        numeric,
        keys if linked else [""] * len(keys),
        asked.sort,
        lambda key: f"?{query_of(asked, sort=key)}",
    )
    rows = [_row(line, found, linked) for line in pivot.lines]
    return Table(caption(found), columns, rows, cards=linked, foot=_foot(found, linked))


def _others(n: int) -> str:
    return _("%(n)s others together") % {"n": n}


def _row(line: Line, found: PivotFound, linked: bool) -> list[object]:
    asked, pivot = found.asked, found.pivot
    name = name_of(found, asked.rows, line.label)
    pairs = zip(pivot.columns, line.cells, strict=True)
    own = {asked.rows: line.label}
    if not linked:
        cells: list[object] = [name, *(value(cell, found) for cell in line.cells)]
    else:
        cells = [_narrowing(name, line.label, found)]
        cells += [_link(cell, found, {**own, asked.columns: column}) for column, cell in pairs]
    cells += [value(line.others, found)] if pivot.n_others else []
    total = _link(line.total, found, own) if linked else value(line.total, found)
    return [*cells, total, share(line.total, found)]


def _narrowing(name: str, label: str, found: PivotFound) -> SafeString | str:
    """A row's name that leads to the pivot of this row alone, by units, or a unit's by month."""
    asked = found.asked
    if not label or asked.rows == "month":
        return name
    rows = "month" if asked.rows == "unit" else "unit"
    columns = "" if asked.columns == rows else asked.columns
    query = query_of(
        asked, **{asked.rows: label, "rows": rows, "columns": columns, "sort": "-total"}
    )
    return format_html('<a href="?{}">{}</a>', query, name)


def share(numbers: Numbers, found: PivotFound) -> str:
    """A row's part of the total of what is ordered by."""
    total, at = found.pivot.total, found.measure.at
    return percent(numbers[at], total[at]) if total else NOTHING


def _foot(found: PivotFound, linked: bool) -> list[object]:
    asked, pivot = found.asked, found.pivot
    if pivot.total is None:
        return []
    cells: list[object] = [_("Total")]
    for column, numbers in zip(pivot.columns, pivot.foot, strict=True):
        own = {asked.columns: column}
        cells.append(_link(numbers, found, own) if linked else value(numbers, found))
    cells += [value(pivot.others, found)] if pivot.n_others else []
    total = _link(pivot.total, found, {}) if linked else value(pivot.total, found)
    return [*cells, total, share(pivot.total, found)]


def caption(found: PivotFound) -> str:
    """What stands where: `Amount: District by month`."""
    asked = found.asked
    words = {"measure": MEASURES[asked.measure], "rows": TITLES[asked.rows]}
    if not asked.columns:
        return _("%(measure)s by %(rows)s") % words
    return _("%(measure)s by %(rows)s and %(columns)s") % {
        **words,
        "columns": TITLES[asked.columns],
    }


def _charted(numbers: Numbers | None, found: PivotFound) -> float | int:
    measure = found.measure
    if numbers is None:
        return 0
    if measure.of is not None and not measure.both:
        whole = numbers[measure.of]
        return numbers[measure.at] * 1000 // whole / 10 if whole > 0 else 0
    number = numbers[measure.at]
    if measure.both or measure.fields[measure.at] == "fen":
        return shown.wan_number(number) if found.asked.money == "wan" else number / 100
    return number


def chart(found: PivotFound) -> Bars | None:
    """Bars of the first rows, made of the columns where these are few; None if nothing is there."""
    asked, pivot, measure = found.asked, found.pivot, found.measure
    lines = pivot.lines[:CHARTED]
    if not lines:
        return None
    stacked = measure.of is None and 0 < len(pivot.columns) <= STACKED and not pivot.n_others
    if stacked:
        series = [
            (
                name_of(found, asked.columns, label),
                [_charted(one.cells[at], found) for one in lines],
            )
            for at, label in enumerate(pivot.columns)
        ]
    else:
        series = [(str(MEASURES[asked.measure]), [_charted(one.total, found) for one in lines])]
    names = [name_of(found, asked.rows, one.label) for one in lines]
    return Bars(
        key="pivot",
        title=caption(found),
        text=_said(names, found),
        unit=unit_of(found),
        categories=names,
        series=series,
        table=_behind(names, found),
        flat=asked.rows != "month",
    )


def _said(names: list[str], found: PivotFound) -> str:
    n = found.pivot.n_lines
    counted = ngettext("%(n)s row in all", "%(n)s rows in all", n) % {"n": f"{n:,}"}
    totals = [line.total[found.measure.at] for line in found.pivot.lines[: len(names)]]
    top = totals.index(max(totals))
    return _("Largest of those drawn: %(name)s, %(value)s; %(counted)s.") % {
        "name": names[top],
        "value": value(found.pivot.lines[top].total, found),
        "counted": counted,
    }


def _behind(names: list[str], found: PivotFound) -> Table:
    columns = [
        Column(str(TITLES[found.asked.rows]), "{0}", lead=True),
        Column(_("Total"), "{1}", numeric=True),
        Column(_("Share"), "{2}", numeric=True),
    ]
    lines = found.pivot.lines[: len(names)]
    rows = [
        (name, value(one.total, found), share(one.total, found))
        for name, one in zip(names, lines, strict=True)
    ]
    return Table(caption(found), columns, rows, cards=False)


def chips(found: PivotFound) -> list[tuple[str, str, str]]:
    """(name, value, address without it) of each filter that is set."""
    asked = found.asked
    made = [
        (str(TITLES[name]), name_of(found, name, label), query_of(asked, **{name: ""}))
        for name, label in asked.narrowed.items()
    ]
    words = {"first": _("From month"), "last": _("To month")}
    for name, title in words.items():
        if getattr(asked, name):
            made.append((title, shown.month(getattr(asked, name)), query_of(asked, **{name: ""})))
    return made


Choices = list[tuple[str, str]]


def form(actor: Actor, found: PivotFound) -> dict[str, Any]:
    """What the page's form offers: (name, label, choices, chosen) of what stands where and of what
    narrows."""
    asked = found.asked
    dimensions = [(name, str(TITLES[name])) for name in DIMENSIONS]
    measures = [(name, str(MEASURES[name])) for name in measures_for(actor)]
    return {
        "asked": asked,
        "laid": [
            ("rows", _("Rows of the table"), dimensions, asked.rows),
            ("columns", _("Columns of the table"), [("", _("None")), *dimensions], asked.columns),
            ("measure", _("Measure"), measures, asked.measure),
            ("money", _("Money in"), _money(), asked.money),
        ],
        "narrowing": [
            (name, TITLES[name], choices, getattr(asked, name))
            for name, choices in _narrowing_choices(actor).items()
        ],
        "opened": bool(asked.narrowed or asked.last),
    }


def _money() -> Choices:
    return [("wan", _("10,000 yuan")), ("yuan", _("yuan"))]


def _narrowing_choices(actor: Actor) -> dict[str, Choices]:
    counties = region_names(counties_met(actor))
    return {
        "district": nodes("district", "virtual_district"),
        "line": nodes("line", "virtual_line"),
        "county": sorted(counties.items()),
        "category": [(one, one) for one in policy.categories()],
        "channel": [(one, one) for one in policy.channels()],
        "mode": [(code, str(name)) for code, name in shown.MODES.items()],
        "assisted": [("1", _("Yes")), ("0", _("No"))],
    }


def page_link(asked: Asked, page: int) -> str:
    return f"?{query_of(asked)}&page={page}"


def whole(asked: Asked) -> Asked:
    """The same with exact money, as files have it."""
    return replace(asked, money="yuan")
