"""The export is what bean-check, run as a program of its own, accepts to the last fen."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from niangjia.blocks.bookkeeping.beancount import account_name, beancount, commodities
from niangjia.blocks.bookkeeping.public import AccountIn, Settle
from niangjia.blocks.bookkeeping.tests import given
from niangjia.core.errors import NotFound

pytestmark = pytest.mark.django_db
F = "f" * 32
BEAN_CHECK = Path(sys.executable).with_name("bean-check")


def checked(text, tmp_path):
    path = tmp_path / "book.beancount"
    path.write_text(text, "utf-8")
    return subprocess.run([BEAN_CHECK, path], capture_output=True, text=True, check=False)


@pytest.fixture
def text():
    book = given.book(
        *given.ACCOUNTS,
        AccountIn("odd-root:a_b", "quota:seats.2020", "debit", title='带"引号"的\\户'),
        AccountIn("odd-root", "quota:seats.2020", "credit", floored=False),
        AccountIn("assets:_x:-y", "item:" + "长".encode().hex() * 8, "debit"),
        AccountIn("income:x", "item:" + "长".encode().hex() * 8, "credit"),
    )
    later = given.AT + dt.timedelta(days=3)
    given.take(
        book,
        given.gift("g1", 10**15 + 1),
        given.order('倒序"2"\\', ("assets:store", "equity:givers", 60), at=later),
        given.order("q", ("odd-root:a_b", "odd-root", 12)),
        given.order("i", ("assets:_x:-y", "income:x", 9)),
        given.order("h1", ("expenses:help", "assets:bank", 700), hold=True),
        given.order("h2", ("expenses:help", "assets:bank", 50), hold=True),
        given.order(
            "two", ("assets:bank", "liabilities:fund", 5), ("assets:bank", "equity:opening", 7)
        ),
        Settle("s1", "h1", later, F, (650,)),
    )
    return "".join(beancount(book, title="示例账簿"))


def test_bean_check_accepts_the_export(text, tmp_path):
    result = checked(text, tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert '2020-03-19 * "s1" ^' + F in text
    assert '"h2"' not in text
    assert "2020-03-20 balance Assets:Bank  9999999999993.63 ~ 0 CNY" in text
    assert "2020-03-20 balance Assets:Store  60 ~ 0 ITEM-MASK" in text


def test_bean_check_would_see_a_fen_too_much(text, tmp_path):
    wrong = text.replace(
        "balance Assets:Bank  9999999999993.63", "balance Assets:Bank  9999999999993.64"
    )
    result = checked(wrong, tmp_path)
    assert result.returncode == 1 and "Balance failed" in result.stderr


def test_a_book_without_bookings_is_accepted(tmp_path):
    assert checked("".join(beancount(given.book())), tmp_path).returncode == 0


def test_codes_that_differ_have_names_that_differ():
    codes = ["a", "assets", "assets:a", "a:assets", "_a", "0_a", "-a", "0-a", "a_b", "a-b", "aub"]
    codes += [f"assets:{code}" for code in codes] + ["assets:0zother:a"]
    names = [account_name(code, "debit") for code in codes]
    assert len(set(names)) == len(set(codes))


def test_assets_that_differ_are_commodities_that_differ():
    assets = {"CNY", "item:a_b", "item:a-b", "item:A-B", "item:" + "x" * 50, "quota:a-b", "item:a."}
    assert len(set(commodities(assets).values())) == len(assets)


def test_an_unknown_book_is_told():
    with pytest.raises(NotFound):
        list(beancount("none"))
