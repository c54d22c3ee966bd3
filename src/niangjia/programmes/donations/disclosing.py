"""When the law asks for the next disclosure of a raising, and which are late."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from niangjia.blocks.indicators.public import PublishedBulletin, due_dates, indicator_at
from niangjia.core import clock
from niangjia.programmes.donations.counting import INDICATOR
from niangjia.programmes.donations.selectors.raisings import RaisingView

MARKS = (30, 7, 0)  # days before; 0: it is overdue
AHEAD = 120  # days that an open end is looked ahead


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A disclosure that is asked for. as_of: the last day that it covers; due_on: by when; final:
    of the whole raising. number: of the bulletin that meets it, 0 for none; met_on: its day."""

    as_of: dt.date
    due_on: dt.date
    final: bool
    number: int = 0
    met_on: dt.date | None = None

    def state(self, today: dt.date) -> str:
        """`met`, `late` (met after its day), `overdue`, `soon` (within 30 days), `later`."""
        if self.met_on is not None:
            return "met" if self.met_on <= self.due_on else "late"
        if today > self.due_on:
            return "overdue"
        return "soon" if (self.due_on - today).days <= MARKS[0] else "later"


def disclosures(
    raising: RaisingView, published: Sequence[PublishedBulletin], today: dt.date
) -> list[Disclosure]:
    """All of a raising that are known by now, in order, each with the first bulletin that meets it:
    whose cut-off lies on its last day or later."""
    if raising.opened_at is None:
        return []
    calendar = indicator_at(INDICATOR, raising.opened_at).calendar
    if calendar is None:
        return []
    until = max(today + dt.timedelta(days=AHEAD), raising.last_on or today)
    found = due_dates(calendar, raising.first_on, raising.last_on, until)
    oldest_first = sorted(published, key=lambda one: one.number)
    return [_met(Disclosure(*one), oldest_first) for one in found]


def _met(one: Disclosure, published: Sequence[PublishedBulletin]) -> Disclosure:
    for bulletin in published:
        if clock.day_of(bulletin.as_of) >= one.as_of:
            day = clock.day_of(bulletin.published_at)
            return Disclosure(one.as_of, one.due_on, one.final, bulletin.number, day)
    return one


def mark_of(due_on: dt.date, today: dt.date) -> int | None:
    """Which reminder is to be there on this day; None: it is too early for any."""
    left = (due_on - today).days
    if left < 0:
        return 0
    return min((mark for mark in MARKS if mark and left <= mark), default=None)
