"""What a process that opens a stranger's file does first: it gives up most of what it may do."""

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1
_ORPHAN_EXIT = 3


def restrict(*, memory_bytes: int, cpu_s: int) -> None:
    """This process can have no more than so much memory (address space) and processor time.

    Over the first, an allocation fails; over the second, the process is killed. No core dumps.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def confine() -> None:
    """This process writes to its pipes only, opens few files, starts no other (unless root)."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def end_with_parent() -> None:
    """This process is killed when the thread that started it ends."""
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    except (AttributeError, OSError):  # not Linux: a closed pipe ends us at the next write
        return
    if os.getppid() == 1:
        sys.exit(_ORPHAN_EXIT)
