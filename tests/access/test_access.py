"""Ways in: a second factor, sessions, keys for programs, a deputy."""

import datetime as dt
import time

import pyotp
import pytest
from django.test import Client
from django.urls import reverse

from niangjia.blocks.orgs.access import actor_of_token
from niangjia.blocks.orgs.models import AccessToken, KnownSession, Login, SecondFactor
from niangjia.blocks.orgs.selectors import hats_of
from niangjia.blocks.orgs.services import (
    delegation_end,
    delegation_give,
    factors_reset,
    token_make,
    token_revoke,
)
from niangjia.core import clock
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound, NotSignedIn
from niangjia.programmes.assistance_ledger.services import purchases_take, report_decide
from niangjia.programmes.assistance_ledger.tests import given

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
WORDS = {"username": "clerk", "password": "示例口令-2020"}


@pytest.fixture(autouse=True)
def city(db):
    given.city()


@pytest.fixture
def secret(monkeypatch):
    """The clerk's account has an authenticator app; returns its secret."""
    browser = Client()
    browser.post(reverse("orgs:sign_in"), WORDS)
    browser.get(reverse("orgs:totp"))
    made = browser.session["new_totp"]
    wrong = browser.post(reverse("orgs:totp"), {"code": "000000"})
    assert wrong.status_code == 422 and not SecondFactor.objects.exists()
    now = clock.real_now()
    answer = browser.post(reverse("orgs:totp"), {"code": pyotp.TOTP(made).at(now)})
    assert answer.status_code == 302
    later = now + dt.timedelta(seconds=60)
    monkeypatch.setattr(clock, "real_now", lambda: later)
    return made


def code_of(secret):
    return pyotp.TOTP(secret).at(clock.real_now())


def test_the_password_alone_lets_nobody_in(secret):
    browser = Client()
    answer = browser.post(reverse("orgs:sign_in"), WORDS)
    assert answer["Location"] == reverse("orgs:second")
    assert browser.get("/desk").status_code == 302
    code = code_of(secret)
    assert browser.post(reverse("orgs:second"), {"code": code}).status_code == 302
    assert browser.get("/desk").status_code == 200


def test_a_code_works_once(secret):
    code = code_of(secret)
    for status in (302, 422):
        browser = Client()
        browser.post(reverse("orgs:sign_in"), WORDS)
        assert browser.post(reverse("orgs:second"), {"code": code}).status_code == status


def test_five_wrong_codes_lock_the_account_as_wrong_passwords_do(secret):
    browser = Client()
    browser.post(reverse("orgs:sign_in"), WORDS)
    codes = [browser.post(reverse("orgs:second"), {"code": "000000"}).status_code for _ in "12345"]
    assert codes == [422, 422, 422, 422, 429]
    assert browser.post(reverse("orgs:second"), {"code": code_of(secret)}).status_code == 429


def test_a_password_that_waited_too_long_is_asked_for_again(secret, monkeypatch):
    browser = Client()
    browser.post(reverse("orgs:sign_in"), WORDS)
    then = time.time() + 601
    monkeypatch.setattr("niangjia.blocks.orgs.views.second.time.time", lambda: then)
    assert browser.get(reverse("orgs:second"))["Location"] == reverse("orgs:sign_in")


def test_the_city_removes_a_lost_factor(secret):
    assert factors_reset(given.actor("city"), username="clerk") == 1
    assert Client().post(reverse("orgs:sign_in"), WORDS)["Location"] == reverse("desk:home")


def test_a_session_is_seen_and_ended_from_another_browser():
    here, there = Client(), Client(headers={"user-agent": "Firefox/120 Windows"})
    for browser in (here, there):
        browser.post(reverse("orgs:sign_in"), WORDS)
    page = here.get(reverse("orgs:security")).content.decode()
    assert "Firefox, Windows" in page
    other = KnownSession.objects.get(device="Firefox, Windows")
    here.post(reverse("orgs:session_end", args=[other.ref]))
    assert there.get("/desk").status_code == 302 and here.get("/desk").status_code == 200
    stranger = Client()
    stranger.post(reverse("orgs:sign_in"), WORDS | {"username": "clerk_b"})
    mine = KnownSession.objects.get(login__username="clerk")
    assert stranger.post(reverse("orgs:session_end", args=[mine.ref])).status_code == 404


def token(who="clerk", scopes=("read",), days=1):
    return token_make(given.actor(who), title="示例程序", scopes=scopes, days=days)


def test_a_key_opens_what_its_scopes_say_and_nothing_else():
    given.take(given.purchase(1))
    key = token()
    program = Client(headers={"authorization": f"Bearer {key}"})
    assert len(program.get("/api/purchases").json()["items"]) == 1
    actor = actor_of_token(key)
    with pytest.raises(Denied):
        purchases_take(actor, rows=[given.purchase(2)])
    with pytest.raises(Denied):
        report_decide(actor, report_ref="x", step="enter", version=0)
    with pytest.raises(Denied):
        token_make(actor, title="另一个", scopes=["import"], days=1)
    assert purchases_take(actor_of_token(token(scopes=["import"])), rows=[given.purchase(2)]).taken
    assert program.get("/desk").status_code == 302  # pages are for people
    assert key not in str(list(AccessToken.objects.values()))


def test_a_key_ends_with_its_day_when_revoked_and_with_the_appointment(monkeypatch):
    key = token()
    row = AccessToken.objects.get()
    token_revoke(given.actor("clerk"), token_ref=row.ref)
    with pytest.raises(NotSignedIn):
        actor_of_token(key)
    with pytest.raises(NotFound):
        token_revoke(given.actor("clerk"), token_ref=row.ref)
    key = token()
    Login.objects.filter(username="clerk").update(is_active=False)
    with pytest.raises(NotSignedIn):
        actor_of_token(key)
    Login.objects.filter(username="clerk").update(is_active=True)
    later = clock.real_now() + dt.timedelta(days=2)
    monkeypatch.setattr(clock, "real_now", lambda: later)
    answer = Client(headers={"authorization": f"Bearer {key}"}).get("/api/purchases")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(
    "changes", [{"title": " "}, {"scopes": []}, {"scopes": ["root"]}, {"days": 0}, {"days": 400}]
)
def test_a_key_without_name_scope_or_end_is_not_made(changes):
    with pytest.raises(Invalid) as told:
        token_make(
            given.actor("clerk"), **{"title": "示例", "scopes": ["read"], "days": 9} | changes
        )
    assert set(told.value.fields) == set(changes)
    assert not AccessToken.objects.exists()


def delegated(first=dt.date(2020, 3, 17), last=dt.date(2020, 3, 20), deputy="clerk_b"):
    own = hats_of(Login.objects.get(username="head"))[0].appointment_id
    return delegation_give(
        given.actor("head"),
        appointment_id=own,
        deputy_username=deputy,
        first=first,
        last=last,
        reason="出差",
    )


def roles_of(who):
    return [(hat.role, hat.covered) for hat in hats_of(Login.objects.get(username=who))]


def test_a_deputy_wears_the_hat_on_those_days_under_the_own_name():
    ref = delegated()
    assert roles_of("clerk_b") == [("clerk", False), ("head", True)]
    delegation_end(given.actor("head"), delegation_ref=ref)
    assert roles_of("clerk_b") == [("clerk", False)]
    with pytest.raises(NotFound):
        delegation_end(given.actor("head"), delegation_ref=ref)
    delegated(first=dt.date(2020, 3, 18))
    assert roles_of("clerk_b") == [("clerk", False)]


def test_a_deputy_is_somebody_else_and_the_days_make_sense():
    with pytest.raises(Invalid):
        delegated(deputy="head")
    with pytest.raises(NotFound):
        delegated(deputy="nobody")
    for last in (dt.date(2020, 3, 16), dt.date(2021, 3, 16)):
        with pytest.raises(Invalid):
            delegated(last=last)
    delegated()
    with pytest.raises(Conflict):
        delegated()
    with pytest.raises(NotFound):
        own = hats_of(Login.objects.get(username="head"))[0].appointment_id
        delegation_give(
            given.actor("clerk"),
            appointment_id=own,
            deputy_username="clerk_b",
            first=dt.date(2020, 3, 17),
            last=dt.date(2020, 3, 18),
        )
