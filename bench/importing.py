"""Import of 50,000 rows against openpyxl reading the same file; other users' writes meanwhile."""

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.homes import NIANGJIA, small_home
from bench.measure import Spent, percentile, spend
from bench.workbook import write

ROWS, MORE_ROWS, WRITERS = 50_000, 48_000, 16
PEER = """
import sys, openpyxl
sheet = openpyxl.load_workbook(sys.argv[1], read_only=True, data_only=True).active
print(sum(1 for _row in sheet.iter_rows(values_only=True)))
"""


def run(folder: Path) -> None:
    """Print the figures of this part; leaves a home with 100,000 records in `folder`/large."""
    home = small_home(folder / "large")
    first, second = folder / "50k.xlsx", folder / "48k.xlsx"
    write(first, ROWS)
    write(second, MORE_ROWS, first=ROWS + 1)
    read = [sys.executable, "-c", PEER, str(first)]
    peers = [spend(read)]
    ours = spend(_import(first), {"NIANGJIA_HOME": str(home)})
    peers += [spend(read), spend(read)]
    peer = sorted(peers, key=lambda one: one.wall_s)[1]
    taken = json.loads(ours.output)["accepted_rows"]
    _line("import", f"{taken / ours.wall_s:,.0f} rows/s", ours)
    _line("openpyxl reads it", f"{ROWS / peer.wall_s:,.0f} rows/s", peer)
    print(f"  {ours.wall_s / peer.wall_s:.2f} times its time (goal 1, under 300 MB)", flush=True)
    waits = _others_meanwhile(second, home)
    middle, high = percentile(waits, 0.5) * 1000, percentile(waits, 0.99) * 1000
    print(
        f"  {len(waits)} writes of {WRITERS} other users during an import: {middle:.0f} ms in the"
    )
    print(f"  middle, p99 {high:.0f} ms (goal 200), longest {max(waits) * 1000:.0f} ms", flush=True)


def _line(name: str, speed: str, spent: Spent) -> None:
    print(
        f"  {name:18} {speed:>14}  {spent.wall_s:6.1f} s  {spent.cpu_s:6.1f} s CPU"
        f"  {spent.peak_mb:5.0f} MB at most"
    )


def _import(path: Path) -> list[str]:
    return [NIANGJIA, "purchases", "import", str(path), "--as", "city", "--json"]


def _others_meanwhile(path: Path, home: Path) -> list[float]:
    """Seconds that each write of the other users took while a workbook was imported."""
    there = {"NIANGJIA_HOME": str(home)}
    others = subprocess.Popen(
        [sys.executable, "-m", "bench.writers", str(WRITERS)],
        env={**os.environ, **there},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if others.stdout is not None:
        others.stdout.readline()  # they are ready
    spend(_import(path), there)
    answer, _errors = others.communicate("stop\n")
    return list(json.loads(answer))
