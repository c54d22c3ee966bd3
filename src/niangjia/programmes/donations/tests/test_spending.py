"""Money is spent by two people, within what a fund holds; every gift's share can be told."""

import datetime as dt

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from niangjia.blocks.bookkeeping.public import balance, check
from niangjia.core import jobs
from niangjia.core.errors import Conflict, Denied, Invalid
from niangjia.programmes.donations import books
from niangjia.programmes.donations.following import followed
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.rules import Drawn, shares
from niangjia.programmes.donations.services import (
    change_ask,
    change_decide,
    gifts_record,
    spending_ask,
    spending_decide,
    spending_drop,
    spending_pay,
    spending_sign,
)
from niangjia.programmes.donations.spending_models import Application, SignFor
from niangjia.programmes.donations.tests import given
from niangjia.programmes.donations.types import DirectionIn, SignForIn, SpendingIn

pytestmark = [pytest.mark.django_db, pytest.mark.both]
PAID_AT = given.at("2020-03-16 09:00:00")
TODAY = dt.date(2020, 3, 17)


@pytest.fixture(autouse=True)
def _city(settings):
    settings.NIANGJIA_CITY_DATE = "2020-03-17"
    given.city()


def asked(slug, fen=6_000, **more):
    values = {"payee": "示例医疗器械公司", "purpose": "采购防护服", "beneficiaries": "示例医院"}
    spending = SpendingIn(**(values | {"fen": fen} | more))
    return spending_ask(given.actor("foundation"), slug=slug, spending=spending)


def paid(slug, fen=6_000, **more):
    ref = asked(slug, fen, **more)
    spending_decide(given.actor("treasurer"), ref=ref, step="approve", version=0)
    spending_pay(
        given.actor("foundation"), ref=ref, version=1, fen=fen, paid_at=PAID_AT, voucher="付001"
    )
    return ref


def gave(slug, number=1, **more):
    rows = [given.gift(number, **more)]
    return gifts_record(given.actor("foundation"), slug=slug, rows=rows)[f"test:{number}"].ref


def posted(code):
    return balance(books.BOOK, code).posted


def test_a_payment_leaves_the_fund_and_the_bank():
    slug = given.raising()
    gave(slug)
    ref = paid(slug)
    assert posted(books.pool(slug)) == posted(books.bank(slug)) == 4_000
    row = Application.objects.get(ref=ref)
    assert (row.paid_fen, row.case.state) == (6_000, "paid")
    jobs.drain()
    assert check(books.BOOK) == []


def test_approved_money_is_held_and_cannot_be_approved_twice():
    slug = given.raising()
    gave(slug)
    first, second = asked(slug), asked(slug)
    spending_decide(given.actor("treasurer"), ref=first, step="approve", version=0)
    with pytest.raises(Conflict) as error:
        spending_decide(given.actor("treasurer"), ref=second, step="approve", version=0)
    assert error.value.code == "floor"
    assert Application.objects.get(ref=second).case.state == "asked"
    spending_drop(given.actor("foundation"), ref=first, version=1, reason="供应商缺货")
    spending_decide(given.actor("treasurer"), ref=second, step="approve", version=0)
    jobs.drain()
    assert check(books.BOOK) == []


def test_less_than_approved_may_be_paid_and_the_rest_is_free():
    slug = given.raising()
    gave(slug)
    ref = asked(slug, 9_000)
    spending_decide(given.actor("treasurer"), ref=ref, step="approve", version=0)
    who = given.actor("foundation")
    for fen in (0, 9_001):
        with pytest.raises(Invalid):
            spending_pay(who, ref=ref, version=1, fen=fen, paid_at=PAID_AT, voucher="付001")
    spending_pay(who, ref=ref, version=1, fen=5_000, paid_at=PAID_AT, voucher="付001")
    stands = balance(books.BOOK, books.pool(slug))
    assert (stands.posted, stands.held) == (5_000, 0)


def test_nothing_is_paid_that_was_not_approved():
    slug = given.raising()
    gave(slug)
    ref = asked(slug)
    with pytest.raises(Conflict):
        spending_pay(
            given.actor("foundation"), ref=ref, version=0, fen=1, paid_at=PAID_AT, voucher="付1"
        )
    with pytest.raises(Denied):
        spending_decide(given.actor("foundation"), ref=ref, step="approve", version=0)
    with pytest.raises(Invalid):
        spending_decide(given.actor("treasurer"), ref=ref, step="return", version=0)
    assert posted(books.pool(slug)) == 10_000


def test_directed_money_is_spent_from_its_own_fund_only():
    slug = given.raising()
    gave(slug, direction=DirectionIn("公交一线职工", "", ""))
    with pytest.raises(Conflict):
        paid(slug)
    paid(slug, direction_n=1)
    found = followed(Gift.objects.select_related("raising", "direction").get())
    assert found.directed and [part.fen for part in found.parts] == [6_000]
    assert found.left_fen == 4_000


def test_recipients_sign_for_no_more_than_was_paid():
    slug = given.raising()
    gave(slug)
    ref = paid(slug)
    who = given.actor("foundation")
    sheet = SignForIn(4_000, 12, "sheet", TODAY)
    assert spending_sign(who, ref=ref, signed=sheet) == "paid"
    with pytest.raises(Invalid) as error:
        spending_sign(who, ref=ref, signed=sheet)
    assert "20.00" in error.value.fields["fen"]
    person = SignForIn(2_000, 1, "person", TODAY, "示例收款人", "13900000009")
    assert spending_sign(who, ref=ref, signed=person) == "settled"
    row = SignFor.objects.get(how="person")
    assert row.sealed and "示例".encode() not in bytes(row.sealed)
    found = followed(Gift.objects.select_related("raising", "direction").get())
    assert [(part.fen, part.n_signed, part.settled) for part in found.parts] == [(6_000, 13, True)]


def test_a_pooled_gift_bears_its_share_of_what_was_paid_after_it():
    slug = given.raising()
    first = gave(slug, 1, fen=10_000)
    paid(slug, 5_000)
    second = gave(slug, 2, fen=5_000)
    paid(slug, 5_000)
    one, two = (
        followed(Gift.objects.select_related("raising", "direction").get(ref=ref))
        for ref in (first, second)
    )
    assert [part.fen for part in one.parts] == [5_000, 2_500] and one.left_fen == 2_500
    assert [part.fen for part in two.parts] == [2_500] and two.left_fen == 2_500


def test_what_was_spent_of_a_gift_cannot_go_back():
    slug = given.raising()
    first = gave(slug, 1)
    gave(slug, 2)
    paid(slug, 10_000)
    who = given.actor("foundation")
    ask = change_ask(who, gift_ref=first, why="refund", fen=6_000, reason="误转")
    with pytest.raises(Conflict) as error:
        change_decide(given.actor("treasurer"), ask_ref=ask, step="approve", version=0)
    assert error.value.code == "spent" and "50.00" in str(error.value)
    assert posted(books.pool(slug)) == 10_000


def test_what_is_given_back_to_one_changes_no_other_s_share():
    slug = given.raising()
    first, second = gave(slug, 1), gave(slug, 2)
    ask = change_ask(
        given.actor("foundation"), gift_ref=first, why="refund", fen=4_000, reason="误转"
    )
    change_decide(given.actor("treasurer"), ask_ref=ask, step="approve", version=0)
    paid(slug, 8_000)
    one, two = (
        followed(Gift.objects.select_related("raising", "direction").get(ref=ref))
        for ref in (first, second)
    )
    assert (one.net_fen, [p.fen for p in one.parts], one.left_fen) == (6_000, [3_000], 3_000)
    assert (two.net_fen, [p.fen for p in two.parts], two.left_fen) == (10_000, [5_000], 5_000)


@examples(
    st.lists(st.integers(1, 10**6), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 10**6)), max_size=6),
)
def test_the_shares_of_all_gifts_are_what_was_paid(amounts, payments):
    """To the fen but for the cutting: each payment is borne whole, each gift adds up to itself."""
    pool, drawn = 0, []
    arrived = []
    todo = list(payments)
    for number, fen in enumerate(amounts):
        arrived.append((str(number), fen, len(drawn)))
        pool += fen
        while todo and todo[0][0] <= number:
            _when, spent = todo.pop(0)
            spent = min(spent, pool)
            if spent:
                drawn.append(Drawn(f"p{len(drawn)}", spent, pool))
                pool -= spent
    told = {key: shares(fen, drawn[first:], key) for key, fen, first in arrived}
    for key, fen, _first in arrived:
        parts, left = told[key]
        assert sum(part for _payment, part in parts) + left == fen and left >= 0
    for one in drawn:
        borne = sum(dict(parts).get(one.key, 0) for parts, _left in told.values())
        assert abs(borne - one.fen) <= len(amounts)
