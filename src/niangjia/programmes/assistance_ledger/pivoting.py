"""A pivot laid out: rows by columns with totals, the rest of the columns together, pages of rows.

Pure: numbers are tuples of integers, one per field asked for (records first, then fen); a
combination of which nothing was recorded is None, one that adds up to nothing is noughts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import add

Numbers = tuple[int, ...]
Totals = Mapping[str, Numbers]
Cells = Mapping[tuple[str, str], Numbers]


@dataclass(frozen=True, slots=True)
class Line:
    """A row. cells: one per column of the pivot; others: of the columns that are not shown."""

    label: str
    total: Numbers
    cells: tuple[Numbers | None, ...]
    others: Numbers | None


@dataclass(frozen=True, slots=True)
class Pivot:
    """lines: those of one page; n_lines: of all pages. n_others: columns shown together.

    foot: each column's total over all lines, also those of other pages; others: the same of the
    columns not shown; total: over everything, None if nothing was recorded.
    """

    columns: tuple[str, ...]
    n_others: int
    lines: tuple[Line, ...]
    n_lines: int
    foot: tuple[Numbers, ...]
    others: Numbers | None
    total: Numbers | None


def plus(one: Numbers, other: Numbers) -> Numbers:
    return tuple(map(add, one, other))


def minus(one: Numbers, other: Numbers) -> Numbers:
    return tuple(a - b for a, b in zip(one, other, strict=True))


def folded(
    rows: Iterable[Sequence[str | int]], heads: Sequence[Mapping[str, str]]
) -> dict[tuple[str, ...], Numbers]:
    """Rows of (labels, numbers) added up by labels. heads: per label, what it counts as today."""
    n, found = len(heads), dict[tuple[str, ...], Numbers]()
    for row in rows:
        labels = map(str, row[:n])
        key = tuple(head.get(label, label) for head, label in zip(heads, labels, strict=True))
        numbers = tuple(int(one) for one in row[n:])
        found[key] = plus(found[key], numbers) if key in found else numbers
    return found


def totals_of(cells: Cells, side: int) -> dict[str, Numbers]:
    """Totals by row (side 0) or by column (side 1)."""
    found: dict[str, Numbers] = {}
    for key, numbers in cells.items():
        label = key[side]
        found[label] = plus(found[label], numbers) if label in found else numbers
    return found


def ordered(totals: Totals, *, by: int | None, down: bool = True) -> list[str]:
    """Labels by their number at place `by`, largest first if `down`; by label if None."""
    if by is None:
        return sorted(totals, reverse=down)
    sign = -1 if down else 1
    return sorted(totals, key=lambda label: (sign * totals[label][by], label))


def summed(totals: Iterable[Numbers]) -> Numbers | None:
    """All together; None if there is nothing."""
    found: Numbers | None = None
    for numbers in totals:
        found = numbers if found is None else plus(found, numbers)
    return found


def _rest(total: Numbers, shown: Iterable[Numbers | None]) -> Numbers | None:
    rest = total
    for numbers in shown:
        rest = minus(rest, numbers) if numbers else rest
    return rest if any(rest) else None


def laid_out(
    rows: Totals, columns: Totals, cells: Cells, lines: Sequence[str], shown: Sequence[str]
) -> Pivot:
    """The page of these lines and columns. rows, columns: all totals; cells: of what is shown."""
    hidden = [label for label in columns if label not in set(shown)]
    made = []
    for label in lines:
        own = tuple(cells.get((label, column)) for column in shown)
        others = _rest(rows[label], own) if hidden else None
        made.append(Line(label, rows[label], own, others))
    return Pivot(
        columns=tuple(shown),
        n_others=len(hidden),
        lines=tuple(made),
        n_lines=len(rows),
        foot=tuple(columns[label] for label in shown),
        others=summed(columns[label] for label in hidden),
        total=summed(rows.values()),
    )
