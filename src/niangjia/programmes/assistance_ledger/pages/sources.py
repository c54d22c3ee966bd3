"""What the page of other sources shows: sums by state, lines, what may be the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.programmes.assistance_ledger.models import Purchase, SourceLine
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.selectors.sources import Matched, Sums

SOURCES = {"order": gettext_lazy("Platform orders"), "payment": gettext_lazy("Payments")}
TABS = {
    "proposed": gettext_lazy("To be decided"),
    "open": gettext_lazy("Without a record"),
    "records": gettext_lazy("Records without it"),
    "cancelled": gettext_lazy("Taken back, still on record"),
    "matched": gettext_lazy("Found"),
    "aside": gettext_lazy("Set aside"),
}
WHY = {
    "order_no": gettext_lazy("same order number"),
    "invoice_no": gettext_lazy("same invoice number"),
    "voucher_no": gettext_lazy("same transfer number"),
    "alone": gettext_lazy("same supplier and amount, near in time, and no other could be it"),
    "alike": gettext_lazy("same supplier and amount, but others could be it too"),
    "sum": gettext_lazy("adds up to the same amount"),
    "instalments": gettext_lazy("several payments make up the amount"),
    "amount_differs": gettext_lazy("same supplier, amount a little different (freight, discount?)"),
    "supplier_differs": gettext_lazy("same amount, supplier written differently"),
    "chosen": gettext_lazy("chosen by a person"),
}


@dataclass(frozen=True, slots=True)
class Side:
    """A line or a record in short. href: of the record's page, empty for a line."""

    ref: str
    title: str
    detail: str
    yuan: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines and records that are, or may be, one purchase."""

    together: str
    why: str
    gap: str
    lines: list[Side]
    purchases: list[Side]
    source: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list. enter: it can be entered as a purchase at once, all that is needed is
    there."""

    side: Side
    source: str
    unit: str
    whole: bool
    note: str = ""
    groups: list[Group] = field(default_factory=list)


def line_side(one: SourceLine) -> Side:
    """`订单 DD2020-1 · 2020年2月8日 · 唐县示例合作社`."""
    parts = (shown.day(one.occurred_on), one.party, one.number)
    title = " ".join(filter(None, (one.text, one.spec))) or one.party or one.number
    return Side(one.ref, title, " · ".join(filter(None, parts)), shown.yuan(one.amount_fen))


def purchase_side(one: Purchase) -> Side:
    """The record in short, with its papers."""
    parts = (shown.day(one.occurred_on), one.supplier.name, one.invoice_no or one.contract_no)
    title = " ".join(filter(None, (one.product, one.spec)))
    detail = " · ".join(filter(None, parts))
    return Side(one.ref, title, detail, shown.yuan(one.amount_fen), href=one.ref)


def group(one: Matched) -> Group:
    gap = ""
    if one.gap_fen:
        more = one.gap_fen > 0
        text = _("%(yuan)s yuan more than on record") if more else _("%(yuan)s yuan less")
        gap = text % {"yuan": shown.yuan(abs(one.gap_fen))}
    return Group(
        together=one.together,
        why=str(WHY.get(one.why, one.why)),
        gap=gap,
        lines=[line_side(line) for line in one.lines],
        purchases=[purchase_side(purchase) for purchase in one.purchases],
        source=str(SOURCES[one.lines[0].source]),
    )


def row(one: SourceLine, groups: Sequence[Matched]) -> Row:
    """A line with what it is or may be."""
    whole = one.source == "order" and bool(one.county_code and one.party and one.text)
    made = [group(found) for found in groups]
    unit = one.unit.name
    return Row(line_side(one), str(SOURCES[one.source]), unit, whole, one.aside, made)


@dataclass(frozen=True, slots=True)
class SumLine:
    """A source's line of the overview: (title, rows, yuan, link, is it open) by state."""

    title: str
    n: str
    yuan: str
    cells: list[tuple[str, str, str, str, bool]]


def overview(sums: Sequence[Sums], unit: str) -> list[SumLine]:
    """Orders and payments by state, each a link to its list."""
    made = []
    for one in sums:
        cells = []
        for state in ("matched", "proposed", "open", "cancelled", "aside"):
            n, fen = one.n.get(state, 0), one.fen.get(state, 0)
            link = query(unit=unit, source=one.source, tab=state)
            waits = bool(n) and state in ("proposed", "open", "cancelled")
            cells.append((str(TABS[state]), f"{n:,}", shown.yuan(fen), link, waits))
        title = str(SOURCES[one.source])
        made.append(SumLine(title, f"{one.n_all:,}", shown.yuan(one.fen_all), cells))
    return made


def query(**params: object) -> str:
    """The page's address for these, empty ones left out."""
    return urlencode({name: value for name, value in params.items() if value})
