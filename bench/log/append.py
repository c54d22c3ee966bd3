"""Facts that wait become entries, by the sequencer's `append`: `append.py BATCH N`.

Counted: reading the head, hashing, entries, tiles, signed checkpoint, COMMIT to the disk. Not
counted: storing the facts, which their own transactions did. Prints one JSON object.
"""

import json
import os
import random
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
django.setup()

from bench.log.facts import stored  # noqa: E402
from niangjia.blocks.ledger import opening, sequencer, services  # noqa: E402
from niangjia.blocks.ledger.models import Head, Log  # noqa: E402
from niangjia.blocks.ledger.selectors import log_vkey  # noqa: E402
from niangjia.core.actor import system_actor  # noqa: E402
from niangjia.witness import identity  # noqa: E402


def first() -> Log:
    """A log that 5 of 8 witnesses are to cosign: so each append looks up its policy."""
    log, job = opening.open_first(), sequencer.SequencerJob()
    lines = [f"log {log_vkey()}"]
    for n in range(1, 9):
        lines += [f"witness w{n} {identity.make(f'w{n}.example').vkeys[0]}", f"group d{n} any w{n}"]
    lines += [f"group joint 5 {' '.join(f'd{n}' for n in range(1, 9))}", "quorum joint"]
    text = "\n".join(lines) + "\n"
    services.policy_set(system_actor("bench"), text=text, resolution="bench")
    job.run_once()
    return log


def main(batch: int, n: int) -> None:
    rng = random.Random(n)
    log = opening.newest_log() or first()
    warm = stored(batch, rng)
    sequencer.append(log, Head.objects.get(pk=1), warm)
    facts = stored(n, rng)
    began, spent = time.perf_counter(), time.process_time()
    for at in range(0, n, batch):
        sequencer.append(log, Head.objects.get(pk=1), facts[at : at + batch])
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    print(json.dumps({"n": n, "wall": wall, "cpu": cpu}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
