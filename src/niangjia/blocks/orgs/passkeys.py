"""Passkeys (WebAuthn level 2): what a browser is asked, and whether its answer holds."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
)

from niangjia.blocks.orgs.models import Login
from niangjia.core import seal
from niangjia.core.errors import Invalid

LONGEST = 20_000


def _server(request: HttpRequest) -> Fido2Server:
    host = request.get_host().partition(":")[0]
    return Fido2Server(PublicKeyCredentialRpEntity(name=host, id=host))


def _credentials(login: Login) -> list[AttestedCredentialData]:
    rows = login.factors.filter(kind="passkey").values_list("sealed", flat=True)
    return [AttestedCredentialData(seal.unseal(bytes(row))) for row in rows]


def _answer(request: HttpRequest) -> Mapping[str, Any]:
    if len(request.body) > LONGEST:
        raise _refused()
    try:
        found = json.loads(request.body)
    except ValueError as error:
        raise _refused() from error
    if not isinstance(found, dict):
        raise _refused()
    return found


def _refused() -> Invalid:
    return Invalid(_("The passkey was not accepted. Try again."), code="passkey_refused")


def offer(request: HttpRequest, login: Login) -> tuple[dict[str, Any], Any]:
    """(what the browser makes a new passkey from, what to remember until it answers)."""
    user = PublicKeyCredentialUserEntity(
        name=login.username, id=login.person.ref.encode(), display_name=login.username
    )
    options, state = _server(request).register_begin(user, _credentials(login))
    return dict(options)["publicKey"], state


def made(request: HttpRequest, state: Any) -> tuple[bytes, str]:
    """(public data of the new passkey, its id). Raises Invalid."""
    try:
        found = _server(request).register_complete(state, _answer(request)).credential_data
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _refused() from error
    if found is None:
        raise _refused()
    return bytes(found), websafe_encode(found.credential_id)


def ask(request: HttpRequest, login: Login) -> tuple[dict[str, Any], Any]:
    """(what the browser has a passkey sign, what to remember until it answers)."""
    options, state = _server(request).authenticate_begin(_credentials(login))
    return dict(options)["publicKey"], state


def answered(request: HttpRequest, login: Login, state: Any) -> str:
    """The id of the passkey that signed. Raises Invalid."""
    server = _server(request)
    try:
        found = server.authenticate_complete(state, _credentials(login), _answer(request))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _refused() from error
    return websafe_encode(found.credential_id)
