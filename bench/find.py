"""Lists, searches and exports of a large city, each beside its peer.

NIANGJIA_BENCH_CITY: home of a city of 1,000,000 purchases (`niangjia sample --size city`); without
it a home with 50,000 is made.
"""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

from bench.homes import NIANGJIA, small_home
from bench.measure import spend
from bench.workbook import write

ROWS = 48_000
DAYS = (4, 44)  # of 2019: about 10,000 and 100,000 purchases of the large city
EXPORT = """
import sys
import django
django.setup()
from niangjia.blocks.desk import exports, services
from niangjia.blocks.desk.models import Export
from niangjia.blocks.orgs.public import actor_by_account
from niangjia.core.models import OutboxMessage
last, suffix = sys.argv[1:]
params = {"layout": "official", "format": suffix, "query": "first=2019-01-02&last=" + last}
city = actor_by_account("city")
ref = services.export_ask(city, kind="purchases", title="bench", params=params, n_expected=0)
exports.make_export(ref)
made = Export.objects.get(ref=ref)
print(made.n_done, made.size_bytes)
services.export_drop(city, ref=ref)
OutboxMessage.objects.filter(topic=exports.TOPIC).delete()
"""


def run(folder: Path) -> None:
    """Print the figures of this part."""
    home = _home(folder)
    done = subprocess.run(
        [sys.executable, "-m", "bench.found", str(home)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found = json.loads(done.stdout)
    bare = found["lists"].pop("bare")
    print(f"  {found['records']:,} records; bare list {bare['cpu']:.1f} ms CPU")
    print("  lists (goal 1.5 times the bare list)            CPU ms   times   wall  p95")
    for name, one in found["lists"].items():
        ratio = one["cpu"] / bare["cpu"]
        print(f"    {name:44} {one['cpu']:7.1f} {ratio:7.2f} {one['wall']:6.1f} {one['p95']:6.1f}")
    print("  one search, whole page (goal p95 50 ms, 20 times faster than a scan)")
    for name, one in found["finds"].items():
        scan, ask = found["scans"][name], found["asks"][name]
        page = f"page {one['wall']:6.1f} ms, p95 {one['p95']:6.1f}"
        cpu = f"CPU {one['cpu']:.1f}, p95 {one['cpu_p95']:.1f}"
        times, alone = scan["wall"] / one["wall"], scan["wall"] / ask["wall"]
        print(
            f"    {name:24} {page} ({cpu}); index {ask['wall']:.2f} ms; scan {scan['wall']:.0f} ms:"
            f" {times:.1f} times (index alone {alone:.0f})"
        )
    _exports(home)


def _exports(home: Path) -> None:
    """Both kinds of file at two sizes: memory must not grow with the rows."""
    for suffix in ("xlsx", "csv"):
        for n_days in DAYS:
            last = dt.date(2019, 1, 1) + dt.timedelta(days=n_days)
            command = [sys.executable, "-c", EXPORT, last.isoformat(), suffix]
            spent = spend(command, {"NIANGJIA_HOME": str(home)})
            n_rows, size = map(int, spent.output.split())
            print(
                f"  export of {n_rows:,} rows, 31 columns, .{suffix}: {spent.wall_s:.1f} s"
                f" ({spent.cpu_s:.1f} s CPU), {spent.peak_mb:.0f} MB at most (goal 100),"
                f" {size / 1e6:.1f} MB on disk",
                flush=True,
            )


def _home(folder: Path) -> Path:
    given = os.environ.get("NIANGJIA_BENCH_CITY", "")
    home = Path(given) if given else small_home(folder / "find")
    there = {**os.environ, "NIANGJIA_HOME": str(home)}
    if not given:
        write(folder / "find.xlsx", ROWS)
        command = [NIANGJIA, "purchases", "import", str(folder / "find.xlsx"), "--as", "city"]
        subprocess.run(command, env=there, check=True, stdout=subprocess.DEVNULL)
    for words in (["migrate"], ["find", "state"]):
        subprocess.run([NIANGJIA, *words], env=there, check=True)
    return home
