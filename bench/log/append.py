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
from niangjia.blocks.ledger import opening, sequencer  # noqa: E402
from niangjia.blocks.ledger.models import Head  # noqa: E402


def main(batch: int, n: int) -> None:
    rng = random.Random(n)
    log = opening.newest_log() or opening.open_first()
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
