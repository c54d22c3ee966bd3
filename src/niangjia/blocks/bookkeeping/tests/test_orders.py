"""Orders: what is taken, what is refused, and that a refusal changes nothing."""

import pytest
from django.db import DatabaseError, connection, transaction

from niangjia.blocks.bookkeeping.models import Account, Transfer
from niangjia.blocks.bookkeeping.public import (
    MAX_AMOUNT,
    MAX_SUM,
    AccountIn,
    Leg,
    Settle,
    Void,
    accounts_open,
    balance,
    balances,
    postings,
    postings_in,
    statement,
    transfers_of_fact,
)
from niangjia.blocks.bookkeeping.tests import given
from niangjia.core.errors import Conflict, Invalid, NotFound, ProgrammingError

pytestmark = [pytest.mark.django_db, pytest.mark.both]
F = "f" * 32


def state(book):
    """All that a refusal must leave as it is."""
    rows = Account.objects.filter(book__code=book).order_by("id")
    return list(rows.values()), Transfer.objects.filter(book__code=book).count()


def refused(book, *orders):
    """The refusal; nothing has changed, and not whole it is told the same."""
    before = state(book)
    with pytest.raises((Invalid, Conflict)) as told:
        given.take(book, *orders)
    assert state(book) == before
    outcome = given.take(book, *orders, whole=False)[-1]
    assert outcome.refused == told.value.code
    return told.value


def posted(book, *codes):
    return [balance(book, code).posted for code in codes]


@pytest.fixture
def book():
    return given.book()


def test_an_order_is_posted_on_both_sides(book):
    (outcome,) = given.take(book, given.gift("g1", 12_345, fact_ref=F))
    assert (outcome.state, outcome.repeated, outcome.refused) == ("posted", False, "")
    assert posted(book, "assets:bank", "liabilities:fund") == [12_345, 12_345]
    (one,) = transfers_of_fact(F)
    assert (one.debit, one.credit, one.asset, one.amount, one.state) == (
        "assets:bank",
        "liabilities:fund",
        "CNY",
        12_345,
        "posted",
    )


@pytest.mark.parametrize("amount", [0, -1, MAX_AMOUNT + 1, True, 1.0, "1", None])
def test_what_is_no_amount_is_refused(book, amount):
    error = refused(book, given.gift("g1", amount))
    assert (error.code, type(error)) == ("amount", Invalid) and str(amount) in str(error)


@pytest.mark.parametrize("amount", [1, 10**15, MAX_AMOUNT])
def test_amounts_up_to_2_to_the_53_are_taken(book, amount):
    given.take(book, given.gift("g1", amount))
    assert posted(book, "assets:bank") == [amount]


def test_an_order_without_legs_is_refused(book):
    assert refused(book, given.order("g1")).code == "amount"


@pytest.mark.parametrize(
    ("debit", "credit", "code", "account"),
    [
        ("assets:bank", "assets:none", "no_account", "assets:none"),
        ("assets:none", "assets:bank", "no_account", "assets:none"),
        ("assets:bank", "assets:bank", "same_account", "assets:bank"),
        ("assets:bank", "equity:givers", "assets_differ", "equity:givers"),
    ],
)
def test_accounts_that_do_not_fit_are_refused(book, debit, credit, code, account):
    one = given.order("g1", (debit, credit, 5))
    assert refused(book, one).code == code
    assert given.take(book, one, whole=False)[0].account == account


def test_below_the_floor_is_refused_and_says_what_is_there(book):
    given.take(book, given.gift("g1", 1_000_000))
    error = refused(book, given.order("p1", ("expenses:help", "assets:bank", 1_000_001)))
    assert (type(error), error.code) == (Conflict, "floor")
    assert "“示例基金账户” has ¥ 10,000.00 left, and ¥ 10,000.01 is asked for" in str(error)
    given.take(book, given.order("p1", ("expenses:help", "assets:bank", 1_000_000)))
    assert posted(book, "assets:bank") == [0]


def test_goods_are_counted_in_units(book):
    given.take(book, given.order("s1", ("assets:store", "equity:givers", 60)))
    error = refused(book, given.order("s2", ("equity:givers", "assets:store", 61)))
    assert "has 60 left, and 61 is asked for" in str(error)


def test_an_account_without_a_floor_goes_below(book):
    given.take(book, given.order("o1", ("equity:opening", "liabilities:fund", 7)))
    assert posted(book, "equity:opening") == [-7]


def test_all_legs_or_none(book):
    legs = [("assets:bank", "liabilities:fund", 5), ("expenses:help", "assets:bank", 6)]
    error = refused(book, given.order("g1", *legs))
    assert error.code == "floor"
    legs[1] = ("expenses:help", "assets:bank", 5)
    given.take(book, given.order("g1", *legs))
    assert posted(book, "assets:bank", "expenses:help") == [0, 5]


def test_orders_see_those_before_them_in_the_batch(book):
    pay = given.order("p1", ("expenses:help", "assets:bank", 5))
    late = given.take(book, pay, given.gift("g1", 5), whole=False)
    assert [one.refused for one in late] == ["floor", ""]
    assert [one.refused for one in given.take(book, pay, whole=False)] == [""]


def test_whole_takes_none_if_one_is_refused(book):
    assert refused_whole(book).code == "floor"
    assert posted(book, "assets:bank") == [0]


def refused_whole(book):
    pay = given.order("p1", ("expenses:help", "assets:bank", 6))
    before = state(book)
    with pytest.raises(Conflict) as told:
        given.take(book, given.gift("g1", 5), pay)
    assert state(book) == before
    return told.value


def test_a_key_is_taken_once(book):
    given.take(book, given.gift("g1", 5, fact_ref=F))
    before = state(book)
    (again,) = given.take(book, given.gift("g1", 5))
    assert again.repeated and again.state == "posted" and state(book) == before
    twice = given.take(book, given.gift("g2", 5), given.gift("g2", 5))
    assert [one.repeated for one in twice] == [False, True]
    assert posted(book, "assets:bank") == [10]


@pytest.mark.parametrize(
    "other",
    [
        given.gift("g1", 6),
        given.gift("g1", 5, hold=True),
        given.order("g1", ("assets:bank", "equity:opening", 5)),
        Settle("g1", "h1", given.AT, F),
        Void("g1", "h1", given.AT, F),
    ],
    ids=["amount", "hold", "account", "settle", "void"],
)
def test_a_key_used_otherwise_is_refused(book, other):
    given.take(book, given.gift("g1", 5), given.gift("h1", 5, hold=True))
    assert refused(book, other).code == "key_used_otherwise"


def test_the_same_key_in_another_book_is_another_order(book):
    other = given.book()
    given.take(book, given.gift("g1", 5))
    assert not given.take(other, given.gift("g1", 9))[0].repeated
    assert posted(other, "assets:bank") == [9]


def test_a_hold_takes_from_what_is_free_and_posts_nothing(book):
    given.take(book, given.gift("g1", 10))
    pay = given.order("h1", ("expenses:help", "assets:bank", 7), hold=True)
    assert given.take(book, pay)[0].state == "held"
    bank, spent = balance(book, "assets:bank"), balance(book, "expenses:help")
    assert (bank.posted, bank.held, bank.coming, bank.free) == (10, 7, 0, 3)
    assert (spent.posted, spent.held, spent.coming) == (0, 0, 7)
    assert refused(book, given.order("p", ("expenses:help", "assets:bank", 4))).code == "floor"


@pytest.mark.parametrize(("amounts", "left"), [(None, 3), ((7,), 3), ((2,), 8)])
def test_a_hold_is_settled_whole_or_in_part(book, amounts, left):
    pay = given.order("h1", ("expenses:help", "assets:bank", 7), hold=True)
    given.take(book, given.gift("g1", 10), pay)
    settle = Settle("s1", "h1", given.AT, F, amounts)
    assert given.take(book, settle)[0].state == "posted"
    bank = balance(book, "assets:bank")
    assert (bank.posted, bank.held) == (left, 0)
    assert given.take(book, settle)[0].repeated
    assert refused(book, Settle("s2", "h1", given.AT, F)).code == "hold_over"
    assert refused(book, Void("v1", "h1", given.AT, F)).code == "hold_over"


def test_settling_the_whole_is_the_same_as_naming_the_whole(book):
    given.take(book, given.gift("h1", 7, hold=True), Settle("s1", "h1", given.AT, F))
    assert given.take(book, Settle("s1", "h1", given.AT, F, (7,)))[0].repeated
    assert refused(book, Settle("s1", "h1", given.AT, F, (6,))).code == "key_used_otherwise"


def test_a_leg_may_be_settled_with_nothing_if_another_is_not(book):
    legs = [("assets:bank", "liabilities:fund", 5), ("assets:store", "equity:givers", 6)]
    given.take(book, given.order("h1", *legs, hold=True))
    given.take(book, Settle("s1", "h1", given.AT, F, (0, 6)))
    assert posted(book, "assets:bank", "assets:store") == [0, 6]
    assert not any(one.coming or one.held for one in balances(book))


@pytest.mark.parametrize("amounts", [(8,), (0,), (-1,), (), (1, 1), (True,), (1.0,)])
def test_more_than_held_or_nothing_cannot_be_settled(book, amounts):
    given.take(book, given.gift("h1", 7, hold=True))
    error = refused(book, Settle("s1", "h1", given.AT, F, amounts))
    assert (type(error), error.code) == (Invalid, "hold_amount")


def test_a_voided_hold_is_as_if_it_had_not_been(book):
    given.take(book, given.gift("h1", 7, hold=True))
    assert given.take(book, Void("v1", "h1", given.AT, F))[0].state == "voided"
    bank = balance(book, "assets:bank")
    assert (bank.posted, bank.held, bank.coming) == (0, 0, 0)
    assert given.take(book, Void("v1", "h1", given.AT, F))[0].repeated
    assert refused(book, Settle("s1", "h1", given.AT, F)).code == "hold_over"


@pytest.mark.parametrize("of", ["none", "g1"])
def test_what_is_not_held_cannot_be_settled(book, of):
    given.take(book, given.gift("g1", 5))
    error = refused(book, Settle("s1", of, given.AT, F))
    assert (type(error), error.code) == (Conflict, "no_hold")
    assert refused(book, Void("v1", of, given.AT, F)).code == "no_hold"


def test_a_hold_its_settling_and_a_repeat_in_one_batch(book):
    outcomes = given.take(
        book,
        given.gift("h1", 7, hold=True),
        Settle("s1", "h1", given.AT, F),
        Settle("s1", "h1", given.AT, F),
        Void("v1", "h1", given.AT, F),
        whole=False,
    )
    assert [one.refused for one in outcomes] == ["", "", "", "hold_over"]
    assert posted(book, "assets:bank") == [7]


def test_a_sum_beyond_2_to_the_63_is_refused(book):
    near = [given.gift(f"g{n}", MAX_AMOUNT) for n in range(1024)]
    given.take(book, *near)
    assert posted(book, "assets:bank") == [1024 * MAX_AMOUNT]
    left = MAX_SUM - 1024 * MAX_AMOUNT
    assert refused(book, given.gift("over", left + 1)).code == "overflow"
    assert refused(book, given.gift("over", left + 1, hold=True)).code == "overflow"
    given.take(book, given.gift("last", left))
    assert posted(book, "assets:bank") == [MAX_SUM]
    assert refused(book, given.gift("over", 1)).code == "overflow"


@pytest.mark.parametrize("key", ["", "x" * 121, "a\nb"])
def test_a_key_that_cannot_be_shown_is_refused(book, key):
    before = state(book)
    with pytest.raises(Invalid) as told:
        given.take(book, given.gift(key, 1))
    assert told.value.code == "key" and state(book) == before


def test_a_book_that_is_not_there_is_told():
    with pytest.raises(NotFound):
        given.take("none", given.gift("g1", 1))


def test_an_instant_without_zone_is_a_fault_of_the_caller(book):
    with pytest.raises(ProgrammingError):
        given.take(book, given.gift("g1", 1, at=given.AT.replace(tzinfo=None)))


def opened(book, *accounts):
    with transaction.atomic():
        accounts_open(given.work(), book, accounts)


def test_opening_again_changes_nothing_but_titles(book):
    n = len(balances(book))
    given.take(book, given.gift("g1", 5))
    opened(book, *given.ACCOUNTS, AccountIn("assets:bank", "CNY", "debit", title="新户名"))
    bank = balance(book, "assets:bank")
    assert (len(balances(book)), bank.title, bank.posted) == (n, "新户名", 5)


@pytest.mark.parametrize(
    "other",
    [
        AccountIn("assets:bank", "quota:seats", "debit"),
        AccountIn("assets:bank", "CNY", "credit"),
        AccountIn("assets:bank", "CNY", "debit", floored=False),
    ],
    ids=["asset", "side", "floor"],
)
def test_an_account_never_becomes_another(book, other):
    before = state(book)
    with pytest.raises(Conflict) as told:
        opened(book, AccountIn("assets:new", "CNY", "debit"), other)
    assert told.value.code == "account_there" and state(book) == before


@pytest.mark.parametrize(
    "wrong",
    [
        AccountIn("", "CNY", "debit"),
        AccountIn("Assets:bank", "CNY", "debit"),
        AccountIn("assets::bank", "CNY", "debit"),
        AccountIn("a" * 121, "CNY", "debit"),
        AccountIn("assets:bank2", "USD", "debit"),
        AccountIn("assets:bank2", "item:", "debit"),
        AccountIn("assets:bank2", "CNY", "left"),
    ],
    ids=["none", "capitals", "empty-part", "long", "asset", "no-item", "side"],
)
def test_what_cannot_be_an_account_is_refused(book, wrong):
    before = state(book)
    with pytest.raises(Invalid) as told:
        opened(book, wrong)
    assert told.value.code == "account" and state(book) == before


def test_the_database_refuses_to_change_or_remove_what_was_booked(book):
    given.take(book, given.gift("g1", 5))
    before = state(book)
    mine = Transfer.objects.filter(book__code=book)
    for act in (lambda: mine.update(amount=6), lambda: mine.all()._raw_delete("default")):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    accounts = Account.objects.filter(book__code=book)
    for change in ({"normal": "credit"}, {"asset": "quota:x"}, {"floored": False}):
        with pytest.raises(DatabaseError), transaction.atomic():
            accounts.filter(code="assets:bank").update(**change)
    assert state(book) == before


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no REPLACE")
@pytest.mark.parametrize("name", ["id", "key"])
def test_a_transfer_cannot_be_replaced(book, name):
    given.take(book, given.gift("g1", 5))
    before = state(book)
    (row,) = Transfer.objects.filter(book__code=book).values()
    row |= {"amount": 6} | ({"id": row["id"] + 1} if name == "key" else {"key": "g2"})
    names, places = ", ".join(row), ", ".join(["%s"] * len(row))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        sql = f"INSERT OR REPLACE INTO bookkeeping_transfer ({names}) VALUES ({places})"
        cursor.execute(sql, list(row.values()))
    assert state(book) == before


def test_the_database_itself_holds_the_floor(book):
    given.take(book, given.gift("g1", 5))
    bank = Account.objects.filter(book__code=book, code="assets:bank")
    for change in ({"credits_posted": 6}, {"credits_pending": 6}, {"debits_posted": -1}):
        with pytest.raises(DatabaseError), transaction.atomic():
            bank.update(**change)
    assert posted(book, "assets:bank") == [5]


def test_a_statement_is_paged_newest_first_with_the_balance_after_each(book):
    given.take(book, *[given.gift(f"g{n}", n) for n in range(1, 6)])
    given.take(book, given.order("p1", ("expenses:help", "assets:bank", 4)))
    given.take(book, given.order("h1", ("expenses:help", "assets:bank", 2), hold=True))
    first = statement(book, "assets:bank", limit=3)
    assert [(one.key, one.change, one.balance) for one in first] == [
        ("h1", 0, 11),
        ("p1", -4, 11),
        ("g5", 5, 15),
    ]
    rest = statement(book, "assets:bank", after=first[-1].id)
    assert [(one.key, one.balance) for one in rest] == [("g4", 10), ("g3", 6), ("g2", 3), ("g1", 1)]
    assert {one.other for one in rest} == {"liabilities:fund"}


def test_balances_are_asked_by_the_beginning_of_the_code(book):
    assert [one.code for one in balances(book, "assets:")] == ["assets:bank", "assets:store"]
    with pytest.raises(NotFound):
        balance(book, "assets:none")


def test_postings_say_what_is_booked_before_it_is_taken(book):
    hold = given.gift("h1", 7, hold=True)
    assert postings(hold) == [["assets:bank", "liabilities:fund", "CNY", 7, "held"]]
    part = Settle("s1", "h1", given.AT, F, (5,))
    assert postings(part, held=hold) == [["assets:bank", "liabilities:fund", "CNY", 5, "posted"]]
    goods = given.order("s2", ("assets:store", "equity:givers", 60))
    assert postings(goods, "item:mask")[0][2:] == ["item:mask", 60, "posted"]
    assert postings(goods, {"assets:store": "item:mask"}) == postings(goods, "item:mask")
    void = Void("v1", "h1", given.AT, F)
    assert postings(void, held=[Leg("a", "b", 7)]) == [["a", "b", "CNY", 7, "voided"]]
    given.take(book, hold)
    assert postings_in(book, [part, goods]) == postings(part, held=hold) + postings(
        goods, "item:mask"
    )
