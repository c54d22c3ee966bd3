"""Reads of the desk: what waits for the actor."""

from collections.abc import Iterable

from django.db.models import Case, Count, F, Q, QuerySet, When

from niangjia.blocks.desk.inbox import item_title, kind_name
from niangjia.blocks.desk.models import InboxItem
from niangjia.blocks.desk.types import InboxGroup, InboxLine
from niangjia.blocks.orgs.public import organisation_names
from niangjia.core import clock
from niangjia.core.actor import Actor

SHOWN = 6
PER_PAGE = 50


def _mine(actor: Actor) -> QuerySet[InboxItem]:
    """Open items of the actor's hat, of hats covered for others, and of the person alone."""
    hats = [(actor.organisation_id, actor.role), *actor.covers]
    # `done_at` in each part, so that each is looked up in its own partial index.
    wanted = Q(login_id=actor.login_id, done_at__isnull=True)
    for organisation_id, role in hats:
        at = Q(organisation_id=organisation_id, role=role, login_id__isnull=True)
        wanted |= at & Q(done_at__isnull=True)
    rows = InboxItem.objects.filter(wanted)
    return rows.order_by(F("due_on").asc(nulls_last=True), "id")


def inbox_groups(actor: Actor) -> list[InboxGroup]:
    """What waits, by kind, the most urgent kind first; the first few items of each."""
    if not actor.signed_in:
        return []
    today = clock.city_today()
    rows = _mine(actor)
    counts = (
        rows.order_by()
        .values("kind")
        .annotate(n=Count("id"), late=Count(Case(When(due_on__lt=today, then=1))))
    )
    groups = [
        InboxGroup(
            kind=row["kind"],
            name=kind_name(row["kind"]),
            n=row["n"],
            n_overdue=row["late"],
            lines=tuple(_lines(actor, rows.filter(kind=row["kind"])[:SHOWN])),
        )
        for row in counts
    ]
    return sorted(groups, key=lambda one: (-one.n_overdue, _first_due(one), one.name))


def _first_due(group: InboxGroup) -> str:
    due = group.lines[0].due_on if group.lines else None
    return due.isoformat() if due else "9999"


def inbox_page(actor: Actor, *, kind: str, after: int = 0) -> tuple[list[InboxLine], int]:
    """(items of one kind by deadline, place of the next page or 0)."""
    rows = list(_lines(actor, _mine(actor).filter(kind=kind)[after : after + PER_PAGE + 1]))
    return rows[:PER_PAGE], after + PER_PAGE if len(rows) > PER_PAGE else 0


def inbox_counts(actor: Actor) -> tuple[int, int]:
    """(how many wait, how many of them are overdue)."""
    if not actor.signed_in:
        return 0, 0
    late = Count("id", filter=Q(due_on__lt=clock.city_today()))
    found = _mine(actor).order_by().aggregate(n=Count("id"), late=late)
    return found["n"], found["late"]


def _lines(actor: Actor, rows: QuerySet[InboxItem]) -> Iterable[InboxLine]:
    today = clock.city_today()
    listed = list(rows)
    others = {row.organisation_id for row in listed} - {actor.organisation_id, None}
    names = organisation_names(one for one in others if one) if others else {}
    for row in listed:
        yield InboxLine(
            id=row.pk,
            kind=row.kind,
            title=item_title(row.kind, row.params),
            href=row.href,
            due_on=row.due_on,
            is_overdue=row.due_on is not None and row.due_on < today,
            created_at=row.created_at,
            n_reminders=row.n_reminders,
            for_whom=names.get(row.organisation_id or 0, ""),
        )
