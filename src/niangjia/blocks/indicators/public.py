"""The door of indicators."""

from niangjia.blocks.indicators.projections import (
    SEPARATOR,
    ProjectionJob,
    declare,
    declared,
    differences,
    position,
    recount,
    stored,
)
from niangjia.blocks.indicators.selectors import snapshot, summed
from niangjia.blocks.indicators.types import ZERO, Projection, Sums

__all__ = [
    "SEPARATOR",
    "ZERO",
    "Projection",
    "ProjectionJob",
    "Sums",
    "declare",
    "declared",
    "differences",
    "position",
    "recount",
    "snapshot",
    "stored",
    "summed",
]
