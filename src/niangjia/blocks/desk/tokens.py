"""From texts to tokens of the index, and from what is typed to the tokens wanted.

Chinese is cut into single characters and pairs, pinyin into runs of two and three initials, numbers
and Latin words into their beginnings. Nothing is looked up: the same text gives the same tokens.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache, lru_cache
from importlib import import_module
from itertools import product
from typing import Any

from niangjia.blocks.desk.types import Alternative, Clause, Wanted
from niangjia.lib import money

LONGEST_QUERY = 100
MOST_CLAUSES = 12
FIRST_PREFIX, LAST_PREFIX = 3, 24
ENDS = (4, 6)  # a number is also found by its last four or six digits
MONEY_LIKE = re.compile(
    r"(?<![0-9.])[¥￥]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[¥￥]?\d+\.\d{1,2}(?![0-9.])"
)
_CHINESE = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(f"[{_CHINESE}]+|[a-z0-9]+(?:[-/][a-z0-9]+)*")
_PLAIN = re.compile(r"[a-z0-9]+")
# Characters of names and places whose second reading begins with another letter and is in use.
TWO_READINGS = frozenset("重长行乐朝单盛车厦曾藏传番调校参")


def fold(text: str) -> str:
    """Full-width and compatibility forms as plain ones, lower case."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).lower()


@cache
def _reader() -> Any:
    """Read in when first needed: its table takes 14 MB, and most processes read no character."""
    return import_module("pypinyin")


@lru_cache(maxsize=8192)
def initials_of(char: str) -> tuple[str, ...]:
    """First letters of a character's readings: the usual one, the second where it is in use."""
    reader = _reader()
    style = reader.Style.FIRST_LETTER
    read = reader.pinyin(char, style=style, heteronym=char in TWO_READINGS)[0]
    letters = [letter for letter in dict.fromkeys(read) if "a" <= letter <= "z"]
    return tuple(letters[:2])


def _grams(run: str) -> Iterator[str]:
    """`i_xm` and `i_dcq`: each two and three initials that follow one another."""
    read = [initials_of(char) for char in run]
    for length in (2, 3):
        for start in range(len(read) - length + 1):
            for letters in product(*read[start : start + length]):
                yield "i_" + "".join(letters)


@lru_cache(maxsize=65536)
def text_tokens(text: str) -> str:
    """Tokens of a name or a word, by blanks between: `小米` gives 小, 米, 小米, i_xm."""
    found: dict[str, None] = {}
    for run in _RUNS.findall(fold(text)):
        if run[0].isascii():
            found.update(dict.fromkeys(_beginnings(run)))
            continue
        found.update(dict.fromkeys(run))
        found.update(dict.fromkeys(run[i : i + 2] for i in range(len(run) - 1)))
        found.update(dict.fromkeys(_grams(run)))
    return " ".join(found)


def _beginnings(word: str) -> Iterator[str]:
    parts = _PLAIN.findall(word)
    whole = "".join(parts)
    for part in {whole, *parts}:
        yield part
        for end in range(FIRST_PREFIX, min(len(part), LAST_PREFIX)):
            yield part[:end]


def code_tokens(*codes: str) -> Iterator[str]:
    """Tokens of contract, invoice and voucher numbers: their beginnings, parts and last digits."""
    for code in codes:
        whole = "".join(_PLAIN.findall(fold(code)))
        for end in range(min(FIRST_PREFIX + 1, len(whole)), min(len(whole), LAST_PREFIX) + 1):
            if end:
                yield whole[:end]
        if len(whole) > LAST_PREFIX:
            yield whole
        if len(whole) != len(code):
            yield from (part for part in _PLAIN.findall(fold(code)) if len(part) > 4)
        if len(whole) > ENDS[-1]:
            yield from (f"z_{whole[-end:]}" for end in ENDS)


def joined(*parts: str, more: Iterable[str] = ()) -> str:
    """Several strings of tokens and single tokens as one."""
    return " ".join((*parts, *more))


def wanted_of(query: str) -> Wanted:
    """What a typed query wants: every clause, each by one of its alternatives.

    Empty if nothing in it can be looked for. At most 100 characters and 12 clauses are read.
    """
    text = fold(query[:LONGEST_QUERY])
    clauses: dict[Clause, None] = {}
    for amount in MONEY_LIKE.findall(text):
        if (fen := _fen(amount)) is not None:
            clauses[((f"a_{fen}",),)] = None
    for run in _RUNS.findall(MONEY_LIKE.sub(" ", text) if clauses else text):
        clauses.update(dict.fromkeys(_clauses(run)))
    return tuple(clauses)[:MOST_CLAUSES]


def fits(wanted: Wanted, tokens: str) -> bool:
    """Whether something with these tokens, by blanks between, is what is wanted."""
    there = set(tokens.split())
    return all(any(there.issuperset(one) for one in clause) for clause in wanted)


def _fen(text: str) -> int | None:
    try:
        return money.fen_of(Decimal(money.parse_text(text)))
    except money.NotMoney:
        return None


def _clauses(run: str) -> Iterator[Clause]:
    if not run[0].isascii():
        pairs = [run[i : i + 2] for i in range(len(run) - 1)] or [run]
        yield from (((pair,),) for pair in pairs)
        return
    whole = "".join(_PLAIN.findall(run))
    parts = tuple(_PLAIN.findall(run))
    alternatives: list[Alternative] = [(whole,)] if len(parts) == 1 else [(whole,), parts]
    if whole.isalpha() and len(whole) > 1:
        size = min(len(whole), 3)
        grams = [f"i_{whole[i : i + size]}" for i in range(len(whole) - size + 1)]
        alternatives.append(tuple(dict.fromkeys(grams)))
    if not whole.isalpha() and len(whole) in ENDS:
        alternatives.append((f"z_{whole}",))
    if whole.isdigit() and len(whole) < 10:
        alternatives.append((f"a_{int(whole) * 100}",))
    yield tuple(alternatives)


def marked(text: str, query: str) -> list[tuple[str, bool]]:
    """The text in pieces; True: this piece is what was looked for, also by its initials."""
    shown = [False] * len(text)
    plain = fold(text)
    if len(plain) != len(text):
        return [(text, False)]
    letters = "".join((initials_of(c) or (" ",))[0] if not c.isascii() else " " for c in plain)
    for run in _RUNS.findall(fold(query[:LONGEST_QUERY])):
        for where in (plain, letters) if run.isascii() and run.isalpha() else (plain,):
            at = where.find(run) if len(run) > 1 or where is plain else -1
            while at >= 0:
                shown[at : at + len(run)] = [True] * len(run)
                at = where.find(run, at + 1)
    return list(_pieces(text, shown))


def _pieces(text: str, shown: list[bool]) -> Iterator[tuple[str, bool]]:
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or shown[at] != shown[start]:
            yield text[start:at], shown[start]
            start = at
