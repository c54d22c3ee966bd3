"""The API answers only what its description says, for visitors and for each role that may read."""

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as drawn
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from niangjia.blocks.orgs.models import Login
from niangjia.blocks.orgs.public import token_make
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.tests import given

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
CHOSEN = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_KEYS: dict[str, str] = {}
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]


schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())


@pytest.fixture(autouse=True)
def _two_records(db):
    """Two records to read. A request's end must not close the test's own connection."""
    given.city()
    given.take(given.purchase(1), given.purchase(2))
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    _KEYS.clear()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def session_of(username: str) -> dict[str, str]:
    """Headers of someone signed in, with the token that writes need."""
    client = Client()
    login = Login.objects.get(username=username)
    client.force_login(login, backend="django.contrib.auth.backends.ModelBackend")
    session = f"{settings.SESSION_COOKIE_NAME}={client.cookies['sessionid'].value}"
    token = "a" * 32
    return {
        "Cookie": f"{session}; {settings.CSRF_COOKIE_NAME}={token}",
        "X-CSRFToken": token,
    }


@schema.parametrize()
@drawn(max_examples=25, deadline=None, suppress_health_check=QUIET)
def test_every_answer_to_the_city_is_declared(case):
    answer = case.call(headers=session_of("city"))
    case.validate_response(answer, checks=CHOSEN)


@schema.parametrize()
@drawn(max_examples=25, deadline=None, suppress_health_check=QUIET)
def test_every_answer_to_a_key_is_declared_writes_included(case):
    """A program of the city: the key needs no CSRF token, so that writes are reached."""
    if "key" not in _KEYS:
        scopes = ["read", "import", "report", "release", "organisations"]
        _KEYS["key"] = token_make(given.actor("city"), title="示例", scopes=scopes, days=1)
    answer = case.call(headers={"Authorization": f"Bearer {_KEYS['key']}"})
    case.validate_response(answer, checks=CHOSEN)
    assert answer.status_code != 401


@schema.parametrize()
@drawn(max_examples=10, deadline=None, suppress_health_check=QUIET)
def test_a_visitor_reads_only_what_is_open(case):
    answer = case.call()
    case.validate_response(answer, checks=CHOSEN)
    if not case.path.startswith(("/api/board", "/api/donations")):
        forged = (403,) if case.method != "GET" else ()  # a write without its token
        assert answer.status_code in (401, 404, 405, *forged)


def test_a_member_is_refused_the_records_and_a_clerk_is_not():
    refused = Client(headers=session_of("member")).get("/api/purchases")
    assert (refused.status_code, refused.json()["code"]) == (403, "denied")
    allowed = Client(headers=session_of("city")).get("/api/purchases")
    assert [one["ref"] for one in allowed.json()["items"]] == list(
        Purchase.objects.order_by("-id").values_list("ref", flat=True)
    )
