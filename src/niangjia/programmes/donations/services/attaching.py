"""Papers and photos that prove a hand-over, a payment or a gift."""

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.evidence.public import document, link
from niangjia.core.errors import Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.donations.facts import DOCUMENTED
from niangjia.programmes.donations.papers import KINDS, raising_of_subject
from niangjia.programmes.donations.services.raisings import raising_of


@service(permission="donations.document", records=FACT)
def paper_attach(work: Work, /, *, subject: str, document_ref: str, kind: str) -> bool:
    """The document proves this of the subject (`hand_over:<ref>`, `spending:`, `gift:`); False if
    it did already. Raises NotFound, Denied, Conflict (erased), Invalid (kind)."""
    raising = raising_of(work, raising_of_subject(subject))
    found = document(document_ref)
    if found is None or found.organisation_id != work.actor.organisation_id:
        raise NotFound(_("There is no such file, or it is not yours to see."))
    if kind not in KINDS:
        raise Invalid(_("Say what kind of paper this is."), code="kind")
    if not link(work, subject=subject, kind=kind, document_ref=document_ref):
        work.repeated()
        return False
    values: dict[str, Value] = {
        "raising": raising.slug,
        "kind": kind,
        "subject": subject,
        "document": document_ref,
        "document_sha256": found.sha256,
    }
    work.record(
        Fact(DOCUMENTED, subject, work.at, values, {BUSINESS: f"org:{raising.organisation.ref}"})
    )
    return True
