"""An audit pack of one unit's year: seconds and peak memory at 1,000 and at 10,000 records.

Memory is to stay flat. Each pack is made by a process of its own, `niangjia pack`, on a copy of the
demonstration city whose first unit got so many records.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.homes import NIANGJIA, small_home

SIZES = (1_000, 10_000)
FILL = """
import django, sys
django.setup()
from dataclasses import replace
from niangjia.blocks.orgs.public import actor_by_account, organisation
from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.services import purchases_take
from niangjia.programmes.assistance_ledger.services.correcting import _row_of
clerk = actor_by_account("clerk")
one = Purchase.objects.filter(unit_id=clerk.organisation_id, reversed_at__isnull=True)
one = one.filter(month__startswith="2020").select_related("unit", "supplier").first()
like = _row_of(one)
have = Purchase.objects.filter(unit_id=clerk.organisation_id, month__startswith="2020").count()
wanted = int(sys.argv[1])
for start in range(have, wanted, 200):
    purchases_take(clerk, rows=[
        replace(like, invoice_no=f"9{k:07d}", contract_no="", order_no="", row_no=k)
        for k in range(start, min(start + 200, wanted))])
jobs.settle()
print(organisation(clerk.organisation_id).uscc)
"""
MEASURED = """
import json, resource, subprocess, sys, time
began = time.perf_counter()
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"s": time.perf_counter() - began, "rc": done.returncode,
                  "err": done.stderr[-300:], "cpu_s": used.ru_utime + used.ru_stime,
                  "mib": used.ru_maxrss / 1024}))
"""


def run(folder: Path) -> None:
    """Print the figures of this part."""
    home = small_home(folder / "pack")
    env = {**os.environ, "NIANGJIA_HOME": str(home)}
    first = 0.0
    for n in SIZES:
        filled = subprocess.run(
            [sys.executable, "-c", FILL, str(n)],
            env=env,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        out = folder / f"pack-{n}.zip"
        command = [NIANGJIA, "pack", "--organisation", filled.stdout.split()[-1], "--year", "2020"]
        command += ["--out", str(out), "--as", "auditor"]
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, *command],
            env=env,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        found = json.loads(done.stdout)
        if found["rc"]:
            print(f"  {n:,} records: no pack: {found['err']}")
            return
        first = first or found["mib"]
        print(
            f"  {n:6,} records: {found['s']:6.1f} s, {found['cpu_s']:6.1f} CPU s,"
            f" {found['mib']:6.0f} MiB at most ({found['mib'] / first:.2f} times),"
            f" {out.stat().st_size / 1e6:.1f} MB"
        )
