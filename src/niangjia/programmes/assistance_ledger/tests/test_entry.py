"""By hand: read as an import reads, entered once, duplicated, kept while it is typed."""

import json

import pytest
from django.urls import reverse

from niangjia.blocks.desk.public import draft_get
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.services import period_adopt
from niangjia.programmes.assistance_ledger.tests import books, given
from niangjia.programmes.assistance_ledger.tests.test_pages import browser

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
TYPED = {
    "product": "小米",
    "category": "粮油",
    "spec": "2.5kg",
    "measure": "袋",
    "quantity_milli": "１０",
    "price_milli": "31.1",
    "amount_fen": "￥311.00",
    "occurred_on": "2020-02-10",
    "mode": "直接采购",
    "channel": "食堂",
    "supplier_name": "唐县示例合作社",
    "supplier_uscc": "",
    "county": "唐县",
    "invoice_no": "00000077",
    "households": "3",
    "people": "9",
}


@pytest.fixture(autouse=True)
def city(monkeypatch):
    books.city(monkeypatch)


def sent(who="clerk", like="", **changes):
    path = reverse("assistance_ledger:enter")
    return browser(who).post(path + (f"?like={like}" if like else ""), TYPED | changes)


def test_a_purchase_typed_is_read_as_an_import_reads_it():
    answer = sent()
    assert answer.status_code == 302
    one = Purchase.objects.get()
    assert (one.amount_fen, one.quantity_milli, one.mode, one.county_code) == (
        31_100,
        10_000,
        "direct",
        "130627",
    )
    assert one.unit_id == given.actor("clerk").organisation_id
    again = sent()
    assert again.status_code == 422 and "already" in again.content.decode()
    assert Purchase.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"amount_fen": "300"}, "quantity × price"),
        ({"county": "无此县"}, "no county"),
        ({"occurred_on": "2020-13-01"}, "2020-13-01"),
        ({"product": ""}, "This is needed"),
        ({"people": "2"}, "Please check both"),
        ({"occurred_on": "2021-01-01"}, "lies after today"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_stays_typed(changes, told):
    answer = sent(**changes)
    page = answer.content.decode()
    assert answer.status_code == 422 and told in page and "Row 0" not in page
    assert not Purchase.objects.exists() and "唐县示例合作社" in page


def test_another_like_it_takes_over_all_but_papers_and_day():
    ref = sent()["Location"].partition("?")[0].rpartition("/")[2]
    page = (
        browser("clerk").get(reverse("assistance_ledger:enter") + f"?like={ref}").content.decode()
    )
    assert 'value="小米"' in page and 'value="唐县示例合作社"' in page
    assert "00000077" not in page and "2020-02-10" not in page
    other = browser("clerk_b").get(reverse("assistance_ledger:enter") + f"?like={ref}")
    assert other.status_code == 404
    follow = sent(like=ref, invoice_no="00000078", again="1")
    assert "fresh=1" in follow["Location"] and Purchase.objects.count() == 2


def kept(who="clerk"):
    return browser(who).get(reverse("assistance_ledger:enter")).content.decode()


def test_what_was_typed_is_there_on_another_device_until_it_is_sent():
    body = json.dumps({"like": "", "values": {"product": "胡麻油", "contact_name": "示例联系人"}})
    path = reverse("assistance_ledger:enter_draft")
    answer = browser("clerk").post(path, body, content_type="application/json")
    assert answer.status_code == 200
    assert "胡麻油" in kept() and "胡麻油" not in kept("clerk_b")
    sent()
    assert "胡麻油" not in kept()
    assert draft_get(given.actor("clerk"), form="purchase", subject="") is None
    broken = browser("clerk").post(path, b"\x00", content_type="application/json")
    assert broken.status_code == 422


def test_a_late_purchase_needs_its_explanation():
    period_adopt(given.actor("city"), period="2019Q4", reason="线下已报")
    late = {"occurred_on": "2019-11-05"}
    answer = sent(**late)
    assert answer.status_code == 422 and "Say why this comes late" in answer.content.decode()
    assert sent(**late, explain_late="发票一月才到").status_code == 302
    assert Purchase.objects.get().month == "2020-01"


def test_the_city_names_the_unit_and_a_checker_enters_nothing():
    unit = {"unit_name": "示例乙工会", "unit_uscc": books.UNITS["乙"]}
    assert sent("city", **unit).status_code == 302
    assert sent("checker").status_code == 403
