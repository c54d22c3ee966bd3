"""Steps that other rooms take inside their own Work: what waits for whom, and what is done."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import F, Q

from niangjia.blocks.desk.inbox import kind_name
from niangjia.blocks.desk.models import InboxItem
from niangjia.blocks.desk.types import Waiting
from niangjia.core import clock
from niangjia.core.db.bulk import insert_rows
from niangjia.core.work import Work


def inbox_put(work: Work, waiting: Sequence[Waiting]) -> None:
    """Each of these waits; what waits already is left as it is."""
    now = clock.real_now()
    for one in waiting:
        kind_name(one.kind)  # an undeclared kind is a fault in the program
    rows = [
        (
            one.kind,
            one.subject,
            one.organisation_id,
            one.role,
            None,
            dict(one.params),
            one.href,
            one.due_on,
            now,
            None,
            0,
            None,
        )
        for one in waiting
    ]
    insert_rows(InboxItem, COLUMNS, rows, ignore_conflicts=True)


COLUMNS = (
    "kind",
    "subject",
    "organisation_id",
    "role",
    "login_id",
    "params",
    "href",
    "due_on",
    "created_at",
    "reminded_at",
    "n_reminders",
    "done_at",
)


def inbox_done(work: Work, subjects: Iterable[str]) -> int:
    """Nothing about these subjects waits any more; returns how many items ended."""
    open_items = InboxItem.objects.filter(subject__in=list(subjects), done_at__isnull=True)
    return open_items.update(done_at=clock.real_now())


def inbox_remind(work: Work, subjects: Iterable[str]) -> int:
    """What waits about these subjects is marked as reminded once more, at most once in 12 hours.

    Returns how many items were marked.
    """
    now = clock.real_now()
    rested = Q(reminded_at__isnull=True) | Q(reminded_at__lt=now - dt.timedelta(hours=12))
    open_items = InboxItem.objects.filter(rested, subject__in=list(subjects), done_at__isnull=True)
    return open_items.update(reminded_at=now, n_reminders=F("n_reminders") + 1)
