"""Many records at once: each is taken back, or its line says why not."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.core.errors import DomainError, Invalid
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger.booking import Booking
from niangjia.programmes.assistance_ledger.facts import REVERSED_TOGETHER
from niangjia.programmes.assistance_ledger.looking import look_again
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.selectors.scope import visible_to
from niangjia.programmes.assistance_ledger.services.taking import BATCH, reason_of, reverse


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record. refused: why it was left as it is, in words; empty: taken back."""

    ref: str
    refused: str = ""


@service(permission="purchases.correct", records=FACT)
def purchases_reverse(work: Work, /, *, refs: Sequence[str], reason: str) -> tuple[Outcome, ...]:
    """Every record that can be is reversed with the reason; one outcome per ref, in order.

    What went together is said once more, by a fact of the batch. refs: at most 200. What is
    refused for one record changes nothing of it and stops no other. Raises Invalid (the reason says
    nothing, too many).
    """
    text = reason_of(reason)
    if len(refs) > BATCH:
        raise Invalid(
            gettext_lazy("At most %(n)s rows in a batch."), code="batch_too_large", n=BATCH
        )
    rows = visible_to(work.actor).filter(ref__in=list(refs)).select_related("unit", "supplier")
    there = {purchase.ref: purchase for purchase in rows}
    booking = Booking(purchase.unit_id for purchase in there.values())
    outcomes = {ref: _one(work, booking, ref, there.get(ref), text) for ref in sorted(set(refs))}
    gone = [there[ref] for ref, one in outcomes.items() if not one.refused]
    if gone:
        work.record(_batch_fact(work, gone, text))
    else:
        work.repeated()
    look_again(work, {one.unit_id for one in there.values()})
    return tuple(outcomes[ref] for ref in dict.fromkeys(refs))


def _batch_fact(work: Work, gone: Sequence[Purchase], reason: str) -> Fact:
    """That these were taken back together."""
    batch, owner = work.new_id(), work.actor.organisation_ref
    values: dict[str, Value] = {
        "n": len(gone),
        "amount_fen": sum(one.amount_fen for one in gone),
        "batch": batch,
        "reason": reason,
    }
    owners = {BUSINESS: f"org:{owner}" if owner else "system"}
    return Fact(REVERSED_TOGETHER, f"batch:{batch}", work.at, values, owners)


def _one(work: Work, booking: Booking, ref: str, purchase: Purchase | None, reason: str) -> Outcome:
    if purchase is None:
        return Outcome(ref, _("There is no such record, or it is not yours to see."))
    if purchase.reversed_at is not None:
        return Outcome(ref, _("This record was reversed already. Nothing was changed."))
    try:
        with transaction.atomic():
            reverse(work, booking, purchase, reason)
    except DomainError as error:
        return Outcome(ref, str(error))
    return Outcome(ref)
