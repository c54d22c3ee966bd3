"""What came in: accounts, statements, lines with what they may be."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.bookkeeping.public import balance
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise
from niangjia.programmes.donations import bank_sealing, books, donors, matching_rules
from niangjia.programmes.donations.bank_models import BY_HAND, BankAccount, BankLine, Statement
from niangjia.programmes.donations.matching_rules import Candidate, Known, Line, Proposal
from niangjia.programmes.donations.models import Donor, Gift, Raising
from niangjia.programmes.donations.roster_models import Roster
from niangjia.programmes.donations.selectors.raisings import seen_ids
from niangjia.programmes.donations.selectors.twins import twins_of
from niangjia.programmes.donations.statement_files import words

PAGE = 40
MOST_CANDIDATES = 500
STATES = ("open", "matched", "out")


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account. n_open, open_fen: its remainder; target: what donors are told, if anything."""

    ref: str
    slug: str
    title: str
    tail: str
    n_lines: int
    n_open: int
    open_fen: int
    target: bank_sealing.Target | None


def accounts_of(actor: Actor) -> list[AccountView]:
    """Accounts of the raisings that the actor sees, with what waits of each."""
    authorise(actor, "donations.see")
    rows = BankAccount.objects.filter(raising_id__in=seen_ids(actor)).select_related("raising")
    waits = Q(lines__state="open")
    counted = rows.annotate(
        n=Count("lines"), n_open=Count("lines", filter=waits), fen=Sum("lines__fen", filter=waits)
    )
    return [
        AccountView(
            row.ref,
            row.raising.slug,
            row.raising.title,
            row.tail,
            row.n,
            row.n_open,
            row.fen or 0,
            bank_sealing.target_of(row),
        )
        for row in counted.order_by("-id")
    ]


def account_to_give(raising_id: int) -> bank_sealing.Target | None:
    """Where donors of a raising are told to transfer to; None until the foundation said so."""
    row = BankAccount.objects.filter(raising_id=raising_id).exclude(sealed=b"").first()
    return bank_sealing.target_of(row) if row else None


def statements_of(actor: Actor, limit: int = 30) -> list[Statement]:
    """The newest statements of the raisings that the actor sees."""
    authorise(actor, "donations.see")
    rows = Statement.objects.filter(account__raising_id__in=seen_ids(actor))
    rows = rows.exclude(state="given_up").select_related("account__raising")
    return list(rows.order_by("-id")[:limit])


def statement_get(actor: Actor, *, ref: str) -> Statement:
    """A statement. Raises NotFound."""
    authorise(actor, "donations.see")
    rows = Statement.objects.filter(account__raising_id__in=seen_ids(actor))
    row = rows.select_related("account__raising").filter(ref=ref).first()
    if row is None:
        raise NotFound(_("There is no such statement."))
    return row


@dataclass(frozen=True, slots=True)
class LineView:
    """A line. party: in the clear to who matches it while it is open, else masked; proposals: what
    it may be, of an open one; twin: file and row of a line that may be the same transfer."""

    ref: str
    slug: str
    title: str
    tail: str
    at: dt.datetime
    timed: bool
    fen: int
    fee_fen: int
    party: str
    unit: bool
    remark: str
    directed: str
    state: str
    how: str
    gift_ref: str
    gift_number: str
    roster_ref: str
    statement_ref: str
    statement_name: str
    row_no: int
    proposals: tuple[Proposal, ...] = ()
    twin: tuple[str, int] | None = None


def _rows(actor: Actor) -> QuerySet[BankLine]:
    rows = BankLine.objects.filter(account__raising_id__in=seen_ids(actor))
    return rows.select_related("account__raising", "gift", "roster", "statement")


def lines_page(
    actor: Actor, *, slug: str = "", state: str = "open", before: int = 0
) -> tuple[list[LineView], int]:
    """(lines, newest first; the id that the next page begins before, 0 on the last)."""
    authorise(actor, "donations.see")
    rows = _rows(actor).filter(state=state if state in STATES else "open")
    if slug:
        rows = rows.filter(account__raising__slug=slug)
    if before:
        rows = rows.filter(id__lt=before)
    found = list(rows.order_by("-id")[: PAGE + 1])
    more = found[PAGE - 1].pk if len(found) > PAGE else 0
    return _views(actor, found[:PAGE]), more


def line_get(actor: Actor, *, ref: str) -> LineView:
    """One line. Raises NotFound."""
    authorise(actor, "donations.see")
    row = _rows(actor).filter(ref=ref).first()
    if row is None:
        raise NotFound(_("There is no such line."))
    return _views(actor, [row])[0]


def lines_open(actor: Actor, refs: Sequence[str]) -> list[LineView]:
    """Of these lines those that are open."""
    authorise(actor, "gifts.take")
    return _views(actor, list(_rows(actor).filter(ref__in=refs, state="open")))


def _views(actor: Actor, rows: Sequence[BankLine]) -> list[LineView]:
    open_rows = [row for row in rows if row.state == "open"]
    raisings = {row.account.raising_id: row.account.raising for row in open_rows}
    known = {
        pk: known_of(one, [row for row in open_rows if row.account.raising_id == pk])
        for pk, one in raisings.items()
    }
    clear, twins = actor.may("gifts.take"), twins_of(open_rows)
    return [
        _view(row, known.get(row.account.raising_id), twins.get(row.pk), clear=clear)
        for row in rows
    ]


def _view(row: BankLine, known: Known | None, twin: BankLine | None, *, clear: bool) -> LineView:
    payer = bank_sealing.payer_of(row)
    shown = clear and row.state == "open"
    party = row.unit_name or payer.name
    found: list[Proposal] = []
    if row.state == "open" and known is not None:
        unit = bool(row.unit_name)
        line = Line(row.at, row.fen, party, payer.remark, unit, twin is not None)
        found = matching_rules.propose(line, known)
    return LineView(
        ref=row.ref,
        slug=row.account.raising.slug,
        title=row.account.raising.title,
        tail=row.account.tail,
        at=row.at,
        timed=row.timed,
        fen=row.fen,
        fee_fen=row.fee_fen,
        party=party if shown or row.unit_name else masked(payer.name),
        unit=bool(row.unit_name),
        remark=payer.remark if shown or row.unit_name else "",
        directed=matching_rules.directed(payer.remark, words()["directed"]) if shown else "",
        state=row.state,
        how=row.how,
        gift_ref=row.gift.ref if row.gift else "",
        gift_number=row.gift.number if row.gift else "",
        roster_ref=row.roster.ref if row.roster else "",
        statement_ref=row.statement.ref,
        statement_name=row.statement.name,
        row_no=row.row_no,
        proposals=tuple(found),
        twin=(twin.statement.name, twin.row_no) if twin else None,
    )


def masked(name: str) -> str:
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


def known_of(raising: Raising, rows: Sequence[BankLine]) -> Known:
    """All that these open lines of a raising can be."""
    gifts = Gift.objects.filter(raising=raising, kind="cash").select_related("donor")
    near = matching_rules.NEAR
    hand = gifts.filter(
        channel__in=BY_HAND,
        bank_line__isnull=True,
        fen__in={row.fen for row in rows},
        received_at__range=(min(r.at for r in rows) - near, max(r.at for r in rows) + near),
    )
    waiting = Roster.objects.filter(
        raising=raising, state__in=["checked", "taking", "taken"], bank_line__isnull=True
    )
    return Known(
        pledges=_candidates(gifts.filter(state="pledged", roster__isnull=True)),
        gifts=_candidates(hand),
        rosters=[
            Candidate(
                one.ref,
                one.pledge.number if one.pledge else "-",
                one.unit_name,
                one.stated_fen,
                one.brought_at,
            )
            for one in waiting.select_related("pledge")[:MOST_CANDIDATES]
        ],
        platform_fen=balance(books.BOOK, books.platform(raising.slug)).posted,
        platforms=words()["platforms"],
        interest=words()["interest"],
    )


def _candidates(rows: QuerySet[Gift]) -> list[Candidate]:
    return [
        Candidate(
            one.ref,
            one.number,
            donors.opened(one.donor).name if one.donor else "",
            one.fen or one.pledged_fen or 0,
            one.received_at or one.pledged_at or one.recorded_at,
            waits=_waits(one),
        )
        for one in rows.order_by("-id")[:MOST_CANDIDATES]
    ]


def _waits(one: Gift) -> bool:
    """A unit announced its people's money, and their list is still to come."""
    is_unit = one.donor is not None and one.donor.kind == "unit"
    return one.state == "pledged" and one.line == 1 and is_unit


def _masked(donor: Donor | None) -> str:
    return donors.masked_name(donors.opened(donor)) if donor else ""


def names_of_targets(found: Sequence[LineView]) -> dict[str, str]:
    """What the targets of proposals are called: a number and a name, by ref."""
    refs = {p.target for one in found for p in one.proposals if p.target}
    gifts = Gift.objects.filter(ref__in=refs).select_related("donor")
    names = {one.ref: " ".join(filter(None, (one.number, _masked(one.donor)))) for one in gifts}
    rosters = Roster.objects.filter(ref__in=refs).values_list("ref", "unit_name")
    return names | dict(rosters)
