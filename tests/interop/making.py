"""A log for others to check: two levels of full tiles, cosigned by eight departments.

`main` runs in a site of its own and leaves in its folder: `known` (an earlier served checkpoint),
`proofs/` (as served), `trees.json` (roots and proofs of random sizes), and `fork` (a checkpoint of
another tree, signed with the log's own key).
"""

import datetime as dt
import json
import random

from django.db import transaction

from niangjia.blocks.ledger import log_key, opening, sequencer, services, serving, submitting
from niangjia.blocks.ledger.models import Pending, StoredFact
from niangjia.blocks.ledger.recorder import COLUMNS
from niangjia.blocks.ledger.selectors import log_vkey
from niangjia.blocks.ledger.tree import tree_of
from niangjia.core.actor import system_actor
from niangjia.core.db.bulk import insert_rows
from niangjia.lib.tlog.checkpoint import Checkpoint
from niangjia.lib.tlog.note import Note
from tests.interop.city import MixedCity

AT = dt.datetime(2020, 3, 17, 10, 20, tzinfo=dt.UTC)
SYSTEM = system_actor("tests")
N_PROOFS = 40


def add(n, rng):
    """`n` facts of random bytes and lengths are entries, under signed checkpoints."""
    refs = [rng.randbytes(16).hex() for _ in range(n)]
    rows = [
        (ref, "test.bulk/1", "test:bulk", AT, AT, rng.randbytes(rng.randrange(200)), "", b"", {})
        for ref in refs
    ]
    with transaction.atomic():
        insert_rows(StoredFact, COLUMNS, rows)
        newest = StoredFact.objects.order_by("-id").values_list("id")[:n]
        insert_rows(Pending, ("fact_id",), list(newest))
    sequence()


def sequence():
    job = sequencer.SequencerJob()
    while job.run_once():
        pass


def witnessed(city):
    """The newest checkpoint is served, with eight cosignatures."""
    city.start()
    for name in city.names:
        services.witness_address_set(SYSTEM, department=name, url=city.url(name))
    assert submitting.submit_newest()
    return serving.checkpoint_text(serving.served())


def trees(size, rng):
    """Roots and proofs of random sizes, as hex."""
    tree = tree_of(opening.newest_log())
    sizes = sorted({1, 2, 255, 256, 257, size, *(rng.randrange(1, size) for _ in range(N_PROOFS))})
    inclusion, consistency = [], []
    for within in sizes:
        index, old = rng.randrange(within), rng.randint(1, within)
        proof = tree.inclusion(index, within)
        inclusion.append([index, within, [one.hex() for one in proof]])
        proof = tree.consistency(old, within)
        consistency.append([old, within, [one.hex() for one in proof]])
    known = {*sizes, *(old for old, _new, _proof in consistency)}
    roots = {str(one): tree.root(one).hex() for one in sorted(known)}
    return {"roots": roots, "inclusion": inclusion, "consistency": consistency}


def fork(origin, size):
    """A checkpoint of another tree of that size that the log signed too."""
    text = Checkpoint(origin, size, bytes(32)).text
    return str(Note(text, (log_key.signer(origin).sign(text),)))


def main(folder, n):
    rng = random.Random(7)
    sequencer.PACE_S = 0.0
    add(1, rng)
    city = MixedCity(folder / "departments", log_vkey())
    try:
        services.policy_set(SYSTEM, text=city.policy(), resolution="联席会议〔2020〕1号")
        sequence()
        add(n // 2, rng)
        (folder / "known").write_text(witnessed(city), "utf-8")
        add(n - n // 2, rng)
        witnessed(city)
    finally:
        city.stop()
    served = serving.served()
    (folder / "proofs").mkdir()
    for index in {0, 255, 256, served.size - 1, *(rng.randrange(served.size) for _ in range(8))}:
        (folder / "proofs" / str(index)).write_text(serving.proof_file(index), "utf-8")
    (folder / "trees.json").write_text(json.dumps(trees(served.size, rng)))
    (folder / "fork").write_text(fork(served.log.origin, served.size // 2), "utf-8")
