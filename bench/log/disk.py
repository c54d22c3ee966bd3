"""The disk under a folder: which file system, how many fsyncs a second."""

import os
import time
from pathlib import Path

MEASURED_S = 0.5
IN_MEMORY = ("tmpfs", "ramfs", "overlay-tmpfs")


def file_system(folder: Path) -> str:
    """Its type, as /proc/mounts says."""
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    path = folder.resolve()
    over = [(point, kind) for point, kind in mounts if path.is_relative_to(point)]
    return max(over, key=lambda one: len(one[0]))[1]


def fsyncs_a_second(folder: Path) -> float:
    """Appends of 4 KB to one file, each followed by fsync."""
    file, n = folder / "fsync-probe", 0
    handle = os.open(file, os.O_WRONLY | os.O_CREAT)
    began = time.perf_counter()
    while time.perf_counter() - began < MEASURED_S:
        os.write(handle, bytes(4096))
        os.fsync(handle)
        n += 1
    os.close(handle)
    file.unlink()
    return n / MEASURED_S


def described(folder: Path) -> str:
    """One line. Exits if what is written there never reaches a disk."""
    kind = file_system(folder)
    if kind in IN_MEMORY:
        raise SystemExit(f"{folder} lies in memory ({kind}): set TMPDIR to a folder on a disk")
    return f"{kind}, {fsyncs_a_second(folder):,.0f} fsync/s"
