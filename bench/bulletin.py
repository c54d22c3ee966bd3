"""Bulletins: their tree built, a path served, and the whole counted again by `niangjia-verify`.

Alone: `python -m bench.bulletin`. 130,584 leaves are the page's own bulletin. The peers are a plain
RFC 6962 tree over the same leaves, and building the tree again for one path.
"""

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
os.environ.setdefault("NIANGJIA_HOME", tempfile.mkdtemp(prefix="niangjia-bench-"))
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from bench.measure import spend  # noqa: E402
from niangjia.blocks.indicators.bulletins import bulletin_path  # noqa: E402
from niangjia.blocks.indicators.models import Bulletin, BulletinTile  # noqa: E402
from niangjia.lib import canonical  # noqa: E402
from niangjia.lib.sumtree import Leaf, build  # noqa: E402
from niangjia.lib.tlog import hashing, keys, note, tiles  # noqa: E402
from niangjia.lib.tlog.checkpoint import Checkpoint  # noqa: E402

SIZES = (130_584, 1_000_000)
LINES = (1, 2, 3)
HOUR = "2020-03-16T07:00Z"
N_PATHS = 200
ORIGIN = "log.example/bench"
LEAVES = """
import hashlib, sys
from niangjia.lib.sumtree import Leaf, build
from niangjia.lib.tlog import hashing
n = int(sys.argv[1])
leaves = (Leaf(i, hashlib.sha256(b"%d" % i).digest(), 1 + i % 3, 10_000 + i % 977)
          for i in range(n))
"""
ALONE = {
    "plain RFC 6962 tree": LEAVES + "hashing.root_of([one.leaf_hash for one in leaves])",
    "sum tree": LEAVES + "build((1, 2, 3), leaves)",
    "sum tree with its tiles": LEAVES + "build((1, 2, 3), leaves, lambda tile: None)",
}
VERIFY = str(Path(sys.executable).with_name("niangjia-verify"))


def run(folder: Path) -> None:
    """Print the figures of this part."""
    for n in SIZES:
        print(f"  {n:,} leaves")
        for what, program in ALONE.items():
            _said(what, spend([sys.executable, "-c", program, str(n)]))
        place = folder / f"log{n}"
        root = _write(place, n)
        print(f"    log of {n + 1:,} entries written; root {root[:16]}")
        command = [VERIFY, "--bulletin", str(n), "--log", str(place), "--json"]
        done = spend([*command, "--policy", str(place / "policy")])
        _said("verify from the log", done)
        print(f"      {json.loads(done.output)['verdict']}")
        env = os.environ | {"NIANGJIA_HOME": str(folder / f"home{n}")}
        hidden = ("NIANGJIA_DATABASE", "NIANGJIA_KEYS_DATABASE")
        env = {name: value for name, value in env.items() if name not in hidden}
        command = [sys.executable, "-m", "bench.bulletin", "path", str(n)]
        told = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True)
        print(told.stdout, end="", flush=True)


def _said(what: str, spent: Any) -> None:
    print(f"    {what:24} {spent.wall_s:6.1f} s  {spent.peak_mb:6.0f} MB", flush=True)


def leaf(i: int) -> Leaf:
    return Leaf(i, hashlib.sha256(b"%d" % i).digest(), 1 + i % 3, 10_000 + i % 977)


def path(n: int) -> None:
    """CPU of one path from the database's tiles, and of building the tree for it."""
    for name in ("default", "keys"):
        call_command("migrate", database=name, verbosity=0)
    kept: list[Any] = []
    began = time.process_time()
    root = build(LINES, map(leaf, range(n)), kept.append)
    built_s = time.process_time() - began
    began = time.perf_counter()
    with transaction.atomic():
        row = _row(root)
        rows = (BulletinTile(bulletin=row, **one._asdict()) for one in kept)
        BulletinTile.objects.bulk_create(rows, batch_size=100)
    stored_s = time.perf_counter() - began
    size = sum(len(one.rows) for one in kept)
    began = time.process_time()
    for i in range(N_PATHS):
        bulletin_path(row.ref, i * 7919 % n)
    each_ms = (time.process_time() - began) * 1000 / N_PATHS
    print(f"    tiles stored             {stored_s:6.1f} s  {size / 1e6:6.1f} MB on disk")
    print(f"    path served, CPU ms      {each_ms:6.2f}    rebuilt {built_s * 1000:,.0f}")


def _row(root: Any) -> Any:
    at = dt.datetime(2020, 3, 16, 7, tzinfo=dt.UTC)
    zero = {"n": 0, "sums": [0, 0, 0]}
    return Bulletin.objects.create(
        ref="0" * 32,
        fact_ref="1" * 32,
        indicator="bench",
        scope="bench",
        number=1,
        as_of=at,
        log_origin=ORIGIN,
        log_first=0,
        log_size=root.n,
        log_root=bytes(32),
        policy="bench",
        lines=list(LINES),
        n=root.n,
        sums=list(root.sums),
        tree_root=root.hash,
        counts={},
        late=zero,
        adjusted=zero,
        document=b"",
        document_sha256="0" * 64,
        published_at=at,
    )


def _entry(i: int, kind: str, opened: dict[str, Any]) -> bytes:
    value = {
        "v": 1,
        "fact": kind,
        "id": hashlib.sha256(b"id %d" % i).hexdigest()[:32],
        "hour": HOUR,
        "policy": "bench",
        "open": opened,
        "sealed": {"n": 12, "root": hashlib.sha256(b"s %d" % i).hexdigest()},
    }
    return canonical.encode(value)


def _gift(i: int) -> bytes:
    opened = {"fen": leaf(i).fen, "line": leaf(i).line, "hour": HOUR, "raising": "bench"}
    return _entry(i, "gift.received/1", opened)


def _write(place: Path, n: int) -> str:
    """A mirror of n gifts and their bulletin, under one witness; the root of its sum tree."""
    entries = [_gift(i) for i in range(n)]
    leaves = hashing.leaf_hashes(entries)
    lined = (leaf(i)._replace(leaf_hash=one) for i, one in enumerate(leaves))
    tree = build(LINES, lined)
    opened = {
        "indicator": "bench",
        "scope": "bench",
        "number": 1,
        "as_of": HOUR,
        "log_origin": ORIGIN,
        "log_first": 0,
        "log_size": n,
        "log_root": hashing.root_of(leaves).hex(),
        "policy": "bench",
        "rule": {"adds": ["gift.received/1"], "changes": ["gift.adjusted/1"], "match": "raising"},
        "lines": list(LINES),
        "n": n,
        "sums": list(tree.sums),
        "tree_root": tree.hash.hex(),
        "counts": {},
        "late": {"n": 0, "sums": [0, 0, 0]},
        "adjusted": {"n": 0, "sums": [0, 0, 0]},
        "document_sha256": "0" * 64,
    }
    entries.append(_entry(n, "bulletin.published/1", opened))
    leaves.append(hashing.leaf_hash(entries[-1]))
    for at in range(0, n + 1, 256):
        part = entries[at : at + 256]
        _put(place, tiles.TileName(None, at // 256, len(part)), tiles.pack(part))
    level, hashes = 0, leaves
    while hashes:
        parts = [hashes[at : at + 256] for at in range(0, len(hashes), 256)]
        for number, one in enumerate(parts):
            _put(place, tiles.TileName(level, number, len(one)), b"".join(one))
        hashes = [hashing.root_of(one) for one in parts if len(one) == 256]
        level += 1
    _sign(place, Checkpoint(ORIGIN, n + 1, hashing.root_of(leaves)))
    return tree.hash.hex()


def _put(place: Path, name: tiles.TileName, data: bytes) -> None:
    target = place / "tile" / name.path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def _sign(place: Path, head: Checkpoint) -> None:
    log = keys.Signer(ORIGIN, keys.ED25519, b"l" * 32)
    witness = keys.Signer("w.example", keys.COSIGNATURE, b"w" * 32)
    lines = (log.sign(head.text), witness.sign(head.text, int(time.time())))
    (place / "checkpoint").write_text(str(note.Note(head.text, lines)), "utf-8")
    rules = f"log {keys.vkey(log.key)}\nwitness w {keys.vkey(witness.key)}\nquorum w\n"
    (place / "policy").write_text(rules, "utf-8")


def main(words: list[str]) -> None:
    """All measurements; `path N`: that one, in a process of its own."""
    if not words:
        with tempfile.TemporaryDirectory(prefix="niangjia-bench-") as folder:
            run(Path(folder))
        return
    path(int(words[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
