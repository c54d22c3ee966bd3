"""The pivot on a large cube: against the same SQL by hand, and against counting every record again.

1,000,000 synthetic purchases of 5,000 units are put into the tables by SQL, and the cube of them;
nothing of them is in the log. NIANGJIA_BENCH_PURCHASES: another number. Runs on the database that
the settings name (SQLite if none).
"""

import json
import subprocess
import sys
from pathlib import Path

from bench.homes import small_home

GOAL = 1.5


def run(folder: Path) -> None:
    """Print the figures of this part."""
    home = small_home(folder / "pivot")
    done = subprocess.run(
        [sys.executable, "-m", "bench.pivoted", str(home)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    print(
        f"  {found['vendor']}: {found['records']:,} records, {found['cells']:,} cells,"
        f" {found['units']:,} units; filled in {found['filled_s']:.0f} s"
    )
    print(f"  query of a page (goal {GOAL} times the same SQL by hand), ms")
    print(
        "                                     CPU   p95 | by hand CPU   p95 | times | recount  p95"
    )
    for name, one in found["asked"].items():
        ours, hand, full = one["ours"], one["hand"], one["recount"]
        again = f"{full['cpu']:7.0f} {full['p95']:5.0f} {'equal' if one['equal'] else 'DIFFERS'}"
        times, of_p95 = ours["cpu"] / hand["cpu"], ours["p95"] / hand["p95"]
        print(
            f"    {name:30} {ours['cpu']:7.1f} {ours['p95']:5.0f} | {hand['cpu']:11.1f}"
            f" {hand['p95']:5.0f} | {times:.2f} {of_p95:.2f} | {again}"
        )
    print(f"  whole pages: {found['pages']}")
