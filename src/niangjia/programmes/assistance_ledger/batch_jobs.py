"""What the worker does for an order on many reports; each report by itself, so one may fail."""

from collections.abc import Mapping
from typing import Any

from django.utils import translation

from niangjia.blocks.orgs.public import actor_under
from niangjia.core import jobs
from niangjia.core.actor import Actor, system_actor
from niangjia.core.errors import DomainError, Unavailable
from niangjia.core.outbox import Interrupted, handles
from niangjia.programmes.assistance_ledger.models import ReportBatch
from niangjia.programmes.assistance_ledger.services.batches import (
    BATCH,
    reports_batch_end,
    reports_batch_note,
    reports_move,
)
from niangjia.programmes.assistance_ledger.services.reporting import MOST_REMINDED, reports_remind

SYSTEM = system_actor("orders on many reports")
AT_ONCE = 5  # reports a transaction


@handles(BATCH, slow=True)
def carry_out(payload: Mapping[str, Any]) -> None:
    """Every report of the order is moved, or it is told why not."""
    order = ReportBatch.objects.get(ref=payload["batch"])
    if order.ended_at is not None or order.asked_at is None:
        return
    why = ""
    with translation.override(payload["language"]):
        try:
            actor = actor_under(payload["login"], payload["organisation"], payload["role"])
            _each(actor, order)
        except Unavailable:
            raise
        except DomainError as error:
            why = str(error)
        reports_batch_end(SYSTEM, batch_ref=order.ref, why=why)


def _each(actor: Actor, order: ReportBatch) -> None:
    size = MOST_REMINDED if order.step == "remind" else AT_ONCE
    rest = [(ref, version) for ref, version in order.chosen[order.passed :]]
    for at in range(0, len(rest), size):
        if jobs.stopping():
            raise Interrupted
        if ReportBatch.objects.filter(pk=order.pk, stop=True).exists():
            return
        few = rest[at : at + size]
        if order.step == "remind":
            done = reports_remind(actor, report_refs=[ref for ref, _version in few])
            reports_batch_note(SYSTEM, batch_ref=order.ref, passed=len(few), done=done)
        else:
            reports_move(
                actor, step=order.step, chosen=few, reason=order.reason, batch_ref=order.ref
            )
