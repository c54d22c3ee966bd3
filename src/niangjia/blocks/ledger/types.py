"""What crosses the ledger's door."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    """One line of a record's history. index is None while the fact waits for its entry.

    opened: what its kind's version shows to everybody, by name of the field.
    """

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
    witnessed: bool
    opened: Mapping[str, object] = field(default_factory=dict)

    @property
    def proof(self) -> ProofState:
        if self.index is None:
            return "recorded"
        return "witnessed" if self.witnessed else "sequenced"


@dataclass(frozen=True, slots=True)
class AuditResult:
    """Outcome of going over the log. size: entries; root: of the newest log; faults: what does not
    hold; n_witnessed: of the entries, how many stand under a checkpoint that a quorum cosigned."""

    size: int
    root: str
    faults: tuple[str, ...]
    n_witnessed: int


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """An entry as anybody may read it. index: over all logs of the site; leaf_hash: 32 bytes."""

    index: int
    ref: str
    leaf_hash: bytes
    kind: str
    opened: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """body: the bytes that are hashed; hashes: its inclusion proof. index: in its log."""

    ref: str
    index: int
    body: bytes
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ProvenEntries:
    """checkpoint: the cosigned note under which all of them stand. first: entries of the site
    before that log."""

    first: int
    checkpoint: str
    entries: tuple[ProvenEntry, ...]
