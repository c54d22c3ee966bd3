"""One step on many reports: asked for at once, carried out by the worker one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
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
    "carry": Many("periods.manage", chain.NOT_REPORTED, reasoned=True),
}


@service(permission="reports.collect", records=JOURNAL)
def reports_batch_ask(
    work: Work,
    /,
    *,
    period: str,
    step: str,
    chosen: Chosen,
    reason: str = "",
) -> str:
    """The worker will take the step (of STEPS) on every report chosen, under the actor's hat.

    chosen: (ref, version of its case as the actor saw it); one that moved meanwhile is left and
    told. Returns the order's ref. Raises Denied, Invalid (none chosen, no reason), Conflict (an
    order of the office is under way).
    """
    many = STEPS[step]
    authorise(work.actor, many.permission)
    text = reason_of(reason) if many.reasoned else ""
    if not 0 < len(chosen) <= MOST:
        raise Invalid(_("No report was chosen. Tick the ones you mean, or take all."))
    row = ReportingPeriod.objects.filter(pk=period, closed_at__isnull=True).first()
    if row is None:
        raise Conflict(_("This period is not open."), code="period_not_open")
    if step == "carry":
        refuse_running(row)
    ref = _keep(work, row, step, chosen, text)
    work.journal("reports.batch", subject=f"period:{period}", step=step, n=len(chosen))
    work.send(
        BATCH,
        {
            "batch": ref,
            "login": work.actor.login_id,
            "organisation": work.actor.organisation_id,
            "role": work.actor.role,
            "language": get_language() or "zh-hans",
        },
    )
    return ref


def _keep(work: Work, row: ReportingPeriod, step: str, chosen: Chosen, reason: str) -> str:
    """The order is noted, unless one of the office is under way: Conflict."""
    ref = work.new_id()
    order = ReportBatch(
        ref=ref,
        period=row,
        office_id=work.actor.organisation_id or 0,
        step=step,
        reason=reason,
        chosen=[list(one) for one in chosen],
        n=len(chosen),
        asked_at=work.at,
    )
    ReportBatch.objects.bulk_create([order], ignore_conflicts=True)
    if not ReportBatch.objects.filter(ref=ref).exists():
        raise Conflict(
            _("Your office's last order is still under way. Wait for its end, or stop it."),
            code="order_under_way",
        )
    return ref


@service(permission="reports.collect", records=JOURNAL)
def reports_batch_stop(work: Work, /, *, batch_ref: str) -> None:
    """The order ends at its next report; what was done stays done. Raises NotFound."""
    rows = ReportBatch.objects.filter(ref=batch_ref, office_id=work.actor.organisation_id or 0)
    if not rows.update(stop=True):
        raise NotFound(_("There is no such order, or it is not your office's."))
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
    row = ReportBatch.objects.select_for_update().defer("chosen").get(ref=batch_ref)
    if why:
        row.told = [*row.told, [str(_("The order was stopped")), why]]
    row.ended_at = work.at
    row.save(update_fields=["told", "ended_at"])
