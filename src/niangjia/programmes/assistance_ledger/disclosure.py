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


def merged(rows: Iterable[Row]) -> dict[str, Count]:
    """The rows as one, mode by mode."""
    total = dict.fromkeys(MODES, NOTHING)
    for row in rows:
        total = {mode: total[mode].plus(row.get(mode, NOTHING)) for mode in MODES}
    return total


def _small(count: Count, min_n: int, min_units: int) -> bool:
    return (count.n != 0 or count.fen != 0) and (count.n < min_n or len(count.units) < min_units)


def _small_step(now: Count, before: Count, min_n: int) -> bool:
    """Too little changed since the last release: the difference would show single purchases."""
    return (now.n, now.fen) != (before.n, before.fen) and abs(now.n - before.n) < min_n


def is_safe(row: Row, before: Row | None, min_n: int, min_units: int) -> bool:
    """True if a row may stand by itself, alone and against the same row of the last release."""
    for mode in MODES:
        now = row.get(mode, NOTHING)
        if _small(now, min_n, min_units):
            return False
        if before is not None and _small_step(now, before.get(mode, NOTHING), min_n):
            return False
    return True


def merge_upward(
    rows: Mapping[str, Row],
    *,
    min_n: int,
    min_units: int,
    before: Mapping[str, Row] | None = None,
) -> dict[str, tuple[tuple[str, ...], dict[str, Count]]]:
    """Rows that may be shown: label -> (labels inside, counts by mode); unsafe ones under OTHER.

    OTHER takes the smallest safe rows along until it is safe itself, so that the total minus the
    shown rows tells no more than OTHER does. before: the same rows, unmerged, at the last release.
    """
    old = before or {}

    def group_safe(labels: Sequence[str]) -> bool:
        was = merged(old.get(label, {}) for label in labels) if before is not None else None
        return is_safe(merged(rows[label] for label in labels), was, min_n, min_units)

    inside = [label for label in rows if not group_safe([label])]
    alone = sorted(
        (label for label in rows if label not in inside),
        key=lambda label: (sum(count.n for count in rows[label].values()), label),
    )
    while inside and not group_safe(inside) and alone:
        inside.append(alone.pop(0))
    shown: dict[str, tuple[tuple[str, ...], dict[str, Count]]]
    shown = {label: ((label,), merged([rows[label]])) for label in rows if label not in inside}
    if inside:
        shown[OTHER] = (tuple(sorted(inside)), merged(rows[label] for label in inside))
    return shown
