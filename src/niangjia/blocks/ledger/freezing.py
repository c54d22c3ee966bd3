"""The log stops where another tree carries our own signature: nothing more is taken until a
repair, or a new log by resolution."""

import logging
import time

from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.ledger.models import Freeze
from niangjia.core import clock

log = logging.getLogger(__name__)
NOTICE_S = 2.0
READ_ONLY = _(
    "The ledger is read-only: a log entry that was signed is missing or differs."
    " Nothing was changed. The operator and the witnesses have to repair it first."
)
_told = (float("-inf"), False)


def in_force() -> Freeze | None:
    """The freeze that stands; None if facts are taken."""
    return Freeze.objects.filter(lifted_at=None).order_by("id").first()


def notice() -> str:
    """What every page says while the log is frozen; empty else. Known to each process within 2 s.

    Empty as well where the database does not answer: the page says that by itself.
    """
    global _told  # noqa: PLW0603 - one answer for the process
    if time.monotonic() - _told[0] > NOTICE_S:
        try:
            _told = (time.monotonic(), in_force() is not None)
        except DatabaseError:
            return ""
    return str(READ_ONLY) if _told[1] else ""


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
