"""Which public cells may be shown: small ones are merged upward, differencing included. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

MODES = ("direct", "helped")
OTHER = "*"


@dataclass(frozen=True, slots=True)
class Count:
    """n: purchases; fen; by_unit: (n, fen) of each organisation behind them."""

    n: int = 0
    fen: int = 0
    by_unit: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def n_units(self) -> int:
        """Organisations of which something is left."""
        return sum(any(sums) for sums in self.by_unit.values())


def sum_of(counts: Iterable[Count]) -> Count:
    """All of them together."""
    n = fen = 0
    by_unit: dict[str, tuple[int, int]] = {}
    for one in counts:
        n += one.n
        fen += one.fen
        for unit, (unit_n, unit_fen) in one.by_unit.items():
            has_n, has_fen = by_unit.get(unit, (0, 0))
            by_unit[unit] = has_n + unit_n, has_fen + unit_fen
    return Count(n, fen, by_unit)


def of_unit(unit: str, n: int, fen: int) -> Count:
    """The purchases of one organisation."""
    return Count(n, fen, {unit: (n, fen)})


NOTHING = Count()
Row = Mapping[str, Count]
Shown = dict[str, tuple[tuple[str, ...], dict[str, Count]]]


@dataclass(frozen=True, slots=True)
class Least:
    """The smallest public number: purchases and units behind it."""

    n: int
    units: int


def merged(rows: Iterable[Row]) -> dict[str, Count]:
    """The rows as one, mode by mode."""
    listed = list(rows)
    return {mode: sum_of(row[mode] for row in listed if mode in row) for mode in MODES}


def small(count: Count, least: Least) -> bool:
    """Something, but of too few."""
    return any((count.n, count.fen)) and (count.n < least.n or count.n_units < least.units)


def small_step(now: Count, before: Count, least: Least) -> bool:
    """What a reader gets by subtracting two releases is of too few purchases or units."""
    units = {
        unit
        for unit in now.by_unit.keys() | before.by_unit.keys()
        if now.by_unit.get(unit, (0, 0)) != before.by_unit.get(unit, (0, 0))
    }
    changed = bool(units) or (now.n, now.fen) != (before.n, before.fen)
    return changed and (abs(now.n - before.n) < least.n or len(units) < least.units)


def unsafe_mode(row: Row, before: Sequence[Row], least: Least) -> str:
    """The mode by which a row may not stand by itself, alone or against earlier releases; or ""."""
    for mode in MODES:
        now = row.get(mode, NOTHING)
        if small(now, least):
            return mode
        if any(small_step(now, old.get(mode, NOTHING), least) for old in before):
            return mode
    return ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A table as it was released before. rows: unmerged; others: labels that stood under OTHER."""

    rows: Mapping[str, Row]
    others: frozenset[str]


def merge_upward(rows: Mapping[str, Row], least: Least, before: Sequence[Earlier] = ()) -> Shown:
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
        return not unsafe_mode(found, olds, least)

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
