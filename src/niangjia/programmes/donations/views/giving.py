"""Giving on the phone: the form, the way to the provider, how the payment stands, call-backs."""

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from niangjia.core import clock
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.programmes.donations import limits, outbox, policy, providers, rules, trial
from niangjia.programmes.donations.forms.giving import GiveForm
from niangjia.programmes.donations.models import TrialPayment
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.selectors.raisings import (
    PaymentView,
    payment_get,
    raising_public,
    raisings_public,
)
from niangjia.programmes.donations.services import gift_begin
from niangjia.ui.page import actor_of

MOST_NOTICE = 16 * 1024


@require_GET
def raisings(request: HttpRequest) -> HttpResponse:
    """All raisings that were opened."""
    listed = [
        {"one": one, "state": shown.RAISING_STATES[one.state], "first": shown.day(one.first_on)}
        for one in raisings_public()
    ]
    return render(request, "donations/raisings_public.html", {"listed": listed})


@never_cache
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of a gift; POST: on to the provider."""
    raising = raising_public(slug)
    form = GiveForm(request.POST or None, initial={"key": secrets.token_hex(16)})
    told, status = "", 200
    if request.method == "POST":
        limits.check(request, "give", most=200, within_s=600)
        if form.is_valid():
            try:
                return HttpResponseRedirect(_begin(request, slug, form))
            except (Invalid, Conflict) as error:
                told, status = str(error), error.status
        else:
            status = 422
    rule = policy.giving_on(clock.city_today())
    context = {
        "raising": raising,
        "form": form,
        "told": told,
        "amounts": rule.amounts_yuan,
        "chosen": _chosen(form, rule.amounts_yuan),
        "reasons": [shown.WHY_OFF[code] for code in raising.why_off],
        "opened": bool(form.errors or form.data.get("name") or form.data.get("phone")),
    }
    return render(request, "donations/give.html", context, status=status)


def _chosen(form: GiveForm, amounts: list[int]) -> int:
    text = str(form.data.get("chosen", "")) if form.is_bound else ""
    return int(text) if text.isdigit() and int(text) in amounts else amounts[2]


def _begin(request: HttpRequest, slug: str, form: GiveForm) -> str:
    data = form.cleaned_data
    _ref, address = gift_begin(
        actor_of(request),
        slug=slug,
        fen=data["fen"],
        key=data["key"],
        name=data["name"],
        phone=data["phone"],
        said=data["said"],
        show_name=data["show_name"],
        show_amount=data["show_amount"],
        secret_digest=data["secret_digest"],
    )
    return address


@never_cache
@require_GET
def paying(request: HttpRequest, ref: str) -> HttpResponse:
    """How a payment stands; the page asks again until it has ended."""
    found = payment_get(ref)
    name = "paying_part" if "HX-Request" in request.headers else "paying"
    return render(request, f"donations/{name}.html", _payment(found))


def _payment(found: PaymentView) -> dict[str, Any]:
    return {
        "payment": found,
        "yuan": shown.yuan(found.fen),
        "number": rules.shown_number(found.number),
        "when": shown.moment(found.paid_at) if found.paid_at else "",
    }


@csrf_exempt
@require_POST
def notice(request: HttpRequest, provider: str) -> JsonResponse:
    """A provider's call-back: its signature is checked before a byte of it is read."""
    if provider not in providers.names():
        raise NotFound("No such provider.")
    if int(request.headers.get("Content-Length") or 0) > MOST_NOTICE:
        raise Denied("This is no call-back.", code="unreadable")
    adapter = providers.provider(provider)
    said = adapter.read(request.body, request.headers.get("X-Signature", ""))
    return JsonResponse({"state": outbox.heard(said)})


@never_cache
@require_http_methods(["GET", "POST"])
def test_pay(request: HttpRequest, ref: str) -> HttpResponse:
    """The test provider's own page, where its payer pays or gives up."""
    row = TrialPayment.objects.filter(payment_ref=ref).first()
    if row is None:
        raise NotFound("The test provider knows no such payment.")
    if request.method == "POST":
        behaviour = request.POST.get("behaviour", "at_once")
        trial.pay(ref, behaviour, succeed="give_up" not in request.POST)
        return redirect("donations:paying", ref=ref)
    found = payment_get(ref)
    context = {"yuan": shown.yuan(row.fen), "payment": found, "open": row.state == "open"}
    return render(request, "donations/test_pay.html", context)
