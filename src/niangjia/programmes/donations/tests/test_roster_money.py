"""The money of a roster: it is never stranded, never counted twice, never beyond the goal."""

import pytest

from niangjia.blocks.bookkeeping.public import balance, check
from niangjia.blocks.intake.public import file_of, store
from niangjia.core.errors import Conflict
from niangjia.programmes.donations import books, roster_jobs
from niangjia.programmes.donations.bank_models import BankLine
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.roster_models import Roster
from niangjia.programmes.donations.services import (
    gift_pledge,
    gifts_record,
    lines_match,
    pledge_receive,
    pledge_withdraw,
    roster_back,
    roster_batch,
    roster_bring,
    roster_bring_for_unit,
    roster_take,
    unit_pledge,
)
from niangjia.programmes.donations.tests import bank_files, given
from niangjia.programmes.donations.tests.test_rosters import RECEIVED, people, work, workbook
from niangjia.programmes.donations.types import LineIn, RosterIn

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def _city(settings):
    settings.NIANGJIA_CITY_DATE = "2020-03-17"
    given.city()


def by_unit(pledge: str, n: int = 100) -> Roster:
    """The unit's roster of 1 yuan each, checked."""
    stored = store([workbook(people(n))], "名册.xlsx")
    clerk = given.actor("clerk")
    ref = roster_bring_for_unit(clerk, pledge_ref=pledge, stored=stored, name="名册.xlsx")
    work()
    return Roster.objects.get(ref=ref)


def by_foundation(slug: str, n: int, fen: int, pledge: str = "") -> Roster:
    """A roster whose money is here, checked."""
    stored = store([workbook(people(n, fen))], "名册.xlsx")
    roster = RosterIn("示例一号企业", n * fen, received_at=RECEIVED, pledge_ref=pledge)
    who = given.actor("foundation")
    ref = roster_bring(who, slug=slug, roster=roster, stored=stored, name="名册.xlsx")
    work()
    return Roster.objects.get(ref=ref)


def take(row: Roster) -> None:
    roster_take(given.actor("foundation"), ref=row.ref, version=row.version)


def test_a_roster_whose_money_is_here_is_not_pushed_out_by_another_file():
    slug = given.raising()
    pledge = unit_pledge(given.actor("clerk"), slug=slug, key="k", fen=10_000, of_people=True)
    row = by_unit(pledge)
    bank_files.taken(slug, bank_files.bank_csv())
    line = BankLine.objects.get(fen=10_000)
    lines_match(given.actor("foundation"), chosen=[LineIn(line.ref, "roster", target=row.ref)])
    with pytest.raises(Conflict) as error:
        by_unit(pledge)
    assert error.value.code == "has_line"
    row.refresh_from_db()
    assert (row.state, row.pledge.ref, Roster.objects.count()) == ("checked", pledge, 1)
    assert file_of(row.upload_ref).exists()
    take(row)
    work()
    assert Gift.objects.filter(channel="roster").count() == 100


def test_a_roster_that_is_replaced_leaves_no_file_and_is_told_by_its_version():
    slug = given.raising()
    pledge = unit_pledge(given.actor("clerk"), slug=slug, key="k", fen=10_000, of_people=True)
    old = by_unit(pledge)
    new = by_unit(pledge)
    version = old.version
    old.refresh_from_db()
    assert (old.state, old.version, old.pledge, old.problems) == ("given_up", version + 1, None, [])
    assert not file_of(old.upload_ref).exists() and file_of(new.upload_ref).exists()


@pytest.mark.parametrize("state", ["checked", "taking"])
def test_a_pledge_with_a_roster_neither_arrives_nor_ends_by_hand(state):
    slug = given.raising()
    who = given.actor("foundation")
    ref = gift_pledge(who, slug=slug, pledge=given.pledge(fen=300, line=1))
    row = by_foundation(slug, 3, 100, ref)
    if state == "taking":
        take(row)
    with pytest.raises(Conflict) as error:
        pledge_receive(who, gift_ref=ref, fen=300, received_at=RECEIVED)
    assert error.value.code == "has_roster"
    with pytest.raises(Conflict) as error:
        pledge_withdraw(who, gift_ref=ref, reason="不再捐")
    assert error.value.code == "has_roster"
    assert Gift.objects.get().state == "pledged"
    assert balance(books.BOOK, books.pool(slug)).posted == 0
    row.refresh_from_db()
    if state == "checked":
        take(row)
    work()
    assert balance(books.BOOK, books.pool(slug)).posted == 300 and check(books.BOOK) == []


def test_the_first_batch_is_refused_where_the_pledge_is_no_more():
    slug = given.raising()
    who = given.actor("foundation")
    ref = gift_pledge(who, slug=slug, pledge=given.pledge(fen=300, line=1))
    row = by_foundation(slug, 3, 100, ref)
    take(row)
    Gift.objects.filter(ref=ref).update(state="withdrawn")
    row.refresh_from_db()
    rows = roster_jobs.read(row)
    with pytest.raises(Conflict) as error:
        roster_batch(who, ref=row.ref, at=0, rows=rows)
    assert error.value.code == "not_pledged" and Gift.objects.count() == 1
    work()
    row.refresh_from_db()
    assert (row.state, row.n_done) == ("checked", 0) and "without its list" in row.error


def test_a_roster_beyond_the_goal_is_refused_whole_with_the_figures():
    slug = given.raising(goal_fen=10_000, capped=True)
    row = by_foundation(slug, 3, 5_000)
    with pytest.raises(Conflict) as error:
        take(row)
    assert error.value.code == "goal_reached"
    assert "150.00" in str(error.value) and "100.00" in str(error.value)
    work()
    row.refresh_from_db()
    assert row.state == "checked" and not Gift.objects.exists()


@pytest.mark.parametrize("fen", [3_333, 3_334])
def test_a_roster_may_fill_the_goal_to_the_fen(fen):
    slug = given.raising(goal_fen=9_999, capped=True)
    row = by_foundation(slug, 3, fen)
    if fen * 3 > 9_999:
        with pytest.raises(Conflict):
            take(row)
    else:
        take(row)
        work()
    assert balance(books.BOOK, books.left(slug)).posted == (0 if fen == 3_333 else 9_999)


def test_what_the_roster_s_own_pledge_holds_is_room_for_it():
    slug = given.raising(goal_fen=30_000, capped=True)
    who = given.actor("foundation")
    ref = gift_pledge(who, slug=slug, pledge=given.pledge(fen=30_000, line=1))
    row = by_foundation(slug, 3, 10_000, ref)
    take(row)
    work()
    row.refresh_from_db()
    assert (row.state, balance(books.BOOK, books.left(slug)).posted) == ("taken", 0)
    assert check(books.BOOK) == []


def test_a_roster_that_found_no_room_after_all_waits_again_and_says_why():
    slug = given.raising(goal_fen=10_000, capped=True)
    who = given.actor("foundation")
    row = by_foundation(slug, 3, 1_000)
    take(row)
    gifts_record(who, slug=slug, rows=[given.gift(1, fen=9_000)])
    work()
    row.refresh_from_db()
    assert (row.state, row.n_done) == ("checked", 0) and row.error
    assert Gift.objects.count() == 1 and check(books.BOOK) == []


def test_a_roster_goes_back_only_while_none_of_its_rows_is_a_gift():
    slug = given.raising()
    who = given.actor("foundation")
    row = by_foundation(slug, 250, 100)
    take(row)
    row.refresh_from_db()
    roster_back(who, ref=row.ref, version=row.version)
    row.refresh_from_db()
    assert row.state == "checked"
    work()
    assert not Gift.objects.exists()
    take(row)
    row.refresh_from_db()
    roster_batch(who, ref=row.ref, at=0, rows=roster_jobs.read(row)[:200])
    with pytest.raises(Conflict) as error:
        roster_back(who, ref=row.ref, version=row.version)
    assert error.value.code == "rows_taken"
    work()
    assert Gift.objects.count() == 250
