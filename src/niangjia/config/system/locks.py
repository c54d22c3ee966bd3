"""Who uses a home: whatever runs shares it; what replaces or changes its databases has it alone."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from niangjia.core.errors import Conflict, Unavailable

SITE, WORKER = "site.lock", "worker.lock"


@contextlib.contextmanager
def _held(path: Path, how: int) -> Iterator[bool]:
    """Yields True if the lock is ours until the end; the kernel frees it when we die."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


@contextlib.contextmanager
def shared(home: Path) -> Iterator[None]:
    """The home is in use, together with others. Raises Unavailable while it is replaced."""
    with _held(home / SITE, fcntl.LOCK_SH) as mine:
        if not mine:
            raise Unavailable(
                _("This site is being restored or upgraded. Try again when that has ended."),
                code="site_closed",
            )
        yield


@contextlib.contextmanager
def alone(home: Path) -> Iterator[None]:
    """Nobody else uses the home. Raises Conflict if a site or a command runs in it."""
    with (
        _held(home / SITE, fcntl.LOCK_EX) as site,
        _held(home / WORKER, fcntl.LOCK_EX) as worker,
    ):
        if not (site and worker):
            raise Conflict(
                _("A site or a command runs in %(home)s. Stop it (Ctrl-C, or its service) first."),
                code="site_runs",
                home=home,
            )
        yield


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """One process at a time does what `path` stands for. Raises Conflict for the second."""
    with _held(path, fcntl.LOCK_EX) as mine:
        if not mine:
            raise Conflict(
                _("A backup to this folder is being made already. Wait for it."),
                code="backup_runs",
            )
        yield


def worker_runs(home: Path) -> bool:
    """True while some process is the worker of this home."""
    with _held(home / WORKER, fcntl.LOCK_EX) as free:
        return not free
