"""The list of records: its table and its filters, made without lookups inside loops."""

from collections.abc import Mapping
from dataclasses import asdict, replace
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
from niangjia.programmes.assistance_ledger.selectors import Filters, RecordPage
from niangjia.ui.page import language_of
from niangjia.ui.parts import Column, Table, sorted_columns

CHOICES_KEPT_S = 300
SORT_KEYS = ("", "", "", "day", "", "amount", "")


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
    return (
        Column(_("Product"), f'<a href="{record}">{{1}}</a> <small>{{2}}</small>', lead=True),
        Column(_("Buying unit"), "{3}"),
        Column(_("Origin"), "{4}"),
        Column(_("Date"), '<span class="num">{5}</span>'),
        Column(_("Channel"), "{6}"),
        Column(_("Amount (yuan)"), "{7}", numeric=True),
        Column(_("Marks"), "{8}"),
    )


def list_table(page: RecordPage, filters: Filters, sort: str) -> Table:
    """Rows with names; one query for the counties of the page."""
    counties = region_names({row["county_code"] for row in page.rows})
    marks: dict[tuple[str, bool], str] = {}
    rows = [_row(row, counties, marks) for row in page.rows]
    columns = sorted_columns(
        _columns(language_of(), ""), SORT_KEYS, sort, lambda key: f"?{query_of(filters, key)}"
    )
    return Table(_("Records"), columns, rows)


def _row(
    row: Mapping[str, Any], counties: Mapping[str, str], marks: dict[tuple[str, bool], str]
) -> tuple[object, ...]:
    key = (row["flags"], row["reversed_at"] is not None)
    if key not in marks:
        words = [*shown.flags(key[0]), *([_("Reversed")] if key[1] else [])]
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
        "narrowed": bool(query_of(filters, "-recorded")),
        "opened": bool(query_of(replace(filters, text=""), "-recorded")),
        "selects": [
            ("district", _("District"), districts, filters.district),
            ("category", _("Kind"), [(c, c) for c in policy.categories()], filters.category),
            ("channel", _("Channel"), [(c, c) for c in policy.channels()], filters.channel),
            ("mode", _("Mode"), list(shown.MODES.items()), filters.mode),
            ("flag", _("Marks"), list(shown.FLAGS.items()), filters.flag),
        ],
        "states": [
            ("in_force", _("In force")),
            ("reversed", _("Reversed")),
            ("all", _("All")),
        ],
    }
    return render_to_string("assistance_ledger/filters.html", context)


def counted(page: RecordPage) -> str:
    """`more than 1,000 records`, or the exact number below that."""
    text = _("more than %(n)s records") if page.n_more else _("%(n)s records")
    return text % {"n": f"{page.n:,}"}
