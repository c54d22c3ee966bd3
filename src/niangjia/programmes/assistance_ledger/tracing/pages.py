"""A trace as shown: what was asked, how much it is, the picture with its table, the records."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.blocks.places.public import region_names
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.selectors import Filters
from niangjia.programmes.assistance_ledger.tracing.found import LEVELS, By, Traced, Whole
from niangjia.programmes.assistance_ledger.tracing.picture import OTHERS, Link, Node
from niangjia.programmes.assistance_ledger.tracing.questions import Meaning, narrowed_by
from niangjia.ui.parts import Column, Flow, FlowNode, Table

KINDS = {
    "invoice": gettext_lazy("Invoice"),
    "supplier": gettext_lazy("Supplier"),
    "product": gettext_lazy("Product"),
    "county": gettext_lazy("County of origin"),
    "unit": gettext_lazy("Buying unit"),
    "record": gettext_lazy("Record"),
    "file": gettext_lazy("File"),
    "household": gettext_lazy("Household"),
    "district": gettext_lazy("District"),
}
BYS: Mapping[By, object] = {
    "county": gettext_lazy("By county of origin"),
    "product": gettext_lazy("By product"),
}


def usual(filters: Filters) -> By:
    """What stands in the middle of the picture if nobody says: of one county, its products."""
    return "product" if filters.county and not filters.product else "county"


def by_of(text: str, filters: Filters) -> By:
    """What was asked to stand in the middle, or what usually does."""
    return next((by for by in BYS if by == text), usual(filters))


def address(
    filters: Filters,
    *,
    by: By | None = None,
    after: str = "",
    whole: bool = False,
    question: str = "",
) -> str:
    """A trace's address; what is empty or usual is left out."""
    found = {name: str(value) for name, value in asdict(filters).items() if value}
    found.pop("state", None)
    more = {
        "by": by if by and by != usual(filters) else "",
        "after": after,
        "whole": "1" * whole,
        "q": question,
    }
    found |= {name: value for name, value in more.items() if value}
    return f"{reverse('assistance_ledger:trace')}?{urlencode(found)}"


def grouped(found: Sequence[Meaning], question: str) -> list[tuple[object, list[dict[str, str]]]]:
    """(kind in words, its meanings with where they lead), in order of the kinds."""
    groups: list[tuple[object, list[dict[str, str]]]] = []
    for kind, title in KINDS.items():
        lines = [
            {
                "name": one.name,
                "detail": one.detail,
                "href": address(narrowed_by(one), question=question),
            }
            for one in found
            if one.kind == kind
        ]
        if lines:
            groups.append((title, lines))
    return groups


def chips(asked: Traced, told: Sequence[Meaning]) -> list[tuple[object, str, str]]:
    """(kind, what, address without it) of each thing that the trace is narrowed to."""
    words = {one.kind: one.name for one in told}
    districts = asked.whole.names["district"] if asked.whole else {}
    words["district"] = districts.get(asked.filters.district, asked.filters.district)
    return [
        (title, words[kind], address(replace(asked.filters, **{kind: ""})))  # type: ignore[arg-type]
        for kind, title in KINDS.items()
        if getattr(asked.filters, kind)
    ]


def unit_told(told: Sequence[Meaning]) -> str:
    """The code, or where it has none the ref, of the unit that is traced; empty if none is."""
    return next((one.detail or one.value for one in told if one.kind == "unit"), "")


def bys(asked: Traced) -> list[tuple[object, str, bool]]:
    """(words, address, chosen) of what may stand in the middle of the picture."""
    return [(title, address(asked.filters, by=by), by == asked.by) for by, title in BYS.items()]


def figures(whole: Whole) -> list[tuple[str, str, str]]:
    """(title, number, note) of what was found."""
    rest = whole.fen - whole.confirmed_fen
    n = whole.n - whole.n_reversed
    off = _("and %(n)s reversed, which add nothing") % {"n": f"{whole.n_reversed:,}"}
    return [
        (_("Records in force"), f"{n:,}", off if whole.n_reversed else ""),
        (_("Amount registered"), f"¥\u00a0{shown.yuan(whole.fen)}", ""),
        (_("Confirmed by the county"), f"¥\u00a0{shown.yuan(whole.confirmed_fen)}", ""),
        (_("Not confirmed yet"), f"¥\u00a0{shown.yuan(rest)}", ""),
    ]


def name_of(whole: Whole, dimension: str, node: Node | None, key: str) -> str:
    """A node in words."""
    if key == OTHERS:
        return _("%(n)s others together") % {"n": f"{node.n_inside:,}" if node else ""}
    return whole.names.get(dimension, {}).get(key, key) or _("Not given")


def _narrowing(asked: Traced, dimension: str, key: str) -> str:
    """Where a node leads; nowhere if the trace is narrowed to it already."""
    if key in ("", OTHERS) or getattr(asked.filters, dimension) == key:
        return ""
    narrower = replace(asked.filters, **{dimension: key})  # type: ignore[arg-type]
    return address(narrower, by=None if dimension == asked.by else asked.by)


def flow(asked: Traced) -> Flow | None:
    """The picture; None where nothing is in force or it was not added up."""
    whole = asked.whole
    if whole is None or not whole.picture.links:
        return None
    levels = LEVELS[asked.by]
    by_key = {(one.level, one.key): one for one in whole.picture.nodes}
    names = {at: name_of(whole, levels[at[0]], one, at[1]) for at, one in by_key.items()}
    ids = {at: f"{number}" for number, at in enumerate(by_key)}
    made = [
        FlowNode(
            id=ids[at],
            level=one.level,
            title=names[at],
            said=shown.yuan(one.fen),
            href=_narrowing(asked, levels[one.level], one.key),
            rest=one.key == OTHERS,
        )
        for at, one in by_key.items()
    ]
    return Flow(
        key="trace",
        title=_("Where it came from, who bought it"),
        text=_said(whole, names, levels),
        unit=_("yuan"),
        nodes=made,
        links=[
            (
                ids[one.level, one.source],
                ids[one.level + 1, one.target],
                one.fen / 100,
                shown.yuan(one.fen),
            )
            for one in whole.picture.links
        ],
        table=_links_table(asked, whole, names),
    )


def _said(whole: Whole, names: Mapping[tuple[int, str], str], levels: Sequence[str]) -> str:
    steps = " → ".join(str(KINDS[name]) for name in levels)
    first = next(one for one in whole.picture.nodes if one.level == 0)
    said = {
        "steps": steps,
        "name": names[0, first.key],
        "yuan": shown.yuan(first.fen),
        "total": shown.yuan(whole.fen),
    }
    return (
        _(
            "%(steps)s. Largest supplier: %(name)s, %(yuan)s of %(total)s yuan. "
            "A name leads to its part alone."
        )
        % said
    )


def _links_table(asked: Traced, whole: Whole, names: Mapping[tuple[int, str], str]) -> Table:
    levels = LEVELS[asked.by]
    columns = [
        Column(_("Where from"), "{0}", lead=True),
        Column(_("Where to"), "{1}"),
        Column(_("Records"), "{2}", numeric=True),
        Column(_("Amount (yuan)"), "{3}", numeric=True),
    ]

    def end(level: int, key: str) -> SafeString | str:
        href = _narrowing(asked, levels[level], key)
        text = names[level, key]
        return format_html('<a href="{}">{}</a>', href, text) if href else text

    def row(one: Link) -> tuple[object, ...]:
        ends = end(one.level, one.source), end(one.level + 1, one.target)
        return *ends, f"{one.n:,}", shown.yuan(one.fen)

    rows: list[tuple[object, ...]] = []
    for level in range(len(levels) - 1):
        links = [one for one in whole.picture.links if one.level == level]
        rows += map(row, links)
        sums = f"{sum(one.n for one in links):,}", shown.yuan(sum(one.fen for one in links))
        rows.append((_step(levels, level), "", *map(_strong, sums)))
    return Table(_("Where it came from, who bought it"), columns, rows, cards=False)


def _step(levels: Sequence[str], level: int) -> SafeString:
    ends = KINDS[levels[level]], KINDS[levels[level + 1]]
    return format_html("<strong>{}</strong>", _("Total, %(from)s → %(to)s") % _ends(*ends))


def _ends(source: object, target: object) -> dict[str, object]:
    return {"from": source, "to": target}


def _strong(text: str) -> SafeString:
    return format_html("<strong>{}</strong>", text)


def record_table(
    rows: Sequence[Mapping[str, Any]], confirmed: Mapping[int, int] | None = None
) -> Table:
    """Records; each leads to its page, where its evidence and history stand. confirmed: id -> fen
    that the county confirmed; without it there is no such column."""
    record = reverse("assistance_ledger:record", args=["REF"]).replace("REF", "{0}")
    columns = [
        Column(_("Product"), f'<a href="{record}">{{1}}</a> <small>{{2}}</small>', lead=True),
        Column(_("Buying unit"), "{3}"),
        Column(_("Supplier"), "{4}"),
        Column(_("Origin"), "{5}"),
        Column(_("Date"), '<span class="num">{6}</span>'),
        Column(_("Amount (yuan)"), "{7}", numeric=True),
        Column(_("Confirmed (yuan)"), "{8}", numeric=True),
        Column(_("Marks"), "{9}"),
    ]
    if confirmed is None:
        del columns[6]
    counties = region_names({row["county_code"] for row in rows})
    listed = [_record(row, counties, confirmed or {}) for row in rows]
    return Table(_("Records"), columns, listed)


def _record(
    row: Mapping[str, Any], counties: Mapping[str, str], confirmed: Mapping[int, int]
) -> tuple[object, ...]:
    marks = [*shown.flags(row["flags"]), *([_("Reversed")] if row["reversed_at"] else [])]
    marks += [_("Taken off")] if row.get("takes_off") else []
    code = row["county_code"]
    return (
        row["ref"],
        row["product"],
        row["spec"],
        row["unit__name"],
        row["supplier__name"],
        counties.get(code, code),
        row["occurred_on"].isoformat(),
        shown.yuan(row["amount_fen"]),
        shown.yuan(0 if row["reversed_at"] else confirmed.get(row["id"], 0)),
        " · ".join(marks),
    )


def traces_of(purchase: Purchase) -> list[tuple[str, str]]:
    """(words, address) of what a record belongs to: all records of its invoice, supplier, ..."""
    invoice = f"{purchase.invoice_code} {purchase.invoice_no}".strip()
    lines = [
        (_("Its invoice"), "invoice", invoice if purchase.invoice_no else ""),
        (_("Its supplier"), "supplier", purchase.supplier.ref),
        (_("Its product"), "product", purchase.product),
        (_("Its county"), "county", purchase.county_code),
        (_("Its unit"), "unit", purchase.unit.ref),
    ]
    if purchase.corrects or purchase.reversed_at:
        lines.append((_("Its corrections"), "record", purchase.ref))
    return [
        (title, address(replace(Filters(), **{kind: value})))  # type: ignore[arg-type]
        for title, kind, value in lines
        if value
    ]
