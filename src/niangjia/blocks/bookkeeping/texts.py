"""Refusals and amounts in words."""

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.bookkeeping.rules import State, is_amount
from niangjia.blocks.bookkeeping.types import (
    MAX_AMOUNT,
    MONEY,
    AnyOrder,
    Order,
    Outcome,
)
from niangjia.core.errors import Conflict, DomainError, Invalid
from niangjia.lib.money import format_yuan

AMOUNT = _(
    "%(asked)s cannot be booked: an amount is a whole number of fen or units, from 1 to %(most)s."
    " Nothing was booked; correct the amount."
)
NO_ACCOUNT = _(
    "The book %(book)s has no account %(account)s. Nothing was booked; open the account first."
)
SAME = _("“%(title)s” would pay itself %(asked)s. Nothing was booked; name two different accounts.")
DIFFER = _(
    "“%(title)s” holds %(asset)s, the account on the other side something else. Nothing was"
    " booked; name two accounts of the same asset."
)
FLOOR = _(
    "“%(title)s” has %(there)s left, and %(asked)s is asked for. Nothing was booked; ask for less,"
    " or wait until more has come in."
)
USED = _(
    "The number %(key)s was booked before with other accounts or amounts. Nothing was booked;"
    " look the earlier one up, and give this one a number of its own."
)
NO_HOLD = _("Nothing is held under the number %(of)s. Nothing was booked; check the number.")
OVER = _(
    "What was held under the number %(of)s is settled or released already. Nothing was booked;"
    " look up what became of it."
)
HOLD_AMOUNT = _(
    "More cannot be settled than is held under %(of)s, and not nothing at all. Nothing was booked;"
    " correct the amounts, or release it."
)
OVERFLOW = _(
    "“%(title)s” would pass the largest sum that a book can hold. Nothing was booked; check the"
    " amount of %(asked)s."
)
SAID: dict[str, tuple[type[DomainError], object]] = {
    "amount": (Invalid, AMOUNT),
    "no_account": (Invalid, NO_ACCOUNT),
    "same_account": (Invalid, SAME),
    "assets_differ": (Invalid, DIFFER),
    "hold_amount": (Invalid, HOLD_AMOUNT),
    "overflow": (Invalid, OVERFLOW),
    "floor": (Conflict, FLOOR),
    "key_used_otherwise": (Conflict, USED),
    "no_hold": (Conflict, NO_HOLD),
    "hold_over": (Conflict, OVER),
}


def amount_text(asset: str, amount: int) -> str:
    """`¥ 1,234.56`, or `1,234` for counted units."""
    return f"¥ {format_yuan(amount)}" if asset == MONEY else f"{amount:,}"


def asset_text(asset: str) -> str:
    """The asset in words: money, units of an item, a quota."""
    kind, _colon, code = asset.partition(":")
    named: dict[str, object] = {
        "item": _("%(code)s (pieces)"),
        "quota": _("%(code)s (quota)"),
    }
    return str(named[kind]) % {"code": code} if kind in named else str(_("money"))


def refusal(book: str, state: State, order: AnyOrder, outcome: Outcome) -> DomainError:
    """The error that says why an order is refused, decided against `state`."""
    kind, text = SAID[outcome.refused]
    account = state.accounts.get(outcome.account)
    asset = account.asset if account else MONEY
    return kind(
        text,
        code=outcome.refused,
        book=book,
        account=outcome.account,
        title=(account.title or account.code) if account else outcome.account,
        asset=asset_text(asset),
        there=amount_text(asset, account.free if account else 0),
        asked=_asked(order, outcome, asset),
        most=f"{MAX_AMOUNT:,}",
        key=order.key,
        of=getattr(order, "of", ""),
    )


def _asked(order: AnyOrder, outcome: Outcome, asset: str) -> str:
    """What the order asks of the account it failed at; of wrong amounts the first, as it is."""
    legs = order.legs if isinstance(order, Order) else ()
    if outcome.refused == "amount":
        return str(next((leg.amount for leg in legs if not is_amount(leg.amount)), 0))
    named = [leg.amount for leg in legs if outcome.account in (leg.debit, leg.credit)]
    return amount_text(asset, sum(named))
