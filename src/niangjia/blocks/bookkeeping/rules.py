"""The engine: is an order taken, and what does it do to the accounts? Decided one by one, in order.

Two-phase transfers as in TigerBeetle: posted at once, or held (pending) and then settled or voided.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from niangjia.blocks.bookkeeping.types import (
    MAX_AMOUNT,
    MAX_SUM,
    STATE_OF,
    AccountIn,
    AnyOrder,
    Kind,
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


class Account(NamedTuple):
    """What does not change about an account."""

    pk: int
    code: str
    asset: str
    normal: Side
    floored: bool
    title: str = ""


class Refusal(NamedTuple):
    """Why a leg is not taken, and the account that it fails at."""

    code: str
    account: str


class Line(NamedTuple):
    """A leg to be written. held: of a settled or voided hold, what is pending no more.

    debit_after, credit_after: posted balance of either account, on its normal side.
    """

    leg: int
    kind: Kind
    debit: Account
    credit: Account
    amount: int
    held: int
    debit_after: int
    credit_after: int


class Taken(NamedTuple):
    """An order that was booked. legs: (debit, credit, amount) by code; of: the hold it ended."""

    kind: Kind
    legs: tuple[tuple[str, str, int], ...]
    of: str = ""


class Decision(NamedTuple):
    """What is to be written; nothing if refused or repeated. sums: of each account it touches."""

    outcome: Outcome
    lines: tuple[Line, ...] = ()
    sums: Mapping[str, Sums] = {}
    taken: Taken | None = None


@dataclass(slots=True)
class State:
    """What orders are decided against. taken: by key; ended: holds that are over."""

    accounts: Mapping[str, Account]
    sums: dict[str, Sums]
    taken: dict[str, Taken] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)

    def take(self, decision: Decision) -> None:
        """The state is as after the decision."""
        if decision.taken is None:
            return
        self.sums.update(decision.sums)
        self.taken[decision.outcome.key] = decision.taken
        if decision.taken.of:
            self.ended.add(decision.taken.of)


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


def decide(state: State, order: AnyOrder) -> Decision:
    """What becomes of an order; the state is left as it is."""
    if isinstance(order, Order):
        return _order(state, order)
    return _ending(state, order)


def _refused(order: AnyOrder, kind: Kind, code: str, account: str = "") -> Decision:
    return Decision(Outcome(order.key, STATE_OF[kind], False, code, account))


def _again(order: AnyOrder, before: Taken, wanted: Taken) -> Decision:
    if before != wanted:
        return _refused(order, wanted.kind, "key_used_otherwise")
    return Decision(Outcome(order.key, STATE_OF[wanted.kind], True))


def _order(state: State, order: Order) -> Decision:
    kind: Kind = "hold" if order.hold else "post"
    legs = tuple([(leg.debit, leg.credit, leg.amount) for leg in order.legs])
    if not legs or not all([is_amount(amount) for _debit, _credit, amount in legs]):
        return _refused(order, kind, "amount")
    taken = Taken(kind, legs)
    before = state.taken.get(order.key)
    if before is not None:
        return _again(order, before, taken)
    sums: dict[str, Sums] = {}
    lines = []
    for number, leg in enumerate(legs):
        found = _leg(state, sums, number, kind, leg)
        if not isinstance(found, Line):
            return _refused(order, kind, *found)
        lines.append(found)
    return Decision(Outcome(order.key, STATE_OF[kind], False), tuple(lines), sums, taken)


def is_amount(amount: object) -> bool:
    """True for a whole number of 1 to 2**53-1; neither a truth value nor a float is one."""
    return type(amount) is int and 1 <= amount <= MAX_AMOUNT


def _pair(state: State, debit: str, credit: str) -> tuple[Account, Account] | Refusal:
    one, other = state.accounts.get(debit), state.accounts.get(credit)
    if one is None:
        return Refusal("no_account", debit)
    if other is None:
        return Refusal("no_account", credit)
    if debit == credit:
        return Refusal("same_account", debit)
    return (one, other) if one.asset == other.asset else Refusal("assets_differ", credit)


def _leg(
    state: State, sums: dict[str, Sums], number: int, kind: Kind, leg: tuple[str, str, int]
) -> Line | Refusal:
    """The line of a leg, its effect put into `sums`."""
    debit, credit, amount = leg
    pair = _pair(state, debit, credit)
    if isinstance(pair, Refusal):
        return pair
    a, b, c, d = sums.get(debit) or state.sums[debit]
    e, f, g, h = sums.get(credit) or state.sums[credit]
    if a + c + amount > MAX_SUM:
        return Refusal("overflow", debit)
    if f + h + amount > MAX_SUM:
        return Refusal("overflow", credit)
    posted, pending = (0, amount) if kind == "hold" else (amount, 0)
    left = sums[debit] = Sums(a + posted, b, c + pending, d)
    right = sums[credit] = Sums(e, f + posted, g, h + pending)
    if _below(pair[0], left):
        return Refusal("floor", debit)
    if _below(pair[1], right):
        return Refusal("floor", credit)
    return _line(number, kind, pair, (amount, 0), (left, right))


def _below(account: Account, sums: Sums) -> bool:
    """True if less is left than an account with a floor may have."""
    if not account.floored:
        return False
    if account.normal == "debit":
        return sums[0] < sums[1] + sums[3]
    return sums[1] < sums[0] + sums[2]


def _line(
    number: int,
    kind: Kind,
    pair: tuple[Account, Account],
    amounts: tuple[int, int],
    sums: tuple[Sums, Sums],
) -> Line:
    debit, credit = pair
    after = balance_of(debit.normal, sums[0]), balance_of(credit.normal, sums[1])
    return Line(number, kind, debit, credit, *amounts, *after)


def _ending(state: State, order: AnyOrder) -> Decision:
    """A Settle or a Void."""
    assert not isinstance(order, Order)  # noqa: S101 - for mypy
    kind: Kind = "settle" if isinstance(order, Settle) else "void"
    held, before = state.taken.get(order.of), state.taken.get(order.key)
    if held is None or held.kind != "hold" or not _known(state, held):
        return _refused(order, kind, "no_hold" if before is None else "key_used_otherwise")
    amounts = _amounts(order, held)
    if amounts is None:
        return _refused(order, kind, "hold_amount")
    legs = tuple((one[0], one[1], part) for one, part in zip(held.legs, amounts, strict=True))
    taken = Taken(kind, legs, order.of)
    if before is not None:
        return _again(order, before, taken)
    if order.of in state.ended:
        return _refused(order, kind, "hold_over")
    lines, sums = _ended(state, kind, held, amounts)
    return Decision(Outcome(order.key, STATE_OF[kind], False), lines, sums, taken)


def _known(state: State, held: Taken) -> bool:
    return all(
        debit in state.accounts and credit in state.accounts for debit, credit, _n in held.legs
    )


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
    state: State, kind: Kind, held: Taken, amounts: Iterable[int]
) -> tuple[tuple[Line, ...], dict[str, Sums]]:
    """The lines that end a hold: pending goes down by what was held, posted up by the amount."""
    sums: dict[str, Sums] = {}
    lines = []
    for number, ((debit, credit, most), amount) in enumerate(zip(held.legs, amounts, strict=True)):
        posted = amount if kind == "settle" else 0
        a, b, c, d = sums.get(debit) or state.sums[debit]
        sums[debit] = Sums(a + posted, b, c - most, d)
        e, f, g, h = sums.get(credit) or state.sums[credit]
        sums[credit] = Sums(e, f + posted, g, h - most)
        pair = state.accounts[debit], state.accounts[credit]
        after = sums[debit], sums[credit]
        lines.append(_line(number, kind, pair, (amount, most), after))
    return tuple(lines), sums
