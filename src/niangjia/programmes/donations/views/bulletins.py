"""Bulletins as everybody reads them: page, document, PDF, and one's own record in the total."""

import io

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from niangjia.blocks.indicators.public import bulletin_document
from niangjia.core.errors import Conflict, NotFound
from niangjia.programmes.donations import counted, limits
from niangjia.programmes.donations.forms.bulletins import NumberForm
from niangjia.programmes.donations.pages import bulletin_paper
from niangjia.programmes.donations.pages import bulletins as parts
from niangjia.programmes.donations.pages import counted as counted_parts
from niangjia.programmes.donations.selectors.bulletins import (
    BulletinView,
    bulletin_view,
    held_against,
    raising_bulletins,
)
from niangjia.programmes.donations.selectors.raisings import raising_public
from niangjia.ui import paper
from niangjia.ui.page import actor_of


@never_cache
@require_GET
def bulletins(request: HttpRequest, slug: str) -> HttpResponse:
    """All bulletins of a raising, corrections beside what they correct."""
    one, listed = raising_public(slug), raising_bulletins(slug)
    rows = [parts.line(row, listed) for row in listed]
    return render(request, "donations/bulletins.html", {"one": one, "rows": rows})


@never_cache
@require_GET
def bulletin(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A bulletin as it was printed, with what it proves and what not."""
    found = bulletin_view(slug, number)
    context = parts.page(found) | {
        "raising": raising_public(slug),
        "form": NumberForm(),
        "against": _against(found),
        "log_address": request.build_absolute_uri("/log"),
        "may_sample": actor_of(request).may("bulletins.sample"),
    }
    return render(request, "donations/bulletin.html", context)


def _against(found: BulletinView) -> list[tuple[str, str]]:
    one = found.bulletin
    cash = next(line["fen"] for line in found.document["sums"] if line["id"] == "cash")
    return parts.against(held_against(one.scope, one.as_of), cash)


@require_GET
def bulletin_json(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The bytes whose hash the bulletin's fact commits to."""
    found = bulletin_view(slug, number)
    data = bulletin_document(found.bulletin.ref)
    return _file(data, "application/json", f"bulletin-{slug}-{number}.json", attached=True)


@require_GET
def bulletin_pdf(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The same figures on paper, with a code that leads to the page."""
    found = bulletin_view(slug, number)
    text = bulletin_paper.text(found, raising_public(slug), _address(request, found))
    data = paper.pdf(bulletin_paper.TEMPLATE, text)
    return _file(data, "application/pdf", f"bulletin-{slug}-{number}.pdf")


@require_GET
def bulletin_code(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The QR code of the page."""
    found = bulletin_view(slug, number)
    out = io.BytesIO()
    segno.make(_address(request, found), error="m").save(out, kind="svg", border=2, scale=4)
    return _file(out.getvalue(), "image/svg+xml", f"bulletin-{slug}-{number}.svg")


def _address(request: HttpRequest, found: BulletinView) -> str:
    one = found.bulletin
    return request.build_absolute_uri(reverse("donations:bulletin", args=[one.scope, one.number]))


def _file(data: bytes, kind: str, name: str, *, attached: bool = False) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    how = "attachment" if attached else "inline"
    response["Content-Disposition"] = f'{how}; filename="{name}"'
    return response


@never_cache
@require_http_methods(["GET", "POST"])
def receipt(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Is my record in the total? By the number of a receipt: the steps, or the file (`file`)."""
    found = bulletin_view(slug, number)
    posted = request.method == "POST"
    form = NumberForm(request.POST if posted else None, initial={"number": _asked(request)})
    context = {"raising": raising_public(slug), "one": found.bulletin, "form": form}
    context["as_of"] = parts.page(found)["as_of"]
    if posted and form.is_valid():
        limits.check(request, "receipt", most=60, within_s=600)
        try:
            gift = counted.gift_of(slug, form.cleaned_data["number"])
            if "file" in request.POST:
                data = counted.proof_file(gift, found.bulletin)
                name = f"receipt-{gift.number}-bulletin-{number}.json"
                return _file(data, "application/json", name, attached=True)
            context |= counted_parts.page(gift, counted.counted(gift, found.bulletin))
        except (NotFound, Conflict) as error:
            form.add_error("number", str(error))
    status = 422 if form.errors else 200
    return render(request, "donations/counted.html", context, status=status)


def _asked(request: HttpRequest) -> str:
    return request.GET.get("number", "")[:20]
