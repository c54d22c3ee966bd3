"""Evidence kept: MB/s of sealing and storing against plain copying with fsync, and of all of it.

Every file is made durable before the next, on both sides; runs are interleaved, medians of five.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.homes import small_home

PROGRAM = """
import django, json, os, statistics, sys, time
django.setup()
from pathlib import Path
from niangjia.blocks.evidence import storage
from niangjia.blocks.evidence.public import receive
from niangjia.core.actor import system_actor
from niangjia.blocks.orgs.public import actor_by_account
from tests.evidence_files import encoded, photo

home = Path(os.environ["NIANGJIA_HOME"])
plain = home / "plain"; plain.mkdir()

def fsync(path):
    handle = os.open(path, os.O_RDONLY); os.fsync(handle); os.close(handle)

def copied(k, data):
    path = plain / f"{k}"
    with path.open("wb") as out:
        out.write(data); out.flush(); os.fsync(out.fileno())
    fsync(plain)

def timed(function, files):
    wall, cpu = time.perf_counter(), time.process_time()
    for k, data in enumerate(files):
        function(k, data)
    return time.perf_counter() - wall, time.process_time() - cpu

told = {}
for name, size, n in (("200 KB", 200_000, 40), ("5 MB", 5_000_000, 8)):
    files = [os.urandom(size) for _ in range(n)]
    runs = {"plain": [], "sealed": []}
    for turn in range(5):
        runs["plain"].append(timed(lambda k, data: copied(f"{name}-{turn}-{k}", data), files))
        runs["sealed"].append(timed(lambda k, data: storage.store(data, "pdf"), files))
    told[name] = {
        side: {"mb_s": size * n / 1e6 / statistics.median(w for w, _c in found),
               "cpu_ms": statistics.median(c for _w, c in found) * 1000 / n}
        for side, found in runs.items()
    }
clerk = actor_by_account("clerk")
photos = [encoded(photo(2400, 1800, seed=k)) for k in range(12)]
wall, cpu = timed(lambda k, data: receive(clerk, chunks=[data], name=f"{k}.jpg"), photos)
children = os.times()
told["received"] = {"files_s": len(photos) / wall, "mb_s": sum(map(len, photos)) / 1e6 / wall,
                    "kb": sum(map(len, photos)) / len(photos) / 1000,
                    "own_cpu_ms": cpu * 1000 / len(photos),
                    "child_cpu_ms": (children.children_user + children.children_system)
                    * 1000 / len(photos)}
print(json.dumps(told))
"""


def run(folder: Path) -> None:
    """Print the figures of this part."""
    home = small_home(folder / "evidence")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "NIANGJIA_HOME": str(home)},
    )
    found = json.loads(done.stdout.splitlines()[-1])
    received = found.pop("received")
    print("  sealed under a key of its own and durable, against plain copying with fsync")
    for name, sides in found.items():
        ours, plain = sides["sealed"], sides["plain"]
        print(
            f"    {name:7} {ours['mb_s']:7.1f} MB/s, {ours['cpu_ms']:6.1f} CPU ms a file"
            f" | plain {plain['mb_s']:7.1f} MB/s, {plain['cpu_ms']:6.1f} CPU ms"
            f" | {ours['mb_s'] / plain['mb_s']:.2f} times"
        )
    print(
        f"  photos of {received['kb']:.0f} KB looked at, made smaller, kept, recorded:"
        f" {received['files_s']:.1f} a second, {received['mb_s']:.1f} MB/s,"
        f" {received['own_cpu_ms']:.0f} CPU ms of our own a photo,"
        f" {received['child_cpu_ms']:.0f} of the process that looks"
    )
