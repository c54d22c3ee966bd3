"""The operator's pages: for that role alone; accounts, links for passwords, failed work."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from niangjia.blocks.orgs.models import AccessToken, KnownSession, Login, SecondFactor
from niangjia.blocks.orgs.public import Account, accounts_set_up, token_make
from niangjia.config.system import services
from niangjia.config.system.accounts import place_of
from niangjia.core import jobs
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.core.models import JournalEntry, OutboxMessage
from niangjia.programmes.assistance_ledger.tests import given

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
PASSWORD = "示例口令-2020"
PAGES = ("system:system", "system:people", "system:new_person")


@pytest.fixture(autouse=True)
def city(db):
    given.city()
    operator = Account("operator", PASSWORD, "示例运维", "operator", "110000")
    accounts_set_up(given.SYSTEM, accounts=[operator], valid_from=given.SINCE)


def browser(who="operator", password=PASSWORD):
    found = Client()
    found.post(reverse("orgs:sign_in"), {"username": who, "password": password})
    return found


def post(name, *args, who="operator", **said):
    return browser(who).post(reverse(name, args=args), said)


@pytest.mark.parametrize("who", ["clerk", "city", "auditor", "leader"])
def test_pages_and_deeds_are_refused_to_everybody_else(who):
    other = browser(who)
    assert [other.get(reverse(page)).status_code for page in PAGES] == [403] * 3
    assert other.get(reverse("system:person", args=["clerk"])).status_code == 403
    assert other.post(reverse("system:back_up")).status_code == 403
    answer = other.post(reverse("system:person", args=["clerk"]), {"act": "close"})
    assert answer.status_code == 403
    assert Login.objects.get(username="clerk").is_active
    with pytest.raises(Denied):
        services.account_close(given.actor(who), username="clerk")


def test_the_pages_answer_and_tell_nobodys_name():
    pages = [browser().get(reverse(page)) for page in PAGES]
    pages.append(browser().get(reverse("system:person", args=["clerk"])))
    assert [page.status_code for page in pages] == [200] * 4
    assert not any("示例clerk" in page.content.decode() for page in pages)
    assert browser().get(reverse("system:person", args=["nobody"])).status_code == 404


def test_a_closed_account_is_out_everywhere_and_its_keys_open_nothing():
    clerk = browser("clerk")
    token_make(given.actor("clerk"), title="程序", scopes=["read"], days=1)
    assert clerk.get("/desk").status_code == 200
    post("system:person", "clerk", act="close")
    assert clerk.get("/desk").status_code == 302
    assert not KnownSession.objects.filter(login__username="clerk").exists()
    assert not AccessToken.objects.filter(revoked_at__isnull=True).exists()
    assert browser("clerk").get("/desk").status_code == 302
    post("system:person", "clerk", act="open")
    assert browser("clerk").get("/desk").status_code == 200
    assert AccessToken.objects.filter(revoked_at__isnull=True).count() == 0
    kinds = set(JournalEntry.objects.values_list("kind", flat=True))
    assert {"system.account_closed", "system.account_opened"} <= kinds


def test_nobody_closes_or_weakens_the_own_account():
    operator = given.actor("operator")
    for service in (services.account_close, services.factors_drop):
        with pytest.raises(Conflict):
            service(operator, username="operator")
    assert Login.objects.get(username="operator").is_active


def test_a_lost_second_factor_is_removed():
    login = Login.objects.get(username="clerk")
    SecondFactor.objects.create(
        ref="f", login=login, kind="totp", title="t", sealed=b"x", added_at=timezone.now()
    )
    post("system:person", "clerk", act="factors")
    assert not SecondFactor.objects.exists()


def link_in(answer):
    return re.search(r"http://testserver(/welcome/\d+/[\w-]+)", answer.content.decode())[1]


def test_a_new_account_chooses_its_password_once_by_its_link():
    form = {"username": "new-clerk", "person_name": "示例新人", "role": "clerk", "at": "示例乙工会"}
    answer = post("system:new_person", **form)
    link = link_in(answer)
    weak = Client().post(link, {"password": "short", "again": "short"})
    other = Client().post(link, {"password": "一句好记的话2020", "again": "一句好记的话2021"})
    assert (weak.status_code, other.status_code) == (422, 422)
    good = {"password": "一句好记的话2020", "again": "一句好记的话2020"}
    assert Client().post(link, good).status_code == 302
    assert Client().get(link).status_code == 404
    assert (
        Client().post(link, {"password": "另一句话-2020", "again": "另一句话-2020"}).status_code
        == 404
    )
    assert browser("new-clerk", good["password"]).get("/desk").status_code == 200
    assert given.actor("new-clerk").organisation_name == "示例乙工会"


@pytest.mark.parametrize(
    "change",
    [
        {"username": "clerk"},
        {"username": "王芳"},
        {"at": "没有的单位"},
        {"role": "root"},
        {"person_name": ""},
    ],
)
def test_an_account_that_cannot_be_is_not_made(change):
    form = {"username": "new-clerk", "person_name": "示例", "role": "clerk", "at": "110101"}
    n = Login.objects.count()
    assert post("system:new_person", **form | change).status_code == 422
    assert Login.objects.count() == n


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("110101", "110101"),
        ("东城区", "110101"),
        ("dept", "dept"),
        (given.UNITS["甲"], f"uscc:{given.UNITS['甲']}"),
        ("示例甲工会", f"uscc:{given.UNITS['甲']}"),
        ("唐县示例合作社", "uscc:931306270000000001"),
        ("教育系统工会", "education"),
        ("没有", ""),
    ],
)
def test_an_organisation_is_found_by_code_or_name(text, place):
    assert place_of(text) == place


def test_a_link_dies_with_a_new_password_a_sign_in_and_the_account():
    operator = given.actor("operator")
    for end in ("sign in", "close"):
        pk, token = services.password_link(operator, username="clerk")
        if end == "sign in":
            browser("clerk")
        else:
            services.account_close(operator, username="clerk")
        with pytest.raises(NotFound):
            services.password_choose(operator, login_id=pk, token=token, password="一句好记的话")
    with pytest.raises(Conflict):
        services.password_link(operator, username="clerk")
    services.account_open(operator, username="clerk")
    pk, token = services.password_link(operator, username="clerk")
    with pytest.raises(Invalid):
        services.password_choose(operator, login_id=pk, token=token, password="12345678")
    with pytest.raises(NotFound):
        services.password_choose(operator, login_id=pk, token=token[:-1] + "x", password=PASSWORD)


def test_failed_work_is_shown_and_tried_again():
    now = timezone.now()
    failed = OutboxMessage.objects.create(
        topic="imports.forget",
        payload={"upload": "x"},
        due_at=now,
        attempts=10,
        failed_at=now,
        error="OSError: gone",
    )
    page = browser().get(reverse("system:system")).content.decode()
    assert "OSError: gone" in page
    post("system:retry", failed.pk)
    jobs.drain()
    assert not OutboxMessage.objects.filter(pk=failed.pk).exists()
    assert post("system:retry", failed.pk).status_code == 404


def test_one_backup_at_a_time_is_asked_for():
    post("system:back_up")
    assert OutboxMessage.objects.filter(topic=services.BACKUP).count() == 1
    assert post("system:back_up").status_code == 409
    assert OutboxMessage.objects.filter(topic=services.BACKUP).count() == 1
