"""The check: every balance is the fold of all transfers, every fact says what was booked."""

import pytest
from django.db import connection

from niangjia.blocks.bookkeeping.checking import check
from niangjia.blocks.bookkeeping.models import Account, Transfer
from niangjia.blocks.bookkeeping.public import Settle, Void
from niangjia.blocks.bookkeeping.tests import given
from niangjia.blocks.ledger.public import SequencerJob
from niangjia.core.errors import NotFound

pytestmark = [pytest.mark.django_db, pytest.mark.both]
F = "f" * 32


def without_guards():
    """Somebody past the database's guards: its triggers are taken away (the test rolls back)."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        for table, names in (
            ("bookkeeping_transfer", ("no_update", "no_delete") if sqlite else ("no_change",)),
            ("bookkeeping_account", ("fixed",)),
        ):
            for name in names:
                on = "" if sqlite else f" ON {table}"
                cursor.execute(f"DROP TRIGGER {table}_{name}{on}")


@pytest.fixture
def book():
    code = given.book()
    given.take_with_fact(code, given.gift("g1", 10), given.gift("g2", 5))
    given.take_with_fact(code, given.order("h1", ("expenses:help", "assets:bank", 7), hold=True))
    given.take_with_fact(code, given.order("h2", ("expenses:help", "assets:bank", 2), hold=True))
    given.take_with_fact(code, Settle("s1", "h1", given.AT, F, (6,)))
    given.take_with_fact(code, Void("v1", "h2", given.AT, F))
    return code


def test_a_sound_book_has_no_faults_before_and_after_its_facts_are_entries(book):
    assert check(book) == []
    while SequencerJob().run_once():
        pass
    assert check(book) == []


def test_a_balance_that_is_not_the_fold_is_found(book):
    Account.objects.filter(book__code=book, code="assets:bank").update(debits_posted=16)
    assert check(book) == ["assets:bank: debits posted is 16, its transfers give 15"]


def test_an_amount_that_was_changed_is_found(book):
    without_guards()
    Transfer.objects.filter(book__code=book, key="g2").update(amount=6)
    faults = check(book)
    assert "assets:bank: debits posted is 15, its transfers give 16" in faults
    assert any("says other postings" in fault for fault in faults)


def test_a_transfer_that_was_removed_is_found(book):
    without_guards()
    Transfer.objects.filter(book__code=book, key="h1").delete()
    faults = check(book)
    assert any("does not end what h1 held" in fault for fault in faults)


def test_a_transfer_moved_to_an_account_of_another_book_is_found(book):
    other = Account.objects.get(book__code=given.book(), code="assets:bank")
    without_guards()
    Transfer.objects.filter(book__code=book, key="g1").update(debit=other)
    assert any("no partner in this book" in fault for fault in check(book))


def test_bookings_without_their_fact_are_found(book):
    given.take(book, given.gift("g9", 1, fact_ref=F))
    assert check(book) == [f"the fact {F} that bookings name is not there"]


def test_a_fact_that_says_other_postings_is_found(book):
    said = [["assets:bank", "liabilities:fund", "CNY", 2, "posted"]]
    ref = given.take_with_fact(book, given.gift("g9", 1), said=said)
    assert check(book) == [f"the fact {ref} says other postings than were booked"]


def test_a_fact_in_the_log_that_nothing_was_booked_for_is_found(book):
    said = [["assets:bank", "liabilities:fund", "CNY", 2, "posted"]]
    ref = given.take_with_fact(book, said=said)
    while SequencerJob().run_once():
        pass
    assert check(book) == [f"the fact {ref} names postings that no book has"]


def test_an_unknown_book_is_told():
    with pytest.raises(NotFound):
        check("none")
