"""Exports: what is being made, what can be fetched."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from niangjia.blocks.desk.exports import path_of
from niangjia.blocks.desk.kept import export_get, exports_of
from niangjia.blocks.desk.models import Export
from niangjia.blocks.desk.services import export_drop
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise
from niangjia.ui.page import actor_of
from niangjia.ui.words import file_size

UNDER_WAY = ("waiting", "running")


@never_cache
@require_GET
def exports(request: HttpRequest) -> HttpResponse:
    """One's own exports of the last seven days; while one is being made the list keeps itself."""
    found = exports_of(actor_of(request))
    context = {
        "lines": [_line(one) for one in found],
        "busy": any(one.state in UNDER_WAY for one in found),
    }
    whole = request.headers.get("X-Part") != "exports"
    return render(request, "desk/exports.html" if whole else "desk/exports_list.html", context)


def _line(one: Export) -> dict[str, object]:
    share = min(100 * one.n_done // one.n_expected, 99) if one.n_expected else 0
    return {
        "ref": one.ref,
        "title": one.title,
        "state": one.state,
        "share": share,
        "n_done": f"{one.n_done:,}",
        "n_expected": f"{one.n_expected:,}",
        "at": f"{localtime(one.created_at):%Y-%m-%d %H:%M}",
        "size": file_size(one.size_bytes),
        "error": str(one.params.get("error", "")),
    }


@never_cache
@require_GET
def download(request: HttpRequest, ref: str) -> HttpResponse | FileResponse:
    """The file, for its owner alone."""
    found = export_get(actor_of(request), ref=ref)
    path = path_of(found.file_name)
    if not path.exists():
        raise NotFound(_("The file was removed after seven days. Please export again."))
    name = f"{found.title}{path.suffix}"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)


@require_POST
def drop(request: HttpRequest, ref: str) -> HttpResponse:
    """The file is gone before its seven days are over."""
    export_drop(authorise(actor_of(request), "desk.export"), ref=ref)
    messages.success(request, _("The export is removed."))
    return redirect("desk:exports")
