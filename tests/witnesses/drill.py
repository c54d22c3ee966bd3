"""A drill in a process of its own: writer, sequencer and witnesses are killed at random moments.

Children are forked from a parent that holds no connection, so that hundreds of kills take seconds.
"""

import json
import os
import random
import signal
import sys
import time
from hashlib import sha256
from pathlib import Path

from django.db import connections, transaction

from niangjia.blocks.ledger import cosigning, opening, sequencer, services, submitting
from niangjia.blocks.ledger.agreement import AGREEMENT
from niangjia.blocks.ledger.auditing import audit
from niangjia.blocks.ledger.models import Checkpoint, Entry, Pending, StoredFact
from niangjia.blocks.ledger.recorder import LedgerRecorder
from niangjia.blocks.ledger.selectors import log_vkey
from niangjia.blocks.ledger.tests.test_ledger import ACTOR, AT, fact
from niangjia.blocks.ledger.tree import tree_of
from niangjia.core.actor import system_actor
from niangjia.lib.tlog import checkpoint, note
from niangjia.witness.cosigner import Witness
from niangjia.witness.server import WitnessServer
from tests.witnesses.departments import Departments

SYSTEM = system_actor("drill")
PORT_FILE = "witness-port"


def record(n):
    with transaction.atomic():
        return LedgerRecorder().record(
            [fact(k) for k in range(n)], actor=ACTOR, owner="person:p1", at=AT
        )


def writer(folder):
    """Facts for ever; each is told to the outside once its commit was answered."""
    told = os.open(folder / "told", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    while True:
        for ref in record(random.randrange(1, 4)):
            os.write(told, f"{ref}\n".encode())
        time.sleep(random.random() * 0.01)


def log_keeper(folder):
    """The sequencer and the submitter, in turns."""
    job = sequencer.SequencerJob()
    while True:
        job.run_once()
        submitting.submit_newest()
        time.sleep(0.005)


def witnesses(folder, city):
    port = int((folder / PORT_FILE).read_text()) if (folder / PORT_FILE).exists() else 0
    found = {path.name: Witness(path) for path in city.folders.values()}
    server = WitnessServer(("127.0.0.1", port), found)
    if not port:  # written whole and once: a kill must not leave it empty
        draft = folder / f"{PORT_FILE}.new"
        draft.write_text(str(server.server_port))
        draft.replace(folder / PORT_FILE)
    server.serve_forever(0.02)


def born(part, *arguments):
    """A child that lives until it is killed; what it says of faults goes to stderr."""
    pid = os.fork()
    if pid:
        return pid
    try:
        AGREEMENT.forget()
        random.seed()
        while True:
            try:
                part(*arguments)
            except Exception as error:
                print(f"{part.__name__}: {error!r}", file=sys.stderr)
                connections.close_all()
                time.sleep(0.05)
    finally:
        os._exit(1)


class Drill:
    """parts: name -> how to start it; alive: name -> its process."""

    def __init__(self, folder, n_kills, seed):
        self.folder, self.n_kills, self.rng = folder, n_kills, random.Random(seed)
        record(1)
        job = sequencer.SequencerJob()
        job.run_once()
        self.city = Departments(folder, log_vkey())
        services.policy_set(SYSTEM, text=self.city.policy(), resolution="演练决议")
        job.run_once()
        self.parts = {
            "witnesses": (witnesses, folder, self.city),
            "writer": (writer, folder),
            "log": (log_keeper, folder),
        }
        self.alive = {}

    def start(self, name):
        connections.close_all()
        self.alive[name] = born(*self.parts[name])

    def kill(self, name):
        os.kill(self.alive[name], signal.SIGKILL)
        os.waitpid(self.alive.pop(name), 0)

    def run(self):
        self.start("witnesses")
        while not (self.folder / PORT_FILE).exists():
            time.sleep(0.02)
        port = (self.folder / PORT_FILE).read_text()
        for name, path in self.city.folders.items():
            url = f"http://127.0.0.1:{port}/{path.name}"
            services.witness_address_set(SYSTEM, department=name, url=url)
        self.start("writer")
        self.start("log")
        seen = []
        for _ in range(self.n_kills):
            time.sleep(self.rng.random() * 0.12)
            victim = self.rng.choice(list(self.parts))
            self.kill(victim)
            self.start(victim)
            seen.append(self._served())
        self.kill("writer")
        self._settle()
        self.kill("log")
        return self._found(seen)

    def _served(self):
        log = opening.newest_log()
        row = cosigning.newest_published(log)
        found = (row.checkpoint.size, bytes(row.checkpoint.root).hex())
        connections.close_all()
        return found

    def _settle(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            newest = Checkpoint.objects.order_by("-size").first().size
            if not Pending.objects.exists() and self._served()[0] == newest:
                return
            time.sleep(0.1)

    def _found(self, seen):
        self.kill("witnesses")
        told = (self.folder / "told").read_text().split()
        kept = set(StoredFact.objects.filter(entry__isnull=False).values_list("ref", flat=True))
        log = opening.newest_log()
        tree, size = tree_of(log), Entry.objects.count()
        forks = sum(tree.root(one).hex() != root for one, root in set(seen))
        n_witnesses = 0
        for path in self.city.folders.values():
            witness = Witness(path)
            shown = witness.latest(sha256(log.origin.encode()).hexdigest())
            witness.close()
            head = checkpoint.of_note(note.parse(shown))
            n_witnesses += 1
            forks += tree.root(head.size) != head.root
        return {
            "kills": self.n_kills,
            "told": len(told),
            "lost": len(set(told) - kept),
            "doubled": len(told) - len(set(told)) + Entry.objects.count() - len(kept),
            "forks": int(forks),
            "size": size,
            "served": self._served()[0],
            "sizes_seen": len(set(seen)),
            "faults": list(audit().faults),
            "witnesses": n_witnesses,
        }


def main(folder, n_kills, seed):
    print(json.dumps(Drill(Path(folder), int(n_kills), int(seed)).run()))
