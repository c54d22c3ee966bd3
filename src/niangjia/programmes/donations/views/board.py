"""The public page of a raising, polled without losing what the reader has opened."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from niangjia.programmes.donations.pages import board as parts


@never_cache
@require_GET
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """What anybody may know of a raising. The poll gets its live part only, 204 if nothing is new:
    nothing is swapped, so an opened explanation stays open."""
    kept = parts.kept(request, slug)
    if "HX-Request" not in request.headers:
        return HttpResponse(kept.page)
    if request.GET.get("seen") == kept.stamp:
        return HttpResponse(status=204)
    return HttpResponse(kept.part)
