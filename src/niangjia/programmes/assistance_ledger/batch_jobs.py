"""What the worker does for an order on many reports; each report by itself, so one may fail."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from niangjia.blocks.orgs.public import actor_under
from niangjia.core import jobs
from niangjia.core.actor import Actor, system_actor
from niangjia.core.errors import DomainError, Unavailable
from niangjia.core.outbox import Interrupted, handles
from niangjia.programmes.assistance_ledger import chain
from niangjia.programmes.assistance_ledger.models import Report, ReportBatch
from niangjia.programmes.assistance_ledger.services.batches import BATCH, reports_batch_note
from niangjia.programmes.assistance_ledger.services.reporting import (
    MOST_REMINDED,
    report_decide,
    reports_remind,
)

SYSTEM = system_actor("orders on many reports")
AT_ONCE = 20
Chosen = Sequence[tuple[str, int]]
Told = list[tuple[str, str]]


def take_step(actor: Actor, step: str, chosen: Chosen, reason: str = "") -> tuple[int, Told]:
    """(how many were moved or reminded, (unit, why) of those that were not).

    chosen: at most 500 of (ref, version of its case). One that this step has moved already counts.
    """
    if step == "remind":
        return reports_remind(actor, report_refs=[ref for ref, _version in chosen]), []
    rows = Report.objects.filter(ref__in=[ref for ref, _version in chosen])
    known = {row[0]: row for row in rows.values_list("ref", "unit__name", *_CASE)}
    after = next(one.after for one in chain.REPORT.steps if one.name == step)
    done, told = 0, []
    for ref, version in chosen:
        _ref, unit, state, now = known[ref]
        try:
            if (state, now) != (after, version + 1):
                report_decide(actor, report_ref=ref, step=step, version=version, reason=reason)
            done += 1
        except Unavailable:
            raise
        except DomainError as error:
            told.append((unit, str(error)))
    return done, told


_CASE = ("case__state", "case__version")


@handles(BATCH, slow=True)
def carry_out(payload: Mapping[str, Any]) -> None:
    """Every report of the order is moved, or it is told why not."""
    order = ReportBatch.objects.get(ref=payload["batch"])
    if order.ended_at is not None:
        return
    with translation.override(payload["language"]):
        try:
            actor = actor_under(payload["login"], payload["organisation"], payload["role"])
            _each(actor, order)
        except Unavailable:
            raise
        except DomainError as error:
            _note(order, 0, 0, [(str(_("The order was stopped")), str(error))], ended=True)


def _each(actor: Actor, order: ReportBatch) -> None:
    size = MOST_REMINDED if order.step == "remind" else AT_ONCE
    rest = order.chosen[order.passed :]
    for at in range(0, len(rest), size):
        if jobs.stopping():
            raise Interrupted
        if ReportBatch.objects.filter(pk=order.pk, stop=True).exists():
            break
        few = [(ref, version) for ref, version in rest[at : at + size]]
        done, told = take_step(actor, order.step, few, order.reason)
        _note(order, len(few), done, told)
    _note(order, 0, 0, [], ended=True)


def _note(order: ReportBatch, passed: int, done: int, told: Told, *, ended: bool = False) -> None:
    reports_batch_note(
        SYSTEM, batch_ref=order.ref, passed=passed, done=done, told=told, ended=ended
    )
