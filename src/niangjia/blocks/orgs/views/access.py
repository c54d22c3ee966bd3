"""My ways in: second factors, sessions, keys for programs."""

from typing import Any, cast

import pyotp
import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from niangjia.blocks.orgs import passkeys
from niangjia.blocks.orgs.access import factors_of, scopes_open_to, sessions_of, tokens_of
from niangjia.blocks.orgs.forms import KeyForm, TotpForm
from niangjia.blocks.orgs.models import Login
from niangjia.blocks.orgs.services import (
    factor_remove,
    passkey_add,
    session_end,
    token_make,
    token_revoke,
    totp_add,
)
from niangjia.blocks.orgs.views.sure import is_sure, sure
from niangjia.core.errors import DomainError, Invalid
from niangjia.core.service import SIGNED_IN, authorise
from niangjia.ui.page import actor_of

NEW_SECRET, NEW_PASSKEY = "new_totp", "new_passkey"


@never_cache
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    """Second factors and sessions."""
    authorise(actor_of(request), SIGNED_IN)
    login = cast(Login, request.user)
    context = {
        "factors": factors_of(login),
        "sessions": sessions_of(login, request.session.session_key or ""),
        "sure": is_sure(request),
    }
    return render(request, "orgs/security.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@sure()
def totp(request: HttpRequest) -> HttpResponse:
    """Scan the code with an authenticator app, type what it shows."""
    actor = authorise(actor_of(request), SIGNED_IN)
    secret = request.session.get(NEW_SECRET) or pyotp.random_base32()
    request.session[NEW_SECRET] = secret
    form = TotpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            totp_add(actor, secret=secret, **form.cleaned_data)
        except DomainError as error:
            form.add_error("code", str(error))
        else:
            del request.session[NEW_SECRET]
            messages.success(request, _("Done. The app's code is asked for from now on."))
            return redirect("orgs:security")
    name = cast(Login, request.user).username
    address = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=request.get_host())
    picture = segno.make(address, error="m").svg_data_uri(scale=5, dark="#000", light="#fff")
    context: dict[str, Any] = {
        "form": form,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "picture": picture,
    }
    return render(request, "orgs/totp.html", context, status=422 if form.errors else 200)


@require_POST
@sure("orgs:security", json=True)
def passkey_begin(request: HttpRequest) -> HttpResponse:
    """What the browser makes a passkey from."""
    authorise(actor_of(request), SIGNED_IN)
    options, request.session[NEW_PASSKEY] = passkeys.offer(request, cast(Login, request.user))
    return JsonResponse(options)


@require_POST
@sure("orgs:security", json=True)
def passkey_end(request: HttpRequest) -> HttpResponse:
    """The browser's new passkey."""
    actor = authorise(actor_of(request), SIGNED_IN)
    try:
        credential, name = passkeys.made(request, request.session.pop(NEW_PASSKEY, None))
        passkey_add(actor, credential=credential, credential_id=name, title="")
    except DomainError as error:
        return JsonResponse({"message": str(error)}, status=error.status)
    messages.success(request, _("Done. This passkey is asked for from now on."))
    return JsonResponse({"next": request.path.rsplit("/passkey", 1)[0]})


@require_POST
@sure("orgs:security")
def remove(request: HttpRequest, ref: str) -> HttpResponse:
    """A second factor is asked for no more."""
    factor_remove(actor_of(request), factor_ref=ref)
    messages.success(request, _("Removed."))
    return redirect("orgs:security")


@require_POST
def end_session(request: HttpRequest, ref: str) -> HttpResponse:
    """A browser is signed out from here."""
    session_end(actor_of(request), session_ref=ref)
    messages.success(request, _("That browser is signed out."))
    return redirect("orgs:security")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@sure(keeps=("title", "scopes", "days"))
def keys(request: HttpRequest) -> HttpResponse:
    """Keys for programs: make one, see them, revoke."""
    actor = authorise(actor_of(request), SIGNED_IN)
    said = request.GET
    before = {"title": said.get("title", "")[:60], "scopes": said.getlist("scopes")}
    before |= {"days": said["days"][:3]} if "days" in said else {}
    form = KeyForm(request.POST or None, choices=scopes_open_to(actor), initial=before)
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            secret = token_make(actor, **form.cleaned_data)
        except DomainError as error:
            fields = error.fields if isinstance(error, Invalid) else {}
            for name, text in (fields or {"": str(error)}).items():
                form.add_error(name or None, text)
        else:
            form = KeyForm(choices=scopes_open_to(actor))
    context = {"form": form, "secret": secret, "keys": tokens_of(cast(Login, request.user))}
    return render(request, "orgs/keys.html", context, status=422 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest, ref: str) -> HttpResponse:
    """A key opens nothing any more."""
    token_revoke(actor_of(request), token_ref=ref)
    messages.success(request, _("Revoked."))
    return redirect("orgs:keys")
