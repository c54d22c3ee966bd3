"""Which public head counts may be shown: small ones and as many others as protect them. Pure.

A table has rows of (households, people) and a public total. A row of 1 to 4 is left out in both
counts, for households are never more than people and one would bound the other. An attacker knows
the total, all rows shown, that a row left out is no nought, and every earlier statement of the
same table. From k rows left out that add up to S each may be 1 to S - k + 1: it has to hold all
of 1 to 4, or the small one is narrowed down (decision 23).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

Pair = tuple[int, int]  # households, people
Rows = Mapping[str, Pair]
NOBODY: Pair = (0, 0)


@dataclass(frozen=True, slots=True)
class Stated:
    """An earlier statement of the table: its rows as they were, and labels left out of it."""

    rows: Rows
    hidden: frozenset[str]


def total_of(rows: Rows, labels: Iterable[str] | None = None) -> Pair:
    """The rows (of these labels) together."""
    found = [rows.get(label, NOBODY) for label in (rows if labels is None else labels)]
    return sum(one[0] for one in found), sum(one[1] for one in found)


def is_small(pair: Pair, least: int) -> bool:
    """A count of some, but fewer than `least`; below nought (taken back later) is no public one."""
    return any(number < least and number != 0 for number in pair)


def is_small_step(now: Pair, then: Pair, least: int) -> bool:
    """Subtracting the two leaves a small count, or more households than people: no such household
    came or went, and the odd pair would bound what stayed."""
    households, people = (abs(a - b) for a, b in zip(now, then, strict=True))
    return households > people or any(0 < step < least for step in (households, people))


def protects(rows: Rows, hidden: frozenset[str], least: int) -> bool:
    """No row left out can be narrowed down to less than 1 to least - 1."""
    if not hidden:
        return True
    k, total = len(hidden), total_of(rows, hidden)
    if hidden >= rows.keys():  # nothing shown but the total: noughts are among them
        return k > 1 and not is_small(total, least)
    return k > 1 and min(total) - (k - 1) >= least - 1


def left_out(rows: Rows, least: int, before: Sequence[Stated] = ()) -> frozenset[str] | None:
    """Labels left out; all of them: the total alone may stand; None: not even that.

    What was left out once stays so: shown later, it would tell what it was. Each row shown, all
    left out together and the total differ from every earlier statement by nothing or by at least
    `least`. What is newly left out is protected by itself, without rows whose number was shown
    and stayed: whoever kept the earlier statements subtracts these.
    """
    held = frozenset[str]().union(*(one.hidden for one in before))

    def steps(labels: Iterable[str]) -> bool:
        own = list(labels)
        now = total_of(rows, own)
        return any(is_small_step(now, total_of(one.rows, own), least) for one in before)

    if is_small(total_of(rows), least) or steps(rows):
        return None
    if not all(protects(rows, batch, least) for batch in _batches(before)):
        return None
    fresh = frozenset(
        label
        for label, pair in rows.items()
        if label not in held and (is_small(pair, least) or steps([label]))
    )

    def stands(labels: frozenset[str]) -> bool:
        return protects(rows, labels, least) and not steps(held | labels)

    found = _protected(fresh, _in_order(rows, held | fresh, before), stands)
    if found is None:
        return None if before else frozenset(rows)
    return held | found


def _protected(
    fresh: frozenset[str], others: Iterable[str], stands: Callable[[frozenset[str]], bool]
) -> frozenset[str] | None:
    """fresh with as few of the others as make it stand, taken in their order; None if all do not.

    One that was taken early may not be needed beside a larger one: then it is shown after all.
    """
    added = []
    for label in others:
        if stands(fresh):
            break
        fresh |= {label}
        added.append(label)
    if not stands(fresh):
        return None
    for label in added:
        if stands(fresh - {label}):
            fresh -= {label}
    return fresh


def _batches(before: Sequence[Stated]) -> list[frozenset[str]]:
    """What each earlier statement left out first: a reader may know the sum of each by now."""
    seen, found = frozenset[str](), []
    for one in before:
        found.append(one.hidden - seen)
        seen |= one.hidden
    return found


def _in_order(rows: Rows, hidden: frozenset[str], before: Sequence[Stated]) -> list[str]:
    """Rows that can be left out besides, the least loss first: one is mostly enough."""
    rest = [
        label
        for label, pair in rows.items()
        if label not in hidden
        and pair != NOBODY
        and all(one.rows.get(label, NOBODY) != pair for one in before)
    ]
    return sorted(rest, key=lambda label: (rows[label][0] == 0, *rows[label], label))
