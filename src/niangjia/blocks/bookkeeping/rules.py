"""The engine: is an order taken, and what does it do to the accounts? Decided one by one, in order.

Two-phase transfers as in TigerBeetle: posted at once, or held (pending) and then settled or voided.
Written for speed: an order costs some 3 microseconds, so accounts are changed in place.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from niangjia.blocks.bookkeeping.types import (
    MAX_AMOUNT,
    MAX_SUM,
    STATE_OF,
    AccountIn,
    AnyOrder,
    Kind,
    Leg,
    Order,
    Outcome,
    Settle,
    Side,
)

CODE = re.compile(r"[a-z0-9_-]+(:[a-z0-9_-]+)*")
ASSET = re.compile(r"CNY|(item|quota):[A-Za-z0-9_.-]{1,50}")
MAX_CODE, MAX_KEY, MAX_TITLE = 120, 120, 120


class Sums(NamedTuple):
    """The two sides of an account: what is posted on each, and what is pending."""

    debits_posted: int = 0
    credits_posted: int = 0
    debits_pending: int = 0
    credits_pending: int = 0


@dataclass(slots=True, eq=False)
class Account:
    """An account while orders are decided. debit_normal: it grows by debits."""

    pk: int
    code: str
    asset: str
    debit_normal: bool
    floored: bool
    title: str = ""
    debits_posted: int = 0
    credits_posted: int = 0
    debits_pending: int = 0
    credits_pending: int = 0

    @property
    def sums(self) -> Sums:
        return Sums(
            self.debits_posted, self.credits_posted, self.debits_pending, self.credits_pending
        )

    @property
    def posted(self) -> int:
        """The posted balance on the normal side."""
        more = self.debits_posted - self.credits_posted
        return more if self.debit_normal else -more

    @property
    def free(self) -> int:
        """What is left of it beside what is held."""
        return self.posted - (self.credits_pending if self.debit_normal else self.debits_pending)


class Taken(NamedTuple):
    """An order that was booked. legs: (debit, credit, amount) by code; of: the hold it ended."""

    kind: Kind
    legs: tuple[tuple[str, str, int], ...]
    of: str = ""


class Refusal(NamedTuple):
    """Why it is not taken, and the account that it fails at."""

    code: str
    account: str = ""


# leg, kind, debit, credit (keys of rows), amount, held (of an ended hold: pending no more), and the
# posted balance of either account after it, on its normal side
Line: TypeAlias = tuple[int, Kind, int, int, int, int, int, int]
Booked: TypeAlias = "list[Line] | Refusal | None"


@dataclass(slots=True)
class State:
    """What orders are decided against, and then holds them. taken: by key; ended: holds over."""

    accounts: dict[str, Account]
    taken: dict[str, Taken] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)


def balance_of(normal: Side, sums: Sums) -> int:
    """The posted balance on the normal side."""
    return sums[0] - sums[1] if normal == "debit" else sums[1] - sums[0]


def held_of(normal: Side, sums: Sums) -> int:
    """What pending transfers will take from the normal side."""
    return sums[3] if normal == "debit" else sums[2]


def coming_of(normal: Side, sums: Sums) -> int:
    """What pending transfers will bring to the normal side."""
    return sums[2] if normal == "debit" else sums[3]


def is_account(one: AccountIn) -> bool:
    """True if code, asset and side are well formed."""
    return (
        len(one.code) <= MAX_CODE
        and len(one.title) <= MAX_TITLE
        and CODE.fullmatch(one.code) is not None
        and ASSET.fullmatch(one.asset) is not None
        and one.normal in ("debit", "credit")
    )


def is_key(key: str) -> bool:
    """True for 1 to 120 printable characters."""
    return 0 < len(key) <= MAX_KEY and key.isprintable()


def is_amount(amount: object) -> bool:
    """True for a whole number of 1 to 2**53-1; neither a truth value nor a float is one."""
    return type(amount) is int and 1 <= amount <= MAX_AMOUNT


def decide(state: State, order: AnyOrder) -> tuple[Outcome, Sequence[Line]]:
    """What becomes of an order, and the lines to be written: none if it is refused or repeated.

    The state is as after it; after a refusal, as it was.
    """
    kind: Kind
    if isinstance(order, Order):
        kind = "hold" if order.hold else "post"
        booked = _order(state, order, kind)
    else:
        kind = "settle" if isinstance(order, Settle) else "void"
        booked = _ending(state, order, kind)
    if booked is None:
        return Outcome(order.key, STATE_OF[kind], True), ()
    if isinstance(booked, Refusal):
        return Outcome(order.key, STATE_OF[kind], False, *booked), ()
    return Outcome(order.key, STATE_OF[kind], False), booked


def _again(before: Taken, wanted: Taken) -> Booked:
    return None if before == wanted else Refusal("key_used_otherwise")


def _order(state: State, order: Order, kind: Kind) -> Booked:
    """The lines of an order; None if it is a repeat."""
    legs = order.legs
    if not legs:
        return Refusal("amount")
    for leg in legs:
        if type(leg.amount) is not int or not 1 <= leg.amount <= MAX_AMOUNT:
            return Refusal("amount")
    taken = Taken(kind, tuple([(leg.debit, leg.credit, leg.amount) for leg in legs]))
    if order.key in state.taken:
        return _again(state.taken[order.key], taken)
    lines: list[Line] = []
    for leg in legs:
        refused = _leg(state.accounts, leg, kind, lines)
        if refused is not None:
            _undo(state.accounts, legs[: len(lines)], kind)
            return refused
    state.taken[order.key] = taken
    return lines


def _unfit(accounts: dict[str, Account], leg: Leg) -> Refusal | None:
    """Why two accounts cannot stand against each other."""
    if leg.debit not in accounts:
        return Refusal("no_account", leg.debit)
    if leg.credit not in accounts:
        return Refusal("no_account", leg.credit)
    if leg.debit == leg.credit:
        return Refusal("same_account", leg.debit)
    if accounts[leg.debit].asset != accounts[leg.credit].asset:
        return Refusal("assets_differ", leg.credit)
    return None


def _short(debit: Account, credit: Account, amount: int) -> Refusal | None:
    """Why the accounts cannot take the amount."""
    if debit.debits_posted + debit.debits_pending + amount > MAX_SUM:
        return Refusal("overflow", debit.code)
    if credit.credits_posted + credit.credits_pending + amount > MAX_SUM:
        return Refusal("overflow", credit.code)
    if debit.floored and not debit.debit_normal and debit.free < amount:
        return Refusal("floor", debit.code)
    if credit.floored and credit.debit_normal and credit.free < amount:
        return Refusal("floor", credit.code)
    return None


def _leg(accounts: dict[str, Account], leg: Leg, kind: Kind, lines: list[Line]) -> Refusal | None:
    """Both accounts are changed and the line is added; or why not."""
    debit, credit, amount = accounts.get(leg.debit), accounts.get(leg.credit), leg.amount
    if debit is None or credit is None or debit is credit or debit.asset != credit.asset:
        return _unfit(accounts, leg)
    refused = _short(debit, credit, amount)
    if refused is not None:
        return refused
    if kind == "post":
        debit.debits_posted += amount
        credit.credits_posted += amount
    else:
        debit.debits_pending += amount
        credit.credits_pending += amount
    after, other = debit.posted, credit.posted
    lines.append((len(lines), kind, debit.pk, credit.pk, amount, 0, after, other))
    return None


def _undo(accounts: dict[str, Account], legs: Iterable[Leg], kind: Kind) -> None:
    """The accounts are as before these legs."""
    for leg in legs:
        debit, credit = accounts[leg.debit], accounts[leg.credit]
        if kind == "post":
            debit.debits_posted -= leg.amount
            credit.credits_posted -= leg.amount
        else:
            debit.debits_pending -= leg.amount
            credit.credits_pending -= leg.amount


def _ending(state: State, order: AnyOrder, kind: Kind) -> Booked:
    """The lines of a Settle or a Void; None if it is a repeat."""
    of = getattr(order, "of", "")
    held, before = state.taken.get(of), state.taken.get(order.key)
    if held is None or held.kind != "hold" or not _known(state, held):
        return Refusal("no_hold" if before is None else "key_used_otherwise")
    amounts = _amounts(order, held)
    if amounts is None:
        return Refusal("hold_amount")
    legs = tuple((one[0], one[1], part) for one, part in zip(held.legs, amounts, strict=True))
    taken = Taken(kind, legs, of)
    if before is not None:
        return _again(before, taken)
    if of in state.ended:
        return Refusal("hold_over")
    state.taken[order.key] = taken
    state.ended.add(of)
    return _ended(state.accounts, kind, held, amounts)


def _known(state: State, held: Taken) -> bool:
    accounts = state.accounts
    return all(debit in accounts and credit in accounts for debit, credit, _n in held.legs)


def _amounts(order: AnyOrder, held: Taken) -> tuple[int, ...] | None:
    """What is posted (Settle) or released (Void) of each leg; None if that is not to be had."""
    whole = tuple(amount for _debit, _credit, amount in held.legs)
    if not isinstance(order, Settle) or order.amounts is None:
        return whole
    parts = tuple(order.amounts)
    if len(parts) != len(whole) or not all(type(part) is int for part in parts) or not any(parts):
        return None
    return (
        parts if all(0 <= part <= most for part, most in zip(parts, whole, strict=True)) else None
    )


def _ended(
    accounts: dict[str, Account], kind: Kind, held: Taken, amounts: Iterable[int]
) -> list[Line]:
    """The lines that end a hold: pending goes down by what was held, posted up by the amount."""
    lines: list[Line] = []
    for number, ((one, other, most), amount) in enumerate(zip(held.legs, amounts, strict=True)):
        debit, credit = accounts[one], accounts[other]
        posted = amount if kind == "settle" else 0
        debit.debits_posted += posted
        debit.debits_pending -= most
        credit.credits_posted += posted
        credit.credits_pending -= most
        pks = debit.pk, credit.pk
        lines.append((number, kind, *pks, amount, most, debit.posted, credit.posted))
    return lines
