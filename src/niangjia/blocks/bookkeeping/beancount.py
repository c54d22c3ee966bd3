"""A book as text that `bean-check` accepts.

Held amounts are left out until they are settled: beancount counts every transaction, flagged or
not. Money is in yuan with two decimals, goods and quotas are commodities of their own.
"""

import datetime as dt
import re
from collections.abc import Iterator
from itertools import groupby

from niangjia.blocks.bookkeeping.selectors import balances, book_get, days_of, posted_transfers
from niangjia.blocks.bookkeeping.types import MONEY, Balance, TransferView
from niangjia.core import clock

ROOTS = ("assets", "liabilities", "equity", "income", "expenses")
COMMODITY = re.compile(r"[A-Z][A-Z0-9._-]{0,22}[A-Z0-9]")


def account_name(code: str, normal: str) -> str:
    """The account in beancount's spelling; different codes give different names.

    A part begins with a capital or digit there: what cannot stays apart behind `0Z`, and "_" is U.
    """
    first, *rest = code.split(":")
    if first not in ROOTS:
        root = "Assets" if normal == "debit" else "Liabilities"
        return ":".join([root, "0ZOther", *map(_part, (first, *rest))])
    return ":".join([first.capitalize(), *(map(_part, rest) if rest else ("0Z",))])


def _part(part: str) -> str:
    if part[0] in "_-":
        return "0Z" + part.replace("_", "U")
    return part[0].upper() + part[1:].replace("_", "U")


def commodities(assets: set[str]) -> dict[str, str]:
    """A commodity for each asset: its code in capitals, or a number where that cannot be one."""
    named = {MONEY: MONEY}
    for number, asset in enumerate(sorted(assets - {MONEY}), 1):
        kind, _colon, code = asset.partition(":")
        name = f"{kind}-{code}".upper().replace("_", "-")
        if not COMMODITY.fullmatch(name) or name in named.values():
            name = f"{kind.upper()}.{number}"
        named[asset] = name
    return named


def beancount(book: str, *, title: str = "") -> Iterator[str]:
    """The book's lines, each with its line feed. Raises NotFound.

    Accounts and commodities are opened on the first day, every posted order is a transaction with
    a link to its fact, and all balances are asserted on the day after the last one.
    """
    opened = book_get(book)
    accounts = balances(book)
    named = commodities({one.asset for one in accounts})
    names = {one.code: account_name(one.code, one.normal) for one in accounts}
    first, last = days_of(book)
    first = min(first or dt.date.max, clock.day_of(opened.opened_at))
    last = max(last or dt.date.min, first)
    yield f'option "title" {_quoted(title or book)}\n'
    yield f'option "operating_currency" "{MONEY}"\n'
    for asset in sorted({one.asset for one in accounts}):
        yield f"{first} commodity {named[asset]}\n  name: {_quoted(asset)}\n"
    for one in accounts:
        yield f"{first} open {names[one.code]} {named[one.asset]}\n  title: {_quoted(one.title)}\n"
    yield from _transactions(book, names, named)
    for one in accounts:
        yield _asserted(last + dt.timedelta(days=1), one, names, named)


def _transactions(book: str, names: dict[str, str], named: dict[str, str]) -> Iterator[str]:
    for key, legs in groupby(posted_transfers(book), key=lambda one: one.key):
        yield from _transaction(key, list(legs), names, named)


def _transaction(
    key: str, legs: list[TransferView], names: dict[str, str], named: dict[str, str]
) -> Iterator[str]:
    yield f"{clock.day_of(legs[0].at)} * {_quoted(key)} ^{legs[0].fact_ref}\n"
    for leg in legs:
        if leg.amount:
            commodity = named[leg.asset]
            yield f"  {names[leg.debit]}  {_number(leg.asset, leg.amount)} {commodity}\n"
            yield f"  {names[leg.credit]}  {_number(leg.asset, -leg.amount)} {commodity}\n"


def _asserted(day: dt.date, one: Balance, names: dict[str, str], named: dict[str, str]) -> str:
    amount = one.posted if one.normal == "debit" else -one.posted
    number = _number(one.asset, amount)
    return f"{day} balance {names[one.code]}  {number} ~ 0 {named[one.asset]}\n"


def _number(asset: str, amount: int) -> str:
    if asset != MONEY:
        return str(amount)
    yuan, fen = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{yuan}.{fen:02d}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
