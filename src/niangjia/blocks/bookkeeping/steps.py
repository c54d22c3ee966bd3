"""Steps that open accounts and take orders. Each is part of a service's one transaction."""

import re
from collections.abc import Sequence

from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.bookkeeping.loading import book_id_of, load, parts
from niangjia.blocks.bookkeeping.models import Account, Book, Transfer
from niangjia.blocks.bookkeeping.rules import State, Sums, decide, is_account, is_key
from niangjia.blocks.bookkeeping.texts import refusal
from niangjia.blocks.bookkeeping.types import AccountIn, AnyOrder, Order, Outcome
from niangjia.core.db.bulk import insert_rows
from niangjia.core.errors import Conflict, Invalid, ProgrammingError
from niangjia.core.work import Work

ACCOUNT_COLUMNS = ("book_id", "code", "asset", "normal", "floored", "title", *Sums._fields)
TRANSFER_COLUMNS = (
    "book_id",
    "key",
    "leg",
    "kind",
    "debit_id",
    "credit_id",
    "amount",
    "held",
    "debit_after",
    "credit_after",
    "of_key",
    "at",
    "fact_ref",
)
REF = re.compile(r"[0-9a-f]{32}")
# Added to, not set: were a lock ever to fail, the sums would still be those of the transfers.
BALANCES = (
    "UPDATE bookkeeping_account SET debits_posted = debits_posted + %s,"
    " credits_posted = credits_posted + %s, debits_pending = debits_pending + %s,"
    " credits_pending = credits_pending + %s WHERE id = %s"
)


def accounts_open(work: Work, book: str, accounts: Sequence[AccountIn]) -> None:
    """The accounts are there, the book too; a title may change.

    Raises Invalid (code, asset or side malformed), Conflict (there with another asset, side or
    floor); then nothing is opened.
    """
    for one in accounts:
        if not is_account(one):
            raise Invalid(
                _("“%(account)s” (%(asset)s) cannot be an account. Nothing was opened."),
                code="account",
                account=one.code,
                asset=one.asset,
            )
    insert_rows(Book, ("code", "opened_at"), [(book, work.at)], ignore_conflicts=True)
    book_id = Book.objects.values_list("id", flat=True).get(code=book)
    wanted = {one.code: one for one in accounts}
    there = _there(book_id, wanted)
    new = [wanted[code] for code in sorted(wanted.keys() - there.keys())]
    rows = [
        (book_id, one.code, one.asset, one.normal, one.floored, one.title, 0, 0, 0, 0)
        for one in new
    ]
    insert_rows(Account, ACCOUNT_COLUMNS, rows, ignore_conflicts=True)
    if new:
        there = _there(book_id, wanted)
    _check_alike(book, wanted, there)
    for code, one in wanted.items():
        if one.title not in ("", there[code][3]):
            Account.objects.filter(book_id=book_id, code=code).update(title=one.title)


Known = list[object]


def _there(book_id: int, codes: dict[str, AccountIn]) -> dict[str, Known]:
    names = ("code", "asset", "normal", "floored", "title")
    mine = Account.objects.filter(book_id=book_id)
    return {
        code: known
        for part in parts(sorted(codes))
        for code, *known in mine.filter(code__in=part).values_list(*names)
    }


def _check_alike(book: str, wanted: dict[str, AccountIn], there: dict[str, Known]) -> None:
    for code, one in wanted.items():
        if there[code][:3] != [one.asset, one.normal, one.floored]:
            raise Conflict(
                _(
                    "The account %(account)s of the book %(book)s is there with another asset, side"
                    " or floor. Nothing was opened; give this one a code of its own."
                ),
                code="account_there",
                account=code,
                book=book,
            )


def orders_take(
    work: Work, book: str, orders: Sequence[AnyOrder], *, whole: bool = True
) -> list[Outcome]:
    """The orders are decided one by one, in order, and what is taken is written; in their order.

    whole: the first refusal raises Invalid or Conflict (code: the refusal) and nothing is written;
    else refused ones are told in their Outcome and the others are written. An order that was
    booked before, with the same legs, is told as `repeated`: its first fact names it, not this one.
    Raises NotFound (no such book), Invalid `key`, Conflict `busy` (another took the same key).
    """
    if not orders:
        return []
    _check_written(orders)
    book_id = book_id_of(book)
    state = load(book_id, orders)
    before = {code: one.sums for code, one in state.accounts.items()}
    outcomes: list[Outcome] = []
    rows: list[tuple[object, ...]] = []
    for order in orders:
        outcome, lines = decide(state, order)
        if outcome.refused and whole:
            raise refusal(book, state, order, outcome)
        outcomes.append(outcome)
        of = "" if isinstance(order, Order) else order.of
        key, at, fact_ref = order.key, order.at, order.fact_ref
        for line in lines:
            rows.append((book_id, key, *line, of, at, fact_ref))
    _write(rows, state, before)
    return outcomes


def _check_written(orders: Sequence[AnyOrder]) -> None:
    """Raises what the caller has to mend before any order can be decided."""
    for order in orders:
        if not is_key(order.key):
            raise Invalid(
                _("“%(key)s” cannot number a booking: 1 to 120 printable characters."),
                code="key",
                key=order.key[:40],
            )
        if order.at.utcoffset() is None or REF.fullmatch(order.fact_ref) is None:
            raise ProgrammingError(f"{order.key}: an aware instant and the id of a fact, please")


def _write(rows: Sequence[Sequence[object]], state: State, before: dict[str, Sums]) -> None:
    """The transfers, and what they changed."""
    if not rows:
        return
    changes = []
    for code, account in state.accounts.items():
        old, new = before[code], account.sums
        if new != old:
            changes.append([now - then for now, then in zip(new, old, strict=True)] + [account.pk])
    try:
        insert_rows(Transfer, TRANSFER_COLUMNS, rows)
    except IntegrityError as error:
        raise Conflict(
            _("Others booked the same at this moment. Nothing was booked; please repeat it."),
            code="busy",
        ) from error
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.executemany(BALANCES, changes)
