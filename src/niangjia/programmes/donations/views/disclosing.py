"""The disclosure that the law asks for: income by line, spending, costs, balance, documents."""

import tempfile

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from niangjia.blocks.indicators.public import bulletins
from niangjia.core import clock
from niangjia.programmes.donations import limits, opendata
from niangjia.programmes.donations.counting import INDICATOR
from niangjia.programmes.donations.disclosing import disclosures
from niangjia.programmes.donations.feeds import calendar_of
from niangjia.programmes.donations.pages import disclosure as parts
from niangjia.programmes.donations.selectors.raisings import raising_public

IN_MEMORY = 2**22


@never_cache
@require_GET
def disclosure(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything on one page, to be printed."""
    one = raising_public(slug)
    context = {"one": one, **parts.page(one)}
    return render(request, "donations/disclosure.html", context)


@require_GET
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """When disclosures are due, to be subscribed to."""
    one = raising_public(slug)
    dues = disclosures(one, bulletins(INDICATOR, slug), clock.city_today())
    address = request.build_absolute_uri(reverse("donations:board", args=[slug]))
    return HttpResponse(calendar_of(one, dues, address), content_type="text/calendar")


@require_GET
def data(request: HttpRequest, slug: str) -> FileResponse:
    """The raising as open data."""
    one = raising_public(slug)
    limits.check(request, "data", most=10, within_s=600)
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 the response closes it
    opendata.write(one, out)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"donations-{slug}.zip")
