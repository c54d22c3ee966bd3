"""The books: transfers a second, durable, decided one by one; beside django-hordak.

Alone: `python -m bench.books`. The peer runs on PostgreSQL only; where NIANGJIA_DATABASE names no
server one is started for it.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.ledger import ROOT, Env, Found, asked, fresh_engines, statement
from bench.log import disk

PEER = ROOT / ".setup" / "peers" / "venv" / "bin" / "python"
RUNS = 3
# batch -> (orders of ours in one run, transfers of the peer)
BATCHES = {256: (80 * 256, 4 * 256), 1: (400, 200)}


def run(folder: Path) -> None:
    """Print the figures of this part."""
    print(f"  {disk.described(folder)}")
    subprocess.run(["bash", str(ROOT / "tools" / "peers.sh")], check=True)
    with _server(folder):
        for batch, n in BATCHES.items():
            _measure(folder, batch, *n)


@contextmanager
def _server(folder: Path) -> Iterator[None]:
    """NIANGJIA_DATABASE names a server, for as long as it is needed."""
    if os.environ.get("NIANGJIA_DATABASE"):
        yield
        return
    tool, place = str(ROOT / "tools" / "postgres.sh"), folder / "server"
    subprocess.run(["bash", tool, "start", str(place)], check=True, cwd=ROOT)
    lines = (place / "env").read_text().splitlines()
    own = dict(line.removeprefix("export ").split("=", 1) for line in lines)
    os.environ.update(own)
    try:
        yield
    finally:
        for name in own:
            del os.environ[name]
        subprocess.run(["bash", tool, "stop", str(place)], check=True, stdout=subprocess.DEVNULL)


def _measure(folder: Path, batch: int, n: int, n_peer: int) -> None:
    """A batch size: ours on each engine with keys that go up and random ones, the peer; in turn."""
    runs: dict[str, list[Found]] = {}
    with fresh_engines(folder, f"books-{batch}") as found, _peer_database() as peer:
        for _ in range(RUNS):
            for name, env in found.items():
                for keys in ("ordered", "random"):
                    one = _own(env, batch, n, keys)
                    runs.setdefault(f"{name}, {keys} keys", []).append(one)
            command: list[object] = [PEER, ROOT / "bench" / "book" / "peer.py", batch, n_peer]
            runs.setdefault("django-hordak", []).append(asked(command, peer))
    speeds = {name: _speed(found) for name, found in runs.items()}
    theirs = speeds["django-hordak"]
    for name, found in runs.items():
        cpu = statistics.median(one["cpu"] / one["n"] for one in found) * 1e6
        ratio = "" if name == "django-hordak" else f"  {speeds[name] / theirs:6.1f} times the peer"
        goal = " (goals 40,000/s, 100)" if ratio and batch == 256 else ""
        print(
            f"  batch {batch:3}  {name:24} {speeds[name]:9,.0f}/s"
            f"  {cpu:8.1f} CPU ms per 1,000{ratio}{goal}",
            flush=True,
        )


def _speed(found: list[Found]) -> float:
    return statistics.median(one["n"] / one["wall"] for one in found)


def _own(env: Env, batch: int, n: int, keys: str) -> Found:
    return asked([sys.executable, "-m", "bench.book.take", batch, n, keys], env)


@contextmanager
def _peer_database() -> Iterator[Env]:
    url = os.environ["NIANGJIA_DATABASE"]
    name = f"peer_{os.urandom(4).hex()}"
    statement(url, f"CREATE DATABASE {name}")
    try:
        yield {**os.environ, "DATABASE_URL": f"{url.rsplit('/', 1)[0]}/{name}"}
    finally:
        statement(url, f"DROP DATABASE {name} WITH (FORCE)")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="niangjia-bench-") as scratch:
        run(Path(scratch))
