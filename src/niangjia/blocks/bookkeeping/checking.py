"""Is every balance the fold of all transfers, and does each fact say what was booked?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from niangjia.blocks.bookkeeping.models import Account, Transfer
from niangjia.blocks.bookkeeping.rules import Sums, balance_of
from niangjia.blocks.bookkeeping.selectors import AT_ONCE, book_get
from niangjia.blocks.bookkeeping.types import STATE_OF, Side
from niangjia.blocks.ledger.public import LoggedFact, facts_by_ref, log_size, logged_facts
from niangjia.core.facts import declared_kinds

FIELD = "postings"
COLUMNS = (
    "id",
    "key",
    "leg",
    "kind",
    "debit_id",
    "credit_id",
    "amount",
    "held",
    "of_key",
    "debit_after",
    "credit_after",
)


@dataclass(slots=True)
class _Fold:
    """All transfers of a book so far. holds: (key, leg) -> (debit, credit, amount) still held."""

    normal: dict[int, Side]
    sums: dict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0]))
    holds: dict[tuple[str, int], tuple[int, int, int]] = field(default_factory=dict)
    legs: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, row: Sequence[Any]) -> Iterator[str]:
        """Take in a transfer; yields what is wrong with it."""
        pk, key, leg, kind, debit, credit, amount, held, of, debit_after, credit_after = row
        if leg != self.legs[key]:
            yield _("transfer %(id)s: a leg of %(key)s is missing before it") % {
                "id": pk,
                "key": key,
            }
        self.legs[key] += 1
        if kind == "hold":
            self.holds[key, leg] = (debit, credit, amount)
        elif kind != "post" and self.holds.pop((of, leg), None) != (debit, credit, held):
            yield _("transfer %(id)s does not end what %(of)s held") % {"id": pk, "of": of}
        yield from self._book(row)
        for account, after in ((debit, debit_after), (credit, credit_after)):
            normal = self.normal.get(account, "debit")
            if balance_of(normal, Sums(*self.sums[account])) != after:
                yield _("transfer %(id)s: the balance after it is another") % {"id": pk}

    def _book(self, row: Sequence[Any]) -> Iterator[str]:
        pk, _key, _leg, kind, debit, credit, amount, held = row[:8]
        if not (debit in self.normal and credit in self.normal):
            yield _("transfer %(id)s has no partner in this book") % {"id": pk}
        posted = amount if kind in ("post", "settle") else 0
        pending = amount if kind == "hold" else -held
        for account, side in ((debit, 0), (credit, 1)):
            self.sums[account][side] += posted
            self.sums[account][side + 2] += pending


def check(book: str) -> list[str]:
    """What does not hold, in words; nothing if all of it does. Raises NotFound.

    Balances against all transfers, legs against their partners, transfers against the postings of
    their facts and the facts against the transfers. A fact whose values were erased is passed over.
    """
    book_get(book)
    return [*_folded(book), *_named(book), *_unbooked()]


def _pages(book: str, columns: Sequence[str]) -> Iterator[list[tuple[object, ...]]]:
    last: object = 0
    mine = Transfer.objects.filter(book__code=book).order_by("id")
    while page := list(mine.filter(id__gt=last).values_list(*columns)[:AT_ONCE]):
        yield page
        last = page[-1][0]


def _folded(book: str) -> Iterator[str]:
    accounts = list(Account.objects.filter(book__code=book).order_by("code"))
    fold = _Fold({one.pk: "debit" if one.normal == "debit" else "credit" for one in accounts})
    for page in _pages(book, COLUMNS):
        for row in page:
            yield from fold.add(row)
    for one in accounts:
        stored = Sums(*(getattr(one, name) for name in Sums._fields))
        found = Sums(*fold.sums[one.pk])
        for name, there, counted in zip(Sums._fields, stored, found, strict=True):
            if there != counted:
                yield _("%(account)s: %(name)s is %(there)s, its transfers give %(counted)s") % {
                    "account": one.code,
                    "name": _sides()[name],
                    "there": there,
                    "counted": counted,
                }


def _sides() -> dict[str, str]:
    """What the sums of an account are called."""
    return {
        "debits_posted": _("debits posted"),
        "credits_posted": _("credits posted"),
        "debits_pending": _("debits pending"),
        "credits_pending": _("credits pending"),
    }


def _named(book: str) -> Iterator[str]:
    """Transfers against their facts."""
    seen: set[str] = set()
    for page in _pages(book, ("id", "fact_ref")):
        refs = {str(ref) for _id, ref in page} - seen
        seen |= refs
        facts = {one.ref: one for one in facts_by_ref(sorted(refs))}
        booked = _booked(refs)
        for ref in sorted(refs):
            yield from _differs(ref, facts.get(ref), booked[ref])


def _booked(refs: Iterable[str]) -> dict[str, list[list[object]]]:
    found = defaultdict(list)
    names = ("fact_ref", "debit__code", "credit__code", "debit__asset", "amount", "kind")
    rows = Transfer.objects.filter(fact_ref__in=list(refs)).order_by("id").values_list(*names)
    for ref, debit, credit, asset, amount, kind in rows:
        found[ref].append([debit, credit, asset, amount, STATE_OF[kind]])
    return found


def _differs(ref: str, fact: LoggedFact | None, booked: list[list[object]]) -> Iterator[str]:
    if fact is None:
        yield _("the fact %(ref)s that bookings name is not there") % {"ref": ref}
    elif not fact.erased and _sorted(fact.values.get(FIELD)) != _sorted(booked):
        yield _("the fact %(ref)s says other postings than were booked") % {"ref": ref}


def _sorted(postings: object) -> list[str]:
    return sorted(map(repr, postings)) if isinstance(postings, list) else []


def _unbooked() -> Iterator[str]:
    """Facts of the log with postings that no book has."""
    kinds = frozenset(one.id for one in declared_kinds() if FIELD in one.names)
    for start in range(0, log_size() if kinds else 0, AT_ONCE):
        said = {one.ref for one in logged_facts(start, AT_ONCE, kinds) if one.values.get(FIELD)}
        booked = set(
            Transfer.objects.filter(fact_ref__in=list(said)).values_list("fact_ref", flat=True)
        )
        for ref in sorted(said - booked):
            yield _("the fact %(ref)s names postings that no book has") % {"ref": ref}
