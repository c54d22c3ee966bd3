"""Which public cells may be shown: small ones are merged upward, differencing included. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

MODES = ("direct", "helped")
OTHER = "*"


@dataclass(frozen=True, slots=True)
class Count:
    """n: purchases; fen; units: the organisations behind them."""

    n: int = 0
    fen: int = 0
    units: frozenset[str] = field(default_factory=frozenset)

    def plus(self, other: "Count") -> "Count":
        return Count(self.n + other.n, self.fen + other.fen, self.units | other.units)


NOTHING = Count()
Row = Mapping[str, Count]
Shown = dict[str, tuple[tuple[str, ...], dict[str, Count]]]


def merged(rows: Iterable[Row]) -> dict[str, Count]:
    """The rows as one, mode by mode."""
    total = dict.fromkeys(MODES, NOTHING)
    for row in rows:
        total = {mode: total[mode].plus(row.get(mode, NOTHING)) for mode in MODES}
    return total


def _small(count: Count, min_n: int, min_units: int) -> bool:
    return (count.n != 0 or count.fen != 0) and (count.n < min_n or len(count.units) < min_units)


def small_step(now: Count, before: Count, min_n: int) -> bool:
    """Too little changed since an earlier release: the difference would show single purchases."""
    return (now.n, now.fen) != (before.n, before.fen) and abs(now.n - before.n) < min_n


def is_safe(row: Row, before: Sequence[Row], min_n: int, min_units: int) -> bool:
    """True if a row may stand by itself, alone and against the same row of earlier releases."""
    return not any(
        _small(row.get(mode, NOTHING), min_n, min_units)
        or any(small_step(row.get(mode, NOTHING), old.get(mode, NOTHING), min_n) for old in before)
        for mode in MODES
    )


@dataclass(frozen=True, slots=True)
class Earlier:
    """A table as it was released before. rows: unmerged; others: labels that stood under OTHER."""

    rows: Mapping[str, Row]
    others: frozenset[str]


def merge_upward(
    rows: Mapping[str, Row], *, min_n: int, min_units: int, before: Sequence[Earlier] = ()
) -> Shown:
    """Rows that may be shown: label -> (labels inside, counts by mode); unsafe ones under OTHER.

    OTHER takes the smallest safe rows along until it is safe itself, so that the total minus the
    shown rows tells no more than OTHER does. before: the same table at every earlier release; what
    once stood under OTHER stays there, so that each row shown now is a sum of rows shown then, and
    what a reader gets by subtracting the two is again no single purchase. A row that is nothing is
    left out, unless it is OTHER.
    """
    held = frozenset[str]().union(*(one.others for one in before))
    tables = [rows, *(one.rows for one in before)]
    labels = dict.fromkeys(
        label for table in tables for label, row in table.items() if not is_nothing(row)
    )

    def now(inside: Sequence[str]) -> dict[str, Count]:
        return merged(rows.get(label, {}) for label in inside)

    def safe(inside: Sequence[str]) -> bool:
        found = now(inside)
        olds = [merged(one.rows.get(label, {}) for label in inside) for one in before]
        return is_safe(found, olds, min_n, min_units)

    inside = [label for label in labels if label in held or not safe([label])]
    alone = sorted(
        labels.keys() - set(inside),
        key=lambda label: (sum(count.n for count in rows.get(label, {}).values()), label),
    )
    while inside and not safe(inside) and alone:
        inside.append(alone.pop(0))
    groups: dict[str, tuple[str, ...]]
    groups = {label: (label,) for label in labels if label not in inside}
    if inside:
        groups[OTHER] = tuple(sorted(inside))
    shown = {label: (group, now(group)) for label, group in groups.items()}
    return {label: one for label, one in shown.items() if label == OTHER or not is_nothing(one[1])}


def is_nothing(row: Row) -> bool:
    """No purchase and no amount: such a row is not shown."""
    return not any(count.n or count.fen for count in row.values())
