"""What crosses the door of households."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Person:
    """A row of a roster. fields: what else it says, as text by name; gain_fen: what it gained, None
    if the row does not say."""

    id_number: str
    name: str
    relation: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    gain_fen: int | None = None


def gain_of(persons: Sequence[Person]) -> int | None:
    """What these persons gained together; None if no row says."""
    gains = [one.gain_fen for one in persons if one.gain_fen is not None]
    return sum(gains) if gains else None


@dataclass(frozen=True, slots=True)
class HouseholdIn:
    """A household of a roster. number: as the roster gives it; place: village and township;
    n_people: as stated, else persons listed; left: the year it left poverty, `yes` without a year,
    `no`, empty if the roster does not say."""

    number: str
    place: str
    n_people: int
    persons: Sequence[Person]
    left: str = ""

    @property
    def gain_fen(self) -> int | None:
        """What its persons gained together; None if no row says."""
        return gain_of(self.persons)


@dataclass(frozen=True, slots=True)
class Named:
    """A household with its pseudonyms. number: empty where the roster's own number holds in its
    village only; members: one a person."""

    household: HouseholdIn
    number: str
    members: Sequence[str]


@dataclass(frozen=True, slots=True)
class RosterOf:
    """Whose roster it is. subject: what it is about, `review:<ref>`; party: whose help it shows,
    `supplier:<ref>`."""

    programme: str
    year: int
    subject: str
    party: str
    county_code: str


@dataclass(frozen=True, slots=True)
class RosterView:
    """A roster without anybody in it. n_struck: households that were not confirmed."""

    ref: str
    subject: str
    party: str
    county_code: str
    year: int
    n_households: int
    n_people: int
    gain_fen: int
    n_struck: int
    taken_at: dt.datetime
    organisation_id: int


@dataclass(frozen=True, slots=True)
class HouseholdView:
    """A household, masked or (after a look that was noted) in the clear. n_rosters: rosters of the
    year that name it; erased: nobody can read it any more."""

    ref: str
    number: str
    place: str
    persons: Sequence[Person]
    n_people: int
    gain_fen: int | None
    left: str
    struck: str
    n_rosters: int
    erased: bool
    in_clear: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """That somebody looked at persons in the clear."""

    at: dt.datetime
    login_id: int | None
    organisation_id: int | None
    role: str
    reason: str


@dataclass(frozen=True, slots=True)
class Once:
    """Households counted once. gain_fen: what their rosters say; left: year (or `yes`, `no`, empty)
    -> households."""

    households: int = 0
    people: int = 0
    gain_fen: int = 0
    left: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeyView:
    """The key of a programme's year. public: 64 hex digits; due: its pseudonyms have been kept long
    enough, the department is to destroy it."""

    programme: str
    year: int
    public: str
    first_used_at: dt.datetime
    destroyed_at: dt.datetime | None
    due: bool
