"""Proofs and the audit of a large log, made here in bulk: `reading.py N`. Prints one JSON object.

The facts, entries, tiles and checkpoints are those that the sequencer would leave; entries have 930
random bytes. Proofs: random entries of the newest tree, warm. Audit: sealed values stay closed.
"""

import hashlib
import json
import os
import random
import resource
import statistics
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
django.setup()

from django.db import connection  # noqa: E402

from bench.log.facts import stored  # noqa: E402
from niangjia.blocks.ledger import opening, sequencer  # noqa: E402
from niangjia.blocks.ledger.auditing import audit  # noqa: E402
from niangjia.blocks.ledger.models import Head  # noqa: E402
from niangjia.blocks.ledger.tree import tree_of  # noqa: E402

CHUNK, ROUNDS, PER_ROUND = 4096, 5, 3000


def fill(n: int) -> None:
    """A log of `n` entries."""
    rng, log = random.Random(n), opening.newest_log() or opening.open_first()
    for at in range(0, n, CHUNK):
        facts = stored(min(CHUNK, n - at), rng)
        sequencer.append(log, Head.objects.get(pk=1), facts)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def proofs(n: int) -> dict[str, float]:
    """Proofs per CPU second, median of the rounds, and what memory the tiles took."""
    rng, tree, before = random.Random(1), tree_of(opening.newest_log()), peak_mb()  # type: ignore[arg-type]
    for index in range(0, n, 256):  # warm: each tile once
        tree.inclusion(index, n)
    speeds = []
    for _ in range(ROUNDS):
        spent = time.process_time()
        for _ in range(PER_ROUND):
            tree.inclusion(rng.randrange(n), n)
        speeds.append(PER_ROUND / (time.process_time() - spent))
    return {"proofs_per_cpu_s": statistics.median(speeds), "cache_mb": peak_mb() - before}


def audits(n: int) -> dict[str, float]:
    """Entries per CPU second of an audit, and of reading and hashing the same bytes alone."""
    spent = time.process_time()
    result = audit(sealed=False)
    ours = time.process_time() - spent
    if result.faults or result.size != n:
        raise RuntimeError(str(result)[:500])
    spent = time.process_time()
    with connection.cursor() as cursor:
        for at in range(0, n, CHUNK):
            cursor.execute(
                'SELECT e."index", f.body FROM ledger_entry e JOIN ledger_storedfact f'
                ' ON f.id = e.fact_id WHERE e."index" >= %s AND e."index" < %s',
                [at, at + CHUNK],
            )
            for _index, body in cursor.fetchall():
                hashlib.sha256(body).digest()
    bare = time.process_time() - spent
    return {"audit_per_cpu_s": n / ours, "bare_per_cpu_s": n / bare}


def main(n: int) -> None:
    fill(n)
    print(json.dumps({"n": n, **proofs(n), **audits(n)}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
