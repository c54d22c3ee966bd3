"""Evidence of records and suppliers: attached, taken off. What is missing never blocks anything."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.evidence.public import DocumentView, link, unlink
from niangjia.blocks.orgs.public import OrgRef
from niangjia.core.errors import Conflict, DomainError, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, FactKind
from niangjia.core.service import FACT, JOURNAL, service
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger import evidencing, requirements
from niangjia.programmes.assistance_ledger.evidencing import Change
from niangjia.programmes.assistance_ledger.facts import (
    EVIDENCED,
    SUPPLIER_EVIDENCED,
    SUPPLIER_UNEVIDENCED,
    UNEVIDENCED,
)
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.selectors.evidence import (
    document_get,
    supplier_get,
)
from niangjia.programmes.assistance_ledger.selectors.scope import visible_to
from niangjia.programmes.assistance_ledger.services.taking import BATCH, reason_of


@dataclass(frozen=True, slots=True)
class Placement:
    """That a document is evidence of this kind of a record."""

    document: str
    purchase: str
    kind: str


@service(permission="evidence.attach", records=FACT)
def evidence_attach(work: Work, /, *, placement: Placement) -> bool:
    """The document is evidence of the record; False if it was already.

    Raises NotFound (record or file not the actor's), Conflict (record reversed, file erased),
    Invalid (unknown kind).
    """
    is_new = _attach(work, placement)
    if not is_new:
        work.repeated()
    return is_new


@service(permission="evidence.attach", records=FACT)
def evidence_place(work: Work, /, *, placements: Sequence[Placement]) -> int:
    """Each document is evidence of its record, where that can be; returns how many were attached.

    At most 200. What is refused for one changes nothing of it and stops no other.
    """
    if len(placements) > BATCH:
        raise Invalid(_("At most %(n)s files in a batch."), code="batch_too_large", n=BATCH)
    n = 0
    for one in placements:
        try:
            with transaction.atomic():
                n += _attach(work, one)
        except DomainError:
            continue
    if not n:
        work.repeated()
    return n


def _attach(work: Work, placement: Placement) -> bool:
    purchase = _held(work, placement.purchase)
    if purchase.reversed_at is not None:
        raise Conflict(
            _("This record was reversed. Attach the file to the one that stands in its place."),
            code="already_reversed",
        )
    _check_kind(placement.kind, "record")
    document = document_get(work.actor, ref=placement.document)
    if not link(
        work,
        subject=evidencing.subject_of(purchase.ref),
        kind=placement.kind,
        document_ref=document.ref,
    ):
        return False
    _record(work, EVIDENCED, purchase, placement.kind, document)
    return True


@service(permission="evidence.attach", records=FACT)
def evidence_detach(work: Work, /, *, placement: Placement, reason: str) -> None:
    """The document is no evidence of the record any more; both that it was and why not stay.

    Raises NotFound, Invalid (the reason says nothing).
    """
    text = reason_of(reason)
    purchase = _held(work, placement.purchase)
    document = document_get(work.actor, ref=placement.document)
    unlink(
        work,
        subject=evidencing.subject_of(purchase.ref),
        kind=placement.kind,
        document_ref=document.ref,
    )
    _record(work, UNEVIDENCED, purchase, placement.kind, document, text)


def _held(work: Work, ref: str) -> Purchase:
    """The record, held so that two who attach at once both count."""
    rows = visible_to(work.actor).filter(ref=ref)
    pk = rows.values_list("pk", flat=True).first()
    if pk is None:
        raise NotFound(_("There is no such record, or it is not yours to see."))
    Purchase.objects.select_for_update().get(pk=pk)
    return Purchase.objects.select_related("unit").get(pk=pk)


def _record(
    work: Work,
    kind: FactKind,
    purchase: Purchase,
    of: str,
    document: DocumentView,
    reason: str = "",
) -> None:
    in_force = purchase.reversed_at is None
    tips = evidencing.reassess(work, purchase) and in_force
    change = Change(of, document, tips=tips, month=purchase.month, reason=reason)
    work.record(evidencing.fact(work, kind, purchase, change))


def _check_kind(code: str, of: str) -> None:
    found = requirements.kinds().get(code)
    if found is None or found.of != of:
        message = _("Say what kind of evidence this is.")
        raise Invalid(message, code="evidence_kind_missing", fields={"kind": str(message)})


@service(permission="evidence.attach_supplier", records=FACT)
def supplier_attach(work: Work, /, *, supplier_ref: str, document_ref: str, kind: str) -> bool:
    """The document is evidence of the supplier, for all of its records; False if it was already.

    Raises NotFound, Conflict (file erased), Invalid (unknown kind).
    """
    supplier = supplier_get(work.actor, ref=supplier_ref)
    _check_kind(kind, "supplier")
    document = document_get(work.actor, ref=document_ref)
    subject = f"supplier:{supplier.ref}"
    if not link(work, subject=subject, kind=kind, document_ref=document.ref):
        work.repeated()
        return False
    work.record(_supplier_fact(work, SUPPLIER_EVIDENCED, supplier, document, kind, ""))
    return True


@service(permission="evidence.attach_supplier", records=FACT)
def supplier_detach(
    work: Work, /, *, supplier_ref: str, document_ref: str, kind: str, reason: str
) -> None:
    """The document is no evidence of the supplier any more. Raises NotFound, Invalid (reason)."""
    text = reason_of(reason)
    supplier = supplier_get(work.actor, ref=supplier_ref)
    document = document_get(work.actor, ref=document_ref)
    if document.organisation_id != work.actor.organisation_id and not work.actor.may(
        "evidence.erase"
    ):
        raise NotFound(_("There is no such file, or it is not yours to see."))
    unlink(work, subject=f"supplier:{supplier.ref}", kind=kind, document_ref=document.ref)
    work.record(_supplier_fact(work, SUPPLIER_UNEVIDENCED, supplier, document, kind, text))


def _supplier_fact(
    work: Work, fact: FactKind, supplier: OrgRef, document: DocumentView, kind: str, reason: str
) -> Fact:
    values = {
        "document": document.ref,
        "document_sha256": document.sha256,
        "kind": kind,
        "supplier": supplier.ref,
    }
    if reason:
        values["reason"] = reason
    owners = {BUSINESS: f"org:{supplier.ref}"}
    return Fact(fact, f"supplier:{supplier.ref}", work.at, dict(values), owners)


@service(permission="evidence.open", records=JOURNAL)
def evidence_opened(work: Work, /, *, document_ref: str, part: str) -> None:
    """That the actor looks at a personal file is noted. Raises NotFound."""
    document = document_get(work.actor, ref=document_ref)
    work.journal("evidence.opened", f"document:{document.ref}", part=part)
