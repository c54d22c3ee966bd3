"""What came in, as pages show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.programmes.donations.bank_models import Statement
from niangjia.programmes.donations.matching_rules import Proposal
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.pages.came_in import HOW, STATEMENT_STATES, WHY
from niangjia.programmes.donations.selectors.bank import LineView
from niangjia.programmes.donations.selectors.reconciling import Month
from niangjia.ui.parts import Column, Table


@dataclass(frozen=True, slots=True)
class Choice:
    """What a line may be: value of the form, words."""

    value: str
    text: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line as a list shows it. sure: ticked at once."""

    ref: str
    party: str
    yuan: str
    detail: str
    directed: str
    choices: tuple[Choice, ...]
    sure: bool
    why: str
    how: str
    href: str
    target: str


def lines(
    found: Sequence[LineView],
    names: Mapping[str, str],
    paid: Mapping[str, tuple[str, str]] | None = None,
) -> list[LineRow]:
    """Lines as rows. paid: what an outgoing line most likely paid."""
    return [_line(one, names, (paid or {}).get(one.ref)) for one in found]


def _line(one: LineView, names: Mapping[str, str], paid: tuple[str, str] | None) -> LineRow:
    when = shown.moment(one.at) if one.timed else shown.day(one.at.date())
    parts = (when, f"…{one.tail}", one.remark, _fee(one.fee_fen))
    first = one.proposals[0] if one.proposals else None
    href = ""
    if one.gift_ref:
        href = reverse("donations:gift", args=[one.gift_ref])
    elif one.roster_ref:
        href = reverse("donations:roster", args=[one.roster_ref])
    return LineRow(
        ref=one.ref,
        party=one.party or _("Payer not named"),
        yuan=shown.yuan(abs(one.fen)),
        detail=" · ".join(part for part in parts if part),
        directed=one.directed,
        choices=tuple(Choice(f"{p.how}:{p.target}", choice(p, names)) for p in one.proposals),
        sure=bool(first and first.sure),
        why=_why(first, one.twin) if first else _paid(paid),
        how=str(HOW[one.how]) if one.how else "",
        href=href,
        target=one.gift_number,
    )


def _why(first: Proposal, twin: tuple[str, int] | None) -> str:
    if first.why != "twin" or twin is None:
        return str(WHY[first.why])
    name, row_no = twin
    said = {"file": name, "row": f"{row_no:,}"}
    return _("may be the same transfer as row %(row)s of %(file)s") % said


def _paid(paid: tuple[str, str] | None) -> str:
    if paid is None:
        return ""
    kind, number = paid
    if kind == "refund":
        return _("same amount as the refund of gift %(number)s") % {"number": number}
    return _("same amount as payment %(number)s") % {"number": number}


def _fee(fen: int) -> str:
    return _("fee ¥ %(yuan)s") % {"yuan": shown.yuan(fen)} if fen else ""


def choice(one: Proposal, names: Mapping[str, str]) -> str:
    """A proposal in words, with by how much the amounts differ."""
    gap = f"{'+' if one.gap_fen > 0 else ''}{shown.yuan(one.gap_fen)}" if one.gap_fen else ""
    return " · ".join(filter(None, (str(HOW[one.how]), names.get(one.target, ""), gap)))


def bridge(row: Statement) -> list[tuple[str, str, str]]:
    """(sign, name, yuan) from the opening to the closing balance; without them the sums alone."""
    middle = [
        ("+", _("Came in"), shown.yuan(row.income_fen)),
        ("−", _("Went out"), shown.yuan(row.expense_fen)),
        ("−", _("Fees"), shown.yuan(row.fee_fen)),
    ]
    if row.opening_fen is None or row.closing_fen is None:
        return middle
    return [
        ("", _("Opening balance"), shown.yuan(row.opening_fen)),
        *middle,
        ("=", _("Closing balance"), shown.yuan(row.closing_fen)),
    ]


def period(row: Statement) -> str:
    return f"{shown.day(row.first_on)} – {shown.day(row.last_on)}"


def statements(found: Sequence[Statement]) -> Table:
    """The list of statements."""
    columns = (
        Column(_("File"), '<a href="{0}">{1}</a><small>{2}</small>', lead=True),
        Column(_("Account"), '<span class="num">{3}</span>'),
        Column(_("Covers"), '<span class="num">{4}</span>'),
        Column(_("Lines"), "{5}", numeric=True),
        Column(_("Came in (yuan)"), "{6}", numeric=True),
        Column(_("State"), '<span class="tag {7}">{8}</span>'),
    )
    rows = [
        (
            reverse("donations:statement_file", args=[one.ref]),
            one.name,
            one.account.raising.title,
            f"…{one.account.tail}",
            period(one),
            f"{one.n_lines:,}",
            shown.yuan(one.income_fen),
            "good" if one.state == "taken" else "warn",
            STATEMENT_STATES[one.state],
        )
        for one in found
    ]
    return Table(_("Statements"), columns, rows)


def months(found: Sequence[Month]) -> Table:
    """The reconciliation: what came in, and what it is, to the fen."""
    columns = (
        Column(_("Month"), '<span class="num">{0}</span><small>{1} …{2}</small>', lead=True),
        Column(_("Bank lines"), "{3}", numeric=True),
        Column(_("Gifts"), "{4}", numeric=True),
        Column(_("Rosters"), "{5}", numeric=True),
        Column(_("Payouts"), "{6}", numeric=True),
        Column(_("No gift"), "{7}", numeric=True),
        Column(_("Waits"), "{8}", numeric=True),
        Column(_("Difference (yuan)"), '<span class="tag {9}">{10}</span>', numeric=True),
        Column(_("Fees"), "{11}", numeric=True),
        Column(_("Went out"), "{12}", numeric=True),
    )
    rows = [
        (
            one.month,
            one.title,
            one.tail,
            *map(
                shown.yuan,
                (
                    one.income_fen,
                    one.gifts_fen,
                    one.rosters_fen,
                    one.payouts_fen,
                    one.others_fen,
                    one.open_fen,
                ),
            ),
            "bad" if one.difference_fen else "good",
            shown.yuan(one.difference_fen),
            shown.yuan(one.fee_fen),
            shown.yuan(one.out_fen),
        )
        for one in found
    ]
    return Table(_("Reconciliation"), columns, rows)
