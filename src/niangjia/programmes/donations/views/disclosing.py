"""The disclosure that the law asks for: income by line, spending, costs, balance, documents."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from niangjia.programmes.donations.pages import disclosure as parts
from niangjia.programmes.donations.selectors.raisings import raising_public


@never_cache
@require_GET
def disclosure(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything on one page, to be printed."""
    one = raising_public(slug)
    context = {"one": one, **parts.page(one)}
    return render(request, "donations/disclosure.html", context)
