"""Bulk services of 200 facts with open fields, then the sequencer: `record.py N`.

Counted: envelope, bytes, pending rows, one COMMIT per 200, then entries as in the worker without
its pace. Sealing (commitments, encryption; the actor is always sealed) is timed apart. One JSON
object.
"""

import json
import os
import random
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
django.setup()

from django.db import transaction  # noqa: E402

from bench.log.facts import ACTOR, AT, given  # noqa: E402
from niangjia.blocks.ledger import envelope, sequencer  # noqa: E402
from niangjia.blocks.ledger.recorder import LedgerRecorder  # noqa: E402
from niangjia.core import seal  # noqa: E402
from niangjia.core.facts import Fact  # noqa: E402

BATCH = 200


def record(facts: list[Fact]) -> None:
    for at in range(0, len(facts), BATCH):
        with transaction.atomic():
            some = facts[at : at + BATCH]
            LedgerRecorder().record(some, actor=ACTOR, owner="person:p1", at=AT)


def sequence() -> None:
    job = sequencer.SequencerJob()
    while job.run_once():
        pass


def sealed(facts: list[Fact]) -> float:
    """CPU seconds that sealing alone takes."""
    seal.ensure({"person:p1", "org:1"})
    began = time.process_time()
    for fact in facts:
        seeds = envelope.fresh_seeds(fact.kind)
        closed = envelope.close(fact.kind, {**fact.values, **ACTOR}, seeds)
        envelope.encrypt(fact, closed, "person:p1")
    return time.process_time() - began


def main(n: int) -> None:
    sequencer.PACE_S = 0.0
    rng = random.Random(n)
    record(given(BATCH, rng))
    sequence()
    facts = given(n, rng)
    began, spent = time.perf_counter(), time.process_time()
    record(facts)
    middle = time.perf_counter()
    sequence()
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    told = {"n": n, "wall": wall, "cpu": cpu, "record_wall": middle - began}
    print(json.dumps(told | {"sealing_cpu": sealed(facts)}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
