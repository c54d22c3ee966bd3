"""Gifts are counted once, in the books and in the log; what cannot be changes nothing."""

import datetime as dt
import json

import pytest

from niangjia.blocks.bookkeeping.public import balance, check, transfers_of_fact
from niangjia.blocks.ledger.public import logged_facts
from niangjia.core import jobs, outbox, seal
from niangjia.core.actor import ANONYMOUS
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound, NotSignedIn
from niangjia.core.models import OutboxMessage
from niangjia.programmes.donations import books, providers, rules, trial
from niangjia.programmes.donations.models import Adjustment, Donor, Gift, Payment
from niangjia.programmes.donations.outbox import heard
from niangjia.programmes.donations.services import (
    change_ask,
    change_decide,
    gift_begin,
    gift_pledge,
    gifts_record,
    pledge_receive,
    pledge_withdraw,
    raising_change,
    raising_make,
    raising_open,
)
from niangjia.programmes.donations.tests import given
from niangjia.programmes.donations.types import DirectionIn, DonorIn

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def _city(settings):
    settings.NIANGJIA_CITY_DATE = "2020-03-17"
    providers.provide(trial.TrialProvider())
    given.city()


def facts(kind: str):
    jobs.drain()
    return [one for one in logged_facts(0, 1000, frozenset({kind})) if one.kind == kind]


def posted(code: str) -> int:
    return balance(books.BOOK, code).posted


def test_a_gift_stands_in_the_list_the_books_and_the_log():
    slug = given.raising()
    taken = gifts_record(given.actor("foundation"), slug=slug, rows=[given.gift()])
    gift = Gift.objects.get()
    assert gift.ref == taken["test:1"].ref
    assert rules.is_number(gift.number)
    assert posted(books.bank(slug)) == posted(books.pool(slug)) == 10_000
    (fact,) = facts("gift.received/1")
    assert fact.values["fen"] == 10_000 and fact.values["line"] == 1
    assert fact.values["hour"] == "2020-03-01T02:00Z"
    assert fact.values["postings"] == [
        [books.bank(slug), books.pool(slug), "CNY", 10_000, "posted"]
    ]
    assert [one.amount for one in transfers_of_fact(gift.fact_ref)] == [10_000]
    assert check(books.BOOK) == []


def test_the_same_gift_twice_counts_once():
    slug = given.raising()
    gifts_record(given.actor("foundation"), slug=slug, rows=[given.gift()])
    again = gifts_record(given.actor("foundation"), slug=slug, rows=[given.gift()])
    assert again["test:1"].repeated
    assert Gift.objects.count() == 1
    assert posted(books.pool(slug)) == 10_000


@pytest.mark.parametrize("fen", [0, -1, 2**53, True])
def test_an_amount_that_no_gift_has_is_refused(fen):
    slug = given.raising()
    with pytest.raises(Invalid) as error:
        gifts_record(given.actor("foundation"), slug=slug, rows=[given.gift(fen=fen)])
    assert error.value.code == "amount"
    assert not Gift.objects.exists() and posted(books.pool(slug)) == 0


def test_ten_to_the_fifteenth_fen_is_a_gift():
    slug = given.raising()
    gifts_record(given.actor("foundation"), slug=slug, rows=[given.gift(fen=10**15)])
    assert posted(books.pool(slug)) == 10**15


def test_a_gift_from_the_future_is_refused():
    slug = given.raising()
    tomorrow = given.at("2020-03-18 23:59:59")
    with pytest.raises(Invalid, match="future"):
        gifts_record(given.actor("foundation"), slug=slug, rows=[given.gift(received_at=tomorrow)])
    assert not Gift.objects.exists()


def test_a_person_is_sealed_and_found_again_by_phone():
    slug = given.raising()
    rows = [given.gift(1), given.gift(1, key="test:again", fen=500)]
    gifts_record(given.actor("foundation"), slug=slug, rows=rows)
    donor = Donor.objects.get()
    assert donor.name == "" and "示例".encode() not in bytes(donor.sealed)
    assert json.loads(seal.unseal(bytes(donor.sealed)))["name"] == "示例捐赠人1"
    assert donor.gifts.count() == 2


def test_people_known_by_their_name_alone_are_different_people():
    slug = given.raising()
    rows = [given.gift(number, donor=DonorIn("person", "示例同名人")) for number in (1, 2)]
    gifts_record(given.actor("foundation"), slug=slug, rows=rows)
    assert Donor.objects.count() == 2


def test_directed_money_has_an_account_of_its_own():
    slug = given.raising()
    where = DirectionIn("公交一线职工", "", "防护用品")
    gifts_record(given.actor("foundation"), slug=slug, rows=[given.gift(direction=where)])
    assert posted(books.pool(slug)) == 0
    assert posted(f"funds:{slug}:d1") == 10_000


def test_another_foundation_s_clerk_cannot_take_gifts():
    slug = given.raising()
    with pytest.raises(Denied):
        gifts_record(given.actor("foundation_b"), slug=slug, rows=[given.gift()])
    with pytest.raises(Denied):
        gifts_record(given.actor("treasurer"), slug=slug, rows=[given.gift()])
    with pytest.raises(NotSignedIn):
        gifts_record(ANONYMOUS, slug=slug, rows=[given.gift()])
    assert not Gift.objects.exists()


def test_giving_online_is_off_until_the_qualification_is_recorded():
    slug = given.raising(qualification_no="", plan_no="")
    with pytest.raises(Conflict) as error:
        gift_begin(ANONYMOUS, slug=slug, fen=10_000, key="k1")
    assert error.value.code == "online_off"
    assert not Payment.objects.exists()
    raising_change(
        given.actor("foundation"),
        slug=slug,
        raising=given.raising_in(),
        version=2,
        reason="资格已备案",
    )
    gift_begin(ANONYMOUS, slug=slug, fen=10_000, key="k1")
    assert Payment.objects.get().state == "begun"


def begun(slug: str, fen: int = 10_000, key: str = "k1", **more) -> str:
    return gift_begin(ANONYMOUS, slug=slug, fen=fen, key=key, **more)[0]


def notice(ref: str, **changes) -> providers.Notice:
    values = {
        "payment_ref": ref,
        "provider_ref": f"T{ref[:20]}",
        "state": "paid",
        "fen": 10_000,
        "paid_at": given.at("2020-03-17 00:00:01"),
        "fee_fen": 60,
    }
    return providers.Notice(**(values | changes))


def test_a_call_back_twice_is_one_gift_and_the_fee_is_a_cost():
    slug = given.raising()
    ref = begun(slug, name="示例好心人", phone="13900000001", show_name=True)
    assert heard(notice(ref)) == "paid"
    assert heard(notice(ref)) == "paid"
    gift = Gift.objects.get()
    assert gift.fen == 10_000 and gift.show_name
    assert posted(books.platform(slug)) == 9_940
    assert posted(books.fees(slug)) == 60
    assert posted(books.pool(slug)) == 10_000
    assert bytes(Payment.objects.get().sealed) == b""
    assert check(books.BOOK) == []


def test_a_late_call_back_of_a_lapsed_payment_is_still_a_gift():
    slug = given.raising()
    ref = begun(slug)
    Payment.objects.update(state="lapsed")
    assert heard(notice(ref)) == "paid"
    assert Gift.objects.count() == 1


def test_failed_after_paid_changes_nothing():
    slug = given.raising()
    ref = begun(slug)
    heard(notice(ref))
    heard(notice(ref, state="failed", paid_at=None))
    assert Payment.objects.get().state == "paid"


def test_another_amount_than_asked_for_is_refused():
    slug = given.raising()
    ref = begun(slug)
    assert heard(notice(ref, fen=1)) == "amount_differs"
    assert not Gift.objects.exists()


def test_a_forged_call_back_is_refused_unread():
    adapter = trial.TrialProvider()
    body = b'{"payment_ref": "x", "provider_ref": "y", "state": "paid", "fen": 1}'
    with pytest.raises(Denied) as error:
        adapter.read(body, providers.signed(b"another secret", body))
    assert error.value.code == "forged"
    signature = providers.signed(trial.secret(), body)
    assert adapter.read(body, signature).fen == 1
    with pytest.raises(Denied):
        adapter.read(body + b" ", signature)
    with pytest.raises(Denied):
        adapter.read(b"{}", providers.signed(trial.secret(), b"{}"))


def test_a_lost_call_back_is_asked_for():
    slug = given.raising()
    ref = begun(slug)
    trial.pay(ref, "lost")
    assert not Gift.objects.exists()
    jobs.drain()
    assert Gift.objects.get().fen == 10_000


@pytest.mark.parametrize("behaviour", ["at_once", "twice", "late"])
def test_the_trial_s_call_backs_make_one_gift(behaviour):
    slug = given.raising()
    ref = begun(slug)
    OutboxMessage.objects.filter(topic="donations.ask").delete()
    trial.pay(ref, behaviour)
    jobs.drain()
    assert Gift.objects.count() == (0 if behaviour == "late" else 1)


def test_a_capped_raising_gives_out_no_more_than_its_goal():
    slug = given.raising(goal_fen=25_000, capped=True)
    first, second = begun(slug), begun(slug, key="k2")
    with pytest.raises(Conflict) as error:
        begun(slug, key="k3")
    assert error.value.code == "goal_reached"
    assert begun(slug, fen=5_000, key="k4")
    heard(notice(first)), heard(notice(second))
    assert posted(books.left(slug)) == 5_000


def test_what_is_paid_when_there_is_no_room_goes_back():
    slug = given.raising(goal_fen=15_000, capped=True)
    ref = begun(slug)
    gifts_record(given.actor("foundation"), slug=slug, rows=[given.gift()])
    trial.pay(ref, "lost")
    assert heard(notice(ref)) == "back"
    assert Gift.objects.count() == 1
    assert posted(books.left(slug)) == 5_000
    jobs.drain()
    assert trial.TrialPayment.objects.get().state == "back"


def test_a_refund_needs_a_second_person_and_leaves_the_gift_traceable():
    slug = given.raising()
    gifts_record(given.actor("foundation"), slug=slug, rows=[given.gift()])
    gift = Gift.objects.get()
    ask = change_ask(
        given.actor("foundation"), gift_ref=gift.ref, why="refund", fen=4_000, reason="误转"
    )
    with pytest.raises(Denied):
        change_decide(given.actor("foundation"), ask_ref=ask, step="approve", version=0)
    assert posted(books.pool(slug)) == 10_000
    change_decide(given.actor("treasurer"), ask_ref=ask, step="approve", version=0)
    gift.refresh_from_db()
    assert (gift.fen, gift.changed_fen, gift.state) == (10_000, -4_000, "received")
    assert posted(books.pool(slug)) == posted(books.bank(slug)) == 6_000
    (fact,) = facts("gift.adjusted/1")
    assert fact.values["fen"] == -4_000 and fact.values["of"] == gift.fact_ref
    assert check(books.BOOK) == []


def test_more_than_the_gift_cannot_go_back():
    slug = given.raising()
    gifts_record(given.actor("foundation"), slug=slug, rows=[given.gift()])
    gift = Gift.objects.get()
    for fen in (0, -1, 10_001):
        with pytest.raises(Invalid):
            change_ask(
                given.actor("foundation"), gift_ref=gift.ref, why="refund", fen=fen, reason="误转"
            )
    assert not Adjustment.objects.exists()


def test_a_refund_of_money_that_was_spent_is_refused():
    slug = given.raising()
    gifts_record(given.actor("foundation"), slug=slug, rows=[given.gift()])
    gift = Gift.objects.get()
    ask = change_ask(
        given.actor("foundation"), gift_ref=gift.ref, why="refund", fen=10_000, reason="误转"
    )
    _spend(slug, 10_000)
    with pytest.raises(Conflict) as error:
        change_decide(given.actor("treasurer"), ask_ref=ask, step="approve", version=0)
    assert error.value.code == "spent"
    gift.refresh_from_db()
    assert gift.changed_fen == 0 and not Adjustment.objects.exists()


def _spend(slug: str, fen: int) -> None:
    from django.db import transaction

    from niangjia.blocks.bookkeeping.public import Leg, Order, orders_take
    from niangjia.core.work import Work

    with transaction.atomic():
        work = Work(given.SYSTEM, given.at("2020-03-16 09:00:00"))
        legs = (Leg(books.pool(slug), books.bank(slug), fen),)
        orders_take(work, books.BOOK, [Order("spend", legs, work.at, "f" * 32)])


def test_a_pledge_is_outside_the_total_until_it_arrives():
    slug = given.raising()
    who = given.actor("foundation")
    ref = gift_pledge(who, slug=slug, pledge=given.pledge())
    stands = balance(books.BOOK, books.pool(slug))
    assert (stands.posted, stands.coming) == (0, 50_000)
    pledge_receive(who, gift_ref=ref, fen=60_000, received_at=given.at("2020-03-10 09:00:00"))
    stands = balance(books.BOOK, books.pool(slug))
    assert (stands.posted, stands.coming) == (60_000, 0)
    (fact,) = facts("gift.received/1")
    assert fact.values["fen"] == 60_000 and fact.values["line"] == 2
    assert check(books.BOOK) == []


def test_a_withdrawn_pledge_leaves_nothing_coming():
    slug = given.raising()
    who = given.actor("foundation")
    ref = gift_pledge(who, slug=slug, pledge=given.pledge())
    with pytest.raises(Invalid):
        pledge_withdraw(who, gift_ref=ref, reason="")
    pledge_withdraw(who, gift_ref=ref, reason="单位来函撤回")
    assert balance(books.BOOK, books.pool(slug)).coming == 0
    with pytest.raises(Conflict):
        pledge_receive(who, gift_ref=ref, fen=1, received_at=given.at("2020-03-10 09:00:00"))
    assert check(books.BOOK) == []


def test_goods_that_were_pledged_without_value_say_what_they_are():
    slug = given.raising()
    with pytest.raises(Invalid) as error:
        gift_pledge(
            given.actor("foundation"),
            slug=slug,
            pledge=given.pledge(kind="goods", line=3, fen=None),
        )
    assert error.value.code == "what"
    assert not Gift.objects.exists()


def test_two_changes_of_a_raising_at_once_do_not_overwrite():
    who = given.actor("foundation")
    slug = raising_make(who, raising=given.raising_in())
    raising_open(who, slug=slug, version=1)
    with pytest.raises(Conflict) as error:
        raising_change(who, slug=slug, raising=given.raising_in(), version=1, reason="旧版本")
    assert error.value.code == "changed_meanwhile"


def test_a_draft_is_not_there_for_visitors():
    raising_make(given.actor("foundation"), raising=given.raising_in())
    with pytest.raises(NotFound):
        gift_begin(ANONYMOUS, slug=given.SLUG, fen=100, key="k1")


def test_a_payment_that_nobody_pays_lapses(settings):
    slug = given.raising()
    ref = begun(slug)
    Payment.objects.update(begun_at=given.at("2020-03-16 09:00:00"))
    jobs.drain()
    assert Payment.objects.get(ref=ref).state == "lapsed"
    assert outbox.OutboxMessage.objects.filter(topic="donations.ask").count() == 0


def test_the_hour_of_a_gift_decides_its_cut_off():
    on_time = given.at("2020-03-16 15:00:00")
    assert rules.hour_up(on_time) == "2020-03-16T07:00Z"
    assert rules.hour_up(on_time + dt.timedelta(seconds=1)) == "2020-03-16T08:00Z"


def _paid_and_asked_back(slug):
    """An online gift of 100 yuan, less a fee of 60 fen; a refund of all of it is asked for."""
    ref = begun(slug)
    trial.pay(ref, "lost")
    jobs.drain()
    gift = Payment.objects.get(ref=ref).gift
    who = given.actor("foundation")
    return gift, change_ask(who, gift_ref=gift.ref, why="refund", fen=10_000, reason="误捐")


def test_what_the_fee_took_cannot_be_paid_back_from_nothing():
    slug = given.raising()
    gift, ask = _paid_and_asked_back(slug)
    with pytest.raises(Conflict) as error:
        change_decide(given.actor("treasurer"), ask_ref=ask, step="approve", version=0)
    assert error.value.code == "floor"
    gift.refresh_from_db()
    assert gift.changed_fen == 0 and trial.TrialPayment.objects.get().state == "paid"


def test_an_online_gift_goes_back_by_the_way_it_came_once_two_decided():
    slug = given.raising()
    trial.pay(begun(slug, key="second-device"), "lost")
    gift, ask = _paid_and_asked_back(slug)
    change_decide(given.actor("treasurer"), ask_ref=ask, step="approve", version=0)
    jobs.drain()
    gift.refresh_from_db()
    assert gift.state == "taken_back" and posted(books.platform(slug)) == 10_000 - 120
    assert trial.TrialPayment.objects.get(payment_ref=gift.payment.ref).state == "back"
    assert check(books.BOOK) == []


def test_what_the_platform_paid_out_already_goes_back_from_the_bank_by_hand():
    slug = given.raising()
    gifts_record(given.actor("foundation"), slug=slug, rows=[given.gift()])
    gift, ask = _paid_and_asked_back(slug)
    change_decide(given.actor("treasurer"), ask_ref=ask, step="approve", version=0)
    jobs.drain()
    gift.refresh_from_db()
    assert gift.state == "taken_back" and posted(books.bank(slug)) == 0
    assert posted(books.platform(slug)) == 10_000 - 60
    assert trial.TrialPayment.objects.get().paid_back == {}
    assert check(books.BOOK) == []
