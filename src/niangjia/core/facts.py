"""What a fact is: its kind, which fields are open or sealed, and who holds the key to each."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from niangjia.core.errors import ProgrammingError
from niangjia.core.programme import Port

Value = str | int | bool | None | list["Value"] | dict[str, "Value"]
BUSINESS = "business"
ACTOR = "actor"
ACTOR_FIELDS = ("actor_name", "actor_organisation", "actor_person", "actor_role")


@dataclass(frozen=True, slots=True)
class FactKind:
    """A kind of fact, `name/version`. Fields are sealed unless named in `open`.

    open: sorted names anyone may read. sealed: names sealed under the organisation's key.
    personal: slot -> names sealed under that person's key. The actor's slot is added to each kind.
    policy: id of the rule that says which are open; every entry names it.
    groups: (slot, sealed names) in the fixed order of the commitment tree. names: all fields.
    """

    name: str
    version: int
    title: object
    policy: str
    open: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()
    personal: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    id: str = field(init=False)
    groups: tuple[tuple[str, tuple[str, ...]], ...] = field(init=False)
    names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        people = tuple((slot, self.personal[slot]) for slot in sorted(self.personal))
        groups = ((BUSINESS, self.sealed), *people, (ACTOR, ACTOR_FIELDS))
        object.__setattr__(self, "id", f"{self.name}/{self.version}")
        object.__setattr__(self, "groups", groups)
        names = {name for _slot, fields in groups for name in fields}
        object.__setattr__(self, "names", frozenset(names.union(self.open)))


@dataclass(frozen=True, slots=True)
class Fact:
    """One event of the business. values: every field, open and sealed, by name.

    subject: what it is about, `purchase:<public id>`. owners: slot -> key owner (`org:...`).
    reverses: id of the fact that this one takes back. ref: its random id, made if empty.
    """

    kind: FactKind
    subject: str
    occurred_at: dt.datetime
    values: Mapping[str, Value]
    owners: Mapping[str, str]
    reverses: str | None = None
    ref: str = ""


_kinds: dict[str, FactKind] = {}


def declare(kind: FactKind) -> FactKind:
    """Register a kind once; its id can never name another set of fields."""
    if _kinds.get(kind.id, kind) != kind:
        raise ProgrammingError(f"fact kind {kind.id} is declared twice")
    _kinds[kind.id] = kind
    return kind


def kind_of(kind_id: str) -> FactKind:
    return _kinds[kind_id]


def declared_kinds() -> tuple[FactKind, ...]:
    return tuple(_kinds[name] for name in sorted(_kinds))


class Recorder(Protocol):
    """Keeps facts in the caller's transaction; implemented by the ledger."""

    def record(
        self, facts: Sequence[Fact], *, actor: Mapping[str, str], owner: str, at: dt.datetime
    ) -> list[str]:
        """Store the facts; returns their random ids in the same order."""


RECORDER: Port[Recorder] = Port("fact recorder")
