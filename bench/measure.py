"""Measuring other processes: memory of a whole tree of them, processor time, percentiles."""

import os
import resource
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLED_S = 0.1


@dataclass(frozen=True, slots=True)
class Spent:
    """wall_s, cpu_s: seconds (all processes); peak_mb: most memory (PSS) of all of them at once."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    output: str


def processes_under(root: int) -> Iterator[int]:
    """The process and all its descendants."""
    yield root
    for task in Path(f"/proc/{root}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from processes_under(int(child))


def pss_mb(root: int) -> float:
    """Proportional set size of a process and its descendants, in MB (10^6 bytes)."""
    total_kb = 0
    for pid in processes_under(root):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total_kb += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total_kb * 1024 / 1e6


def spend(command: Sequence[str], env: Mapping[str, str] | None = None) -> Spent:
    """Run a command to its end. Raises CalledProcessError if it fails with 2 or more."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env={**os.environ, **(env or {})}, stdout=subprocess.PIPE, text=True
    )
    peak, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(SAMPLED_S):
            peak[0] = max(peak[0], pss_mb(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _nothing = process.communicate()
    done.set()
    watcher.join()
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode > 1:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(wall, cpu, peak[0], output)


def percentile(values: Sequence[float], part: float) -> float:
    """The value that `part` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
