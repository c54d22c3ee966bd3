"""The public page of a raising."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.selectors.raisings import raising_public


@require_GET
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """What anybody may know of a raising."""
    one = raising_public(slug)
    context = {"one": one, "state": shown.RAISING_STATES[one.state]}
    return render(request, "donations/board.html", context)
