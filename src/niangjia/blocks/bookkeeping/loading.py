"""What a batch of orders is decided against, read in the transaction, its accounts locked.

Plain SQL: the ORM would take longer to make these questions than the database to answer them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.bookkeeping.rules import Account, State, Taken
from niangjia.blocks.bookkeeping.types import AnyOrder, Kind, Order
from niangjia.core.errors import NotFound

AT_ONCE = 500  # values in one question
ACCOUNTS = (
    "SELECT id, code, asset, normal = 'debit', floored, title, debits_posted, credits_posted,"
    " debits_pending, credits_pending FROM bookkeeping_account WHERE book_id = %s AND {} IN ({})"
)
LOCKED = ACCOUNTS + " ORDER BY id FOR UPDATE"
TRANSFERS = (
    "SELECT key, kind, debit_id, credit_id, amount, of_key FROM bookkeeping_transfer"
    " WHERE book_id = %s AND {} IN ({}) ORDER BY id"
)
T = TypeVar("T")
Row = tuple[str, Kind, int, int, int, str]


def book_id_of(book: str) -> int:
    """The key of the book's row. Raises NotFound."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT id FROM bookkeeping_book WHERE code = %s", [book])
        row = cursor.fetchone()
    if row is None:
        raise NotFound(_("There is no book %(book)s. Nothing was booked."), book=book)
    return int(row[0])


def load(book_id: int, orders: Sequence[AnyOrder]) -> State:
    """The state of all accounts that the orders touch, which nobody changes until the transaction
    ends: rows locked in order of their key (SQLite: the turn)."""
    ofs = {order.of for order in orders if not isinstance(order, Order)}
    holds: list[Row] = _asked(TRANSFERS, "key", book_id, ofs)
    state = State(_accounts(book_id, orders, holds))
    named = {one.pk: one.code for one in state.accounts.values()}
    known: list[Row] = _asked(TRANSFERS, "key", book_id, {one.key for one in orders})
    state.taken = _taken(holds, named) | _taken(known, named)
    ending: list[Row] = _asked(TRANSFERS, "of_key <> '' AND of_key", book_id, ofs)
    state.ended = {row[5] for row in ending}
    return state


def parts(values: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """The values in lists of at most `size`."""
    left = iter(values)
    while part := list(islice(left, size)):
        yield part


def _asked(sql: str, column: str, book_id: int, values: Iterable[object]) -> list[Any]:
    found: list[Any] = []
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        for part in parts(values):
            wanted: list[Any] = [book_id, *part]
            cursor.execute(sql.format(column, ", ".join(["%s"] * len(part))), wanted)
            found += cursor.fetchall()
    return found


def _accounts(book_id: int, orders: Sequence[AnyOrder], holds: Iterable[Row]) -> dict[str, Account]:
    codes: set[str] = set()
    for order in orders:
        if isinstance(order, Order):
            for leg in order.legs:
                codes.add(leg.debit)
                codes.add(leg.credit)
    pks = sorted({pk for row in holds for pk in row[2:4]})
    if connections[DEFAULT_DB_ALIAS].vendor != "postgresql":
        rows = _asked(ACCOUNTS, "code", book_id, codes) + _asked(ACCOUNTS, "id", book_id, pks)
    else:
        if pks or len(codes) > AT_ONCE:  # in one order of keys, whatever they are asked by
            there = _asked(ACCOUNTS, "code", book_id, codes)
            pks = sorted({*pks, *(row[0] for row in there)})
        column, values = ("id", pks) if pks else ("code", list(codes))
        rows = _asked(LOCKED, column, book_id, values)
    return {row[1]: Account(*row) for row in rows}


def _taken(rows: Iterable[Row], named: dict[int, str]) -> dict[str, Taken]:
    """By key. An account that the batch does not touch has no name, so it is never the same."""
    legs = defaultdict(list)
    kinds = {}
    for key, kind, debit, credit, amount, of in rows:
        legs[key].append((named.get(debit, ""), named.get(credit, ""), amount))
        kinds[key] = (kind, of)
    return {key: Taken(kind, tuple(legs[key]), of) for key, (kind, of) in kinds.items()}
