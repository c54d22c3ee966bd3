"""Signing in and out."""

import json
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from niangjia.blocks.orgs.forms import SignInForm
from niangjia.blocks.orgs.models import Login
from niangjia.blocks.orgs.selectors import demonstration_accounts
from niangjia.blocks.orgs.services import sign_in_note
from niangjia.blocks.orgs.views import second
from niangjia.blocks.orgs.views.letting_in import let_in
from niangjia.ui.page import actor_of
from niangjia.ui.words import role_name

DEMONSTRATION_PASSWORD = "niangjia-demo-2020"


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; a right password leads on to where the visitor wanted to go."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if isinstance(user, Login):
            onward = _onward(request)
            if user.factors.exists():
                return second.ask(request, user, onward)
            return let_in(request, user, onward)
        sign_in_note(actor_of(request), username_known=False, outcome="sign_in_refused")
        form.add_error(None, _("Account and password do not match. Check both and try again."))
    status = 422 if form.errors else 200
    return render(request, "orgs/sign_in.html", _sign_in_context(request, form), status=status)


def _onward(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        return target
    return reverse("desk:home")


def _sign_in_context(request: HttpRequest, form: SignInForm) -> dict[str, Any]:
    accounts = demonstration_accounts() if settings.NIANGJIA_DEMO else []
    return {
        "form": form,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "password": DEMONSTRATION_PASSWORD,
        "accounts": [
            {
                "username": username,
                "role": role_name(role or ""),
                "organisation": organisation or "",
                "fill": json.dumps({"username": username, "password": DEMONSTRATION_PASSWORD}),
            }
            for username, role, organisation in accounts
        ],
    }


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Nobody is signed in on this device."""
    actor = actor_of(request)
    if actor.signed_in:
        key = request.session.session_key or ""
        sign_in_note(actor, username_known=True, outcome="signed_out", session_key=key)
    logout(request)
    return redirect("home")
