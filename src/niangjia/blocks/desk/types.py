"""What crosses the door of desk."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


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
