"""The worker: one process that sequences, projects and carries out the outbox."""

import contextlib
import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import OperationalError, close_old_connections, connections

IDLE_S = 0.15
SLOW_THREADS = 2
log = logging.getLogger(__name__)


SWEEP_EVERY_S = 3600


class SlowPart(Protocol):
    """What the worker does beside its round."""

    def run_once(self) -> bool:
        """Carry out one piece, however long; True if there was one."""


class Job(Protocol):
    """A part of the worker's round."""

    name: str

    def run_once(self) -> bool:
        """Do one bounded piece; True if there was something to do."""

    def mark(self) -> int:
        """How far there is to go right now."""

    def reached(self, mark: int) -> bool:
        """True once everything up to `mark` is done, or nobody should wait for it."""

    def behind(self) -> int:
        """How many pieces are left right now; 0 once it has caught up."""


class Sweeper:
    """A part of the worker's round: once an hour it removes what was kept long enough.

    sweep: removes one bounded piece, returns how many things; it is asked again until there are
    none. Nobody waits for it.
    """

    def __init__(self, name: str, sweep: Callable[[], int]) -> None:
        self.name, self._sweep, self._next = name, sweep, 0.0

    def run_once(self) -> bool:
        """True if there may be more to remove."""
        if time.monotonic() < self._next:
            return False
        if self._sweep():
            return True
        self._next = time.monotonic() + SWEEP_EVERY_S
        return False

    def mark(self) -> int:
        return 0

    def reached(self, mark: int) -> bool:
        return True

    def behind(self) -> int:
        return 0


_jobs: list[Job] = []
_slow: list[SlowPart] = []
_beside: list[Callable[[Callable[[], bool]], None]] = []
_stopping = threading.Event()


def add(job: Job) -> None:
    """Append to the worker's round; order matters (sequencer, projections, outbox)."""
    if all(known.name != job.name for known in _jobs):
        _jobs.append(job)


def add_slow(part: SlowPart) -> None:
    """What runs in SLOW_THREADS threads beside the round."""
    if part not in _slow:
        _slow.append(part)


def add_beside(run: Callable[[Callable[[], bool]], None]) -> None:
    """What has a thread of its own in the worker: `run(stopped)` ends soon once `stopped()`."""
    if run not in _beside:
        _beside.append(run)


def stopping() -> bool:
    """True once the worker was told to stop: a slow piece ends at its next batch."""
    return _stopping.is_set()


def drain_slow() -> None:
    """Carry out all slow pieces here and now; for commands without a worker, and for tests."""
    while any([part.run_once() for part in _slow]):
        drain()


def run_round() -> bool:
    """One piece of each job; True if any had work."""
    return any([job.run_once() for job in _jobs])


@contextlib.contextmanager
def worker_lock() -> Iterator[bool]:
    """Yields True if this process is now the worker; freed by the kernel when it dies."""
    path = Path(settings.NIANGJIA_HOME) / "worker.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def drain() -> None:
    """Run rounds until nothing is left."""
    while run_round():
        pass


def settle(timeout_s: float = 600.0) -> bool:
    """Wait until all that is recorded now is sequenced, projected and sent.

    If no worker runs, this process takes its lock and does it. False on time-out.
    """
    deadline = time.monotonic() + timeout_s
    for job in _jobs:
        mark = job.mark()
        while not job.reached(mark):
            with worker_lock() as mine:
                if mine:
                    drain()
            if job.reached(mark):
                break
            if time.monotonic() > deadline:
                return False
            time.sleep(IDLE_S / 3)
    return True


def work(stopped: Callable[[], bool]) -> None:
    """The worker's life: rounds while there is work, short sleeps else, until `stopped()`.

    While a command does the worker's part it waits.
    """
    waiting = False
    while not stopped():
        with worker_lock() as mine:
            if mine:
                _rounds(stopped)
                return
        if not waiting:
            log.warning("another process does the worker's part; waiting for it")
            waiting = True
        time.sleep(IDLE_S)


def _slow_rounds() -> None:
    while not _stopping.is_set():
        try:
            busy = any([part.run_once() for part in _slow])
        except OperationalError:
            log.exception("database did not answer; trying again")
            close_old_connections()
            busy = False
        if not busy:
            _stopping.wait(IDLE_S * 2)
    connections.close_all()


def _alone(run: Callable[[Callable[[], bool]], None]) -> None:
    try:
        run(_stopping.is_set)
    except Exception:
        log.exception("a part of the worker ended")
    finally:
        connections.close_all()


def _rounds(stopped: Callable[[], bool]) -> None:
    """The round in this thread, slow pieces in others; returns once both have ended."""
    _stopping.clear()
    beside = [threading.Thread(target=_slow_rounds) for _ in range(SLOW_THREADS)]
    beside += [threading.Thread(target=_alone, args=(run,)) for run in _beside]
    for thread in beside:
        thread.start()
    try:
        _round_after_round(stopped)
    finally:
        _stopping.set()
        for thread in beside:
            thread.join()


def _round_after_round(stopped: Callable[[], bool]) -> None:
    while not stopped():
        try:
            busy = run_round()
        except Exception:  # whatever it was: the worker must not end while others wait for it
            log.exception("a round failed; trying again")
            close_old_connections()
            busy = False
        if not busy:
            time.sleep(IDLE_S)


def job_states() -> list[dict[str, Any]]:
    """For /readyz and the operator: each job, how far it is behind."""
    behind = [(job.name, job.behind()) for job in _jobs]
    return [{"job": name, "caught_up": not n, "behind": n} for name, n in behind]
