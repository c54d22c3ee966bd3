"""The assessment sheet as PDF, and the sealed scan that comes back."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from niangjia.blocks.desk.public import sheet_keep
from niangjia.blocks.evidence.public import receive
from niangjia.core.errors import DomainError
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger.exporting import TARGET_SHEET
from niangjia.programmes.assistance_ledger.pages import target_sheet as parts
from niangjia.programmes.assistance_ledger.selectors.unit_targets import target_get
from niangjia.programmes.assistance_ledger.services.sealing import sheet_seal
from niangjia.programmes.assistance_ledger.target_files import sheet_rows, sheet_title
from niangjia.ui.page import actor_of


@never_cache
@require_GET
def sheet(request: HttpRequest, ref: str) -> HttpResponse:
    """The newest version as A4, to be signed and sealed; its code can be verified from now on."""
    actor = actor_of(request)
    found = target_get(actor, ref=ref)
    title, rows = sheet_title(found.version), sheet_rows(found.version)
    code, _digest = sheet_keep(actor, kind=TARGET_SHEET, title=title, rows=rows)
    address = request.build_absolute_uri(reverse("desk:verify", args=[code]))
    data = parts.pdf(parts.sheet(found, title, address, code))
    answer = HttpResponse(data, content_type="application/pdf")
    name = f"assessment-{found.row.year}-{found.version.n}.pdf"
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


@require_POST
def scan(request: HttpRequest, ref: str) -> HttpResponse:
    """The sealed sheet is tied to the version that its code names, or vouched for by a reason."""
    actor = authorise(actor_of(request), "unit_targets.file")
    file = request.FILES.get("file")
    reason = request.POST.get("reason", "").replace("\0", "")
    if not isinstance(file, UploadedFile):
        messages.warning(request, _("Choose a file first."))
        return redirect("assistance_ledger:unit_target", ref=ref)
    try:
        target_get(actor, ref=ref)
        got = receive(actor, chunks=file.chunks(), name=file.name or "-")
        sheet_seal(actor, target_ref=ref, document_ref=got.ref, reason=reason)
    except DomainError as error:
        if error.status in (401, 404):
            raise
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The sealed sheet is here; see below what its code says."))
    return redirect("assistance_ledger:unit_target", ref=ref)
