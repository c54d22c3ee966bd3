"""The log: appending, latencies under load, proofs, the audit, a pack checked; beside aics-tlog.

Alone: `python -m bench.ledger [engine record offered reading]`. NIANGJIA_BENCH_ENTRIES: size of the
log for proofs and the audit (1,000,000; needs 2 KB of disk for each). Where NIANGJIA_DATABASE names
a PostgreSQL server, appending and latencies are measured there too, in databases made for it.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bench.homes import NIANGJIA
from bench.log import disk
from bench.measure import percentile

ROOT = Path(__file__).parent.parent
PEER = ROOT / ".setup" / "interop" / "venv" / "bin" / "python"
RUNS = 5
# batch -> entries in one run; 256 is where the peer fills whole tiles and is at its best
BATCHES = {1: 200, 256: 20 * 256, 4096: 5 * 4096}
N_RECORDED, OFFERED_S = 8_000, 10.0
N_ENTRIES = int(os.environ.get("NIANGJIA_BENCH_ENTRIES", "1000000"))
Found = dict[str, float]
Env = dict[str, str]


def run(folder: Path) -> None:
    """Print the figures of this part."""
    measure(folder, ["engine", "record", "offered", "reading"])


def measure(folder: Path, parts: list[str]) -> None:
    print(f"  {disk.described(folder)}")
    subprocess.run(["bash", str(ROOT / "tools" / "interop.sh")], check=True)
    for name in parts:
        PARTS[name](folder)


def _sqlite(home: Path) -> Env:
    """A home with tables, on SQLite whatever the environment names; made if absent."""
    hidden = ("NIANGJIA_DATABASE", "NIANGJIA_KEYS_DATABASE")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    return _migrated(home, env)


def _migrated(home: Path, env: Env) -> Env:
    env = {**env, "NIANGJIA_HOME": str(home), "DJANGO_SETTINGS_MODULE": "niangjia.config.settings"}
    if not home.exists():
        home.mkdir(parents=True)
        subprocess.run([NIANGJIA, "migrate"], env=env, check=True, stdout=subprocess.DEVNULL)
    return env


@contextmanager
def fresh_engines(folder: Path, name: str):  # type: ignore[no-untyped-def]
    """(name, environment of a fresh home) of each engine to measure on."""
    found = {"SQLite": _sqlite(folder / f"{name}-sqlite")}
    url = os.environ.get("NIANGJIA_DATABASE", "")
    made = [f"bench_{uuid.uuid4().hex[:8]}_{end}" for end in ("main", "keys")] if url else []
    for one in made:
        statement(url, f"CREATE DATABASE {one}")
    if made:
        main, keys = (urlsplit(url)._replace(path=f"/{one}").geturl() for one in made)
        own = {"NIANGJIA_DATABASE": main, "NIANGJIA_KEYS_DATABASE": keys}
        found["PostgreSQL"] = _migrated(folder / f"{name}-postgresql", {**os.environ, **own})
    try:
        yield found
    finally:
        for one in made:
            statement(url, f"DROP DATABASE {one} WITH (FORCE)")


def statement(url: str, statement: str) -> None:
    import psycopg  # noqa: PLC0415 - only where PostgreSQL is measured

    base = urlsplit(url)._replace(path="/postgres").geturl()
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]


def asked(command: list[object], env: Mapping[str, str] | None = None) -> Found:
    done = subprocess.run(
        list(map(str, command)), env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return dict(json.loads(done.stdout))


def _own(module: str, env: Env, *words: object) -> Found:
    return asked([sys.executable, "-m", f"bench.log.{module}", *words], env)


def _peer(*words: object) -> Found:
    return asked([PEER, ROOT / "bench" / "log" / "peer.py", *words])


def _middle(runs: list[Found]) -> tuple[float, float]:
    """(entries a second, CPU ms per 1,000 entries), medians."""
    speed = statistics.median(one["n"] / one["wall"] for one in runs)
    return speed, statistics.median(one["cpu"] / one["n"] for one in runs) * 1e6


def engine(folder: Path) -> None:
    """Appending: ours on each engine, the peer into files, taking turns."""
    goals = {1: "goal 2", 256: "goal 1"}
    with fresh_engines(folder, "engine") as engines:
        for batch, n in BATCHES.items():
            runs: dict[str, list[Found]] = {name: [] for name in (*engines, "aics-tlog")}
            for _ in range(RUNS):
                for name, env in engines.items():
                    runs[name].append(_own("append", env, batch, n))
                files = tempfile.mkdtemp(prefix="tiles-", dir=folder)
                runs["aics-tlog"].append(_peer("append", files, batch, n))
            peer, _cpu = _middle(runs["aics-tlog"])
            for name, found in runs.items():
                speed, cpu = _middle(found)
                ratio = "" if name == "aics-tlog" else f"  {speed / peer:5.1f} times the peer"
                goal = f" ({goals[batch]})" if ratio and batch in goals else ""
                print(
                    f"  append, batch {batch:4}  {name:10} {speed:9,.0f}/s"
                    f"  {cpu:7.1f} CPU ms per 1,000{ratio}{goal}",
                    flush=True,
                )
    print("  (goal 20,000/s; ours with the facts stored before, the peer with its entries)")


def record(folder: Path) -> None:
    """Services of 200 facts, and their entries."""
    with fresh_engines(folder, "record") as engines:
        runs: dict[str, list[Found]] = {name: [] for name in engines}
        for _ in range(RUNS):
            for name, env in engines.items():
                runs[name].append(_own("record", env, N_RECORDED))
        for name, found in runs.items():
            speed, cpu = _middle(found)
            sealing = statistics.median(one["sealing_cpu"] / one["n"] for one in found) * 1e6
            apart = statistics.median(
                one["n"] / (one["wall"] - one["sealing_cpu"]) for one in found
            )
            goal = 10_000 if name == "SQLite" else 12_000
            print(
                f"  record and sequence  {name:10} {apart:9,.0f}/s without sealing (goal {goal:,}),"
                f" {speed:,.0f}/s with it;\n    per 1,000: {cpu:.0f} CPU ms, of which sealing"
                f" {sealing:.0f}",
                flush=True,
            )


def offered(folder: Path) -> None:
    """16 submitters, worker and witnesses; then a proof file and a pack of that log."""
    goals = {"SQLite": 250, "PostgreSQL": 100}
    with fresh_engines(folder, "offered") as engines:
        for name, env in engines.items():
            place = folder / f"witnesses-{name}"
            found: dict[str, list[float]] = _own("offered", env, place, OFFERED_S)  # type: ignore[assignment]
            sequenced, published = found["sequenced"], found["published"]
            print(
                f"  200 facts/s offered  {name:10} sequenced p50 {_ms(sequenced, 0.5)}, p99"
                f" {_ms(sequenced, 0.99)} (goal {goals[name]} ms);\n    published by 5 of 8 p50"
                f" {_ms(published, 0.5)}, p99 {_ms(published, 0.99)} (goal 1500 ms), n {found['n']}"
            )
            if name == "SQLite":
                print(f"  proof file, 8 cosignatures  {found['proof_bytes']} bytes (goal 2300)")
                _checked_pack(place)


def _ms(waits: list[float], part: float) -> str:
    return f"{percentile(waits, part) * 1000:.0f} ms"


def _checked_pack(place: Path) -> None:
    """`python verify.py` on the pack of one record, beside Python that imports the same modules."""
    program = ROOT / "src" / "niangjia" / "witness" / "verify.py"
    pack, policy = place / "pack.zip", place / "policy"
    check = [sys.executable, "-I", str(program), str(pack), "--policy", str(policy)]
    bare = [sys.executable, "-c", "import argparse, hashlib, json, pathlib, zipfile"]
    times: dict[str, list[float]] = {"check": [], "bare": []}
    for _ in range(RUNS):
        for name, command in (("check", check), ("bare", bare)):
            began = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            times[name].append(time.perf_counter() - began)
    print(
        f"  a pack of one record ({pack.stat().st_size:,} bytes) checked offline in"
        f" {_ms(times['check'], 0.5)} (goal 150 ms); Python alone starts in"
        f" {_ms(times['bare'], 0.5)}",
        flush=True,
    )


def reading(folder: Path) -> None:
    """Proofs and the audit of a large log."""
    peer = _peer("proofs", N_ENTRIES)
    found = _own("reading", _sqlite(folder / "reading"), N_ENTRIES)
    again = _peer("proofs", N_ENTRIES)
    theirs = statistics.mean(one["n"] / one["cpu"] for one in (peer, again))
    ours = found["proofs_per_cpu_s"]
    print(
        f"  {N_ENTRIES:,} entries: {ours:,.0f} proofs per CPU s (goal 10,000), tiles kept in"
        f" {found['cache_mb']:.0f} MB (goal 64);\n    aics-tlog with the tree in memory"
        f" {theirs:,.0f}: {ours / theirs:.2f} times it"
    )
    rate, bare = found["audit_per_cpu_s"], found["bare_per_cpu_s"]
    print(
        f"    audit {rate:,.0f} entries per CPU s (goal 100,000); reading and hashing alone"
        f" {bare:,.0f}: {rate / bare:.2f} of it",
        flush=True,
    )


PARTS: dict[str, Callable[[Path], None]] = {
    "engine": engine,
    "record": record,
    "offered": offered,
    "reading": reading,
}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="niangjia-bench-") as scratch:
        measure(Path(scratch), sys.argv[1:] or list(PARTS))
