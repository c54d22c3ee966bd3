"""Papers and photos of a hand-over, a payment or a gift: sent, and looked at."""

from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from niangjia.blocks.evidence.public import PICTURE, SMALL, links_of, read, receive
from niangjia.core.errors import DomainError, NotFound
from niangjia.core.service import authorise
from niangjia.programmes.donations.papers import raising_of_subject
from niangjia.programmes.donations.selectors.raisings import raising_get
from niangjia.programmes.donations.services import paper_attach
from niangjia.ui.page import actor_of

PAGES = {"hand_over": "hand_over", "spending": "application", "gift": "gift"}
PARTS = {"file": "", "picture": PICTURE, "small": SMALL}
TYPES = {"pdf": "application/pdf", "png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
MOST_FILES = 10


@require_POST
def attach(request: HttpRequest, what: str, ref: str) -> HttpResponse:
    """Files are received and attached, each as the kind chosen."""
    if what not in PAGES:
        raise NotFound(_("There is nothing here that papers belong to."))
    actor = authorise(actor_of(request), "donations.document")
    n = 0
    for upload in request.FILES.getlist("files")[:MOST_FILES]:
        try:
            got = receive(actor, chunks=upload.chunks(), name=upload.name or "file")
            paper_attach(
                actor,
                subject=f"{what}:{ref}",
                document_ref=got.ref,
                kind=request.POST.get("kind", ""),
            )
            n += 1
        except DomainError as error:
            messages.error(request, str(error))
    if n:
        messages.success(request, _("Attached."))
    elif not request.FILES:
        messages.warning(request, _("Choose a file or a photo first."))
    return redirect(f"{reverse(f'donations:{PAGES[what]}', args=[ref])}#files")


@never_cache
@require_GET
def part(request: HttpRequest, what: str, ref: str, document: str, part: str) -> HttpResponse:
    """The bytes of a file, or a smaller picture of it, closed to scripts."""
    actor = authorise(actor_of(request), "donations.see")
    subject = f"{what}:{ref}"
    raising_get(actor, slug=raising_of_subject(subject))
    found = next((x.document for x in links_of([subject]) if x.document.ref == document), None)
    if found is None or part not in PARTS:
        raise NotFound(_("There is no such file, or it is not yours to see."))
    kind = TYPES.get(found.format, "application/octet-stream") if part == "file" else "image/jpeg"
    response = HttpResponse(read(document, PARTS[part]), content_type=kind)
    if part == "file":
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
