"""What crosses the door of indicators."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from niangjia.blocks.ledger.public import LoggedFact


class Sums(NamedTuple):
    """n: records; fen: integer fen; first, second: further measures of the projection."""

    n: int
    fen: int
    first: int
    second: int

    def plus(self, other: "Sums") -> "Sums":
        return Sums(*(a + b for a, b in zip(self, other, strict=True)))


ZERO = Sums(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Projection:
    """A sum over facts in log order. dimensions: names in key order.

    fold: the fact's dimension values and what it adds; only facts of `kinds` are asked.
    """

    name: str
    kinds: frozenset[str]
    dimensions: tuple[str, ...]
    fold: Callable[[LoggedFact], tuple[tuple[str, ...], Sums]]
