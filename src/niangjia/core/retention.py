"""The journal of private acts is kept for three years, then its entries are gone."""

import datetime as dt

from django.db import transaction

from niangjia.core import clock
from niangjia.core.models import JournalEntry

KEPT = dt.timedelta(days=3 * 366)
BATCH = 1_000  # in one transaction, so that others get their turn


def sweep() -> int:
    """Entries older than three years are gone, at most 1,000 at a time; returns how many."""
    old = JournalEntry.objects.filter(at__lt=clock.real_now() - KEPT).order_by("at", "id")
    ids = list(old.values_list("id", flat=True)[:BATCH])
    if ids:
        with transaction.atomic():
            JournalEntry.objects.filter(pk__in=ids).delete()
    return len(ids)
