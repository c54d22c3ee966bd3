"""What crosses the door of bookkeeping."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

MAX_AMOUNT = 2**53 - 1  # of a leg: what a fact can carry exactly
MAX_SUM = 2**63 - 1  # of a side of an account, posted and pending together
MONEY = "CNY"  # counted in fen

Side: TypeAlias = Literal["debit", "credit"]
State: TypeAlias = Literal["posted", "held", "voided"]
Kind: TypeAlias = Literal["post", "hold", "settle", "void"]


@dataclass(frozen=True, slots=True)
class AccountIn:
    """An account to be opened.

    code: `assets:bank:main`, parts of [a-z0-9_-] joined by ":", at most 120 characters. asset:
    `CNY` (fen), `item:<code>` (counted units) or `quota:<code>`. normal: the side on which it
    grows. floored: its balance, less what pending transfers hold of it, never falls below 0.
    """

    code: str
    asset: str
    normal: Side
    floored: bool = True
    title: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    """An amount, 1 to 2**53-1, from one account to another of the same asset."""

    debit: str
    credit: str
    amount: int


@dataclass(frozen=True, slots=True)
class Order:
    """Legs that are booked all or not at all.

    key: idempotency key, unique in the book. fact_ref: id of the fact that names it. hold: pending
    until settled or voided.
    """

    key: str
    legs: tuple[Leg, ...]
    at: dt.datetime
    fact_ref: str
    hold: bool = False


@dataclass(frozen=True, slots=True)
class Settle:
    """Posts a held order. of: its key. amounts: one per leg, at most what is held, not all 0, the
    rest is released; None: the whole."""

    key: str
    of: str
    at: dt.datetime
    fact_ref: str
    amounts: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Void:
    """Releases a held order whole. of: its key."""

    key: str
    of: str
    at: dt.datetime
    fact_ref: str


AnyOrder: TypeAlias = Order | Settle | Void


class Outcome(NamedTuple):
    """What became of an order. repeated: it was booked before, and nothing was booked now.

    refused: "" or why not: amount, no_account, same_account, assets_differ, floor,
    key_used_otherwise, no_hold, hold_over, hold_amount, overflow; state then says what was asked
    for. account: code of the account that it failed at. (A tuple: a third of a dataclass's cost.)
    """

    key: str
    state: State
    repeated: bool
    refused: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Balance:
    """An account as it stands, on its normal side.

    held: what pending transfers will take; coming: what they will bring.
    """

    code: str
    asset: str
    normal: Side
    title: str
    posted: int
    held: int
    coming: int

    @property
    def free(self) -> int:
        """What can still be taken."""
        return self.posted - self.held


@dataclass(frozen=True, slots=True)
class TransferView:
    """A leg as booked. amount: posted, held, or (voided) released; id grows with time."""

    id: int
    book: str
    key: str
    leg: int
    kind: Kind
    debit: str
    credit: str
    asset: str
    amount: int
    at: dt.datetime
    fact_ref: str

    @property
    def state(self) -> State:
        return STATE_OF[self.kind]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A transfer as one account sees it. other: the account on the other side.

    change: of the posted balance on the normal side (0 while pending); balance: after it.
    """

    id: int
    at: dt.datetime
    key: str
    kind: Kind
    side: Side
    other: str
    other_title: str
    amount: int
    change: int
    balance: int
    fact_ref: str


@dataclass(frozen=True, slots=True)
class Draw:
    """What an account gave away. key: of the order; before: its balance right before."""

    id: int
    key: str
    amount: int
    before: int


@dataclass(frozen=True, slots=True)
class BookView:
    """A book. n_accounts: opened in it."""

    code: str
    opened_at: dt.datetime
    n_accounts: int


STATE_OF: dict[Kind, State] = {
    "post": "posted",
    "settle": "posted",
    "hold": "held",
    "void": "voided",
}
