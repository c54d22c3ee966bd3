"""The log stops where another tree carries our own signature: nothing more is taken until a
repair, or a new log by resolution."""

import logging

from niangjia.blocks.ledger.models import Freeze
from niangjia.core import clock

log = logging.getLogger(__name__)


def in_force() -> Freeze | None:
    """The freeze that stands; None if facts are taken."""
    return Freeze.objects.filter(lifted_at=None).order_by("id").first()


def freeze(reason: str, witness: str, evidence: str) -> None:
    """Nothing more is taken. reason: `lost` (we lack what we signed) or `forked`; evidence: the
    checkpoint that shows it."""
    if in_force() is None:
        Freeze.objects.create(
            at=clock.real_now(), reason=reason, witness=witness, evidence=evidence
        )
        log.error("the log is frozen: %s, shown by %s", reason, witness)


def lift(resolution: str) -> None:
    """Facts are taken again, for the reason given."""
    Freeze.objects.filter(lifted_at=None).update(lifted_at=clock.real_now(), resolution=resolution)
