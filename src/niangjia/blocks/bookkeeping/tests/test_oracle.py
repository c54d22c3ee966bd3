"""The engine against a slow oracle: a list of transfers that is folded afresh for each question."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niangjia.blocks.bookkeeping.checking import _folded
from niangjia.blocks.bookkeeping.public import (
    AccountIn,
    Leg,
    Order,
    Settle,
    Void,
    balances,
)
from niangjia.blocks.bookkeeping.tests import given as cast

pytestmark = [pytest.mark.django_db, pytest.mark.both]
AT, F = dt.datetime(2020, 3, 16, 7, tzinfo=dt.UTC), "f" * 32
ACCOUNTS = [
    AccountIn("a", "CNY", "debit"),
    AccountIn("b", "CNY", "credit"),
    AccountIn("c", "CNY", "credit", floored=False),
    AccountIn("d", "CNY", "debit"),
    AccountIn("m", "item:mask", "debit"),
    AccountIn("n", "item:mask", "credit", floored=False),
]
BY_CODE = {one.code: one for one in ACCOUNTS}


class Oracle:
    """Knows nothing but a list: (debit, credit, amount, pending) of what is in force."""

    def __init__(self):
        self.done, self.legs, self.ended = {}, [], set()

    def side(self, code, place, pending):
        return sum(leg[2] for leg in self.legs if leg[place] == code and leg[3] == pending)

    def balance(self, code):
        grows, falls = (0, 1) if BY_CODE[code].normal == "debit" else (1, 0)
        posted = self.side(code, grows, "") - self.side(code, falls, "")
        pending = [leg for leg in self.legs if leg[3]]
        held = sum(leg[2] for leg in pending if leg[falls] == code)
        return posted, held, sum(leg[2] for leg in pending if leg[grows] == code)

    def crossed(self):
        return any(
            one.floored and self.balance(one.code)[0] < self.balance(one.code)[1]
            for one in ACCOUNTS
        )

    def take(self, order):
        """(refused, repeated)"""
        said = self.said(order)
        if order.key in self.done and said is not None:
            return ("", True) if self.done[order.key] == said else ("key_used_otherwise", False)
        refused = self.order(order) if isinstance(order, Order) else self.end(order)
        if not refused:
            self.done[order.key] = said
        elif refused == "no_hold" and order.key in self.done:
            refused = "key_used_otherwise"
        return refused, False

    def said(self, order):
        """What makes an order the same order; None if it can never be booked."""
        if isinstance(order, Order):
            return ("hold" if order.hold else "post", [tuple(slots(leg)) for leg in order.legs], "")
        held = self.done.get(order.of)
        if held is None or held[0] != "hold":
            return None
        amounts = getattr(order, "amounts", None) or tuple(leg[2] for leg in held[1])
        fits = len(amounts) == len(held[1]) and any(amounts)
        if not fits or any(part > leg[2] for part, leg in zip(amounts, held[1], strict=True)):
            return None
        return (type(order).__name__, list(amounts), order.of)

    def order(self, order):
        before = list(self.legs)
        for leg in order.legs:
            fault = self.leg(leg, order.key if order.hold else "")
            if fault:
                self.legs = before
                return fault
        return ""

    def leg(self, leg, pending):
        if leg.debit not in BY_CODE or leg.credit not in BY_CODE:
            return "no_account"
        if leg.debit == leg.credit:
            return "same_account"
        if BY_CODE[leg.debit].asset != BY_CODE[leg.credit].asset:
            return "assets_differ"
        self.legs.append((leg.debit, leg.credit, leg.amount, pending))
        return "floor" if self.crossed() else ""

    def end(self, order):
        held = self.done.get(order.of)
        if held is None or held[0] != "hold":
            return "no_hold"
        said = self.said(order)
        if said is None:
            return "hold_amount"
        if order.of in self.ended:
            return "hold_over"
        self.ended.add(order.of)
        self.legs = [leg for leg in self.legs if leg[3] != order.of]
        if isinstance(order, Settle):
            self.legs += [
                (debit, credit, part, "")
                for (debit, credit, _n), part in zip(held[1], said[1], strict=True)
                if part
            ]
        return ""


def slots(one):
    return [getattr(one, name) for name in one.__slots__]


codes = st.sampled_from(["a", "b", "c", "d", "m", "n", "a", "c", "none"])
legs = st.builds(Leg, codes, codes, st.integers(1, 5))
fitting = st.sampled_from(
    [("a", "c"), ("d", "a"), ("a", "b"), ("c", "d"), ("m", "n"), ("n", "m"), ("b", "a")]
).flatmap(lambda pair: st.builds(Leg, st.just(pair[0]), st.just(pair[1]), st.integers(1, 9)))
keys = st.integers(0, 14).map("k{}".format)
when = {"at": st.just(AT), "fact_ref": st.just(F)}
orders = st.builds(
    Order,
    key=keys,
    legs=st.lists(fitting | fitting | fitting | legs, min_size=1, max_size=3).map(tuple),
    hold=st.booleans(),
    **when,
)
settles = st.builds(
    Settle,
    key=keys,
    of=keys,
    amounts=st.none() | st.lists(st.integers(0, 9), min_size=1, max_size=3).map(tuple),
    **when,
)
voids = st.builds(Void, key=keys, of=keys, **when)
sequences = st.lists(orders | orders | settles | voids, min_size=1, max_size=25)
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def balances_of(book):
    return {one.code: (one.posted, one.held, one.coming) for one in balances(book)}


@quick
@given(sequences, st.integers(1, 25))
def test_any_sequence_in_any_batches_gives_what_the_oracle_says(sequence, size):
    book, oracle = cast.book(*ACCOUNTS), Oracle()
    for start in range(0, len(sequence), size):
        batch = sequence[start : start + size]
        outcomes = cast.take(book, *batch, whole=False)
        assert [(one.refused, one.repeated) for one in outcomes] == [
            oracle.take(order) for order in batch
        ]
        assert balances_of(book) == {code: oracle.balance(code) for code in BY_CODE}
        assert not oracle.crossed()
    assert list(_folded(book)) == []


@quick
@given(sequences)
def test_the_same_sequence_again_books_nothing(sequence):
    book = cast.book(*ACCOUNTS)
    first = cast.take(book, *sequence, whole=False)
    before = balances_of(book)
    again = cast.take(
        book,
        *[order for order, one in zip(sequence, first, strict=True) if not one.refused],
        whole=True,
    )
    assert all(one.repeated for one in again)
    assert balances_of(book) == before
