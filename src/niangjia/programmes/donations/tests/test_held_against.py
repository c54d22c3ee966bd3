"""What a bulletin's money is held against: only what statements account for, signed."""

import pytest

from niangjia.programmes.donations import books
from niangjia.programmes.donations.bank_models import BankLine
from niangjia.programmes.donations.pages import bulletins as pages
from niangjia.programmes.donations.roster_models import Roster
from niangjia.programmes.donations.selectors.bulletins import held_against
from niangjia.programmes.donations.services import gifts_record, lines_match, roster_take
from niangjia.programmes.donations.tests import bank_files, given
from niangjia.programmes.donations.tests.test_rosters import brought, people, work, workbook
from niangjia.programmes.donations.types import LineIn

pytestmark = [pytest.mark.django_db, pytest.mark.both]
AS_OF = given.at("2020-03-16 15:00:00")


@pytest.fixture(autouse=True)
def _city(settings):
    settings.NIANGJIA_CITY_DATE = "2020-03-17"
    given.city()


def test_a_roster_counts_once_its_rows_are_gifts():
    row = brought(workbook(people(100)), 10_000, received_at=None)
    bank_files.taken(given.SLUG, bank_files.bank_csv())
    line = BankLine.objects.get(fen=10_000)
    who = given.actor("foundation")
    lines_match(who, chosen=[LineIn(line.ref, "roster", target=row.ref)])
    found = held_against(given.SLUG, AS_OF)
    assert (found.bank_fen, found.settled_fen, found.open_fen) == (510_000, 0, 500_000)
    roster_take(who, ref=row.ref, version=Roster.objects.get().version)
    work()
    assert held_against(given.SLUG, AS_OF).settled_fen == 10_000


def test_a_payout_accounts_for_its_gifts_whole_with_what_the_platform_kept():
    slug = given.raising()
    online = given.gift(channel="online", account=books.platform(slug), fee_fen=60)
    gifts_record(given.actor("foundation"), slug=slug, rows=[online])
    assert held_against(slug, AS_OF).settled_fen == 0
    line = "2020-03-05 08:00:00,99.40,,1099.40,支付宝（中国）网络技术有限公司,,提现,P1"
    bank_files.taken(slug, bank_files.bank_csv(line))
    lines_match(given.actor("foundation"), chosen=[LineIn(BankLine.objects.get().ref, "payout")])
    found = held_against(slug, AS_OF)
    assert (found.bank_fen, found.settled_fen) == (9_940, 10_000)
    assert held_against(slug, given.at("2020-02-28 00:00:00")).settled_fen == 0


@pytest.mark.parametrize(
    ("cash_fen", "said"),
    [(20_000, "100.00"), (10_000, "0.00"), (5_000, "-50.00: more on statements than gifts")],
)
def test_the_difference_is_shown_signed(cash_fen, said):
    slug = given.raising()
    bank_files.taken(slug, bank_files.bank_csv())
    line = BankLine.objects.get(fen=10_000)
    lines_match(given.actor("foundation"), chosen=[LineIn(line.ref, "gift")])
    rows = dict(pages.against(held_against(slug, AS_OF), cash_fen))
    assert rows["Money that no statement has yet (yuan)"] == said
