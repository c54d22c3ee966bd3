"""Goods are counted piece by piece; directed ones go nowhere else; a shortage is never dropped."""

import datetime as dt

import pytest

from niangjia.blocks.bookkeeping.public import balance, check
from niangjia.core import jobs
from niangjia.core.errors import Conflict, Denied, Invalid
from niangjia.programmes.donations import books
from niangjia.programmes.donations.following import followed
from niangjia.programmes.donations.goods_models import GoodsItem, HandOver, HandOverLine
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.services import (
    change_decide,
    gift_redirect,
    gifts_record,
    goods_arrive,
    goods_receive,
    goods_send,
    shortage_explain,
    spending_ask,
    spending_decide,
    spending_pay,
    value_ask,
)
from niangjia.programmes.donations.tests import given
from niangjia.programmes.donations.types import (
    ConsentIn,
    DirectionIn,
    DonorIn,
    GoodsIn,
    HandOverIn,
    ItemIn,
    SpendingIn,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both]
BUS = DirectionIn("公交一线职工", "", "")
SENT_AT = given.at("2020-03-16 09:00:00")


@pytest.fixture(autouse=True)
def _city(settings):
    settings.NIANGJIA_CITY_DATE = "2020-03-17"
    given.city()


def masks(n=100, value_fen=10_001, **more):
    basis = "invoice" if value_fen else ""
    return ItemIn("口罩", n, "个", "", value_fen, basis, "示例发票1" if value_fen else "")


def received(slug, items=None, direction=None, key="g1"):
    goods = GoodsIn(key, DonorIn("unit", "示例一号企业"), items or (masks(),), SENT_AT, direction)
    goods_receive(given.actor("foundation"), slug=slug, goods=goods)
    return list(GoodsItem.objects.filter(gift__raising__slug=slug).order_by("id"))


def sent(slug, lines, direction_n=0):
    hand_over = HandOverIn(
        "示例医院", tuple(lines), SENT_AT, direction_n, "示例区", "示例交接人", "示例司机"
    )
    return goods_send(given.actor("foundation"), slug=slug, hand_over=hand_over)


def arrived(ref, counts):
    return goods_arrive(
        given.actor("foundation"),
        ref=ref,
        arrived=counts,
        receiver="示例接收人",
        arrived_at=given.at("2020-03-16 12:00:00"),
    )


def n(account):
    return balance(books.BOOK, account).posted


def test_goods_are_counted_and_worth_what_their_paper_says():
    slug = given.raising()
    (item,) = received(slug)
    assert n(books.store(slug, item.ref)) == 100
    assert n(books.goods(slug)) == n(books.worth(slug)) == 10_001
    assert n(books.pool(slug)) == 0
    jobs.drain()
    assert check(books.BOOK) == []


@pytest.mark.parametrize(
    "item",
    [
        ItemIn("", 1, "个"),
        ItemIn("口罩", 0, "个"),
        ItemIn("口罩", 1, ""),
        ItemIn("口罩", 1, "个", value_fen=0, basis="invoice"),
        ItemIn("口罩", 1, "个", value_fen=100),
        ItemIn("口罩", 1, "个", value_fen=100, basis="guess"),
    ],
    ids=["no name", "none", "no unit", "worth nothing", "no basis", "guessed"],
)
def test_what_is_no_goods_is_refused(item):
    slug = given.raising()
    with pytest.raises(Invalid):
        received(slug, (item,))
    assert not Gift.objects.exists() and not GoodsItem.objects.exists()


def test_goods_without_a_value_add_nothing_until_they_are_valued_by_two():
    slug = given.raising()
    (item,) = received(slug, (masks(60, None),))
    gift = Gift.objects.get()
    assert (gift.fen, gift.unvalued) == (0, True)
    ask = value_ask(
        given.actor("foundation"),
        item_ref=item.ref,
        value_fen=3_000,
        basis="government_list",
        basis_no="示例目录",
        reason="按价格目录",
    )
    with pytest.raises(Denied):
        change_decide(given.actor("foundation"), ask_ref=ask, step="approve", version=0)
    change_decide(given.actor("treasurer"), ask_ref=ask, step="approve", version=0)
    item.refresh_from_db(), gift.refresh_from_db()
    assert (item.value_fen, item.basis, gift.changed_fen) == (3_000, "government_list", 3_000)
    assert n(books.goods(slug)) == 3_000
    jobs.drain()
    assert check(books.BOOK) == []


def test_a_second_value_takes_the_place_of_the_first():
    slug = given.raising()
    (item,) = received(slug)
    ask = value_ask(
        given.actor("foundation"),
        item_ref=item.ref,
        value_fen=9_000,
        basis="invoice",
        basis_no="示例发票2",
        reason="发票更正",
    )
    change_decide(given.actor("treasurer"), ask_ref=ask, step="approve", version=0)
    assert n(books.goods(slug)) == 9_000
    sent(slug, [(item.ref, 1)])
    with pytest.raises(Conflict):
        value_ask(
            given.actor("foundation"),
            item_ref=item.ref,
            value_fen=1,
            basis="invoice",
            basis_no="3",
            reason="再改",
        )


def test_all_pieces_take_the_whole_value_to_the_fen():
    slug = given.raising()
    (item,) = received(slug)
    for part in (33, 33, 34):
        arrived(sent(slug, [(item.ref, part)]), {item.ref: part})
    assert n(books.store(slug, item.ref)) == 0
    assert n(books.to_recipient(slug, item.ref)) == 100
    assert n(books.goods(slug)) == n(books.worth(slug)) == 0
    assert Gift.objects.get().state == "signed_for"
    jobs.drain()
    assert check(books.BOOK) == []


def test_more_than_is_in_store_cannot_be_sent():
    slug = given.raising()
    (item,) = received(slug)
    sent(slug, [(item.ref, 60)])
    with pytest.raises(Conflict) as error:
        sent(slug, [(item.ref, 41)])
    assert error.value.code == "floor"
    assert HandOver.objects.count() == 1


def test_directed_goods_go_nowhere_else_without_the_donor():
    slug = given.raising()
    (item,) = received(slug, direction=BUS)
    with pytest.raises(Conflict) as error:
        sent(slug, [(item.ref, 1)])
    assert error.value.code == "directed" and "公交" in str(error.value)
    assert sent(slug, [(item.ref, 1)], direction_n=1)
    consent = ConsentIn(None, "writing", dt.date(2020, 3, 16), "公交已足额，捐赠方来函同意")
    gift = Gift.objects.get()
    gift_redirect(given.actor("foundation"), gift_ref=gift.ref, consent=consent)
    assert sent(slug, [(item.ref, 1)])


def test_a_shortage_waits_until_another_person_explains_it():
    slug = given.raising()
    (item,) = received(slug)
    ref = sent(slug, [(item.ref, 50)])
    assert arrived(ref, {item.ref: 48}) == 2
    assert n(books.missing(slug, item.ref)) == 2
    assert n(books.to_recipient(slug, item.ref)) == 48
    who = given.actor("treasurer")
    with pytest.raises(Invalid):
        shortage_explain(who, ref=ref, item_ref=item.ref, outcome="lost", reason="")
    with pytest.raises(Denied):
        shortage_explain(
            given.actor("foundation"), ref=ref, item_ref=item.ref, outcome="lost", reason="破损"
        )
    shortage_explain(who, ref=ref, item_ref=item.ref, outcome="returned", reason="退回入库")
    assert n(books.missing(slug, item.ref)) == 0 and n(books.store(slug, item.ref)) == 52
    with pytest.raises(Conflict):
        shortage_explain(who, ref=ref, item_ref=item.ref, outcome="lost", reason="再次")
    jobs.drain()
    assert check(books.BOOK) == []


@pytest.mark.parametrize("counts", [{}, {"x": 1}, {"item": 51}, {"item": -1}], ids=str)
def test_counts_that_cannot_be_are_refused(counts):
    slug = given.raising()
    (item,) = received(slug)
    ref = sent(slug, [(item.ref, 50)])
    with pytest.raises(Invalid):
        arrived(ref, {item.ref if key == "item" else key: one for key, one in counts.items()})
    assert HandOverLine.objects.get().n_arrived is None
    assert n(books.to_recipient(slug, item.ref)) == 0


def test_nothing_arrived_at_all_is_a_shortage_of_all():
    slug = given.raising()
    (item,) = received(slug)
    ref = sent(slug, [(item.ref, 50)])
    assert arrived(ref, {item.ref: 0}) == 50
    with pytest.raises(Conflict):
        arrived(ref, {item.ref: 50})
    assert n(books.missing(slug, item.ref)) == 50
    jobs.drain()
    assert check(books.BOOK) == []


def test_who_handed_over_and_received_is_sealed():
    slug = given.raising()
    (item,) = received(slug)
    arrived(sent(slug, [(item.ref, 1)]), {item.ref: 1})
    assert "示例".encode() not in bytes(HandOver.objects.get().sealed)


def test_money_that_goes_to_another_use_is_followed_there():
    slug = given.raising()
    who = given.actor("foundation")
    gifts_record(who, slug=slug, rows=[given.gift(direction=BUS)])
    gift = Gift.objects.select_related("raising", "direction").get()
    _spend(slug, 4_000, 1)
    consent = ConsentIn(None, "phone", dt.date(2020, 3, 16), "捐赠人电话同意")
    gift_redirect(who, gift_ref=gift.ref, consent=consent)
    assert (n(f"funds:{slug}:d1"), n(books.pool(slug))) == (0, 6_000)
    _spend(slug, 1_500, 0)
    gift = Gift.objects.select_related("raising", "direction").get()
    found = followed(gift)
    assert [part.fen for part in found.parts] == [4_000, 1_500]
    assert (found.left_fen, found.net_fen) == (4_500, 10_000)
    with pytest.raises(Conflict):
        gift_redirect(who, gift_ref=gift.ref, consent=consent)


def _spend(slug, fen, direction_n):
    spending = SpendingIn("示例公司", "采购物资", "示例医院", fen, direction_n)
    ref = spending_ask(given.actor("foundation"), slug=slug, spending=spending)
    spending_decide(given.actor("treasurer"), ref=ref, step="approve", version=0)
    spending_pay(
        given.actor("foundation"), ref=ref, version=1, fen=fen, paid_at=SENT_AT, voucher="付1"
    )
