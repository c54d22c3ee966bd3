"""Pages of orgs: signing in and out, my roles."""

import json
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from niangjia.blocks.orgs.forms import HatForm, SignInForm
from niangjia.blocks.orgs.models import Login
from niangjia.blocks.orgs.selectors import HAT, demonstration_accounts, hats_of
from niangjia.blocks.orgs.selectors import actor_of as actor_of_login
from niangjia.blocks.orgs.services import sign_in_note
from niangjia.core.actor import Actor
from niangjia.core.errors import Denied, NotSignedIn
from niangjia.core.programme import menu_for
from niangjia.ui.page import actor_of
from niangjia.ui.words import role_name

DEMONSTRATION_PASSWORD = "niangjia-demo-2020"
LOCKED_MINUTES = 15


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; a right password leads on to where the visitor wanted to go."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if isinstance(user, Login):
            login(request, user)
            sign_in_note(actor_of_login(user), username_known=True, outcome="signed_in")
            return HttpResponseRedirect(_onward(request))
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


def locked_out(
    request: HttpRequest,
    original: HttpResponse | None = None,
    credentials: dict[str, str] | None = None,
) -> HttpResponse:
    """Too many wrong passwords: the account waits; says how long and what to do."""
    context = {"minutes": LOCKED_MINUTES, "status": 429}
    return render(request, "orgs/locked_out.html", context, status=429)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Nobody is signed in on this device."""
    actor = actor_of(request)
    if actor.signed_in:
        sign_in_note(actor, username_known=True, outcome="signed_out")
    logout(request)
    return redirect("home")


@never_cache
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """Who I am here, and under which hat I act."""
    actor = _signed_in(request)
    hats = [(hat, role_name(hat.role)) for hat in hats_of(cast(Login, request.user))]
    context = {"hats": hats, "tasks": menu_for(actor.may), "chosen": actor}
    return render(request, "orgs/me.html", context)


@require_POST
def hat(request: HttpRequest) -> HttpResponse:
    """The session acts under another of the person's own appointments. Raises Denied."""
    _signed_in(request)
    form = HatForm(request.POST)
    mine = {one.appointment_id for one in hats_of(cast(Login, request.user))}
    if not form.is_valid() or form.cleaned_data["appointment"] not in mine:
        raise Denied(_("This appointment is not yours, or has ended. Choose one from the list."))
    request.session[HAT] = form.cleaned_data["appointment"]
    return redirect("orgs:me")


def _signed_in(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.signed_in:
        raise NotSignedIn(_("Please sign in first; nothing was changed."))
    return actor
