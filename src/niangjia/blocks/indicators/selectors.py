"""Reads: sums with the log size that they reach."""

from niangjia.blocks.indicators.models import Position
from niangjia.blocks.indicators.projections import SEPARATOR, stored
from niangjia.blocks.indicators.types import Sums


def snapshot(name: str, prefixes: tuple[str, ...]) -> tuple[int, dict[tuple[str, ...], Sums]]:
    """(log size, sums by dimension values) of cells whose first dimension is in `prefixes`.

    Call inside a transaction: the position is locked, so that sums and size belong together.
    """
    row = Position.objects.select_for_update().filter(pk=name).first()
    sums: dict[tuple[str, ...], Sums] = {}
    for prefix in prefixes:
        for key, value in stored(name, prefix + SEPARATOR).items():
            sums[tuple(key.split(SEPARATOR))] = value
    return (row.size if row else 0), sums
