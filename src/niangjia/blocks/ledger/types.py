"""What crosses the ledger's door."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from niangjia.core.facts import Value

ProofState = Literal["recorded", "sequenced", "witnessed"]


@dataclass(frozen=True, slots=True)
class LoggedFact:
    """A fact as the log holds it, for projections. values: open and business ones, no personal."""

    index: int
    ref: str
    kind: str
    values: Mapping[str, Value]
    erased: bool = False


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of a record's history. index is None while the fact waits for its entry."""

    ref: str
    kind: str
    title: str
    recorded_at: dt.datetime
    who: str
    role: str
    reason: str
    reverses: str
    index: int | None
    leaf_hash: str
    root: str

    @property
    def proof(self) -> ProofState:
        return "recorded" if self.index is None else "sequenced"


@dataclass(frozen=True, slots=True)
class AuditResult:
    """Outcome of re-hashing the log. size: entries checked; faults: what does not hold."""

    size: int
    root: str
    faults: tuple[str, ...]
