"""`niangjia books`: who may see, what is printed, and that handing a book out is noted."""

import argparse

import pytest

from niangjia.blocks.bookkeeping import cli
from niangjia.blocks.bookkeeping.tests import given
from niangjia.core.actor import ANONYMOUS, Actor
from niangjia.core.errors import Denied, NotFound, NotSignedIn
from niangjia.core.models import JournalEntry

pytestmark = pytest.mark.django_db
AUDITOR = Actor("示例审计员", "auditor", login_id=1)


def run(*words, actor=AUDITOR):
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())
    options = parser.parse_args(list(map(str, words)))
    options.actor = actor
    return options.run(options)


@pytest.fixture
def book():
    code = given.book()
    given.take_with_fact(code, given.gift("g1", 123_456))
    return code


def test_balances_and_a_statement_are_printed(book, capsys):
    assert run("list") == 0 and run("list", book, "--prefix", "assets:b") == 0
    assert run("statement", book, "assets:bank") == 0
    said = capsys.readouterr().out
    assert f"{book}: 6 accounts" in said
    assert "assets:bank\tmoney\t¥ 1,234.56\t¥ 0.00\t¥ 0.00\t示例基金账户" in said
    assert "\t2020-03-16 15:00:00\tpost\tdebit\t¥ 1,234.56\t¥ 1,234.56\t¥ 1,234.56\t" in said


def test_a_check_says_what_is_wrong_and_exits_with_1(book, capsys):
    assert run("check", book) == 0
    given.take(book, given.gift("g2", 1))
    assert run("check") == 1
    assert f"{book}: 1 faults" in capsys.readouterr().out


def test_handing_a_book_out_stands_in_the_journal(book, tmp_path):
    assert run("export", book, "--out", tmp_path / "book") == 0
    assert "Assets:Bank  1234.56 CNY" in (tmp_path / "book").read_text("utf-8")
    entry = JournalEntry.objects.get(kind="book.handed_out")
    assert (entry.subject, entry.detail) == (f"book:{book}", {"form": "beancount"})


@pytest.mark.parametrize(
    ("actor", "error"),
    [(ANONYMOUS, NotSignedIn), (Actor("示例填报员", "clerk", login_id=1), Denied)],
    ids=["nobody", "clerk"],
)
@pytest.mark.parametrize("verb", ["list", "check", "statement", "export"])
def test_others_see_nothing(book, actor, error, verb, capsys):
    words = {"list": (), "check": (), "statement": (book, "assets:bank"), "export": (book,)}
    with pytest.raises(error):
        run(verb, *words[verb], actor=actor)
    assert (
        capsys.readouterr().out == ""
        and not JournalEntry.objects.filter(kind="book.handed_out").exists()
    )


def test_an_unknown_book_is_told(book):
    for words in (("list", "none"), ("statement", "none", "a"), ("export", "none")):
        with pytest.raises(NotFound):
            run(*words)
    assert not JournalEntry.objects.filter(kind="book.handed_out").exists()
