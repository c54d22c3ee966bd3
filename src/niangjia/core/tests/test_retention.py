"""The journal is kept for three years, not longer and not shorter."""

import datetime as dt

import pytest

from niangjia.core import clock, jobs, retention
from niangjia.core.models import JournalEntry

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


def noted(days):
    at = clock.real_now() - dt.timedelta(days=days)
    return JournalEntry.objects.create(at=at, kind="orgs.signed_in").pk


def test_what_was_kept_long_enough_is_gone_and_nothing_else(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    there = set(JournalEntry.objects.values_list("id", flat=True))
    for days in (1099, 1200, 4000):
        noted(days)
    kept = {noted(days) for days in (0, 365, 1094, 1097)}
    job = jobs.Sweeper("journal", retention.sweep)
    assert [job.run_once() for _turn in range(4)] == [True, True, False, False]
    assert set(JournalEntry.objects.values_list("id", flat=True)) == kept | there
