"""A roster of 130,584 people: read and checked, then taken as gifts with facts and postings.

Alone: `python -m bench.roster`. Its peer reads the same workbook with openpyxl.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import xlsxwriter

N = 130_584
HEAD = ("序号", "姓名", "工号", "部门", "金额", "是否公开姓名")
OURS = """
import resource, sys, time
from pathlib import Path
import django
django.setup()
from django.core.management import call_command
from niangjia.blocks.intake.public import store
from niangjia.core import jobs
from niangjia.programmes.donations import roster_jobs
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.roster_models import Roster
from niangjia.programmes.donations.services import roster_bring, roster_take
from niangjia.programmes.donations.tests import given
from niangjia.programmes.donations.types import RosterIn

def mib(who=resource.RUSAGE_SELF):
    return resource.getrusage(who).ru_maxrss / 1024

path, total = Path(sys.argv[1]), int(sys.argv[2])
call_command("migrate", verbosity=0)
call_command("migrate", database="keys", verbosity=0)
given.city()
slug, actor = given.raising(), given.actor("foundation")
roster = RosterIn("示例制造厂", total, given.at("2020-03-05 10:30:00"))
stored = store([path.read_bytes()], path.name)
ref = roster_bring(actor, slug=slug, roster=roster, stored=stored, name=path.name)
at, before = time.perf_counter(), mib()
roster_jobs._check(actor, Roster.objects.get(ref=ref))
checked, at = time.perf_counter() - at, time.perf_counter()
print(f"  check: {checked:.1f} s, peak {mib():.0f} MiB (before {before:.0f})")
roster_take(actor, ref=ref, version=Roster.objects.get(ref=ref).version)
row = Roster.objects.get(ref=ref)
at = time.perf_counter()
roster_jobs._take(actor, row)
taken, n = time.perf_counter() - at, Gift.objects.count()
row.refresh_from_db()
assert row.state == "taken" and n == row.n_rows
print(f"  take: {taken:.1f} s, {n / taken:,.0f} rows/s, peak {mib():.0f} MiB")
at = time.perf_counter()
jobs.drain()
print(f"  into the log and the totals: {time.perf_counter() - at:.1f} s")
print(f"  the reading child: peak {mib(resource.RUSAGE_CHILDREN):.0f} MiB")
"""
PEER = """
import resource, sys, time
import openpyxl
at = time.perf_counter()
book = openpyxl.load_workbook(sys.argv[1], read_only=True)
n = sum(1 for _row in book.active.iter_rows(values_only=True))
mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"  peer, openpyxl: {n:,} rows read in {time.perf_counter() - at:.1f} s, {mib:.0f} MiB")
"""


def workbook(path: Path, n: int) -> int:
    """A workbook of n people stands at `path`; their sum in fen."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("名册")
    sheet.write_row(0, 0, HEAD)
    total = 0
    for i in range(1, n + 1):
        fen = 100 * (1 + i * 7919 % 300) + i % 2 * 50
        total += fen
        sheet.write_row(i, 0, [i, f"示例职工{i}", f"G{i:07d}", f"{i % 40}车间", fen / 100, "否"])
    book.close()
    return total


def run(folder: Path, n: int = N) -> None:
    """Print the figures of this part."""
    path = folder / "roster.xlsx"
    total = workbook(path, n)
    print(f"  {n:,} rows, {path.stat().st_size / 1e6:.1f} MB")
    env = {
        **os.environ,
        "NIANGJIA_HOME": str(folder / "home"),
        "DJANGO_SETTINGS_MODULE": "niangjia.config.settings",
    }
    Path(env["NIANGJIA_HOME"]).mkdir()
    for program in (OURS, PEER):
        command = [sys.executable, "-c", program, str(path), str(total)]
        subprocess.run(command, check=True, env=env)


def main() -> int:
    """Measure in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=N)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), options.rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
