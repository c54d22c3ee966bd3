"""Error pages name the right cause: a form that expired is not a lack of rights."""

from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django.test import Client

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def test_a_form_without_its_token_is_not_called_a_lack_of_rights():
    browser = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    answer = browser.post("/sign-in", {"username": "x", "password": "y"})
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "This could not be done" in text and "Not allowed here" not in text


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_an_unknown_address_says_so_in_the_readers_language(client, language):
    answer = client.get("/nowhere", headers={"accept-language": language})
    assert answer.status_code == 404
    assert ("There is no page" in answer.content.decode()) == (language == "en")


def test_a_role_without_records_is_not_sent_round_to_its_desk():
    from niangjia.ui.navigation import navigation

    assert navigation("member", "en", "orgs:me")[1].count("<li>") == 3
    assert navigation("clerk", "en", "orgs:me")[1].count("<li>") == 5


def test_a_fault_of_ours_shows_the_number_that_the_log_has(client, monkeypatch):
    def fail(_period):
        raise RuntimeError

    monkeypatch.setattr("niangjia.programmes.assistance_ledger.views.board.board_key", fail)
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert answer["X-Request-Id"] in answer.content.decode()


def away(*_args, **_more):
    raise OperationalError("database is locked")


def test_a_database_that_does_not_answer_is_told_already_when_looking_up_who_acts(
    client, monkeypatch
):
    monkeypatch.setattr("niangjia.core.http.ACTORS", SimpleNamespace(impl=away))
    answer = client.get("/", headers={"accept-language": "en"})
    assert answer.status_code == 503 and "does not answer" in answer.content.decode()


def test_a_program_that_reads_is_told_too(client, monkeypatch):
    monkeypatch.setattr("niangjia.programmes.assistance_ledger.rest.board_get", away)
    answer = client.get("/api/board/2020Q1", headers={"accept-language": "en"})
    assert answer.status_code == 503 and answer.json()["code"] == "database_away"
