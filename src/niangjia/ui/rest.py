"""What every JSON answer shares: the shape of a refusal and the table of declared ones."""

from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from niangjia.core.errors import DomainError, Invalid
from niangjia.core.unavailable import unavailable
from niangjia.ui.page import actor_of


class Refusal(Schema):
    """code: stable, for programs; message: for people, in the request's language."""

    code: str
    message: str
    fields: dict[str, str] = {}


SIGNED_IN = {401: Refusal, 403: Refusal, 422: Refusal, 503: Refusal}
ONE = {**SIGNED_IN, 404: Refusal}
CHANGED = {**ONE, 409: Refusal}
OPEN = {404: Refusal, 422: Refusal, 503: Refusal}


class Key(HttpBearer):
    """A key for programs; whom it stands for was found before the page was."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        actor = actor_of(request)
        return actor if actor.signed_in else None


def map_errors(api: NinjaAPI) -> None:
    """Every refusal of `api` answers as a Refusal with its status."""

    @api.exception_handler(DomainError)
    def domain(request: HttpRequest, error: DomainError) -> HttpResponse:
        fields = error.fields if isinstance(error, Invalid) else {}
        return _answer(api, request, error.status, _body(error.code, str(error), fields))

    @api.exception_handler(DatabaseError)
    def database(request: HttpRequest, error: DatabaseError) -> HttpResponse:
        known = unavailable(error)
        if known is None:
            raise error
        return _answer(api, request, known.status, _body(known.code, str(known)))

    @api.exception_handler(ValidationError)
    def validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
        fields = {".".join(map(str, one["loc"])): str(one["msg"]) for one in error.errors}
        message = _("These values cannot be used: %(names)s.") % {"names": ", ".join(fields)}
        return _answer(api, request, 422, _body("invalid", message, fields))

    @api.exception_handler(AuthenticationError)
    def authentication(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return _answer(
            api,
            request,
            401,
            _body("not_signed_in", _("Please sign in first; nothing was changed.")),
        )

    @api.exception_handler(HttpError)
    def http(request: HttpRequest, error: HttpError) -> HttpResponse:
        if error.status_code == 400:
            message = _("The body of the request is not JSON. Nothing was changed.")
            return _answer(api, request, 422, _body("invalid", message))
        return _answer(api, request, error.status_code, _body("refused", str(error)))


def _body(code: str, message: str, fields: dict[str, str] | None = None) -> dict[str, object]:
    return {"code": code, "message": message, "fields": fields or {}}


def _answer(
    api: NinjaAPI, request: HttpRequest, status: int, body: dict[str, object]
) -> HttpResponse:
    return api.create_response(request, body, status=status)
