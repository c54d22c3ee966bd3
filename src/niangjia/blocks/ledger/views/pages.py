"""The ledger's pages for people, open to everyone: the witnesses, one entry with its proof."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from niangjia.blocks.ledger import pages
from niangjia.blocks.ledger.witnesses import standing


@never_cache
@require_GET
def witnesses(request: HttpRequest) -> HttpResponse:
    """Who witnesses the log, how each stands, and what that proves; renews itself."""
    now = standing()
    parts = pages.standing_parts(now) if now else {}
    live = request.headers.get("HX-Request") == "true"
    template = "ledger/witnesses_part.html" if live else "ledger/witnesses.html"
    return render(request, template, parts)


@never_cache
@require_GET
def entry(request: HttpRequest, index: int) -> HttpResponse:
    """One entry: what it shows, where it stands, who has cosigned it."""
    found = pages.entry_page(index)
    if found is None:
        raise Http404
    return render(request, "ledger/entry.html", {"entry": found})


@require_GET
def find_entry(request: HttpRequest) -> HttpResponse:
    """From a number typed in to its entry."""
    wanted = request.GET.get("index", "").strip()
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) > 18:
        return redirect("ledger:witnesses")
    return redirect("ledger:entry", index=int(wanted))
