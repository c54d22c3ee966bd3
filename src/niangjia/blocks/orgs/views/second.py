"""The second step of signing in: a code of an app, or a passkey."""

import time
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from niangjia.blocks.orgs import passkeys
from niangjia.blocks.orgs.forms import CodeForm
from niangjia.blocks.orgs.models import Login
from niangjia.blocks.orgs.selectors import actor_of as actor_of_login
from niangjia.blocks.orgs.services import factor_use, sign_in_note
from niangjia.blocks.orgs.views.letting_in import let_in, locked_out
from niangjia.core.actor import ANONYMOUS
from niangjia.core.errors import DomainError

PENDING, STATE = "second", "second_state"
VALID_S = 600


def ask(request: HttpRequest, user: Login, onward: str) -> HttpResponse:
    """The password was right; the browser is signed in once the second factor is."""
    request.session.cycle_key()
    request.session[PENDING] = {"login": user.pk, "next": onward, "at": int(time.time())}
    return redirect("orgs:second")


def _pending(request: HttpRequest) -> tuple[Login, str] | None:
    found: dict[str, Any] = request.session.get(PENDING, {})
    if not found or time.time() - found["at"] > VALID_S:
        return None
    login = Login.objects.filter(pk=found["login"], is_active=True).first()
    return (login, found["next"]) if login else None


@never_cache
@require_http_methods(["GET", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """Type the app's code, or use a passkey."""
    pending = _pending(request)
    if pending is None:
        return redirect("orgs:sign_in")
    login, onward = pending
    if not AxesProxyHandler.is_allowed(request, {"username": login.username}):
        return locked_out(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            factor_use(actor_of_login(login), code=form.cleaned_data["code"])
        except DomainError as error:
            _failed(request, login)
            form.add_error("code", str(error))
        else:
            return _let_in(request, login, onward)
    kinds = set(login.factors.values_list("kind", flat=True))
    context = {"form": form, "totp": "totp" in kinds, "passkey": "passkey" in kinds}
    return render(request, "orgs/second.html", context, status=422 if form.errors else 200)


@require_POST
def passkey_begin(request: HttpRequest) -> HttpResponse:
    """What the browser asks the passkey to sign."""
    pending = _pending(request)
    if pending is None:
        return JsonResponse({"message": _("Please sign in again.")}, status=401)
    options, request.session[STATE] = passkeys.ask(request, pending[0])
    return JsonResponse(options)


@require_POST
def passkey_end(request: HttpRequest) -> HttpResponse:
    """The passkey's answer; where the browser goes on to."""
    pending = _pending(request)
    if pending is None:
        return JsonResponse({"message": _("Please sign in again.")}, status=401)
    login, onward = pending
    if not AxesProxyHandler.is_allowed(request, {"username": login.username}):
        return JsonResponse({"message": _("Too many tries. Wait 15 minutes.")}, status=429)
    try:
        credential = passkeys.answered(request, login, request.session.pop(STATE, None))
        factor_use(actor_of_login(login), credential_id=credential)
    except DomainError as error:
        _failed(request, login)
        return JsonResponse({"message": str(error)}, status=422)
    _let_in(request, login, onward)
    return JsonResponse({"next": onward})


def _failed(request: HttpRequest, login: Login) -> None:
    """A wrong second factor counts as a wrong password does."""
    credentials = {"username": login.username}
    user_login_failed.send(__name__, credentials=credentials, request=request)
    sign_in_note(ANONYMOUS, username_known=True, outcome="second_refused")


def _let_in(request: HttpRequest, login: Login, onward: str) -> HttpResponse:
    request.session.pop(PENDING, None)
    return let_in(request, login, onward)
