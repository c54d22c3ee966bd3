"""Evidence: one box for all files, where they belong, the checklist of a record, one file."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from niangjia.blocks.evidence.public import (
    MOST_BYTES,
    PICTURE,
    SMALL,
    DocumentView,
    Received,
    document,
    evidence_discard,
    links_to,
    n_unplaced,
    read,
    receive,
)
from niangjia.core.actor import Actor
from niangjia.core.errors import DomainError, Invalid, NotFound
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger.pages import evidence as parts
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.selectors import Filters, purchases_page
from niangjia.programmes.assistance_ledger.selectors.evidence import (
    document_get,
    is_personal,
    named_subjects,
    proposals,
    proposed,
    recorded_on_invoice,
)
from niangjia.programmes.assistance_ledger.services.evidence import (
    Placement,
    evidence_attach,
    evidence_detach,
    evidence_opened,
    evidence_place,
    supplier_attach,
    supplier_detach,
)
from niangjia.programmes.assistance_ledger.services.review_files import review_attach, review_detach
from niangjia.ui.page import actor_of

TYPES = {
    "pdf": "application/pdf",
    "ofd": "application/ofd",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "xml": "application/xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PARTS = {"file": "", "picture": PICTURE, "small": SMALL}
MOST_FILES = 100  # in one form; the page's script sends one at a time, so that any number goes


@never_cache
@require_GET
def evidence(request: HttpRequest) -> HttpResponse:
    """What is still missing: the box for files, those to be placed, records that lack evidence."""
    actor = authorise(actor_of(request), "evidence.open")
    before = request.GET.get("before", "")
    cursor = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0
    kind = request.GET.get("kind", "")
    found, more = proposals(actor, before=cursor) if actor.may("evidence.attach") else ([], 0)
    filters = Filters(evidence=kind if kind in dict(parts.kind_choices("record")) else "missing")
    page = purchases_page(actor, filters=filters, after=request.GET.get("after", ""))
    context = {
        "waiting": parts.waiting(found),
        "n_waiting": n_unplaced(actor.organisation_id) if actor.organisation_id else 0,
        "more": more,
        "kinds": parts.kind_choices("record"),
        "kind": kind,
        "records": parts.lacking(page.rows),
        "n_lacking": f"{page.n:,}+" if page.n_more else f"{page.n:,}",
        "next": page.next,
        "list_query": f"evidence={filters.evidence}",
        "may_attach": actor.may("evidence.attach"),
        "most": MOST_BYTES,
        "most_files": MOST_FILES,
    }
    return render(request, "assistance_ledger/evidence.html", context)


@dataclass(frozen=True, slots=True)
class Place:
    """What the form's files are for: refs, and the kind; empty if not said."""

    purchase: str
    supplier: str
    review: str
    kind: str


def _place_of(request: HttpRequest) -> Place:
    names = ("purchase", "supplier", "review", "kind")
    return Place(*(request.POST.get(name, "").replace("\0", "")[:200] for name in names))


@require_POST
def evidence_new(request: HttpRequest) -> HttpResponse:
    """Files are brought, for one record or to be placed; each is taken or refused by itself."""
    actor = authorise(actor_of(request), "evidence.send")
    files = [one for one in request.FILES.getlist("file") if isinstance(one, UploadedFile)]
    told = [_bring(request, actor, one) for one in files[:MOST_FILES]]
    if "X-Upload" in request.headers:
        return JsonResponse({"files": told})
    if not files:
        messages.warning(request, _("Choose a file first."))
    for one in told:
        say = messages.warning if one["refused"] else messages.success
        say(request, one["refused"] or one["told"])
    return _back(request)


def _bring(request: HttpRequest, actor: Actor, file: "UploadedFile[Any]") -> dict[str, str]:
    """What became of one file: its ref, where it is, what is told of it; or why it was refused."""
    name = file.name or "-"
    try:
        got = receive(actor, chunks=file.chunks(), name=name)
        told = _put(request, actor, got, name)
    except DomainError as error:
        return {"name": name, "ref": "", "told": "", "refused": str(error), "href": ""}
    href = reverse("assistance_ledger:evidence_one", args=[got.ref])
    return {"name": name, "ref": got.ref, "told": told, "refused": "", "href": href}


def _put(request: HttpRequest, actor: Actor, got: Received, name: str) -> str:
    """The file where the form says, else where it surely belongs; what is told of it."""
    place = _place_of(request)
    kind = place.kind
    if place.purchase:
        kind = kind or parts.guess(document(got.ref))
        evidence_attach(actor, placement=Placement(got.ref, place.purchase, kind))
    elif place.supplier:
        supplier_attach(actor, supplier_ref=place.supplier, document_ref=got.ref, kind=kind)
    elif place.review:
        review_attach(actor, review_ref=place.review, document_ref=got.ref, kind=kind)
    if place.purchase or place.supplier or place.review:
        said = {"name": name, "kind": parts.kind_name(kind)}
        return _("“%(name)s” is attached as %(kind)s.") % said
    if not actor.may("evidence.attach"):
        return _("“%(name)s” is here.") % {"name": name}
    return _place_by_itself(actor, got, name)


def _place_by_itself(actor: Actor, got: Received, name: str) -> str:
    """A file that names its record beyond doubt, by what is inside it, is placed at once."""
    found = document(got.ref)
    if found is None or found.n_links:
        return _("“%(name)s” was here already.") % {"name": name}
    (one,) = proposed(actor, [found])
    if one.sure and one.candidates[0].why != "number":
        evidence_attach(actor, placement=Placement(got.ref, one.candidates[0].ref, one.kind))
        said = {"name": name, "product": one.candidates[0].product}
        return _("“%(name)s” belongs to “%(product)s” and is attached there.") % said
    if one.candidates:
        return _("“%(name)s” may belong to a record; please confirm below.") % {"name": name}
    return _("“%(name)s” is here; say below which record it belongs to.") % {"name": name}


def _back(request: HttpRequest) -> HttpResponseRedirect:
    target = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return redirect(target if safe and target else reverse("assistance_ledger:evidence"))


@require_POST
def evidence_placed(request: HttpRequest) -> HttpResponse:
    """Files ticked are placed as proposed, with the kind that stands beside each."""
    actor = authorise(actor_of(request), "evidence.attach")
    placements = []
    for key in request.POST.getlist("place")[:MOST_FILES]:
        ref, _mark, purchase = key.partition(":")
        kind = request.POST.get(f"kind-{ref}", "")
        if kind:
            placements.append(Placement(ref, purchase, kind))
    n = evidence_place(actor, placements=placements) if placements else 0
    if n:
        text = ngettext("%(n)s file is attached.", "%(n)s files are attached.", n) % {"n": n}
        messages.success(request, text)
    else:
        messages.warning(request, _("Tick a record and say what kind of evidence the file is."))
    return _back(request)


@never_cache
@require_GET
def evidence_one(request: HttpRequest, ref: str) -> HttpResponse:
    """One file: what it is, what it proves, where else it may belong."""
    actor = actor_of(request)
    found = document_get(actor, ref=ref)
    own = found.organisation_id == actor.organisation_id
    (one,) = proposed(actor, [found]) if actor.may("evidence.attach") else (None,)
    links = links_to(ref)
    context = {
        "file": parts.file_of(found),
        "document": found,
        "picture": found.has_picture and not found.erased_at,
        "received": shown.moment(found.received_at),
        "invoice": parts.invoice_line(found),
        "n_lines": parts.n_lines(found.invoice) if own and actor.may("purchases.import") else 0,
        "invoice_warnings": _warnings(actor, found),
        "links": parts.proved(links, named_subjects(actor, links)),
        "waiting": parts.waiting([one])[0] if one and own and not found.erased_at else None,
        "kinds": parts.kind_choices("record"),
        "may_attach": actor.may("evidence.attach") and not found.erased_at,
        "may_discard": own and not links and actor.may("evidence.send") and not found.erased_at,
    }
    return render(request, "assistance_ledger/evidence_one.html", context)


def _warnings(actor: Actor, found: DocumentView) -> list[str]:
    if found.invoice is None:
        return []
    return parts.invoice_warnings(found.invoice, "", recorded_on_invoice(actor, found.invoice))


@never_cache
@require_GET
def evidence_part(request: HttpRequest, ref: str, part: str) -> HttpResponse:
    """The received bytes to be kept, or a smaller picture to be looked at."""
    return file_answer(actor_of(request), ref, part)


def file_answer(actor: Actor, ref: str, part: str) -> HttpResponse:
    """The bytes of a file or its pictures, closed to scripts; looks at personal ones are noted."""
    found = document_get(actor, ref=ref)
    if part not in PARTS:
        raise NotFound(_("There is no such file, or it is not yours to see."))
    if is_personal(actor, found):
        evidence_opened(actor, document_ref=ref, part=part)
    kind = TYPES.get(found.format, "text/plain") if part == "file" else "image/jpeg"
    response = HttpResponse(read(ref, PARTS[part]), content_type=kind)
    if part == "file":
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_POST
def evidence_act(request: HttpRequest, ref: str) -> HttpResponse:
    """A file is attached to the record named, taken off one, or discarded."""
    actor = actor_of(request)
    try:
        told = _act(request, actor, ref)
        messages.success(request, told)
    except DomainError as error:
        messages.warning(request, str(error))
    return _back(request)


def _act(request: HttpRequest, actor: Actor, ref: str) -> str:
    place = _place_of(request)
    reason = request.POST.get("reason", "").replace("\0", "")
    if "discard" in request.POST:
        evidence_discard(actor, document_ref=ref, reason=reason)
        return _("The file is gone; that it was here stays said.")
    if "detach" in request.POST:
        _detach(actor, ref, place, reason)
        return _("The file is taken off; what was and why stay visible.")
    if not place.purchase:
        raise Invalid(_("Choose the record first."), code="record_missing")
    placement = Placement(ref, _ref_in(place.purchase), place.kind)
    evidence_attach(actor, placement=placement)
    return _("The file is attached.")


def _detach(actor: Actor, ref: str, place: Place, reason: str) -> None:
    kind = place.kind
    if place.supplier:
        supplier_detach(
            actor, supplier_ref=place.supplier, document_ref=ref, kind=kind, reason=reason
        )
    elif place.review:
        review_detach(actor, review_ref=place.review, document_ref=ref, kind=kind, reason=reason)
    else:
        evidence_detach(actor, placement=Placement(ref, place.purchase, kind), reason=reason)


def _ref_in(text: str) -> str:
    """A record's ref, also out of its page's address."""
    return text.strip().rstrip("/").rpartition("/")[2]
