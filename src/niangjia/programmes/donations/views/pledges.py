"""Pledges at the desk: taken down, received as they came, withdrawn."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from niangjia.core.errors import Conflict, Denied, Invalid
from niangjia.core.service import authorise
from niangjia.programmes.donations.forms.giving import put_errors
from niangjia.programmes.donations.forms.pledges import ArrivedForm, PledgeForm
from niangjia.programmes.donations.pages import gifts as parts
from niangjia.programmes.donations.selectors.gifts import gift_get
from niangjia.programmes.donations.selectors.raisings import raising_get
from niangjia.programmes.donations.services import gift_pledge, pledge_receive, pledge_withdraw
from niangjia.ui.page import actor_of


@never_cache
@require_http_methods(["GET", "POST"])
def pledge_new(request: HttpRequest, slug: str) -> HttpResponse:
    """A promise is taken down; it stands outside every total."""
    actor = authorise(actor_of(request), "gifts.take")
    raising = raising_get(actor, slug=slug)
    form = PledgeForm(request.POST or None)
    key = request.POST.get("key", "")[:40] or secrets.token_hex(16)
    if request.method == "POST" and form.is_valid():
        try:
            ref = gift_pledge(actor, slug=slug, pledge=form.pledge(f"hand:{key}"))
        except (Invalid, Conflict) as error:
            put_errors(form, error)
        else:
            messages.success(request, _("Noted. It counts once it arrives."))
            return redirect("donations:gift", ref=ref)
    context = {"form": form, "raising": raising, "key": key}
    status = 422 if form.errors else 200
    return render(request, "donations/pledge_new.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def pledge(request: HttpRequest, ref: str) -> HttpResponse:
    """What becomes of a promise: the money arrived, or it is withdrawn."""
    actor = authorise(actor_of(request), "gifts.take")
    found = gift_get(actor, ref=ref)
    one = found.row
    withdraw = "withdraw" in request.POST
    form = ArrivedForm(
        request.POST if request.method == "POST" and not withdraw else None,
        initial={"fen": parts.amount(one)},
    )
    told = ""
    if request.method == "POST":
        try:
            if _ended(request, ref, form, withdraw):
                return redirect("donations:gift", ref=ref)
        except (Invalid, Conflict, Denied) as error:
            told = str(error)
    context: dict[str, Any] = {
        "form": form,
        "one": one,
        "told": told,
        "amount": parts.with_sign(one),
    }
    status = 422 if form.errors or told else 200
    return render(request, "donations/pledge.html", context, status=status)


def _ended(request: HttpRequest, ref: str, form: ArrivedForm, withdraw: bool) -> bool:
    actor = actor_of(request)
    if withdraw:
        pledge_withdraw(actor, gift_ref=ref, reason=request.POST.get("reason", ""))
        messages.success(request, _("The pledge is withdrawn."))
        return True
    if not form.is_valid():
        return False
    pledge_receive(actor, gift_ref=ref, **form.cleaned_data)
    messages.success(request, _("The gift is in."))
    return True
