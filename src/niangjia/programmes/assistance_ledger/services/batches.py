"""One step on many reports: asked for at once, carried out by the worker one by one."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from niangjia.core.db.held import hold
from niangjia.core.errors import Conflict, DomainError, Invalid, NotFound, Unavailable
from niangjia.core.service import FACT, JOURNAL, NOTHING, authorise, service
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger import booking, chain
from niangjia.programmes.assistance_ledger.models import Report, ReportBatch, ReportingPeriod
from niangjia.programmes.assistance_ledger.services.reporting import decide, refuse_running
from niangjia.programmes.assistance_ledger.services.taking import reason_of

BATCH = "reports.batch"
MOST, MOST_TOLD = 100_000, 20
SHOWN_FOR = dt.timedelta(days=1)
Chosen = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Many:
    """A step that may be taken on many. states: it starts from; reasoned: it needs a reason."""

    permission: str
    states: tuple[str, ...]
    reasoned: bool = False


STEPS: Mapping[str, Many] = {
    "accept": Many("reports.accept", ("reported",)),
    "remind": Many("reports.remind", chain.NOT_REPORTED),
    "carry": Many("periods.manage", (*chain.NOT_REPORTED, "exempt"), reasoned=True),
}


@service(permission="reports.collect", records=NOTHING)
def reports_batch_propose(work: Work, /, *, period: str, step: str, chosen: Chosen) -> str:
    """The step (of STEPS) and the reports that it would be taken on are noted; returns the order's
    ref. Nothing happens before `reports_batch_ask`.

    chosen: (ref, version of its case as the actor saw it). Raises Denied, Invalid (none chosen, the
    period runs), Conflict (the period is not open).
    """
    authorise(work.actor, STEPS[step].permission)
    if not 0 < len(chosen) <= MOST:
        raise Invalid(_("No report was chosen. Tick the ones you mean, or take all."))
    row = ReportingPeriod.objects.filter(pk=period, closed_at__isnull=True).first()
    if row is None:
        raise Conflict(_("This period is not open."), code="period_not_open")
    if step == "carry":
        refuse_running(row)
    office, ref = work.actor.organisation_id or 0, work.new_id()
    ReportBatch.objects.filter(asked_at__isnull=True, shown_at__lt=work.at - SHOWN_FOR).delete()
    ReportBatch.objects.create(
        ref=ref,
        period=row,
        office_id=office,
        step=step,
        chosen=[list(one) for one in chosen],
        n=len(chosen),
        shown_at=work.at,
    )
    return ref


@service(permission="reports.collect", records=JOURNAL)
def reports_batch_ask(work: Work, /, *, batch_ref: str, reason: str = "") -> None:
    """The worker will take the order's step on each of its reports, under the actor's hat; one that
    moved since it was noted is left and told.

    Raises NotFound, Denied, Invalid (no reason), Conflict (another of the office is under way).
    """
    order = _own(work, batch_ref)
    text = reason_of(reason) if STEPS[order.step].reasoned else ""
    rows = ReportBatch.objects.filter(pk=order.pk, asked_at__isnull=True)
    try:
        with transaction.atomic():
            asked = rows.update(asked_at=work.at, reason=text)
    except IntegrityError as error:
        raise Conflict(
            _("Your office's last order is still under way. Wait for its end, or stop it."),
            code="order_under_way",
        ) from error
    if not asked:
        raise Conflict(_("This order was given already."), code="order_given")
    work.journal("reports.batch", subject=f"batch:{batch_ref}", step=order.step, n=order.n)
    work.send(
        BATCH,
        {
            "batch": batch_ref,
            "login": work.actor.login_id,
            "organisation": work.actor.organisation_id,
            "role": work.actor.role,
            "language": get_language() or "zh-hans",
        },
    )


def _own(work: Work, batch_ref: str) -> ReportBatch:
    """An order of the actor's office whose step is the actor's to take."""
    rows = ReportBatch.objects.filter(ref=batch_ref, office_id=work.actor.organisation_id or 0)
    order = rows.defer("chosen").first()
    if order is None:
        raise NotFound(_("There is no such order, or it is not your office's."))
    authorise(work.actor, STEPS[order.step].permission)
    return order


@service(permission="reports.collect", records=JOURNAL)
def reports_batch_stop(work: Work, /, *, batch_ref: str) -> None:
    """The order is over: the worker takes no further report of it; what was done stays done.

    Raises NotFound, Denied.
    """
    order = _own(work, batch_ref)
    rows = ReportBatch.objects.filter(pk=order.pk, asked_at__isnull=False, ended_at__isnull=True)
    rows.update(stop=True, ended_at=work.at)
    work.journal("reports.batch_stop", subject=f"batch:{batch_ref}")


@dataclass(frozen=True, slots=True)
class Moved:
    """How many were moved or reminded; told: (unit, why) of those that were not."""

    done: int
    told: tuple[tuple[str, str], ...] = ()


@service(permission="reports.collect", records=FACT)
def reports_move(
    work: Work, /, *, step: str, chosen: Chosen, reason: str = "", batch_ref: str = ""
) -> Moved:
    """Each report has moved by `accept` or `carry`, or is left as it was and told.

    chosen: a few of (ref, version of its case): others' writes wait meanwhile. batch_ref: of the
    order that they are the next of. Raises Denied.
    """
    authorise(work.actor, STEPS[step].permission)
    hold(booking.NAME, alone=False)
    rows = Report.objects.filter(ref__in=[ref for ref, _version in chosen])
    units = dict(rows.values_list("ref", "unit__name"))
    told = []
    for ref, version in chosen:
        try:
            with transaction.atomic():
                decide(work, ref, step, version=version, reason=reason)
        except Unavailable:
            raise
        except DomainError as error:
            told.append((units.get(ref, ref), str(error)))
    moved = Moved(len(chosen) - len(told), tuple(told))
    if batch_ref:
        note(work, batch_ref, len(chosen), moved)
    if not moved.done:
        work.repeated()
    return moved


def note(work: Work, batch_ref: str, passed: int, moved: Moved) -> None:
    """The order went through so many more."""
    row = ReportBatch.objects.select_for_update().defer("chosen").get(ref=batch_ref)
    row.passed, row.done = row.passed + passed, row.done + moved.done
    row.failed += len(moved.told)
    row.told = [*row.told, *map(list, moved.told)][:MOST_TOLD]
    row.save(update_fields=["passed", "done", "failed", "told"])


@service(permission="reports.prepare", records=NOTHING)
def reports_batch_note(work: Work, /, *, batch_ref: str, passed: int, done: int) -> None:
    """The order went through so many more, by a step that records nothing."""
    note(work, batch_ref, passed, Moved(done))


@service(permission="reports.prepare", records=NOTHING)
def reports_batch_end(work: Work, /, *, batch_ref: str, why: str = "") -> None:
    """The order is over. why: it could not go on."""
    rows = ReportBatch.objects.filter(ref=batch_ref, ended_at__isnull=True)
    rows.update(why=why[:500], ended_at=work.at)
