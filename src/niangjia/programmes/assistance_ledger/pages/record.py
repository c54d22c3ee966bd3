"""One record's page: facts in order, history with its entries."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from niangjia.blocks.ledger.public import HistoryLine
from niangjia.programmes.assistance_ledger.models import SourceMatch
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.pages.evidence import kind_name
from niangjia.programmes.assistance_ledger.pages.reviews import help_name
from niangjia.programmes.assistance_ledger.pages.sources import SOURCES, WHY, line_side
from niangjia.programmes.assistance_ledger.projections import EVIDENCE
from niangjia.programmes.assistance_ledger.selectors import Detail
from niangjia.ui.words import who_name


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the history as shown."""

    title: str
    when: str
    who: str
    reason: str
    proof: str
    index: int | None
    leaf_hash: str


def facts(detail: Detail) -> list[tuple[str, str]]:
    """(name, value) of what the record says; what is empty is left out."""
    one = detail.purchase
    rows = [
        (_("Buying unit"), detail.unit_name),
        (_("Supplier"), detail.supplier_name),
        (_("Contact of the supplier"), " ".join(filter(None, detail.contact))),
        (_("Origin"), f"{detail.province} {detail.county_name}".strip()),
        (_("Date of purchase"), shown.day(one.occurred_on)),
        (_("Mode"), shown.mode(one.mode)),
        (_("Channel"), one.channel),
        (_("Kind"), one.category),
        (_("Specification"), one.spec),
        (_("Quantity"), f"{shown.milli(one.quantity_milli)} {one.measure}".strip()),
        (_("Price (yuan)"), shown.milli(one.price_milli)),
        (_("Contract"), one.contract_no),
        (_("Invoice"), " ".join(filter(None, (one.invoice_code, one.invoice_no)))),
        (_("Voucher"), one.voucher_no),
        (_("Order number"), one.order_no),
        (_("Recognition"), one.recognition_no),
        (_("Households helped"), _count(one.households)),
        (_("People helped"), _count(one.people)),
        (
            _("Income gain (yuan)"),
            "" if one.income_gain_fen is None else shown.yuan(one.income_gain_fen),
        ),
        (_("Help, by the assisted county"), help_name(one.help)),
        (_("District"), detail.district_name),
        (_("System"), detail.line_name),
        (_("Note"), one.note),
        (_("Came from"), _source(one.sheet, one.row_no)),
    ]
    return [(name, value) for name, value in rows if value]


def _count(n: int | None) -> str:
    return "" if n is None else f"{n:,}"


def _source(sheet: str, row_no: int) -> str:
    if not row_no:
        return ""
    return _("sheet “%(sheet)s”, row %(row)s") % {"sheet": sheet, "row": row_no}


@dataclass(frozen=True, slots=True)
class Source:
    """Another source that a record was found in."""

    name: str
    yuan: str
    detail: str
    why: str
    gap: str


def sources(matches: list[SourceMatch]) -> list[Source]:
    """Where else the record was found."""
    made = []
    for one in matches:
        side = line_side(one.line)
        gap = "" if not one.gap_fen else _("differs by %(yuan)s yuan")
        made.append(
            Source(
                name=str(SOURCES[one.line.source]),
                yuan=shown.yuan(one.fen),
                detail=f"{side.title} · {side.detail}",
                why=str(WHY.get(one.why, one.why)),
                gap=gap % {"yuan": shown.yuan(abs(one.gap_fen))} if gap else "",
            )
        )
    return made


def steps(lines: list[HistoryLine]) -> list[Step]:
    """The history, newest first."""
    return [
        Step(
            title=_title(line),
            when=shown.moment(line.recorded_at),
            who=who_name(line.who, line.role),
            reason=line.reason,
            proof=line.proof,
            index=line.index,
            leaf_hash=line.leaf_hash,
        )
        for line in reversed(lines)
    ]


def _title(line: HistoryLine) -> str:
    """What happened; where evidence came or went, which kind of it."""
    kind = line.opened.get("kind")
    if line.kind in EVIDENCE and isinstance(kind, str) and kind:
        return _("%(what)s: %(name)s") % {"what": line.title, "name": kind_name(kind)}
    return line.title
