"""16 submitters, the real worker, eight witnesses over loopback: `offered.py WITNESSES SECONDS`.

accepted: the COMMIT of a fact has returned. sequenced, published: seen in the database by a
connection that looks every 5 ms. Prints one JSON object, leaves a pack in WITNESSES/pack.zip.
"""

import bisect
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
django.setup()

from django.db import connection, connections, transaction  # noqa: E402

from bench.log.facts import ACTOR, AT, given  # noqa: E402
from niangjia.blocks.ledger import packing, sequencer, services, serving  # noqa: E402
from niangjia.blocks.ledger.models import Entry  # noqa: E402
from niangjia.blocks.ledger.recorder import LedgerRecorder  # noqa: E402
from niangjia.blocks.ledger.selectors import log_vkey  # noqa: E402
from niangjia.core import seal  # noqa: E402
from niangjia.core.actor import system_actor  # noqa: E402
from niangjia.witness import identity  # noqa: E402

SYSTEM = system_actor("bench")
N_SUBMITTERS, OFFERED_A_SECOND, LOOKED_S, WAITED_S = 16, 200.0, 0.005, 20.0
BIN = Path(sys.executable).parent
SEEN = """SELECT (SELECT size FROM ledger_head), (SELECT max(c.size) FROM ledger_published p
JOIN ledger_checkpoint c ON c.id = p.checkpoint_id)"""
Times = list[tuple[int, float]]


def witnesses(folder: Path) -> tuple[list[Path], str]:
    """Folders of eight identities that trust the log, and the policy of 5 of them."""
    folders = [folder / f"w{n}" for n in range(1, 9)]
    lines, names = [f"log {log_vkey()}"], []
    for n, one in enumerate(folders, 1):
        name = f"w{n}.example"
        for words in (
            ("keygen", "--dir", one, "--name", name),
            ("trust", "--dir", one, "--log", log_vkey()),
        ):
            command = [BIN / "niangjia-witness", *words]
            subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)
        names.append(f"d{n}")
        lines += [f"witness key{n} {identity.read(one).vkeys[0]}", f"group d{n} any key{n}"]
    lines += [f"group joint 5 {' '.join(names)}", "quorum joint"]
    return folders, "\n".join(lines) + "\n"


def serving_witnesses(folder: Path, folders: list[Path]) -> subprocess.Popen[bytes]:
    """All eight in one process; the log knows where they are."""
    port_file = folder / "port"
    dirs = [word for one in folders for word in ("--dir", str(one))]
    command = [str(BIN / "niangjia-witness"), "serve", *dirs, "--port", "0"]
    command += ["--port-file", str(port_file)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not port_file.exists():
        time.sleep(0.05)
    base = f"http://127.0.0.1:{port_file.read_text().strip()}"
    for n, one in enumerate(folders, 1):
        services.witness_address_set(SYSTEM, department=f"d{n}", url=f"{base}/{one.name}")
    return process


class Watch(threading.Thread):
    """Notes when the log, and what is published of it, was first seen at each size."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.sequenced: Times = []
        self.published: Times = []
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(LOOKED_S):
            with connection.cursor() as cursor:
                cursor.execute(SEEN)
                sizes = cursor.fetchone()
            now = time.perf_counter()
            for size, seen in zip(sizes, (self.sequenced, self.published), strict=True):
                if size is not None and (not seen or size > seen[-1][0]):
                    seen.append((size, now))
        connections.close_all()


def submitter(seed: int, until: float, accepted: dict[str, float]) -> None:
    """Facts at random moments, on average 1/16 of what is offered."""
    rng, due = random.Random(seed), time.perf_counter()
    while (due := due + rng.expovariate(OFFERED_A_SECOND / N_SUBMITTERS)) < until:
        time.sleep(max(due - time.perf_counter(), 0))
        with transaction.atomic():
            refs = LedgerRecorder().record(given(1, rng), actor=ACTOR, owner="person:p1", at=AT)
        accepted[refs[0]] = time.perf_counter()
    connections.close_all()


def offered(seconds: float) -> tuple[dict[str, float], Watch]:
    """What was accepted when, and what was seen of the log meanwhile and shortly after."""
    watch, accepted = Watch(), dict[str, float]()
    watch.start()
    until = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=submitter, args=(seed, until, accepted))
        for seed in range(N_SUBMITTERS)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    size = 0
    deadline = time.perf_counter() + WAITED_S
    while time.perf_counter() < deadline:
        size = max(size, Entry.objects.count())
        if watch.published and watch.published[-1][0] >= size and size >= len(accepted):
            break
        time.sleep(0.2)
    watch.done.set()
    watch.join()
    return accepted, watch


def waits(accepted: dict[str, float], seen: Times) -> list[float]:
    """Seconds from each acceptance until the log was seen beyond that entry."""
    places = dict(Entry.objects.values_list("fact__ref", "index"))
    sizes = [size for size, _at in seen]
    found = []
    for ref, at in accepted.items():
        place = bisect.bisect_right(sizes, places.get(ref, sys.maxsize))
        found.append(max(seen[place][1] - at, 0.0) if place < len(seen) else float("inf"))
    return found


def pack(folder: Path) -> int:
    """The pack of one record lies in the folder; bytes of a served proof file."""
    target = folder / "pack.zip"
    made = packing.pack_make(SYSTEM, subjects=["bench:one"], title="bench")
    target.write_bytes(b"".join(made.chunks))
    return len((serving.proof_file(serving.served().size - 1) or "").encode())  # type: ignore[union-attr]


def first(folder: Path) -> list[Path]:
    """A log with one record and a policy of eight witnesses."""
    sequencer.PACE_S = 0.0
    seal.ensure({"person:p1", "org:1"})
    with transaction.atomic():
        one = [replace(fact, subject="bench:one") for fact in given(1, random.Random(0))]
        LedgerRecorder().record(one, actor=ACTOR, owner="person:p1", at=AT)
    sequence()
    folders, text = witnesses(folder)
    (folder / "policy").write_text(text, "utf-8")
    services.policy_set(SYSTEM, text=text, resolution="bench")
    sequence()
    return folders


def sequence() -> None:
    job = sequencer.SequencerJob()
    while job.run_once():
        pass


def main(folder: Path, seconds: float) -> None:
    folder.mkdir(parents=True)
    running = [serving_witnesses(folder, first(folder))]
    command = [str(BIN / "niangjia"), "worker"]
    running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    try:
        time.sleep(3)
        offered(2.0)  # all is imported and connected
        accepted, watch = offered(seconds)
        told = {
            "n": len(accepted),
            "sequenced": waits(accepted, watch.sequenced),
            "published": waits(accepted, watch.published),
            "proof_bytes": pack(folder),
        }
        print(json.dumps(told))
    finally:
        for process in reversed(running):
            process.send_signal(signal.SIGTERM)
            process.wait(30)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
