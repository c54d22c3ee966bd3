"""The list of records: its table and its filters, made without lookups inside loops."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from niangjia.blocks.orgs.public import nodes
from niangjia.blocks.places.public import region_names
from niangjia.programmes.assistance_ledger import policy
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.pages.evidence import kind_choices
from niangjia.programmes.assistance_ledger.selectors import Filters, RecordPage
from niangjia.ui.page import language_of
from niangjia.ui.parts import Column, Table, sorted_columns

CHOICES_KEPT_S = 300
KEPT = (
    "county",
    "unit",
    "supplier",
    "upload",
    "line",
    "assisted",
    "from_month",
    "to_month",
    "product",
    "invoice",
    "file",
    "record",
    "household",
)
SORT_KEYS = ("", "", "", "", "day", "", "amount", "")


def query_of(filters: Filters, sort: str, after: str = "") -> str:
    """The list's address behind the question mark; what is empty or usual is left out."""
    found = {name: str(value) for name, value in asdict(filters).items() if value}
    if found.get("state") == "in_force":
        del found["state"]
    if sort != "-recorded":
        found["sort"] = sort
    if after:
        found["after"] = after
    return urlencode(found)


@lru_cache(maxsize=64)
def _columns(language: str, base: str) -> tuple[Column, ...]:
    record = reverse("assistance_ledger:record", args=["REF"]).replace("REF", "{0}")
    tick = (
        '<input class="checkbox" type="checkbox" name="ref" value="{0}" data-fen="{9}" data-stop'
        ' aria-label="{10}">'
    )
    return (
        Column(_("Choose"), tick),
        Column(_("Product"), f'<a href="{record}">{{1}}</a> <small>{{2}}</small>', lead=True),
        Column(_("Buying unit"), "{3}"),
        Column(_("Origin"), "{4}<br><small>{11}</small>"),
        Column(_("Date"), '<span class="num">{5}</span>'),
        Column(_("Channel"), "{6}"),
        Column(_("Amount (yuan)"), "{7}", numeric=True),
        Column(_("Marks"), "{8}"),
    )


def list_table(page: RecordPage, filters: Filters, sort: str) -> Table:
    """Rows with names; one query for the counties of the page."""
    counties = region_names({row["county_code"] for row in page.rows})
    marks: dict[tuple[str, bool, bool], str] = {}
    mixed = filters.state == "all"
    rows = [_row(row, counties, marks, mixed) for row in page.rows]
    columns = sorted_columns(
        _columns(language_of(), ""), SORT_KEYS, sort, lambda key: f"?{query_of(filters, key)}"
    )
    return Table(_("Records"), columns, rows)


def _row(
    row: Mapping[str, Any],
    counties: Mapping[str, str],
    marks: dict[tuple[str, bool, bool], str],
    mixed: bool,
) -> tuple[object, ...]:
    """mixed: the list also holds reversed records, which add nothing to a sum."""
    key = (row["flags"], row["reversed_at"] is not None, row.get("takes_off", False))
    if key not in marks:
        words = [*shown.flags(key[0]), *([_("Reversed")] if key[1] else [])]
        words += [_("Taken off")] if key[2] else []
        marks[key] = " · ".join(words)
    code = row["county_code"]
    return (
        row["ref"],
        row["product"],
        row["spec"],
        row["unit__name"],
        counties.get(code, code),
        row["occurred_on"].isoformat(),
        row["channel"],
        shown.yuan(row["amount_fen"]),
        marks[key],
        0 if mixed and key[1] else row["amount_fen"],
        f"{row['product']} {row['unit__name']} {shown.yuan(row['amount_fen'])}",
        row["supplier__name"],
    )


def filter_form(filters: Filters, sort: str) -> SafeString:
    """The filters above the list, kept per language and choice."""
    return _filter_form(language_of(), filters, sort, _districts())


def _districts() -> tuple[tuple[str, str], ...]:
    found = cache.get("ledger:districts")
    if found is None:
        found = tuple(nodes("district"))
        cache.set("ledger:districts", found, CHOICES_KEPT_S)
    return tuple(found)


@lru_cache(maxsize=256)
def _filter_form(
    language: str, filters: Filters, sort: str, districts: tuple[tuple[str, str], ...]
) -> SafeString:
    context = {
        "filters": filters,
        "sort": sort,
        "kept": [(name, value) for name in KEPT if (value := getattr(filters, name))],
        "narrowed": bool(query_of(filters, "-recorded")),
        "opened": bool(query_of(replace(filters, text=""), "-recorded")),
        "selects": [
            ("district", _("District"), districts, filters.district),
            ("category", _("Kind"), [(c, c) for c in policy.categories()], filters.category),
            ("channel", _("Channel"), [(c, c) for c in policy.channels()], filters.channel),
            ("mode", _("Mode"), list(shown.MODES.items()), filters.mode),
            ("flag", _("Marks"), list(shown.FLAGS.items()), filters.flag),
            ("evidence", _("Evidence"), evidence_choices(), filters.evidence),
        ],
        "states": [
            ("in_force", _("In force")),
            ("reversed", _("Reversed")),
            ("all", _("All")),
            *([("counted", _("Counted in these months"))] if filters.state == "counted" else []),
        ],
    }
    return render_to_string("assistance_ledger/filters.html", context)


def actions(may_correct: bool) -> SafeString:
    """What can be done with the records that are ticked, kept per language."""
    return _actions(language_of(), may_correct)


@lru_cache(maxsize=8)
def _actions(language: str, may_correct: bool) -> SafeString:
    return render_to_string("assistance_ledger/actions.html", {"may_correct": may_correct})


def counted(page: RecordPage, total: tuple[int, int] | None) -> dict[str, str]:
    """`more than 1,000 records`, or the exact number and sum below that or where asked for.

    total: (number, fen) of all, if it was asked for.
    """
    n, fen = total or (page.n, page.total_fen)
    more = page.n_more and total is None
    text = _("more than %(n)s records") if more else _("%(n)s records")
    return {"n": text % {"n": f"{n:,}"}, "sum": "" if more else shown.yuan(fen)}


def chips(filters: Filters, sort: str, names: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(name, value, address without it) of each filter that is set."""
    found = []
    for one in fields(Filters):
        value: Any = getattr(filters, one.name)
        if value == one.default:
            continue
        usual: dict[str, Any] = {one.name: one.default}
        without = query_of(replace(filters, **usual), sort)
        found.append((_chip_name(one.name), _chip_value(one.name, value, names), without))
    return found


def _chip_name(name: str) -> str:
    return {
        "text": _("Text"),
        "district": _("District"),
        "county": _("Origin"),
        "channel": _("Channel"),
        "mode": _("Mode"),
        "category": _("Kind"),
        "flag": _("Marks"),
        "evidence": _("Evidence"),
        "unit": _("Buying unit"),
        "supplier": _("Supplier"),
        "upload": _("Import"),
        "first": _("From"),
        "last": _("To"),
        "state": _("State"),
        "line": _("System"),
        "assisted": _("Origin on the list"),
        "from_month": _("From month"),
        "to_month": _("To month"),
        "product": _("Product"),
        "invoice": _("Invoice"),
        "file": _("File"),
        "record": _("Record"),
        "household": _("Household"),
    }[name]


def _chip_value(name: str, value: Any, names: Mapping[str, str]) -> str:
    if name in ("first", "last"):
        return shown.day(value)
    if name in ("from_month", "to_month"):
        return shown.month(value)
    words: Mapping[str, Mapping[str, object]] = {
        "district": dict(_districts()),
        "county": region_names({value}) if name == "county" else {},
        "mode": shown.MODES,
        "flag": shown.FLAGS,
        "evidence": dict(evidence_choices()) if name == "evidence" else {},
        "state": {
            "reversed": _("Reversed"),
            "all": _("All"),
            "counted": _("Counted in these months"),
        },
        "line": dict(nodes("line", "virtual_line")) if name == "line" else {},
        "assisted": {"1": _("Yes"), "0": _("No")},
        "unit": {value: names.get("unit", value)},
        "supplier": {value: names.get("supplier", value)},
    }
    return str(words.get(name, {}).get(value, value))


def evidence_choices() -> list[tuple[str, str]]:
    """(value of Filters.evidence, name), in order."""
    kinds = [(code, _("lacks: %(kind)s") % {"kind": name}) for code, name in kind_choices("record")]
    return [("missing", _("Something is missing")), ("complete", _("Complete")), *kinds]
