"""What a statement of a bank or a wallet holds, once it was read. Pure."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One transfer. row_no: of the file; at: the instant, UTC; timed: whether the file gives a time
    of day (else `at` is the last second of that day); fen: what came in, negative for what went
    out, before the fee; fee_fen: what was kept of it; balance_fen: after it."""

    row_no: int
    at: dt.datetime
    timed: bool
    fen: int
    fee_fen: int = 0
    party: str = ""
    party_account: str = ""
    remark: str = ""
    serial: str = ""
    balance_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Bridge:
    """opening + income - expense - fees = closing, all fen. known: the file gives balances.

    difference: what is printed as closing less what the lines lead to; breaks_at: row after which
    the printed balance no longer follows, 0 if it always does.
    """

    known: bool
    opening_fen: int
    income_fen: int
    expense_fen: int
    fee_fen: int
    closing_fen: int
    difference_fen: int
    breaks_at: int = 0

    @property
    def closes(self) -> bool:
        return not self.known or (self.difference_fen == 0 and self.breaks_at == 0)


@dataclass(frozen=True, slots=True)
class ReadStatement:
    """A statement in order of time. kind: `table` or `mt940`; account: its number, empty if the
    file names none; first_on, last_on: the period it says, or its lines' days."""

    kind: str
    account: str
    first_on: dt.date
    last_on: dt.date
    lines: tuple[ReadLine, ...]
    bridge: Bridge
