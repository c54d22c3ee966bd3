"""The sealed sheet of a target, scanned and tied to the version that was printed."""

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.evidence.public import link
from niangjia.blocks.orgs.public import organisation
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger.facts import SHEET_SEALED
from niangjia.programmes.assistance_ledger.selectors.evidence import document_get
from niangjia.programmes.assistance_ledger.selectors.scope import unit_targets_visible_to
from niangjia.programmes.assistance_ledger.selectors.unit_targets import subject_of
from niangjia.programmes.assistance_ledger.target_files import code_in, sheet_code
from niangjia.programmes.assistance_ledger.unit_target_models import (
    SealedSheet,
)

KIND = "sealed_sheet"


@service(permission="unit_targets.file", records=FACT)
def sheet_seal(work: Work, /, *, target_ref: str, document_ref: str, reason: str = "") -> str:
    """The scan belongs to the version that its QR code names; returns the code, empty if a person
    vouches for it with a reason, because none was found.

    Raises NotFound, Invalid (no code and no reason), Conflict (this scan is there already).
    """
    row = unit_targets_visible_to(work.actor).filter(ref=target_ref).first()
    if row is None or row.unit_id != work.actor.organisation_id:
        raise NotFound(_("There is no such target, or it is not yours to see."))
    document = document_get(work.actor, ref=document_ref)
    code, text = code_in(document.codes), reason.strip()[:500]
    if not code and len(text) < 2:
        message = _("No code of a printed sheet was found in this scan. Say why it is the sheet.")
        raise Invalid(message, code="no_code", fields={"reason": str(message)})
    if SealedSheet.objects.filter(target=row, document_ref=document.ref).exists():
        raise Conflict(_("This scan is here already."), code="sheet_known")
    versions = row.versions.select_related("target__unit").order_by("-n")
    named = next((one for one in versions if code and sheet_code(one) == code), None)
    link(work, subject=f"unit_target:{row.ref}", kind=KIND, document_ref=document.ref)
    unit = organisation(row.unit_id)
    values: dict[str, Value] = {
        "code": code,
        "document": document.ref,
        "document_sha256": document.sha256,
        "n": named.n if named else 0,
        "reason": text if not code else "",
        "target": row.ref,
        "unit": unit.ref,
        "year": row.year,
    }
    told = {name: value for name, value in values.items() if value != ""}
    owners = {BUSINESS: f"org:{unit.ref}"}
    fact = Fact(SHEET_SEALED, subject_of(unit.ref, row.year), work.at, told, owners)
    SealedSheet.objects.create(
        target=row,
        version=named,
        document_ref=document.ref,
        code=code,
        reason="" if code else text,
        received_at=work.at,
        fact_ref=work.record(fact),
    )
    return code
