"""Projections follow the log: each batch of entries is folded, sums and position in one commit."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction

from niangjia.blocks.indicators.models import Cell, Position
from niangjia.blocks.indicators.types import ZERO, Projection, Sums
from niangjia.blocks.ledger.public import LoggedFact, log_size, logged_facts
from niangjia.core.errors import ProgrammingError

BATCH = 800
SEPARATOR = "\x1f"
_projections: dict[str, Projection] = {}


def declare(projection: Projection) -> Projection:
    """Register a projection; the worker keeps it from then on.

    Raises ProgrammingError if it has more dimensions than a cell has columns.
    """
    if len(projection.dimensions) > len(COLUMNS):
        raise ProgrammingError(f"projection {projection.name}: too many dimensions")
    _projections[projection.name] = projection
    return projection


def declared() -> tuple[Projection, ...]:
    return tuple(_projections[name] for name in sorted(_projections))


def folded(projection: Projection, facts: Iterable[LoggedFact]) -> dict[str, Sums]:
    """Sums per key over `facts`."""
    sums: dict[str, Sums] = {}
    for fact in facts:
        if fact.kind in projection.kinds and not fact.erased:
            values, added = projection.fold(fact)
            key = SEPARATOR.join(values)
            sums[key] = sums.get(key, ZERO).plus(added)
    return sums


MEASURES = Sums._fields
COLUMNS = tuple(f"d{number}" for number in range(10))
_NAMES = ("projection", "key", *MEASURES, *COLUMNS)
_UPSERT = (
    f"INSERT INTO indicators_cell ({', '.join(_NAMES)})"  # noqa: S608
    f" VALUES ({', '.join(['%s'] * len(_NAMES))})"
    " ON CONFLICT (projection, key) DO UPDATE SET "
    + ", ".join(f"{name} = indicators_cell.{name} + excluded.{name}" for name in MEASURES)
)


def columns_of(key: str) -> list[str]:
    """A key's dimensions, one per column of a cell; empty texts beyond them."""
    parts = key.split(SEPARATOR)
    return parts + [""] * (len(COLUMNS) - len(parts))


def add(projection: str, sums: Mapping[str, Sums]) -> None:
    """Add to the stored sums, keys in order so that no two writers can deadlock."""
    rows: list[tuple[Any, ...]] = [
        (projection, key, *sums[key], *columns_of(key)) for key in sorted(sums)
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_UPSERT, rows)


class ProjectionJob:
    """The worker's second part: one batch of at most 200 entries a projection a turn."""

    name = "projections"

    def run_once(self) -> bool:
        """True if any projection moved."""
        return any([self._advance(projection) for projection in declared()])

    @staticmethod
    def _advance(projection: Projection) -> bool:
        """Fold the next batch; read before the transaction, taken only if nobody else did."""
        start = position(projection.name)
        if start >= log_size():
            return False
        facts = logged_facts(start, BATCH, projection.kinds)
        sums = folded(projection, facts)
        with transaction.atomic():
            Position.objects.get_or_create(projection=projection.name)
            moved = Position.objects.filter(pk=projection.name, size=start).update(
                size=start + len(facts)
            )
            if moved:
                add(projection.name, sums)
        return bool(facts)

    def mark(self) -> int:
        """Size of the log."""
        return log_size()

    def reached(self, mark: int) -> bool:
        return all(position(projection.name) >= mark for projection in declared())

    def behind(self) -> int:
        """Entries that the projection furthest behind has not folded in."""
        size = log_size()
        return max((size - position(projection.name) for projection in declared()), default=0)


def position(name: str) -> int:
    """How many entries a projection has folded in."""
    found = Position.objects.filter(pk=name).values_list("size", flat=True).first()
    return found or 0


def recount(projection: Projection, size: int | None = None) -> dict[str, Sums]:
    """Sums over the first `size` entries, counted afresh from the log."""
    until = log_size() if size is None else size
    sums: dict[str, Sums] = {}
    for start in range(0, until, BATCH):
        facts = logged_facts(start, min(BATCH, until - start), projection.kinds)
        for key, added in folded(projection, facts).items():
            sums[key] = sums.get(key, ZERO).plus(added)
    return {key: value for key, value in sums.items() if value != ZERO}


def stored(name: str, prefix: str = "") -> dict[str, Sums]:
    """Stored sums whose key starts with `prefix`; cells that add nothing are left out."""
    rows = Cell.objects.filter(projection=name)
    if prefix:
        rows = rows.filter(key__gte=prefix, key__lt=prefix + "\U0010ffff")
    found = {key: Sums(*values) for key, *values in rows.values_list("key", *MEASURES)}
    return {key: value for key, value in found.items() if value != ZERO}


def differences(projection: Projection) -> tuple[int, list[str]]:
    """(position, keys that differ) between stored sums and a full recount at that position."""
    with transaction.atomic():
        Position.objects.get_or_create(projection=projection.name)
        size = Position.objects.select_for_update().get(pk=projection.name).size
        have = stored(projection.name)
    want = recount(projection, size)
    wrong = sorted(key for key in have.keys() | want.keys() if have.get(key) != want.get(key))
    return size, wrong
