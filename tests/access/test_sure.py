"""What lets a device or a program in asks for the password again after ten minutes."""

import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from niangjia.blocks.orgs.models import AccessToken
from niangjia.blocks.orgs.views import sure
from niangjia.core.models import JournalEntry
from niangjia.programmes.assistance_ledger.tests import given

pytestmark = [pytest.mark.django_db(databases=["default", "keys"])]
WORDS = {"username": "clerk", "password": "示例口令-2020"}
KEY = {"title": "报表程序", "scopes": ["read"], "days": "30"}


@pytest.fixture
def browser(db):
    given.city()
    client = Client()
    client.post(reverse("orgs:sign_in"), WORDS)
    return client


@pytest.fixture
def later(browser, monkeypatch):
    """The same browser eleven minutes on."""
    now = time.time()
    monkeypatch.setattr(sure.time, "time", lambda: now + 660)
    return browser


def confirm(browser, password, onward=""):
    return browser.post(reverse("orgs:confirm"), {"password": password, "next": onward})


def test_within_ten_minutes_nothing_is_asked(browser):
    assert browser.get(reverse("orgs:totp")).status_code == 200
    assert browser.post(reverse("orgs:keys"), KEY).status_code == 200
    assert AccessToken.objects.count() == 1


@pytest.mark.parametrize("name", ["orgs:totp", "orgs:keys"])
def test_later_one_gives_the_password_and_comes_back(later, name):
    asked = later.get(reverse(name))
    assert (
        asked["Location"] == f"{reverse('orgs:confirm')}?next={reverse(name).replace('/', '%2F')}"
    )
    assert later.get(asked["Location"]).status_code == 200
    wrong = confirm(later, "falsch")
    assert wrong.status_code == 422 and "密码不正确" in wrong.content.decode()
    assert later.get(reverse(name)).status_code == 302
    assert confirm(later, WORDS["password"], reverse(name))["Location"] == reverse(name)
    assert later.get(reverse(name)).status_code == 200


def test_a_form_sent_too_late_does_nothing(later):
    asked = later.post(reverse("orgs:keys"), KEY)
    assert asked.status_code == 302
    assert later.post(reverse("orgs:factor_remove", args=["x"])).status_code == 302
    for name in ("orgs:passkey_begin", "orgs:passkey_end"):
        answer = later.post(reverse(name))
        assert answer.status_code == 403 and answer.json()["message"]
    assert not AccessToken.objects.exists()
    # and what was typed into it is there again once the password was given
    onward = parse_qs(urlsplit(asked["Location"]).query)["next"][0]
    back = confirm(later, WORDS["password"], onward)["Location"]
    form = later.get(back).content.decode()
    assert 'value="报表程序"' in form and 'value="30"' in form
    assert re.search(r'value="read"[^>]*checked', form)


def test_one_comes_back_to_this_site_alone(later):
    answer = confirm(later, WORDS["password"], "https://example.org/")
    assert answer["Location"] == reverse("orgs:security")


def test_another_s_password_and_too_many_wrong_ones_open_nothing(later):
    for _number in range(4):
        assert confirm(later, "falsch").status_code == 422
    assert confirm(later, "falsch").status_code == 429
    assert confirm(later, WORDS["password"]).status_code == 429
    assert later.get(reverse("orgs:keys")).status_code == 302


def test_who_is_not_signed_in_is_asked_to(db):
    given.city()
    assert Client().get(reverse("orgs:confirm"))["Location"].startswith(reverse("orgs:sign_in"))


def test_the_password_is_changed_by_who_knows_it_and_other_browsers_end(browser):
    elsewhere, old = Client(), WORDS["password"]
    elsewhere.post(reverse("orgs:sign_in"), WORDS)
    page, new = reverse("orgs:password"), "另一句更长的口令"
    for was, one, again, said in (
        ("falsch", new, new, "密码不正确"),
        (old, "short", "short", "8"),
        (old, new, new + "x", "两次"),
        (old, old, old, "相同"),
    ):
        answer = browser.post(page, {"old": was, "password": one, "again": again})
        assert answer.status_code == 422 and said in answer.content.decode()
    assert elsewhere.get(reverse("orgs:me")).status_code == 200
    answer = browser.post(page, {"old": old, "password": new, "again": new}, follow=True)
    assert answer.status_code == 200 and "另有 1 个浏览器" in answer.content.decode()
    assert browser.get(reverse("orgs:me")).status_code == 200
    assert elsewhere.get(reverse("orgs:me")).status_code != 200
    assert Client().post(reverse("orgs:sign_in"), WORDS).status_code == 422
    fresh = Client().post(reverse("orgs:sign_in"), {**WORDS, "password": new})
    assert fresh.status_code == 302
    note = JournalEntry.objects.get(kind="orgs.password_changed")
    assert note.detail == {"n_signed_out": 2}
