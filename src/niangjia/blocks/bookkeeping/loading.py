"""What a batch of orders is decided against, read in the transaction, its accounts locked."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import islice
from operator import or_
from typing import TypeVar

from django.db.models import Q, QuerySet

from niangjia.blocks.bookkeeping.models import Account as AccountRow
from niangjia.blocks.bookkeeping.models import Transfer
from niangjia.blocks.bookkeeping.rules import Account, State, Sums, Taken
from niangjia.blocks.bookkeeping.types import AnyOrder, Order

AT_ONCE = 500  # values in one question
T = TypeVar("T")
Row = tuple[str, str, int, int, int, str]


def load(book_id: int, orders: Sequence[AnyOrder]) -> State:
    """The state of all accounts that the orders touch, which nobody changes until the transaction
    ends: rows locked in order of their key (SQLite: the turn)."""
    ofs = {order.of for order in orders if not isinstance(order, Order)}
    holds = _rows(Transfer.objects.filter(book_id=book_id), "key", ofs)
    codes = {
        code
        for order in orders
        if isinstance(order, Order)
        for leg in order.legs
        for code in (leg.debit, leg.credit)
    }
    state = _accounts(book_id, codes, {pk for row in holds for pk in row[2:4]})
    named = {one.pk: one.code for one in state.accounts.values()}
    known = _rows(Transfer.objects.filter(book_id=book_id), "key", {one.key for one in orders})
    state.taken = _taken(holds, named) | _taken(known, named)
    if ofs:
        ending = Transfer.objects.filter(book_id=book_id).exclude(of_key="")
        state.ended = {row[5] for row in _rows(ending, "of_key", ofs)}
    return state


def parts(values: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """The values in lists of at most `size`."""
    left = iter(values)
    while part := list(islice(left, size)):
        yield part


def _rows(all_: QuerySet[Transfer], column: str, values: Iterable[str]) -> list[Row]:
    """(key, kind, debit, credit, amount, of) of the transfers of these orders, leg by leg."""
    names = ("key", "kind", "debit_id", "credit_id", "amount", "of_key")
    return [
        row
        for part in parts(sorted(values))
        for row in all_.filter(**{f"{column}__in": part}).order_by("id").values_list(*names)
    ]


def _taken(rows: Iterable[Row], named: dict[int, str]) -> dict[str, Taken]:
    """By key. An account that the batch does not touch has no name, so it is never the same."""
    legs = defaultdict(list)
    kinds = {}
    for key, kind, debit, credit, amount, of in rows:
        legs[key].append((named.get(debit, ""), named.get(credit, ""), amount))
        kinds[key] = (kind, of)
    return {key: Taken(kind, tuple(legs[key]), of) for key, (kind, of) in kinds.items()}  # type: ignore[arg-type]


def _accounts(book_id: int, codes: set[str], pks: set[int]) -> State:
    wanted = [Q(code__in=part) for part in parts(sorted(codes))]
    wanted += [Q(pk__in=part) for part in parts(sorted(pks))]
    accounts: dict[str, Account] = {}
    sums: dict[str, Sums] = {}
    if not wanted:
        return State(accounts, sums)
    mine = AccountRow.objects.select_for_update().filter(reduce(or_, wanted), book_id=book_id)
    rows = mine.order_by("id")
    for pk, code, asset, normal, floored, title, *four in rows.values_list(*COLUMNS):
        accounts[code] = Account(pk, code, asset, normal, floored, title)
        sums[code] = Sums(*four)
    return State(accounts, sums)


COLUMNS = ("id", "code", "asset", "normal", "floored", "title", *Sums._fields)
