"""What others wait for while a backup is made, beside other ways to copy a database in use."""

import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from bench.homes import NIANGJIA
from bench.measure import percentile

PURCHASES, WRITERS, QUIET_S, LIMIT_S = 40_000, 8, 12.0, 60.0
FILL = """
import datetime as dt, sys
import django; django.setup()
from niangjia.config.sample import city
city.SIZES["small"] = city.Size("sample", 4, 200, 30, int(sys.argv[1]), dt.date(2019, 10, 8), 84)
city.load_sample("small")
"""
Copy = Callable[[Path, Path], bool]


def home_of(folder: Path) -> Path:
    """A home of some 200 MB; NIANGJIA_BENCH_HOME names one made before."""
    if "NIANGJIA_BENCH_HOME" in os.environ:
        return Path(os.environ["NIANGJIA_BENCH_HOME"])
    home = folder / "home-200"
    env = _env(home)
    subprocess.run([NIANGJIA, "migrate"], env=env, check=True)
    subprocess.run([sys.executable, "-c", FILL, str(PURCHASES)], env=env, check=True)
    return home


def _env(home: Path) -> dict[str, str]:
    settings = {"DJANGO_SETTINGS_MODULE": "niangjia.config.settings"}
    return os.environ | settings | {"NIANGJIA_HOME": str(home)}


def by_command(home: Path, target: Path) -> bool:
    """The whole backup: copies, archive, read again."""
    command = [NIANGJIA, "backup", "--to", str(target)]
    subprocess.run(command, env=_env(home), check=True, stdout=subprocess.DEVNULL)
    return True


def in_one_step(home: Path, target: Path) -> bool:
    database = home / "niangjia.db"
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy, pages=-1)
    return True


def in_small_steps(home: Path, target: Path) -> bool:
    """As the manual shows it; begins again at each write. False if it did not end in time."""
    until = time.perf_counter() + LIMIT_S

    def look(_status: int, _left: int, _total: int) -> None:
        if time.perf_counter() > until:
            raise TimeoutError

    database = home / "niangjia.db"
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(target)) as copy:
        try:
            source.backup(copy, pages=500, sleep=0.02, progress=look)
        except TimeoutError:
            return False
    return True


def vacuum_into(home: Path, target: Path) -> bool:
    with closing(sqlite3.connect(home / "niangjia.db")) as source:
        source.execute("VACUUM INTO ?", [str(target)])
    return True


def holding_the_turn(home: Path, target: Path) -> bool:
    """The file copied while nobody may write."""
    with (home / "niangjia.db-turn").open("rb+") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        with closing(sqlite3.connect(home / "niangjia.db")) as source:
            source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(home / "niangjia.db", target)
        with target.open("rb") as copy:
            os.fsync(copy.fileno())
    return True


WAYS: dict[str, Copy] = {
    "niangjia backup": by_command,
    "one step (its copy alone)": in_one_step,
    "steps of 500 pages": in_small_steps,
    "VACUUM INTO": vacuum_into,
    "holding the turn": holding_the_turn,
}


def _while_writing(home: Path, copy: Callable[[], bool]) -> tuple[list[float], float, bool]:
    """(seconds that each correction of others took, seconds of a copy, whether it ended).

    Copies are made one after the other for as long as is needed to see others write.
    """
    users = subprocess.Popen(
        [sys.executable, "-m", "bench.writers", str(WRITERS)],
        env=_env(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert users.stdin and users.stdout
    users.stdout.readline()
    began = time.perf_counter()
    n, ended = 0, True
    while ended and time.perf_counter() - began < QUIET_S:
        ended, n = copy(), n + 1
    took = (time.perf_counter() - began) / n
    said, _nothing = users.communicate("stop\n")
    return json.loads(said), took, ended


def _wait() -> bool:
    time.sleep(QUIET_S)
    return True


def run(folder: Path) -> None:
    """Print, for each way, what 8 users waited for a correction while it went on."""
    home = home_of(folder)
    size = (home / "niangjia.db").stat().st_size
    print(f"{size / 1e6:.0f} MB, {WRITERS} users who each correct a record about once a second")
    _row("nothing beside", *_while_writing(home, _wait))
    for number, (name, way) in enumerate(WAYS.items()):
        _row(name, *_while_writing(home, partial(_once, way, home, folder / f"copy-{number}")))


def _once(way: Copy, home: Path, target: Path) -> bool:
    ended = way(home, target)
    shutil.rmtree(target) if target.is_dir() else target.unlink()
    return ended


def _row(name: str, waits: list[float], took: float, ended: bool) -> None:
    low, high = percentile(waits, 0.5) * 1e3, percentile(waits, 0.99) * 1e3
    state = f"{took:6.1f} s" if ended else f"not ended in {LIMIT_S:.0f} s"
    print(f"{name:28} {state:>20}   p50 {low:6.0f} ms   p99 {high:6.0f} ms   n {len(waits)}")
