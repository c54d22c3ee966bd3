"""Middleware: request id, actor, errors mapped once; and the health pages."""

import logging
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from urllib.parse import urlsplit

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from niangjia.core import jobs
from niangjia.core.actor import ANONYMOUS, Actor
from niangjia.core.errors import DomainError, NotSignedIn
from niangjia.core.programme import Port
from niangjia.core.unavailable import unavailable

request_id: ContextVar[str] = ContextVar("request_id", default="")
# How to find the actor of a request; filled by orgs.
ACTORS: Port[Callable[[HttpRequest], Actor]] = Port("actor of a request")
# How much waits for an actor, and how much of it is overdue; filled by desk.
WAITING: Port[Callable[[Actor], tuple[int, int]]] = Port("what waits for an actor")
# What every page says at its top, empty as a rule; filled by ledger.
NOTICE: Port[Callable[[], str]] = Port("what every page must say")
GetResponse = Callable[[HttpRequest], HttpResponse]
API = "/api/"
log = logging.getLogger(__name__)


class RequestMiddleware:
    """Gives each request an id and an actor, and turns a DomainError into its page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_id.set(uuid.uuid4().hex[:12])
        request.actor = ANONYMOUS  # type: ignore[attr-defined]
        try:
            response = self._answer(request)
            response["X-Request-Id"] = request_id.get()
            return response
        finally:
            request_id.reset(token)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        try:
            request.actor = ACTORS.impl(request)  # type: ignore[attr-defined]
        except (OSError, DatabaseError, DomainError) as error:
            told = self.process_exception(request, error)
            if told is None:
                raise
            return told
        response = self.get_response(request)
        page = request.accepts("text/html") and not request.path.startswith("/api/")
        if response.status_code == 405 and request.method == "GET" and page:
            return HttpResponseRedirect(reverse("home"))  # a form's address, reloaded
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DomainError):
            return error_page(request, error)
        known = unavailable(error)
        if known is None:
            return None
        log.error("unavailable: %s", known.code, exc_info=error)
        return error_page(request, known)


def error_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page of a refusal; who is not signed in is led to the sign-in page and back.

    A program gets the same as JSON, in the shape that every answer of the API has.
    """
    if request.path.startswith(API):
        told = {"code": error.code, "message": str(error), "fields": {}}
        return JsonResponse(told, status=error.status)
    sign_in = reverse("orgs:sign_in")
    if isinstance(error, NotSignedIn) and request.method == "GET":
        return HttpResponseRedirect(f"{sign_in}?{urlencode({'next': request.get_full_path()})}")
    context = {
        "error": error,
        "sign_in": f"{sign_in}{_back_to(request)}" if isinstance(error, NotSignedIn) else "",
        "status": error.status,
        "message": str(error),
        "number": request_id.get(),
    }
    return render(request, "ui/error.html", context, status=error.status)


def _back_to(request: HttpRequest) -> str:
    """`?next=` the page whose form was sent, if it is one of ours."""
    try:
        page = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    if page.netloc != request.get_host():
        return ""
    return f"?{urlencode({'next': f'{page.path}?{page.query}' if page.query else page.path})}"


def healthz(request: HttpRequest) -> JsonResponse:
    """The process lives."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers, 503 else; each job, and whether it has caught up."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        states = jobs.job_states()
    except Exception:  # whatever the database says, we are not ready
        log.exception("not ready")
        return JsonResponse({"status": "database does not answer"}, status=503)
    return JsonResponse({"status": "ok", "jobs": states})
