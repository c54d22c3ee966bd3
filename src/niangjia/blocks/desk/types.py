"""What crosses the door of desk."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from niangjia.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for a role at an organisation.

    kind: declared with `inbox_kind`; params fill its title; subject: what it is about; href: where
    it is done; due_on: last day, the city's.
    """

    kind: str
    subject: str
    organisation_id: int
    role: str
    href: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    due_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class InboxLine:
    """An item as its reader sees it. for_whom: the organisation, where another's hat is covered."""

    id: int
    kind: str
    title: str
    href: str
    due_on: dt.date | None
    is_overdue: bool
    created_at: dt.datetime
    n_reminders: int
    for_whom: str = ""


@dataclass(frozen=True, slots=True)
class InboxGroup:
    """Items of one kind. n: all of them, of which `lines` are the first by deadline."""

    kind: str
    name: str
    n: int
    n_overdue: int
    lines: tuple[InboxLine, ...]


# Tokens that must all be there; a clause: any of its alternatives; what is wanted: every clause.
Alternative = tuple[str, ...]
Clause = tuple[Alternative, ...]
Wanted = tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """What the index keeps of one thing. id: its row's; tokens: by blanks between."""

    id: int
    tokens: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found, as its reader sees it. facts: what tells it from others."""

    id: int
    href: str
    title: str
    facts: tuple[str, ...] = ()
    number: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Things of one kind that can be found; declared once by the room that keeps them.

    number: its place in the index, for ever; subject: what its facts are about (`purchase:<ref>`);
    permission: who may look; documents: refs -> what the index keeps, of those that are there;
    scope: tokens of which an actor's finds have some; None: the actor sees nothing;
    hits: those of the ids that the actor may see, newest first; count: how many they are;
    whole: address of the list of all that a query finds.
    follows: names of other kinds of fact after which things that hang on their subject are indexed
    anew; hanging: (the subject's ref, an id, how many) -> (id, ref) of the next of these things.
    """

    name: str
    number: int
    subject: str
    title: object
    permission: str
    documents: Callable[[Sequence[str]], Iterable[Document]]
    scope: Callable[[Actor], Wanted | None]
    hits: Callable[[Actor, Sequence[int]], list[Hit]]
    count: Callable[[Actor, Sequence[int]], int]
    whole: Callable[[str], str]
    follows: frozenset[str] = frozenset()
    hanging: Callable[[str, int, int], list[tuple[int, str]]] | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """Things of one kind so few that they are looked through where they stand; declared once.

    permission: who may look, empty: everybody at the desk; look: (actor, the query, what it wants)
    -> at most 101 hits of what the actor may see, newest first; whole: as of a Source.
    """

    name: str
    title: object
    permission: str
    look: Callable[[Actor, str, Wanted], list[Hit]]
    whole: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """What a query found of one kind; n: as many, or more than that if n_more."""

    name: str
    title: str
    hits: tuple[Hit, ...]
    n: int
    n_more: bool
    whole: str


@dataclass(frozen=True, slots=True)
class KeptView:
    """A list kept under a name. page: route name; query: its address behind the `?`."""

    ref: str
    title: str
    page: str
    query: str
    mine: bool
    shared: bool
