"""The journal of private acts is kept for three years, then its entries are gone."""

import datetime as dt

from django.db import transaction

from niangjia.core import clock
from niangjia.core.models import JournalEntry

KEPT = dt.timedelta(days=3 * 366)
SWEEP_EVERY = dt.timedelta(hours=1)
BATCH = 1_000  # in one transaction, so that others get their turn


def sweep() -> int:
    """Entries older than three years are gone, at most 1,000 at a time; returns how many."""
    old = JournalEntry.objects.filter(at__lt=clock.real_now() - KEPT).order_by("at", "id")
    ids = list(old.values_list("id", flat=True)[:BATCH])
    if ids:
        with transaction.atomic():
            JournalEntry.objects.filter(pk__in=ids).delete()
    return len(ids)


class JournalJob:
    """A part of the worker's round: once an hour it looks for what was kept long enough."""

    name = "journal"

    def __init__(self) -> None:
        self._next = clock.real_now()

    def run_once(self) -> bool:
        """True while there is more to remove."""
        if clock.real_now() < self._next:
            return False
        if sweep() == BATCH:
            return True
        self._next = clock.real_now() + SWEEP_EVERY
        return False

    def mark(self) -> int:
        return 0

    def reached(self, mark: int) -> bool:
        """Nobody waits for it."""
        return True

    def behind(self) -> int:
        return 0
