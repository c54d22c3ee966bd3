"""What crosses the door of cases. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["own", "district", "city"]


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One way from a state to the next.

    permission: who may; not_by: steps whose person may not take this one in the same round (four
    eyes); returns: sends it back, so it needs a reason and may name fields; anew: what follows is a
    new round, as after a return; consequence: never offered, taken only with something else.
    """

    name: str
    title: object
    before: tuple[str, ...]
    after: str
    permission: str
    not_by: tuple[str, ...] = ()
    returns: bool = False
    needs_reason: bool = False
    anew: bool = False
    consequence: bool = False


@dataclass(frozen=True, slots=True)
class Waits:
    """For whom a state waits, and how many days. kind: of the inbox item; working: the days are
    working days of the Chinese calendar."""

    role: str
    level: Level
    kind: str
    days: int
    working: bool = False


@dataclass(frozen=True, slots=True)
class CaseType:
    """A kind of case: its states with their names, its steps, who is waited for in each state."""

    name: str
    first: str
    states: Mapping[str, object]
    steps: tuple[CaseStep, ...]
    waits: Mapping[str, Waits] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Past:
    """A decision taken. n: its place; round: how often the case had been returned by then."""

    n: int
    step: str
    person_ref: str
    role: str
    organisation_id: int | None
    round: int
    at: dt.datetime
    reason: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """What a check finds. key: what it is known by within its kind; params: what its title says;
    subjects: `purchase:<ref>` and the like; parties: ids of the organisations it is about."""

    kind: str
    key: str
    params: Mapping[str, str | int]
    subjects: Sequence[str]
    parties: Sequence[int]
    county_code: str = ""


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding. state: open, explained, faulty; person, role, reason: of the newest decision."""

    ref: str
    kind: str
    params: Mapping[str, str | int]
    subjects: Sequence[str]
    county_code: str
    state: str
    version: int
    found_at: dt.datetime
    gone_at: dt.datetime | None
    reason: str
    person: str
    role: str
    decided_at: dt.datetime | None
