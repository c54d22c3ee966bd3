"""Head counts left out: no reader works a small one out, and as few rows as possible are lost."""

from itertools import combinations

from hypothesis import assume, example, note, settings
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from niangjia.programmes.assistance_ledger.suppression import (
    Stated,
    is_small,
    is_small_step,
    left_out,
    protects,
    total_of,
)

LEAST = 5
HOUSEHOLDS = st.one_of(st.just(0), st.integers(1, 6), st.integers(5, 30))
PAIRS = st.builds(lambda h, more: (h, h + more), HOUSEHOLDS, st.integers(0, 8))
TABLES = st.dictionaries(st.sampled_from("abcdef"), PAIRS, min_size=2)


class Attacker:
    """Solves, in whole numbers, all that was published: sums of unknowns, households <= people.

    unknowns: (measure, moment, label). What did not change between two moments is one unknown: an
    attacker who was told so much more than the public.
    """

    def __init__(self) -> None:
        self.sums: list[tuple[list[object], int]] = []
        self.pairs: set[tuple[object, object]] = set()
        self.known: dict[object, int] = {}
        self.low: dict[object, int] = {}

    def reads(self, rows, hidden, same) -> None:
        """A statement. same: label -> the unknown's moment, by label, of what did not change."""
        is_whole = hidden >= rows.keys()
        for at in (0, 1):
            unknown = []
            for label, pair in rows.items():
                name = (at, same[label], label)
                if label in hidden:
                    unknown.append(name)
                    low = 0 if is_whole or not pair[at] else 1
                    self.low[name] = max(self.low.get(name, 0), low)
                else:
                    self.known[name] = pair[at]
            self.sums.append((unknown, sum(rows[label][at] for label in hidden)))
        for label in hidden:
            self.pairs.add(((0, same[label], label), (1, same[label], label)))

    def may_be(self, name, value) -> bool:
        """Some world agrees with all that was read, and has this value."""
        low, high = dict(self.low), {one: 10**6 for one in self.low}
        for one, number in {**self.known, name: value}.items():
            if one in low and not low[one] <= number <= high[one]:
                return False
            low[one] = high[one] = number
        return self._solve(low, high)

    def _solve(self, low, high) -> bool:
        if not self._narrow(low, high):
            return False
        loose = [one for one in low if low[one] < high[one]]
        if not loose:
            return True
        one = min(loose, key=lambda name: high[name] - low[name])
        for number in (low[one], high[one], *range(low[one] + 1, high[one])):
            if self._solve({**low, one: number}, {**high, one: number}):
                return True
        return False

    def _narrow(self, low, high) -> bool:
        moved = True
        while moved:
            moved = False
            for names, total in self.sums:
                lows, highs = sum(low[n] for n in names), sum(high[n] for n in names)
                for n in names:
                    moved |= self._bound(low, high, n, total - highs + high[n], True)
                    moved |= self._bound(low, high, n, total - lows + low[n], False)
                    lows, highs = sum(low[n] for n in names), sum(high[n] for n in names)
                if not names and total:
                    return False
            for few, many in self.pairs:
                moved |= self._bound(low, high, few, high[many], False)
                moved |= self._bound(low, high, many, low[few], True)
            if any(low[n] > high[n] for n in low):
                return False
        return True

    @staticmethod
    def _bound(low, high, name, value, is_low) -> bool:
        if is_low and value > low[name]:
            low[name] = value
            return True
        if not is_low and value < high[name]:
            high[name] = value
            return True
        return False


def nothing_small_is_told(attacker, rows, hidden, same) -> None:
    """Every small count left out may still be anything from 1 to below the threshold."""
    for label in hidden:
        for at in (0, 1):
            if 0 < rows[label][at] < LEAST:
                for value in (1, LEAST - 1):
                    assert attacker.may_be((at, same[label], label), value), (label, value)


@settings(max_examples=300, deadline=None)
@hypothesis_given(TABLES)
@example({"a": (3, 9), "b": (30, 60)})
@example({"a": (1, 1), "b": (1, 1), "c": (9, 9)})
@example({"a": (2, 4), "b": (2, 2), "c": (1, 3)})
def test_no_small_count_is_narrowed_down(rows):
    hidden = left_out(rows, LEAST)
    if hidden is None:
        assert is_small(total_of(rows), LEAST)
        return
    assert all(label in hidden for label, pair in rows.items() if is_small(pair, LEAST))
    same = dict.fromkeys(rows, 0)
    attacker = Attacker()
    attacker.reads(rows, hidden, same)
    nothing_small_is_told(attacker, rows, hidden, same)


@settings(max_examples=300, deadline=None)
@hypothesis_given(TABLES, st.lists(st.dictionaries(st.sampled_from("abcdef"), PAIRS), max_size=3))
@example({"a": (3, 3), "b": (9, 9), "c": (20, 20)}, [{"a": (8, 8)}])
@example({"a": (3, 3), "b": (9, 9), "c": (20, 20)}, [{"b": (2, 2)}])
@example({"a": (7, 9), "b": (9, 9), "c": (20, 20)}, [{"c": (21, 21)}])
def test_later_statements_unveil_nothing_even_to_who_knows_what_did_not_change(rows, changes):
    """All statements of a table together, by an attacker who was told which rows stayed."""
    before, read = [], []
    attacker, same = Attacker(), dict.fromkeys(rows, 0)
    for moment, change in enumerate([{}, *changes]):
        moved = {one for one in change if one in rows and rows[one] != change[one]}
        rows = {label: change[label] if label in moved else pair for label, pair in rows.items()}
        same = {label: moment if label in moved else at for label, at in same.items()}
        hidden = left_out(rows, LEAST, before)
        if hidden is None:
            continue  # nothing is stated: the earlier statement stands
        for one in before:
            assert one.hidden <= hidden
            for labels in ({*rows}, hidden, *({label} for label in rows.keys() - hidden)):
                if labels and not labels - rows.keys():
                    pair = total_of(rows, labels), total_of(one.rows, labels)
                    assert not is_small_step(*pair, LEAST)
        note(f"{moment}: {rows} without {sorted(hidden)}")
        attacker.reads(rows, hidden, same)
        before.append(Stated(rows, hidden))
        read.append((rows, hidden, same))
    for told, hidden, places in read:
        nothing_small_is_told(attacker, told, hidden, places)


@hypothesis_given(TABLES)
def test_as_few_rows_are_lost_as_any_choice_loses(rows):
    """Brute force over all choices: none that protects leaves two rows fewer out."""
    hidden = left_out(rows, LEAST)
    assume(hidden is not None)
    needed = {label for label, pair in rows.items() if is_small(pair, LEAST)}
    rest = [label for label in rows if label not in needed and rows[label] != (0, 0)]
    fewest = next(
        (
            len(needed) + n
            for n in range(len(rest) + 1)
            for more in combinations(rest, n)
            if protects(rows, frozenset({*needed, *more}), LEAST)
        ),
        len(rows),
    )
    assert fewest <= len(hidden) <= fewest + 1


def test_the_cases_that_a_reader_would_try_first():
    assert left_out({"a": (0, 0), "b": (9, 30), "c": (20, 60)}, LEAST) == frozenset()
    assert left_out({"a": (4, 9), "b": (9, 30), "c": (20, 60)}, LEAST) == {"a", "b"}
    assert left_out({"a": (4, 9), "b": (0, 0), "c": (20, 60)}, LEAST) == {"a", "c"}
    assert left_out({"a": (4, 9), "b": (4, 8), "c": (20, 60)}, LEAST) == {"a", "b"}
    assert left_out({"a": (1, 1), "b": (1, 1), "c": (20, 60)}, LEAST) == {"a", "b", "c"}
    assert left_out({"a": (2, 2), "b": (3, 9)}, LEAST) == {"a", "b"}
    assert left_out({"a": (4, 9), "b": (0, 0)}, LEAST) is None  # the total is small itself
    assert left_out({"a": (9, 9), "b": (0, 0)}, LEAST) == frozenset()


def test_what_was_left_out_stays_so_and_small_changes_are_not_stated():
    first = {"a": (4, 9), "b": (9, 30), "c": (20, 60)}
    before = [Stated(first, frozenset({"a", "b"}))]
    assert left_out(first | {"a": (12, 40)}, LEAST, before) == {"a", "b"}
    assert left_out(first | {"c": (21, 61)}, LEAST, before) is None
    assert left_out(first | {"c": (30, 70)}, LEAST, before) == {"a", "b"}
    assert left_out(first | {"c": (31, 70), "b": (10, 31)}, LEAST, before) is None
