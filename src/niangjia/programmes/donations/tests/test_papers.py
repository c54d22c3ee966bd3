"""A donor finds their gifts without an account; papers are filed once and stay traceable."""

import datetime as dt
import hashlib
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from niangjia.blocks.ledger.public import log_size
from niangjia.core import jobs, seal
from niangjia.core.actor import ANONYMOUS
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.programmes.donations import providers, receipts, senders, trial
from niangjia.programmes.donations.counting import gather
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.receipt_models import Certificate, Code, OfficialReceipt
from niangjia.programmes.donations.selectors.mine import (
    demonstration_code,
    gift_by_number,
    my_gift,
    my_gifts,
)
from niangjia.programmes.donations.services import (
    certificate_issue,
    certificate_void,
    code_check,
    code_send,
    consent_give,
    donor_erase,
    forget_erased,
    gift_begin,
    gifts_record,
    receipt_file,
    receipt_void,
)
from niangjia.programmes.donations.tests import given
from niangjia.programmes.donations.tests.test_bank_pages import browser
from niangjia.programmes.donations.types import OfficialIn, Proof

pytestmark = [pytest.mark.django_db, pytest.mark.both]
PHONE, UNKNOWN = "13900000001", "13911111111"


@pytest.fixture(autouse=True)
def _city(settings):
    settings.NIANGJIA_CITY_DATE = "2020-03-17"
    settings.NIANGJIA_DEMO = True
    providers.provide(trial.TrialProvider())
    given.city()


@pytest.fixture
def gift():
    slug = given.raising()
    gifts_record(given.actor("foundation"), slug=slug, rows=[given.gift(), given.gift(2)])
    return Gift.objects.get(donor__phone_digest=given.phone_digest(PHONE))


class Texts:
    """A sender that keeps what it is given."""

    def __init__(self, texts):
        self.texts = texts

    def send(self, phone, text):
        self.texts.append((phone, text))


def checked(phone=PHONE):
    code_send(ANONYMOUS, phone=phone)
    return Proof(code_check(ANONYMOUS, phone=phone, code=demonstration_code(phone)))


def test_a_phone_and_its_code_open_the_gifts_of_that_phone_alone(gift):
    (found,) = my_gifts(checked())
    assert (found.ref, found.name, found.fen) == (gift.ref, "示例捐赠人1", 10_000)
    other = Gift.objects.exclude(pk=gift.pk).get()
    with pytest.raises(NotFound):
        my_gift(other.ref, checked())


def wrong_codes(phone, n):
    right = int(demonstration_code(phone))
    for more in range(1, n + 1):
        assert code_check(ANONYMOUS, phone=phone, code=f"{(right + more) % 10**6:06d}") == ""


def test_a_code_is_used_once(gift):
    code_send(ANONYMOUS, phone=PHONE)
    code_send(ANONYMOUS, phone=PHONE)
    right = demonstration_code(PHONE)
    assert code_check(ANONYMOUS, phone=PHONE, code=right) == given.phone_digest(PHONE)
    assert code_check(ANONYMOUS, phone=PHONE, code=right) == ""
    code_send(ANONYMOUS, phone=PHONE)
    assert checked().phone_digest == given.phone_digest(PHONE)


def test_ten_wrong_tries_of_a_phone_in_an_hour_are_all_however_many_codes_are_sent(gift):
    for _ in range(5):
        code_send(ANONYMOUS, phone=PHONE)
        wrong_codes(PHONE, 2)
    right = demonstration_code(PHONE)
    assert code_check(ANONYMOUS, phone=PHONE, code=right) == ""
    wrong_codes(PHONE, 3)
    assert sum(Code.objects.values_list("tries", flat=True)) == 10
    Code.objects.update(made_at=given.at("2020-03-16 00:00:00"))
    assert checked().phone_digest == given.phone_digest(PHONE)


def test_nobody_else_makes_a_code_invalid_by_nine_wrong_tries_or_by_asking_anew(gift):
    code_send(ANONYMOUS, phone=PHONE)
    right = demonstration_code(PHONE)
    wrong_codes(PHONE, 9)
    code_send(ANONYMOUS, phone=PHONE)
    assert code_check(ANONYMOUS, phone=PHONE, code=right) == given.phone_digest(PHONE)


def test_a_code_is_over_after_ten_minutes_and_gone_after_an_hour(gift):
    code_send(ANONYMOUS, phone=PHONE)
    right = demonstration_code(PHONE)
    Code.objects.update(made_at=given.at("2020-03-16 00:00:00"))
    assert code_check(ANONYMOUS, phone=PHONE, code=right) == ""
    assert receipts.sweep() == 1
    assert not Code.objects.exists()


def test_nobody_learns_whether_somebody_gave_with_a_phone(gift, monkeypatch):
    # given: a sender, and what is done for a phone
    texts, done = [], []
    monkeypatch.setattr(senders, "_sender", [Texts(texts)])
    whole = seal.seal
    monkeypatch.setattr(seal, "seal", lambda owner, plain: done.append(1) or whole(owner, plain))
    for phone in (PHONE, UNKNOWN):
        with CaptureQueriesContext(connection) as made:
            code_send(ANONYMOUS, phone=phone)
        done.append([one["sql"].split()[:3] for one in made if "SAVEPOINT" not in one["sql"]])
    # then: the same work, and nothing sent to the stranger, whose number is kept nowhere
    assert done[1:2] == done[3:4] and done.count(1) == 2
    jobs.settle()
    assert [phone for phone, _text in texts] == [PHONE]
    stranger = Code.objects.exclude(phone_digest=given.phone_digest(PHONE)).get()
    plain = json.loads(seal.unseal(bytes(stranger.sealed)))
    assert plain["phone"] == ""
    assert code_check(ANONYMOUS, phone=UNKNOWN, code=plain["code"]) == ""
    assert demonstration_code(UNKNOWN) == ""
    for phone in (PHONE, UNKNOWN):
        for _ in range(8):
            code_send(ANONYMOUS, phone=phone)
        assert Code.objects.filter(phone_digest=given.phone_digest(phone)).count() == 5
    Code.objects.update(made_at=given.at("2020-03-16 00:00:00"))
    assert receipts.sweep() == 10
    assert not Code.objects.exists()


def test_a_number_opens_the_gift_but_not_who_gave(gift):
    typed = gift.number.lower()
    found = gift_by_number(f"{typed[:4]}-{typed[4:8]} {typed[8:]}")
    assert (found.fen, found.name, found.certificates) == (10_000, "", ())
    wrong = ("A" if gift.number[0] != "A" else "B") + gift.number[1:]
    with pytest.raises(NotFound):
        gift_by_number(wrong)


def test_a_token_of_the_giver_s_device_opens_the_one_gift():
    slug = given.raising()
    token = "ab" * 32
    digest = hashlib.sha256(token.encode()).hexdigest()
    ref, _address = gift_begin(ANONYMOUS, slug=slug, fen=500, key="k", secret_digest=digest)
    trial.pay(ref, "lost")
    jobs.drain()
    gift = Gift.objects.get()
    assert my_gift(gift.ref, Proof(token=token)).fen == 500
    for wrong in ("", "ac" * 32, digest):
        with pytest.raises(NotFound):
            my_gift(gift.ref, Proof(token=wrong))


def test_consent_is_given_and_taken_back(gift):
    consent_give(ANONYMOUS, gift_ref=gift.ref, proof=checked(), show_name=True, show_amount=False)
    gift.refresh_from_db()
    assert (gift.show_name, gift.show_amount) == (True, False)
    consent_give(ANONYMOUS, gift_ref=gift.ref, proof=checked(), show_name=False, show_amount=False)
    gift.refresh_from_db()
    assert not gift.show_name
    with pytest.raises(NotFound):
        consent_give(ANONYMOUS, gift_ref=gift.ref, proof=Proof(), show_name=True, show_amount=True)
    gift.refresh_from_db()
    assert not gift.show_name


def issued(gift, name="示例捐赠人1", **more):
    return certificate_issue(ANONYMOUS, gift_ref=gift.ref, proof=checked(), name=name, **more)


def test_a_certificate_is_one_until_its_name_changes(gift):
    first = issued(gift)
    assert issued(gift) == first
    second = issued(gift, name="示例捐赠人一家", reason="以全家名义")
    old, new = Certificate.objects.order_by("n")
    assert (old.ref, old.ended, old.reason) == (first, "replaced", "以全家名义")
    assert (new.ref, new.n, new.fen) == (second, 2, 10_000)
    assert "示例".encode() not in bytes(new.sealed)
    certificate_void(given.actor("foundation"), gift_ref=gift.ref, reason="捐赠人要求")
    new.refresh_from_db()
    assert new.ended == "voided"
    with pytest.raises(Conflict):
        certificate_void(given.actor("foundation"), gift_ref=gift.ref, reason="再次")
    with pytest.raises(Invalid):
        issued(gift, name=" ")


def official(number="0000000001", **changes):
    values = {"code": "11010120", "number": number, "fen": 10_000}
    return OfficialIn(**(values | {"issued_on": dt.date(2020, 3, 10)} | changes))


def test_an_official_receipt_is_filed_once_and_for_no_more_than_the_gift(gift):
    who = given.actor("foundation")
    ref = receipt_file(who, gift_ref=gift.ref, receipt=official())
    other = Gift.objects.exclude(pk=gift.pk).get()
    with pytest.raises(Conflict) as error:
        receipt_file(who, gift_ref=other.ref, receipt=official())
    assert error.value.code == "receipt_filed"
    with pytest.raises(Conflict) as error:
        receipt_file(who, gift_ref=gift.ref, receipt=official("0000000002", fen=1))
    assert error.value.code == "receipt_more"
    receipt_void(who, ref=ref, reason="抬头有误")
    receipt_file(who, gift_ref=gift.ref, receipt=official("0000000002"))
    assert OfficialReceipt.objects.filter(voided_at__isnull=True).count() == 1
    with pytest.raises(Conflict):
        receipt_void(who, ref=ref, reason="再次作废")
    with pytest.raises(Denied):
        receipt_file(given.actor("auditor"), gift_ref=gift.ref, receipt=official("3"))


def test_the_pages_of_a_donor(gift, client):
    answer = client.post("/donations/mine/find", {"phone": PHONE})
    right = demonstration_code(PHONE)
    assert answer.status_code == 200 and right in answer.content.decode()
    assert client.post("/donations/mine/find", {"phone": PHONE, "code": right}).status_code == 302
    page = client.get("/donations/mine").content.decode()
    assert "100.00" in page
    assert client.get(f"/donations/mine/gifts/{gift.ref}").status_code == 200
    made = client.post(f"/donations/mine/gifts/{gift.ref}/certificate", {"name": "示例捐赠人1"})
    assert made.status_code == 302
    paper = client.get(f"{made['Location']}/pdf")
    assert paper["Content-Type"] == "application/pdf" and paper.content[:5] == b"%PDF-"
    assert "示****" in client.get(made["Location"]).content.decode()
    assert client.get("/donations/mine/2020").status_code == 200
    other = Gift.objects.exclude(pk=gift.pk).get()
    assert client.get(f"/donations/mine/gifts/{other.ref}").status_code == 404
    client.post("/donations/mine/leave")
    assert client.get("/donations/mine").status_code == 302


def test_an_erased_donor_cannot_be_read_or_found_and_still_counts(gift):
    number, digest = gift.number, checked().phone_digest
    assert digest
    with pytest.raises(Denied):
        donor_erase(given.actor("foundation"), gift_ref=gift.ref, reason="本人要求")
    donor_erase(given.actor("treasurer"), gift_ref=gift.ref, reason="本人要求")
    jobs.drain()
    gift.refresh_from_db()
    assert gift.donor.phone_digest == "" and bytes(gift.donor.sealed) == b""
    assert my_gifts(Proof(phone_digest=digest)) == [] and not gift.show_name
    assert gift_by_number(number).fen == 10_000
    with pytest.raises(Conflict):
        donor_erase(given.actor("treasurer"), gift_ref=gift.ref, reason="再次")
    as_of = given.at("2020-03-17 00:00:00")
    found = gather(gift.raising.slug, as_of, log_size())
    assert dict(found.counts)["people"] == 2
    forget_erased()


def test_after_an_erasure_every_page_still_opens_and_names_nobody(gift, client):
    paper = issued(gift)
    proof = checked()
    donor_erase(given.actor("treasurer"), gift_ref=gift.ref, reason="本人要求")
    jobs.drain()
    desk = browser("treasurer")
    pages = [
        (desk, reverse("donations:gift", args=[gift.ref])),
        (desk, reverse("donations:gifts")),
        (client, reverse("donations:board", args=[gift.raising.slug])),
        (client, reverse("donations:by_link", args=[gift.number])),
        (client, reverse("donations:certificate", args=[paper])),
    ]
    for visitor, page in pages:
        answer = visitor.get(page)
        assert answer.status_code == 200, page
        assert "示例捐赠人1<" not in answer.content.decode(), page
    with pytest.raises(NotFound):
        certificate_issue(ANONYMOUS, gift_ref=gift.ref, proof=proof, name="示例捐赠人1")
