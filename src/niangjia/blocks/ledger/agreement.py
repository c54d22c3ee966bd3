"""Nothing is signed after a start, a restore or a promotion before so many witnesses know our last
checkpoint that no quorum can have seen a later one. Facts are taken meanwhile."""

import logging
import threading
import time
from collections.abc import Callable

from django.db import close_old_connections

from niangjia.blocks.ledger import cosigning, freezing, opening, policies
from niangjia.blocks.ledger.models import Checkpoint, Cosignature, Gate
from niangjia.blocks.ledger.policies import InForce
from niangjia.blocks.ledger.submitting import SUBMITTER, submit_newest
from niangjia.core import clock

RETRY_S = 2.0
EVERY_S = 0.5  # at most 2 checkpoints a second
log = logging.getLogger(__name__)


class Agreement:
    """What this process was told since it started; one for the process."""

    def __init__(self) -> None:
        self._held = False
        self._tried_at = float("-inf")
        self._since = clock.real_now()
        self._turn = threading.Lock()

    def forget(self) -> None:
        """The witnesses are asked again before the next signature."""
        self._held, self._tried_at = False, float("-inf")
        self._since = clock.real_now()

    def holds(self) -> bool:
        """True if the log may be signed now; asks the witnesses if that is not yet known."""
        if freezing.in_force() is not None:
            return False
        with self._turn:
            if not self._held and time.monotonic() - self._tried_at >= RETRY_S:
                self._held = self._ask()
                self._tried_at = time.monotonic()
            return self._held

    def _ask(self) -> bool:
        log = opening.newest_log()
        row = cosigning.newest_checkpoint(log) if log else None
        in_force = policies.at(row.log, row.size) if row else policies.NONE
        n_needed = in_force.n_agreeing
        if row is None or n_needed == 0:
            _tell(waiting=False, n_agree=0, n_needed=0)
            return True
        meanings = SUBMITTER.submit(row, in_force, everyone=True)
        agreeing = {name for name, found in meanings.items() if found.outcome == "cosigned"}
        agreeing |= self._by_hand(row, in_force)
        held = len(agreeing) >= n_needed and freezing.in_force() is None
        _tell(waiting=not held, n_agree=len(agreeing), n_needed=n_needed)
        return held

    def _by_hand(self, row: Checkpoint, in_force: InForce) -> set[str]:
        """Departments whose cosignature of it was brought in as a file since we started."""
        lines = Cosignature.objects.filter(checkpoint=row, received_at__gte=self._since)
        known = set(lines.values_list("key_id", flat=True))
        return {
            name
            for name in in_force.departments
            if known & {one.key.key_id.hex() for one in in_force.keys_of(name)}
        }


def _tell(*, waiting: bool, n_agree: int, n_needed: int) -> None:
    """The one row says so; written only if it said something else."""
    now = clock.real_now()
    Gate.objects.get_or_create(pk=1, defaults={"since": now})
    changed = Gate.objects.filter(pk=1).exclude(waiting=waiting, n_agree=n_agree, n_needed=n_needed)
    changed.update(waiting=waiting, n_agree=n_agree, n_needed=n_needed, since=now)


def is_waiting() -> bool:
    """True while nothing is signed: too few witnesses agree, or the log is frozen."""
    return Gate.objects.filter(waiting=True).exists() or freezing.in_force() is not None


AGREEMENT = Agreement()


def submit_until(stopped: Callable[[], bool]) -> None:
    """Until stopped: our last checkpoint is confirmed, then the newest one submitted, at most twice
    a second."""
    while not stopped():
        begun = time.monotonic()
        try:
            AGREEMENT.holds()
            submit_newest()
        except Exception:  # whatever it was, the next round is tried: witnesses must not be lost
            log.exception("a round of submissions failed; trying again")
            close_old_connections()
        while not stopped() and time.monotonic() - begun < EVERY_S:
            time.sleep(0.05)
