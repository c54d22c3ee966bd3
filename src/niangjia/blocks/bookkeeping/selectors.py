"""Reading the books. The caller has checked that the actor may see them."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Max, Min, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.bookkeeping.models import Account, Book, Transfer
from niangjia.blocks.bookkeeping.rules import Sums, balance_of, coming_of, held_of
from niangjia.blocks.bookkeeping.types import (
    Balance,
    BookView,
    Draw,
    Side,
    StatementLine,
    TransferView,
)
from niangjia.core import clock
from niangjia.core.errors import NotFound

BALANCE = ("code", "asset", "normal", "title", *Sums._fields)
TRANSFER = (
    "id",
    "book__code",
    "key",
    "leg",
    "kind",
    "debit__code",
    "credit__code",
    "debit__asset",
    "amount",
    "at",
    "fact_ref",
)
AT_ONCE = 2_000


def books() -> list[BookView]:
    """All books, by code."""
    rows = Book.objects.annotate(n=Count("accounts")).order_by("code")
    return [BookView(*row) for row in rows.values_list("code", "opened_at", "n")]


def book_get(book: str) -> BookView:
    """Raises NotFound."""
    found = next((one for one in books() if one.code == book), None)
    if found is None:
        raise NotFound(_("There is no book %(book)s."), book=book)
    return found


def balance(book: str, code: str) -> Balance:
    """The account as it stands. Raises NotFound."""
    row = Account.objects.filter(book__code=book, code=code).values_list(*BALANCE).first()
    if row is None:
        raise _no_account(book, code)
    return _balance(row)


def balances(book: str, prefix: str = "") -> list[Balance]:
    """Accounts whose code begins with `prefix`, by code."""
    rows = Account.objects.filter(book__code=book, code__startswith=prefix).order_by("code")
    return [_balance(row) for row in rows.values_list(*BALANCE)]


def _balance(row: tuple[Any, ...]) -> Balance:
    code, asset, normal, title, *four = row
    sums = Sums(*four)
    side: Side = normal
    posted, held, coming = balance_of(side, sums), held_of(side, sums), coming_of(side, sums)
    return Balance(str(code), str(asset), side, str(title), posted, held, coming)


def _no_account(book: str, code: str) -> NotFound:
    return NotFound(
        _("The book %(book)s has no account %(account)s."),
        code="no_account",
        book=book,
        account=code,
    )


def statement(book: str, code: str, *, after: int = 0, limit: int = 50) -> list[StatementLine]:
    """Transfers of one account, newest first, with its balance after each. Raises NotFound.

    after: id of the last line seen; 0: from the newest.
    """
    account = Account.objects.filter(book__code=book, code=code).first()
    if account is None:
        raise _no_account(book, code)
    found: list[StatementLine] = []
    sides: tuple[tuple[Side, Side], ...] = (("debit", "credit"), ("credit", "debit"))
    for side, other in sides:
        rows = Transfer.objects.filter(**{side: account}).order_by("-id")
        if after:
            rows = rows.filter(id__lt=after)
        names = ("id", "at", "key", "kind", f"{other}__code", f"{other}__title", "amount")
        found += [
            _line(account.normal, side, row)
            for row in rows.values_list(*names, f"{side}_after", "fact_ref")[:limit]
        ]
    return sorted(found, key=lambda line: -line.id)[:limit]


def _line(normal: str, side: Side, row: tuple[Any, ...]) -> StatementLine:
    pk, at, key, kind, other, title, amount, after, fact_ref = row
    change = amount if kind in ("post", "settle") else 0
    if side != normal:
        change = -change
    return StatementLine(
        pk,
        at,
        key,
        kind,
        side,
        other,
        title,
        amount,
        change,
        after,
        fact_ref,
    )


def transfers_of_fact(fact_ref: str) -> list[TransferView]:
    """What a fact booked, in the order in which it was taken."""
    return list(_views(Transfer.objects.filter(fact_ref=fact_ref).order_by("id")))


def draws(book: str, code: str, *, after: int = 0) -> list[Draw]:
    """What was posted that an account gave away, after the transfer of id `after`, oldest first.

    Raises NotFound.
    """
    account = Account.objects.filter(book__code=book, code=code).first()
    if account is None:
        raise _no_account(book, code)
    side = "credit" if account.normal == "debit" else "debit"
    rows = Transfer.objects.filter(**{side: account}, kind__in=("post", "settle"), id__gt=after)
    found = rows.order_by("id").values_list("id", "key", "amount", f"{side}_after")
    return [Draw(pk, key, amount, left + amount) for pk, key, amount, left in found]


def moved(book: str, debit: str, credit: str, *, until: dt.datetime) -> int:
    """What was posted between two accounts up to an instant, from `credit` to `debit`."""
    rows = Transfer.objects.filter(book__code=book, kind__in=("post", "settle"), at__lte=until)
    found = rows.filter(debit__code=debit, credit__code=credit).aggregate(fen=Sum("amount"))
    return int(found["fen"] or 0)


def posted_transfers(book: str) -> Iterator[TransferView]:
    """All that was posted, order by order, leg by leg, read as it is asked for."""
    mine = Transfer.objects.filter(book__code=book, kind__in=("post", "settle"))
    rows = mine.order_by("key", "leg")
    key, leg = "", -1
    while page := list(_views(rows.filter(key__gte=key).exclude(key=key, leg__lte=leg)[:AT_ONCE])):
        yield from page
        key, leg = page[-1].key, page[-1].leg


def days_of(book: str) -> tuple[dt.date | None, dt.date | None]:
    """The first and the last day on which something was posted; None if nothing was."""
    mine = Transfer.objects.filter(book__code=book, kind__in=("post", "settle"))
    found = mine.aggregate(first=Min("at"), last=Max("at"))
    first, last = found["first"], found["last"]
    return first and clock.day_of(first), last and clock.day_of(last)


def _views(rows: QuerySet[Transfer]) -> Iterator[TransferView]:
    for row in rows.values_list(*TRANSFER):
        yield TransferView(*row)
