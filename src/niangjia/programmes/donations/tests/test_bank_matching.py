"""Each line is what a person says it is, once; what nobody said stays on the list to the fen."""

import pytest

from niangjia.blocks.bookkeeping.public import balance, check
from niangjia.blocks.desk.public import inbox_page
from niangjia.blocks.ledger.public import logged_facts
from niangjia.core import jobs
from niangjia.core.errors import Conflict, Denied, Invalid
from niangjia.programmes.donations import bank_jobs, books, rules
from niangjia.programmes.donations.bank_models import BankLine
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.selectors.bank import line_get, lines_page
from niangjia.programmes.donations.selectors.reconciling import months_of, without_line
from niangjia.programmes.donations.services import (
    gift_pledge,
    gifts_record,
    lines_match,
    unit_pledge,
)
from niangjia.programmes.donations.tests import bank_files, given
from niangjia.programmes.donations.types import DonorIn, LineIn
from niangjia.programmes.donations.views.bank import chosen_lines

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def _city(settings):
    settings.NIANGJIA_CITY_DATE = "2020-03-17"
    given.city()


def posted(code: str) -> int:
    return balance(books.BOOK, code).posted


def taken() -> str:
    slug = given.raising()
    bank_files.taken(slug, bank_files.bank_csv())
    return slug


def unit_line():
    """The 5,000 yuan of 示例一号企业."""
    return BankLine.objects.get(fen=500_000)


def first(line: BankLine):
    return line_get(given.actor("foundation"), ref=line.ref).proposals[0]


def match(*lines: LineIn, who: str = "foundation") -> int:
    return lines_match(given.actor(who), chosen=lines)


def test_a_line_that_fits_nothing_is_a_new_gift_of_its_payer():
    slug = taken()
    proposal = first(unit_line())
    assert (proposal.how, proposal.why, proposal.sure) == ("gift", "unit", True)
    actor = given.actor("foundation")
    said = {one.ref: "gift:" for one in BankLine.objects.filter(state="open")}
    assert lines_match(actor, chosen=chosen_lines(actor, said)) == 2
    gifts = Gift.objects.order_by("-fen")
    assert [(g.fen, g.line, g.channel) for g in gifts] == [
        (500_000, 2, "transfer"),
        (10_000, 1, "transfer"),
    ]
    assert gifts[0].received_at == given.at("2020-03-02 10:00:01")
    assert unit_line().gift == gifts[0]
    assert posted(books.bank(slug)) == 510_000 and check(books.BOOK) == []


def test_the_match_and_its_gift_stand_in_the_log_with_the_file_s_hash():
    taken()
    match(LineIn(unit_line().ref, "gift", donor=DonorIn("unit", "示例一号企业")))
    jobs.drain()
    facts = logged_facts(0, 1000, frozenset({"transfer.matched/1"}))
    (fact,) = [one for one in facts if one.kind == "transfer.matched/1"]
    assert fact.values["gift"] == Gift.objects.get().ref
    assert fact.values["file_sha256"] == unit_line().statement.sha256


def test_a_pledge_is_found_by_donor_and_amount_and_arrives():
    slug = given.raising()
    pledged = given.pledge(fen=500_000)
    ref = gift_pledge(given.actor("foundation"), slug=slug, pledge=pledged)
    bank_files.taken(slug, bank_files.bank_csv())
    proposal = first(unit_line())
    assert (proposal.how, proposal.target, proposal.sure) == ("pledge", ref, True)
    match(LineIn(unit_line().ref, "pledge", target=ref))
    gift = Gift.objects.get()
    assert (gift.state, gift.fen) == ("received", 500_000)
    assert gift.received_at == given.at("2020-03-02 10:00:01")
    assert posted(books.bank(slug)) == 500_000 and check(books.BOOK) == []


def test_a_unit_s_code_in_the_remark_finds_its_announced_transfer_at_once():
    slug = given.raising()
    ref = unit_pledge(given.actor("clerk"), slug=slug, key="k", fen=30_000)
    code = rules.shown_number(Gift.objects.get(ref=ref).number)
    bank_files.taken(
        slug,
        bank_files.bank_csv(f"2020-03-05 08:00:00,299.00,,1299.00,示例某某,,捐款 {code},77"),
    )
    proposal = first(BankLine.objects.get())
    assert (proposal.how, proposal.target, proposal.why) == ("pledge", ref, "code")
    assert (proposal.sure, proposal.gap_fen) == (True, -100)


def test_a_gift_taken_down_by_hand_gets_its_evidence_and_is_no_second_gift():
    slug = given.raising()
    hand = given.unit_gift(
        1,
        fen=500_000,
        received_at=given.at("2020-03-02 12:00:00"),
        channel="direct",
        donor=DonorIn("unit", "示例一号企业"),
    )
    ref = gifts_record(given.actor("foundation"), slug=slug, rows=[hand])["test:1"].ref
    bank_files.taken(slug, bank_files.bank_csv())
    assert without_line(given.actor("foundation")) == (1, 500_000)
    proposal = first(unit_line())
    assert (proposal.how, proposal.target, proposal.sure) == ("hand", ref, True)
    match(LineIn(unit_line().ref, "hand", target=ref))
    assert Gift.objects.count() == 1 and posted(books.bank(slug)) == 500_000
    assert without_line(given.actor("foundation")) == (0, 0)


def test_a_gift_of_another_amount_is_no_evidence():
    slug = given.raising()
    ref = gifts_record(given.actor("foundation"), slug=slug, rows=[given.unit_gift()])["test:1"].ref
    bank_files.taken(slug, bank_files.bank_csv())
    with pytest.raises(Conflict) as error:
        match(LineIn(unit_line().ref, "hand", target=ref))
    assert error.value.code == "amount_differs" and unit_line().state == "open"


def test_a_gift_of_the_same_amount_by_another_donor_is_no_sign():
    slug = given.raising()
    other = given.unit_gift(9, fen=500_000, received_at=given.at("2020-03-02 12:00:00"))
    gifts_record(given.actor("foundation"), slug=slug, rows=[other])
    bank_files.taken(slug, bank_files.bank_csv())
    line = line_get(given.actor("foundation"), ref=unit_line().ref)
    assert [(one.how, one.sure) for one in line.proposals] == [("gift", True), ("hand", False)]


def test_two_gifts_that_fit_alike_wait_for_a_person():
    slug = given.raising()
    at = given.at("2020-03-02 12:00:00")
    rows = [
        given.unit_gift(n, fen=500_000, received_at=at, donor=DonorIn("unit", "示例一号企业"))
        for n in (1, 2)
    ]
    gifts_record(given.actor("foundation"), slug=slug, rows=rows)
    bank_files.taken(slug, bank_files.bank_csv())
    found = line_get(given.actor("foundation"), ref=unit_line().ref).proposals
    assert [one.how for one in found] == ["hand", "hand", "gift"]
    assert not any(one.sure for one in found)


def test_a_platform_s_payout_moves_the_money_and_gives_nothing_anew():
    slug = given.raising()
    online = given.gift(channel="online", account=books.platform(slug), fee_fen=60)
    gifts_record(given.actor("foundation"), slug=slug, rows=[online])
    line = "2020-03-05 08:00:00,99.40,,1099.40,支付宝（中国）网络技术有限公司,,提现,P1"
    bank_files.taken(slug, bank_files.bank_csv(line))
    row = BankLine.objects.get()
    proposal = first(row)
    assert (proposal.how, proposal.why, proposal.sure) == ("payout", "payout", True)
    match(LineIn(row.ref, "payout"))
    assert (posted(books.platform(slug)), posted(books.bank(slug))) == (0, 9_940)
    assert Gift.objects.count() == 1 and check(books.BOOK) == []


def test_a_payout_of_more_than_the_platform_holds_is_refused():
    slug = given.raising()
    line = "2020-03-05 08:00:00,99.40,,1099.40,支付宝（中国）网络技术有限公司,,提现,P1"
    bank_files.taken(slug, bank_files.bank_csv(line))
    with pytest.raises((Conflict, Invalid)):
        match(LineIn(BankLine.objects.get().ref, "payout"))
    assert BankLine.objects.get().state == "open" and posted(books.bank(slug)) == 0


def test_a_fee_is_a_cost_and_the_gift_counts_whole():
    slug = given.raising()
    bank_files.taken(slug, bank_files.WALLET.encode("gb18030"))
    row = BankLine.objects.get(fen=20_000)
    match(LineIn(row.ref, "gift"))
    assert Gift.objects.get().fen == 20_000
    assert (posted(books.bank(slug)), posted(books.fees(slug))) == (19_900, 100)


def test_a_collection_of_a_unit_needs_no_roster():
    taken()
    match(LineIn(unit_line().ref, "collection", n_people=31, n_times=40))
    gift = Gift.objects.get()
    assert (gift.line, gift.n_people, gift.n_times, gift.channel) == (1, 31, 40, "collection")


def test_interest_is_no_gift_and_says_why():
    slug = given.raising()
    bank_files.taken(
        slug, bank_files.bank_csv("2020-03-20 00:00:00,1.25,,1001.25,示例银行,,结息,I1")
    )
    row = BankLine.objects.get()
    assert first(row).how == "other" and not first(row).sure
    with pytest.raises(Invalid):
        match(LineIn(row.ref, "other"))
    match(LineIn(row.ref, "other", reason="利息"))
    assert not Gift.objects.exists() and BankLine.objects.get().state == "matched"


def test_a_line_is_matched_once():
    taken()
    donor = DonorIn("unit", "示例一号企业")
    match(LineIn(unit_line().ref, "gift", donor=donor))
    with pytest.raises(Conflict) as error:
        match(LineIn(unit_line().ref, "gift", donor=donor))
    assert error.value.code == "line_matched" and Gift.objects.count() == 1


def test_only_the_raising_s_own_clerk_matches():
    taken()
    for who in ("foundation_b", "treasurer", "clerk", "auditor"):
        with pytest.raises(Denied):
            match(LineIn(unit_line().ref, "gift"), who=who)
    assert unit_line().state == "open" and not Gift.objects.exists()


def test_what_is_not_matched_stays_on_the_list_and_adds_up_to_the_fen():
    taken()
    match(LineIn(unit_line().ref, "gift", donor=DonorIn("unit", "示例一号企业")))
    rows, _more = lines_page(given.actor("foundation"))
    assert [one.fen for one in rows] == [10_000]
    assert rows[0].directed == "公交职工"
    (month,) = months_of(given.actor("auditor"))
    assert (month.month, month.income_fen, month.gifts_fen, month.open_fen) == (
        "2020-03",
        510_000,
        500_000,
        10_000,
    )
    assert month.difference_fen == 0 and month.out_fen == 20_000


def test_a_line_that_waits_too_long_comes_into_the_inbox_and_leaves_it():
    taken()
    bank_jobs.remind()
    (item,), _more = inbox_page(given.actor("foundation"), kind="bank.remainder")
    assert "2 transfers wait" in item.title
    match(
        *(LineIn(one.ref, "gift") for one in BankLine.objects.filter(state="open")),
    )
    bank_jobs.remind()
    assert inbox_page(given.actor("foundation"), kind="bank.remainder") == ([], 0)


def test_a_payer_s_name_is_masked_to_who_does_not_match():
    taken()
    line = BankLine.objects.get(fen=10_000)
    seen = line_get(given.actor("auditor"), ref=line.ref)
    assert (seen.party, seen.remark) == ("示***", "")
    assert line_get(given.actor("foundation"), ref=line.ref).party == "示例张三"
