"""What a fact says of the bookings that it names: `[debit, credit, asset, amount, state]` a leg."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from niangjia.blocks.bookkeeping.loading import parts
from niangjia.blocks.bookkeeping.models import Account, Transfer
from niangjia.blocks.bookkeeping.types import MONEY, AnyOrder, Leg, Order, Settle, State

Posting: TypeAlias = list[str | int]


def postings(
    order: AnyOrder,
    asset_of: Mapping[str, str] | str = MONEY,
    *,
    held: Order | Sequence[Leg] = (),
) -> list[Posting]:
    """The postings of an order, for the field `postings` of its fact; before or after it is taken.

    asset_of: asset by code of account, or the one asset of all legs. held: of a Settle or Void, the
    order that it ends, or its legs (where they are not at hand: `postings_in`).
    """
    legs: Sequence[Leg] = order.legs if isinstance(order, Order) else _legs(held)
    state: State = "voided"
    amounts = [leg.amount for leg in legs]
    if isinstance(order, Order):
        state = "held" if order.hold else "posted"
    elif isinstance(order, Settle):
        state = "posted"
        amounts = amounts if order.amounts is None else list(order.amounts)
    return [
        [
            leg.debit,
            leg.credit,
            asset_of if isinstance(asset_of, str) else asset_of[leg.debit],
            amount,
            state,
        ]
        for leg, amount in zip(legs, amounts, strict=True)
    ]


def _legs(held: Order | Sequence[Leg]) -> Sequence[Leg]:
    return held.legs if isinstance(held, Order) else held


def postings_in(book: str, orders: Sequence[AnyOrder]) -> list[Posting]:
    """The postings of orders one after the other; assets and what is held are looked up.

    A hold may stand earlier among the orders. Unknown accounts and holds are left out: taking the
    orders refuses them.
    """
    made = {one.key: one.legs for one in orders if isinstance(one, Order)}
    held = _held(book, {one.of for one in orders if not isinstance(one, Order)} - made.keys())
    legs = {**held, **made}
    codes = {code for one in legs.values() for leg in one for code in (leg.debit, leg.credit)}
    assets = {
        code: asset
        for part in parts(sorted(codes))
        for code, asset in Account.objects.filter(book__code=book, code__in=part).values_list(
            "code", "asset"
        )
    }
    return [
        posting
        for order in orders
        for posting in postings(
            order,
            {code: assets.get(code, "") for code in codes},
            held=() if isinstance(order, Order) else legs.get(order.of, ()),
        )
    ]


def _held(book: str, keys: set[str]) -> dict[str, tuple[Leg, ...]]:
    found: dict[str, tuple[Leg, ...]] = {}
    names = ("key", "debit__code", "credit__code", "amount")
    mine = Transfer.objects.filter(book__code=book, kind="hold").order_by("id")
    for part in parts(sorted(keys)):
        for key, debit, credit, amount in mine.filter(key__in=part).values_list(*names):
            found[key] = (*found.get(key, ()), Leg(debit, credit, amount))
    return found
