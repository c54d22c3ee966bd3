"""Files of the help material: what proves what a supplier says it did."""

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.evidence.public import link, unlink
from niangjia.blocks.orgs.public import organisation
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger import helping, requirements
from niangjia.programmes.assistance_ledger.facts import REVIEW_FILED
from niangjia.programmes.assistance_ledger.models import HelpReview
from niangjia.programmes.assistance_ledger.selectors.evidence import document_get
from niangjia.programmes.assistance_ledger.selectors.scope import reviews_visible_to


@service(permission="reviews.enter", records=FACT)
def review_attach(work: Work, /, *, review_ref: str, document_ref: str, kind: str) -> bool:
    """The document belongs to the review's material; False if it did already.

    Raises NotFound, Conflict (decided already, file erased), Invalid (unknown kind).
    """
    row = _open_review(work, review_ref)
    found = requirements.kinds().get(kind)
    if found is None or found.of != "review":
        message = _("Say what kind of evidence this is.")
        raise Invalid(message, code="evidence_kind_missing", fields={"kind": str(message)})
    document = document_get(work.actor, ref=document_ref)
    if not link(work, subject=f"review:{row.ref}", kind=kind, document_ref=document.ref):
        work.repeated()
        return False
    work.record(_file_fact(work, row, document.ref, document.sha256, kind, ""))
    return True


@service(permission="reviews.enter", records=FACT)
def review_detach(
    work: Work, /, *, review_ref: str, document_ref: str, kind: str, reason: str
) -> None:
    """The document does not belong to the material any more. Raises NotFound, Conflict, Invalid."""
    row = _open_review(work, review_ref)
    if len(reason.strip()) < 2:
        message = _("Say why, in a few words: the reason stays with the record for ever.")
        raise Invalid(message, code="reason_missing", fields={"reason": str(message)})
    document = document_get(work.actor, ref=document_ref)
    unlink(work, subject=f"review:{row.ref}", kind=kind, document_ref=document.ref)
    work.record(_file_fact(work, row, document.ref, document.sha256, kind, reason.strip()[:200]))


def _open_review(work: Work, ref: str) -> HelpReview:
    row = reviews_visible_to(work.actor).select_related("case").filter(ref=ref).first()
    if row is None:
        raise NotFound(_("There is no such review, or it is not yours to see."))
    if row.case.state in helping.STATES:
        raise Conflict(
            _("This was decided already; its files stand as they were."), code="review_decided"
        )
    return row


def _file_fact(
    work: Work, row: HelpReview, document: str, sha256: str, kind: str, reason: str
) -> Fact:
    supplier = organisation(row.supplier_id)
    values: dict[str, Value] = {
        "document": document,
        "document_sha256": sha256,
        "kind": kind,
        "review": row.ref,
        "taken_off": bool(reason),
    }
    if reason:
        values["reason"] = reason
    owners = {BUSINESS: f"org:{supplier.ref}"}
    return Fact(REVIEW_FILED, f"review:{row.ref}", work.at, values, owners)
