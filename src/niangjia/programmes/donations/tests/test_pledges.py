"""Pledges at the desk, from the promise to the goods that fulfil it."""

import pytest
from django.urls import reverse

from niangjia.core import jobs
from niangjia.core.errors import Conflict
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.services import gift_pledge, goods_receive, pledge_receive
from niangjia.programmes.donations.tests import given
from niangjia.programmes.donations.tests.test_bank_pages import browser
from niangjia.programmes.donations.types import DirectionIn, DonorIn, GoodsIn, ItemIn

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
PROMISE = {
    "key": "k1",
    "donor_kind": "unit",
    "name": "示例一号企业",
    "uscc": "",
    "phone": "",
    "kind": "goods",
    "fen": "",
    "what": "口罩100个",
    "beneficiary": "公交一线职工",
    "show_name": "on",
}


@pytest.fixture(autouse=True)
def _city(settings):
    settings.NIANGJIA_CITY_DATE = "2020-03-17"
    given.city()


def masks(ref: str, key: str = "g1") -> GoodsIn:
    piece = ItemIn("口罩", 100, "个", "", 10_000, "invoice", "示例发票1")
    at = given.at("2020-03-16 09:00:00")
    return GoodsIn(key, DonorIn("unit", "示例一号企业"), (piece,), at, pledge_ref=ref)


def test_promised_goods_are_taken_down_and_fulfilled_by_what_came():
    slug, desk = given.raising(), browser("foundation")
    form = reverse("donations:pledge_new", args=[slug])
    assert desk.post(form, {**PROMISE, "what": ""}).status_code == 422
    assert desk.post(form, PROMISE).status_code == 302
    pledge = Gift.objects.get()
    page = desk.get(reverse("donations:pledge", args=[pledge.ref])).content.decode()
    into = f"{reverse('donations:goods_new', args=[slug])}?pledge={pledge.ref}"
    assert into in page and "示例一号企业" in desk.get(into).content.decode()
    item = {"i0-name": "口罩", "i0-n": "100", "i0-measure": "个"}
    came = {**PROMISE, "key": "k2", "beneficiary": "", "received_at": "2020-03-16T09:00"}
    made = desk.post(into.partition("?")[0], {**came, **item, "pledge": pledge.ref})
    assert made.status_code == 302
    jobs.drain()
    pledge.refresh_from_db()
    goods = Gift.objects.exclude(pk=pledge.pk).get()
    assert pledge.state == "fulfilled" and goods.direction == pledge.direction
    for gift in (pledge, goods):
        page = desk.get(reverse("donations:gift", args=[gift.ref])).content.decode()
        assert "unvalued" in page and "¥ 0.00" not in page


def test_a_promise_is_fulfilled_once_and_only_by_what_was_promised():
    slug = given.raising()
    who = given.actor("foundation")
    money = gift_pledge(who, slug=slug, pledge=given.pledge())
    with pytest.raises(Conflict) as error:
        goods_receive(who, slug=slug, goods=masks(money))
    assert error.value.code == "not_pledged" and Gift.objects.get().state == "pledged"
    where = DirectionIn("公交一线职工", "", "")
    promised = given.pledge(key="p2", kind="goods", line=3, what="口罩", direction=where)
    ref = gift_pledge(who, slug=slug, pledge=promised)
    goods_receive(who, slug=slug, goods=masks(ref))
    with pytest.raises(Conflict):
        goods_receive(who, slug=slug, goods=masks(ref, "g2"))
    with pytest.raises(Conflict):
        pledge_receive(who, gift_ref=ref, fen=1, received_at=given.at("2020-03-10 09:00:00"))


def test_a_promise_of_money_arrives_or_is_withdrawn_with_a_reason():
    slug, desk = given.raising(), browser("foundation")
    who = given.actor("foundation")
    page = reverse("donations:pledge", args=[gift_pledge(who, slug=slug, pledge=given.pledge())])
    assert desk.post(page, {"withdraw": "1", "reason": ""}).status_code == 422
    assert desk.post(page, {"fen": "x", "received_at": ""}).status_code == 422
    arrived = {"fen": "600.00", "received_at": "2020-03-10T09:00", "source": "示例凭证1"}
    assert desk.post(page, arrived).status_code == 302
    assert Gift.objects.get().fen == 60_000
    assert desk.post(page, {"withdraw": "1", "reason": "撤回"}).status_code == 422
    other = gift_pledge(who, slug=slug, pledge=given.pledge(key="p2"))
    page = reverse("donations:pledge", args=[other])
    assert desk.post(page, {"withdraw": "1", "reason": "撤回"}).status_code == 302
    assert Gift.objects.get(ref=other).state == "withdrawn"
