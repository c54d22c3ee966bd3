"""What crosses the door of indicators."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import add
from typing import NamedTuple

from niangjia.blocks.ledger.public import LoggedFact


class Sums(NamedTuple):
    """n: records; fen: integer fen; first to eighth: further measures of the projection."""

    n: int
    fen: int
    first: int = 0
    second: int = 0
    third: int = 0
    fourth: int = 0
    fifth: int = 0
    sixth: int = 0
    seventh: int = 0
    eighth: int = 0

    def plus(self, other: "Sums") -> "Sums":
        return Sums(*map(add, self, other))


ZERO = Sums(0, 0)


@dataclass(frozen=True, slots=True)
class Projection:
    """A sum over facts in log order. dimensions: names in key order.

    fold: the fact's dimension values and what it adds; only facts of `kinds` are asked.
    """

    name: str
    kinds: frozenset[str]
    dimensions: tuple[str, ...]
    fold: Callable[[LoggedFact], tuple[tuple[str, ...], Sums]]
