"""The import wizard: the list, a new upload, progress, and what is downloaded."""

import tempfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from niangjia.blocks.households.public import check_key_holder
from niangjia.blocks.intake.public import (
    Limits,
    UploadView,
    remove,
    same_file,
    store,
    upload_get,
    uploads_page,
)
from niangjia.core.actor import Actor
from niangjia.core.errors import DomainError, Invalid
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import mending
from niangjia.programmes.assistance_ledger.filekinds import KINDS
from niangjia.programmes.assistance_ledger.models import HelpReview
from niangjia.programmes.assistance_ledger.pages import imports as parts
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.roster_sheet import ROSTER
from niangjia.programmes.assistance_ledger.selectors.rosters import review_of
from niangjia.programmes.assistance_ledger.services.uploads import import_receive
from niangjia.ui.page import actor_of
from niangjia.ui.words import file_size

KEPT, MOST_KEPT = "kept_form", 64 * 1024
PERMISSION = "imports.use"
STEP_OF = {
    "mapping": "import_columns",
    "checked": "import_mend",
    "done": "import_done",
}
View = Callable[..., HttpResponse]


def importer(request: HttpRequest) -> Actor:
    """The request's actor, who may import. Raises NotSignedIn, Denied."""
    return authorise(actor_of(request), PERMISSION)


def kept_over_sign_in(view: View) -> View:
    """A form that is sent when the session has ended is kept; after the sign-in its page offers it
    again, and nothing typed is lost. A file is not kept here: the browser still has it."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" or actor_of(request).signed_in or request.FILES:
            return view(request, *args, **kwargs)
        data = [(k, v) for k, vs in request.POST.lists() for v in vs if k != "csrfmiddlewaretoken"]
        if sum(len(k) + len(str(v)) for k, v in data) <= MOST_KEPT:
            request.session[KEPT] = {"path": request.path, "data": data}
        messages.info(request, _("You were signed out meanwhile. What you sent is kept; sign in."))
        target = urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(f"{reverse('orgs:sign_in')}?{target}")

    return wrapped


def kept_form(request: HttpRequest) -> list[tuple[str, str]]:
    """The form that this page was sent when the session had ended; given once."""
    kept = request.session.get(KEPT)
    if not kept or kept["path"] != request.path:
        return []
    del request.session[KEPT]
    return [(str(name), str(value)) for name, value in kept["data"]]


def links(view: UploadView) -> list[str]:
    """Addresses of the steps that may be visited in this state, empty else."""
    made = [reverse("assistance_ledger:import_new"), "", "", "", ""]
    if view.state in ("mapping", "checked"):
        made[1] = reverse("assistance_ledger:import_columns", args=[view.ref])
    if view.state == "checked":
        made[2] = reverse("assistance_ledger:import_mend", args=[view.ref])
        made[3] = reverse("assistance_ledger:import_take", args=[view.ref])
    if view.state == "done":
        made[4] = reverse("assistance_ledger:import_done", args=[view.ref])
    return made


def step_context(view: UploadView, current: int) -> dict[str, Any]:
    """What every step's page shows: the file, the steps, the version it is made from."""
    return {
        "upload": view,
        "bound_review": view.subject.removeprefix("review:"),
        "size": file_size(view.size_bytes),
        "steps": parts.steps(view, current, links(view)),
    }


def to_step(view: UploadView) -> HttpResponse:
    """The page of the step that the upload is at."""
    return redirect(f"assistance_ledger:{STEP_OF.get(view.state, 'import')}", ref=view.ref)


@never_cache
@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """The organisation's uploads, newest first: state, who, when, and where to go on."""
    actor = importer(request)
    before = request.GET.get("before", "")
    cursor = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0
    views, more = uploads_page(actor, before=cursor)
    people = parts.People()
    rows = [
        {
            "view": one,
            "state": parts.STATES[one.state],
            "who": people.of(one),
            "when": shown.moment(one.received_at),
            "told": parts.told(one),
            "open": one.state not in ("done", "refused"),
        }
        for one in views
    ]
    context = {"rows": rows, "next": more, "first": bool(cursor)}
    return render(request, "assistance_ledger/imports.html", context)


@never_cache
@kept_over_sign_in
@require_http_methods(["GET", "POST"])
def import_new(request: HttpRequest) -> HttpResponse:
    """A file is brought; it is refused in words at once if it is none we read. `review`: it is a
    roster of that review's material."""
    actor, refused = importer(request), ""
    bound = _bound(request, actor)
    if request.method == "POST":
        try:
            return _onward(request, _received(request, actor, bound))
        except DomainError as error:
            refused = str(error)
    context = {
        "refused": refused,
        "steps": parts.steps(None, 0, []),
        "most": Limits().file_bytes,
        "bound": bound,
        "kinds": list(KINDS.items()),
        "kind": request.POST.get("kind", request.GET.get("kind", "")),
    }
    status = 422 if refused else 200
    return render(request, "assistance_ledger/import_new.html", context, status=status)


def _onward(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A redirect; for the page's own script its target, so that the browser goes there itself."""
    if "X-Upload" not in request.headers:
        return response
    told = HttpResponse(status=204)
    told["X-Onward"] = response["Location"]
    return told


def _bound(request: HttpRequest, actor: Actor) -> HelpReview | None:
    """The review whose roster is brought; None for a file that stands alone. Raises Denied,
    NotFound."""
    ref = request.POST.get("review", request.GET.get("review", "")).replace("\0", "")
    if not ref:
        authorise(actor, "purchases.import")
        return None
    authorise(actor, "rosters.bring")
    if request.method == "POST":
        check_key_holder()
    return review_of(actor, f"review:{ref}")


def _received(request: HttpRequest, actor: Actor, bound: HelpReview | None) -> HttpResponse:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.name:
        raise Invalid(_("Choose a file first."), code="file_missing")
    stored = store(file.chunks(), file.name)
    subject = f"review:{bound.ref}" if bound else ""
    known = same_file(actor, sha256=stored.sha256, subject=subject)
    if known is not None and known.state != "done":
        remove(stored.ref)
        messages.info(request, _("This file is here already; go on where it was left."))
        return to_step(known)
    try:
        kind = ROSTER if bound else request.POST.get("kind", "")
        ref = import_receive(
            actor,
            stored=stored,
            name=file.name,
            kind=kind if bound or kind in KINDS else "",
            subject=subject,
        )
    except BaseException:
        remove(stored.ref)
        raise
    if known is not None:
        text = _("This very file was taken before. Rows that are in the ledger will be skipped.")
        messages.info(request, text)
    return redirect("assistance_ledger:import", ref=ref)


@never_cache
@require_GET
def one(request: HttpRequest, ref: str) -> HttpResponse:
    """An upload: its progress while it is worked on, else the step it is at."""
    view = upload_get(importer(request), ref=ref)
    if "HX-Request" in request.headers:
        return _progress_part(request, view)
    if view.state in STEP_OF:
        return to_step(view)
    current = {"received": 0, "checking": 2, "taking": 3}.get(view.state, 0)
    context = {**step_context(view, current), "state": parts.STATES[view.state]}
    if view.state in parts.SLOW:
        context["progress"] = parts.progress(view)
        return render(request, "assistance_ledger/import_progress.html", context)
    return render(request, "assistance_ledger/import_refused.html", context)


def _progress_part(request: HttpRequest, view: UploadView) -> HttpResponse:
    """The part of the page that renews itself; leads on once the step has ended."""
    if view.state not in parts.SLOW:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse("assistance_ledger:import", args=[view.ref])
        return response
    context = {"progress": parts.progress(view), "upload": view}
    return render(request, "assistance_ledger/import_progress_part.html", context)


@never_cache
@require_GET
def report(request: HttpRequest, ref: str) -> HttpResponse | FileResponse:
    """The workbook of rows to be mended, with the reasons in front."""
    actor = importer(request)
    view = upload_get(actor, ref=ref)
    if view.state not in ("checked", "done"):
        return to_step(view)
    name = _("%(name)s, to be mended.xlsx") % {"name": view.name.rpartition(".")[0]}
    return _sent(lambda path: mending.report_into(path, actor, ref=ref), name)


@never_cache
@require_GET
def template(request: HttpRequest) -> FileResponse:
    """An empty workbook with the official columns and drop-downs; `kind=roster`: of a roster."""
    importer(request)
    if request.GET.get("kind") == ROSTER:
        return _sent(mending.roster_template_into, _("Roster, template.xlsx"))
    return _sent(mending.template_into, _("Purchase ledger, template.xlsx"))


def _sent(write: Callable[[Path], object], name: str) -> FileResponse:
    """What `write` leaves at a path, as a download; gone from the disk once it is open."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.xlsx"
        write(path)
        response = FileResponse(path.open("rb"), content_type=_XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
