"""What an indicator is, as its programme's data file says, and what bulletins hand over."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from niangjia.lib.sumtree import Leaf, Node


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages."""

    en: str
    zh: str

    def of(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Count:
    """A number of heads or things beside the money; `unit`: what is counted (people, units)."""

    id: str
    title: Words
    unit: Words


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line. id: 1 to 255, as it stands in the facts. count: id of the one beside it."""

    id: int
    title: Words
    count: str = ""


@dataclass(frozen=True, slots=True)
class Subtotal:
    """A printed sum of lines."""

    id: str
    title: Words
    of: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """How often the law asks for a disclosure; see rules.due_dates.

    longer_than_months: the periodic ones are asked only of a period longer than this; 0: of all.
    """

    every_months: int
    after_end_months: int
    source: str
    longer_than_months: int = 0


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure that is published. The newest version whose `valid_from` has come is in force.

    adds, changes: ids of the kinds of fact that count; match: their field that holds the scope.
    policy: id of the counting rule that `rule` puts into words.
    """

    id: str
    valid_from: dt.date
    title: Words
    policy: str
    rule: Words
    source: str
    adds: tuple[str, ...]
    changes: tuple[str, ...]
    match: str
    lines: tuple[Line, ...]
    sums: tuple[Subtotal, ...] = ()
    counts: tuple[Count, ...] = ()
    calendar: Calendar | None = None

    @property
    def line_ids(self) -> tuple[int, ...]:
        return tuple(line.id for line in self.lines)


# What one entry adds, net of its adjustments: index, leaf_hash, line, fen.
Contribution = Leaf


@dataclass(frozen=True, slots=True)
class Gathered:
    """contributions: ascending by index, also those that net to 0. counts: by id, as declared."""

    contributions: Iterable[Contribution]
    counts: Mapping[str, int] = field(default_factory=dict)


Gather = Callable[[str, dt.datetime, int], Gathered]


@dataclass(frozen=True, slots=True)
class Change:
    """n: entries; sums: fen of each line, in order, signed."""

    n: int
    sums: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What an indicator adds up to, as of an instant, over so many entries of the site's log."""

    as_of: dt.datetime
    log_size: int
    root: Node
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line or sum as people read it. wan: cut, not rounded. note: what its parts print does not
    add up to what it prints. count: number beside it, None if none is declared."""

    id: str
    title: Words
    fen: int
    wan: int
    note: bool = False
    count: int | None = None
    unit: Words | None = None


@dataclass(frozen=True, slots=True)
class PublishedBulletin:
    """A bulletin as it was published; never changes.

    as_of, published_at: UTC. log_size: entries of the site that it could see. lines: ids, in the
    order of the sums in root. previous, corrects: refs of bulletins, empty for none.
    """

    ref: str
    fact_ref: str
    indicator: str
    scope: str
    number: int
    as_of: dt.datetime
    log_size: int
    log_root: bytes
    policy: str
    lines: tuple[int, ...]
    root: Node
    counts: Mapping[str, int]
    late: Change
    adjusted: Change
    previous: str
    corrects: str
    explanation: str
    document_sha256: str
    published_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Sampled:
    """An audit sample: the seed, and (position among the leaves, index in the log) as drawn."""

    seed: str
    places: tuple[tuple[int, int], ...]
