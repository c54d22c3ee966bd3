"""A transfer that two files hold under different serial numbers is not proposed as two gifts."""

import pytest

from niangjia.programmes.donations.bank_models import BankLine
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.pages import bank as pages
from niangjia.programmes.donations.selectors.bank import line_get
from niangjia.programmes.donations.selectors.reconciling import without_line
from niangjia.programmes.donations.services import gift_pledge, lines_match, pledge_receive
from niangjia.programmes.donations.tests import bank_files, given
from niangjia.programmes.donations.types import DonorIn, LineIn

pytestmark = [pytest.mark.django_db, pytest.mark.both]
CSV = "2020-03-02 10:00:01,{yuan},,6000.00,示例一号企业,62220001,捐款,{serial}"


@pytest.fixture(autouse=True)
def _city(settings):
    settings.NIANGJIA_CITY_DATE = "2020-03-17"
    given.city()


def mt940(serial: str = "A77", day: str = "02") -> bytes:
    """The 5,000 yuan of 示例一号企业 under another serial number."""
    text = (
        bank_files.MT940.decode().replace("200302", f"2003{day}").replace("//0001", f"//{serial}")
    )
    return text.encode()


def seen(line: BankLine):
    return line_get(given.actor("foundation"), ref=line.ref)


def lines() -> list[BankLine]:
    return list(BankLine.objects.filter(fen=500_000).order_by("id"))


def test_a_line_that_another_file_may_hold_too_is_not_sure_and_says_where():
    slug = given.raising()
    bank_files.taken(slug, bank_files.bank_csv(), "三月.csv")
    assert seen(lines()[0]).proposals[0].sure
    bank_files.taken(slug, mt940(), "三月.sta")
    one, other = lines()
    for line, twin in ((one, "三月.sta"), (other, "三月.csv")):
        view = seen(line)
        assert (view.proposals[0].how, view.proposals[0].sure) == ("gift", False)
        assert view.twin is not None and view.twin[0] == twin
        (row,) = pages.lines([view], {})
        assert twin in row.why and not row.sure


def test_a_line_whose_twin_is_matched_already_is_not_sure():
    slug = given.raising()
    bank_files.taken(slug, bank_files.bank_csv())
    donor = DonorIn("unit", "示例一号企业")
    who = given.actor("foundation")
    lines_match(who, chosen=[LineIn(lines()[0].ref, "gift", donor=donor)])
    bank_files.taken(slug, mt940(), "三月.sta")
    proposal = seen(lines()[1]).proposals[0]
    assert (proposal.how, proposal.why, proposal.sure) == ("gift", "twin", False)
    assert Gift.objects.count() == 1


def test_another_day_is_another_transfer():
    slug = given.raising()
    bank_files.taken(slug, bank_files.bank_csv())
    bank_files.taken(slug, mt940(day="01"), "三月.sta")
    assert [seen(line).proposals[0].sure for line in lines()] == [True, True]


def test_two_lines_of_one_file_are_two_transfers():
    slug = given.raising()
    rows = [CSV.format(yuan="5000.00", serial=n) for n in ("1", "2")]
    raw = bank_files.bank_csv(*(row.replace(",6000.00,", ",,") for row in rows))
    bank_files.taken(slug, raw)
    assert [seen(line).proposals[0].sure for line in lines()] == [True, True]


def test_two_times_of_one_day_are_two_transfers():
    slug = given.raising()
    first = CSV.format(yuan="5000.00", serial="1")
    bank_files.taken(slug, bank_files.bank_csv(first))
    later = first.replace("10:00:01", "16:20:00").replace(",1", ",2").replace("6000.00", "11000.00")
    bank_files.taken(slug, bank_files.bank_csv(later, opening="6000.00"), "2.csv")
    assert [seen(line).proposals[0].sure for line in lines()] == [True, True]


def test_a_pledge_taken_as_received_by_hand_gets_its_line():
    slug = given.raising()
    who = given.actor("foundation")
    ref = gift_pledge(who, slug=slug, pledge=given.pledge(fen=500_000))
    at = given.at("2020-03-02 12:00:00")
    pledge_receive(who, gift_ref=ref, fen=500_000, received_at=at)
    assert without_line(who) == (1, 500_000)
    bank_files.taken(slug, bank_files.bank_csv())
    (line,) = lines()
    proposal = seen(line).proposals[0]
    assert (proposal.how, proposal.target, proposal.sure) == ("hand", ref, True)
    lines_match(who, chosen=[LineIn(line.ref, "hand", target=ref)])
    assert lines()[0].gift == Gift.objects.get() and without_line(who) == (0, 0)
