"""Where did my 100 yuan go? Answered from the books by the raising's stated rule."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from niangjia.blocks.bookkeeping.public import Draw, draws, transfers_of_fact
from niangjia.programmes.donations import books, rules
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.spending_models import Application


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a gift that was spent. n_signed: how many people signed for the payment; signed:
    all of it was signed for."""

    application: Application
    fen: int
    n_signed: int
    settled: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """Where a gift of money went. net_fen: what counts of it; fund: pool, or a direction's."""

    net_fen: int
    left_fen: int
    directed: bool
    parts: tuple[Part, ...]


def followed(gift: Gift) -> Followed:
    """Each payment that a gift of money bore a part of, and what is left of it.

    The books say in which order money came and went; the payments since, not the gifts, are read.
    Where the donor agreed to another use the rest is followed on in the other fund.
    """
    net, directed = gift.fen + gift.changed_fen, gift.direction is not None
    moves = list(gift.redirections.select_related("before", "after").order_by("id"))
    stages = [(gift.fact_ref, moves[0].before if moves else gift.direction)]
    stages += [(one.fact_ref, one.after) for one in moves if one.moved_fen]
    asks = set(gift.asks.values_list("ref", flat=True))
    asks |= {one.ref for one in moves}
    amount, spent = gift.fen, list[tuple[str, int]]()
    for number, (fact_ref, direction) in enumerate(stages):
        account = books.fund(gift.raising.slug, direction)
        mine = [one for one in transfers_of_fact(fact_ref) if one.credit == account]
        if not mine:
            break
        drawn = [
            _drawn(one, asks, gift.ref) for one in draws(books.BOOK, account, after=mine[0].id)
        ]
        parts, left = rules.shares(amount, drawn, gift.ref)
        spent += parts
        amount = moves[number].moved_fen if number < len(stages) - 1 else left
    return Followed(net, amount, directed, _parts(spent))


def _drawn(one: Draw, asks: Collection[str], gift_ref: str) -> rules.Drawn:
    """`paid:<application>` is a payment; `adjust:<ask>` was given back of one gift, `redirect:...`
    went to another fund with it."""
    kind, _colon, ref = one.key.partition(":")
    if kind in ("adjust", "redirect"):
        return rules.Drawn(gift_ref if ref in asks else ref, one.amount, one.before, True)
    return rules.Drawn(ref, one.amount, one.before)


def _parts(spent: Sequence[tuple[str, int]]) -> tuple[Part, ...]:
    refs = [ref for ref, _fen in spent]
    rows = Application.objects.filter(ref__in=refs).select_related("case", "raising")
    people = Sum("signatures__n_people")
    found = {row.ref: (row, n) for row, n in _with_people(rows.annotate(n_signed=people))}
    return tuple(
        Part(found[ref][0], fen, found[ref][1], found[ref][0].case.state == "settled")
        for ref, fen in spent
        if ref in found
    )


def _with_people(rows: QuerySet[Application]) -> Iterator[tuple[Application, int]]:
    for row in rows:
        yield row, getattr(row, "n_signed", None) or 0
