"""The public page of a raising, polled without losing what the reader has opened."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from niangjia.programmes.donations.pages import board as parts
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.selectors.raisings import raising_public


@never_cache
@require_GET
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """What anybody may know of a raising. The poll gets its live part only, 204 if nothing is new:
    nothing is swapped, so an opened explanation stays open."""
    one = raising_public(slug)
    stamp, live = parts.live(one)
    if "HX-Request" in request.headers and request.GET.get("seen") == stamp:
        return HttpResponse(status=204)
    context = {"one": one, "stamp": stamp, **live}
    if "HX-Request" in request.headers:
        return render(request, "donations/board_live.html", context)
    context |= {"state": shown.RAISING_STATES[one.state], "rest": parts.rest(one)}
    return render(request, "donations/board.html", context)
