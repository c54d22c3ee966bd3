"""Pages against strange input: told in words, never a fault of ours, never a dead end."""

import datetime as dt
from dataclasses import fields

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from niangjia.programmes.assistance_ledger.models import Purchase, Release
from niangjia.programmes.assistance_ledger.selectors import Filters
from niangjia.programmes.assistance_ledger.tests import given

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
FORM = {
    "reason": "金额有误",
    "product": "小米",
    "spec": "2.5kg",
    "quantity": "10",
    "measure": "袋",
    "price": "31.1",
    "amount": "311.00",
    "occurred_on": "2020-02-10",
    "mode": "direct",
    "channel": "食堂",
    "category": "粮油",
    "contract_no": "HT-1",
    "invoice_code": "011001900104",
    "invoice_no": "00000001",
    "voucher_no": "",
    "households": "3",
    "people": "9",
    "note": "",
}


@pytest.fixture
def record(db):
    given.city()
    return given.take(given.purchase(1)).taken[0]


def browser(who=""):
    client = Client(headers={"accept-language": "en"})
    if who:
        login = get_user_model().objects.get(username=who)
        client.force_login(login, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("", "/board/a%00b", 404),
        ("", "/api/board/a%00b", 422),
        ("clerk", "/desk/records?text=a%00b", 200),
        ("clerk", "/desk/records/a%00b", 404),
        ("clerk", "/api/purchases/a%00b", 422),
    ],
)
def test_a_null_character_is_no_fault_of_ours(record, who, path, status):
    assert browser(who).get(path).status_code == status


@pytest.mark.parametrize("period", ["0000", "9999", "2018Q4", "abc", "２０２０Q9"])
def test_a_period_that_cannot_be_released_is_refused_at_its_field(record, period):
    answer = browser("city").post(reverse("assistance_ledger:propose"), {"period": period})
    assert answer.status_code == 422 and not Release.objects.exists()


@pytest.mark.parametrize("path", ["/desk/releases/new", "/sign-out", "/me/hat", "/preferences"])
def test_the_address_of_a_form_leads_somewhere_when_it_is_opened(record, path):
    answer = browser("city").get(path)
    assert answer.status_code == 302
    assert browser("city").get(answer["Location"]).status_code == 200


def test_who_was_signed_out_meanwhile_is_led_to_sign_in(record):
    answer = browser().post(reverse("assistance_ledger:propose"), {"period": "2020Q1"})
    assert answer.status_code == 401 and reverse("orgs:sign_in") in answer.content.decode()


def correct(record, **changes):
    path = reverse("assistance_ledger:correct", args=[record])
    return browser("clerk").post(path, FORM | changes)


@pytest.mark.parametrize(
    "changes",
    [{"people": "3000000000"}, {"product": " "}, {"amount": "1.15万元"}, {"reason": " "}],
)
def test_a_correction_that_makes_no_sense_changes_nothing(record, changes):
    assert correct(record, **changes).status_code == 422
    assert Purchase.objects.get().reversed_at is None


def test_a_correction_reads_numbers_as_an_import_does(record):
    answer = correct(record, quantity="２０", amount="￥622.00元")
    assert answer.status_code == 302
    assert Purchase.objects.get(reversed_at=None).amount_fen == 62_200


def test_a_reversed_record_is_shown_instead_of_its_form(record):
    path = reverse("assistance_ledger:correct", args=[record])
    browser("clerk").post(path, {**FORM, "reverse": "1"})
    assert Purchase.objects.get().reversed_at is not None
    answer = browser("clerk").get(path)
    assert answer.status_code == 302 and answer["Location"].endswith(record)


def test_the_front_page_shows_the_period_that_ends_last(record):
    for day in (dt.date(2019, 11, 5), dt.date(2020, 2, 10)):
        rows = [
            given.purchase(10 * day.month + number, unit=unit, occurred_on=day)
            for unit in "甲乙丙"
            for number in range(2, 5)
        ]
        given.take(*rows)
    for period in ("2020Q1", "2019Q4"):
        given.release(period)
    assert Release.objects.count() == 2
    assert "<h1>Q1 2020</h1>" in browser().get("/").content.decode()


def test_a_note_is_attached_and_stays(record):
    page = browser("clerk").post(
        f"/desk/records/{record}/note", {"text": "发票原件在财务科"}, follow=True
    )
    assert "发票原件在财务科" in page.content.decode()
    empty = browser("clerk").post(f"/desk/records/{record}/note", {"text": " "}, follow=True)
    assert "Write the note first" in empty.content.decode()
    assert (
        browser("clerk_b").post(f"/desk/records/{record}/note", {"text": "他人"}).status_code == 404
    )
    assert (
        browser("auditor").post(f"/desk/records/{record}/note", {"text": "他人"}).status_code == 403
    )
    assert Purchase.objects.get(ref=record).reversed_at is None


def test_a_program_corrects_reverses_and_notes(record):
    clerk = browser("clerk")

    def sent(path, **body):
        return clerk.post(f"/api/purchases/{path}", body, content_type="application/json")

    assert sent(f"{record}/notes", text="盘点无误").status_code == 200
    new = sent(f"{record}/correct", reason="品名有误", product="大米").json()["ref"]
    assert Purchase.objects.get(ref=new).corrects == record
    assert sent(f"{record}/correct", reason="再改一次", product="面粉").status_code == 409
    assert sent(f"{new}/correct", reason="没有变化").status_code == 422
    assert sent(f"{new}/reverse", reason="重复登记").json() == {"ref": new}
    assert Purchase.objects.get(ref=new).reversed_at is not None


@pytest.mark.parametrize("one", [one for one in fields(Filters) if one.name != "state"])
def test_every_filter_of_the_list_has_a_name_on_the_page(record, one):
    value = "2020-02-10" if one.name in ("first", "last") else "2020-02"
    answer = browser("city").get(f"/desk/records?{one.name}={value}")
    assert answer.status_code == 200 and 'class="chip"' in answer.content.decode()
