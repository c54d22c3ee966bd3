"""Who owns the database, the server, the log's key and one witness's key changes things at random.

Every change under a checkpoint that five of eight cosigned is found by `audit --known` and never
makes a pack that verifies; what lies behind it is said to be uncovered; nothing honest is accused.
"""

import datetime as dt
import os
import random
import time

import pytest
from django.db import connection, transaction

from niangjia.blocks.ledger import cosigning, opening, policies, services, serving
from niangjia.blocks.ledger.auditing import audit
from niangjia.blocks.ledger.models import Checkpoint, Cosignature, Entry, StoredFact
from niangjia.blocks.ledger.tests.test_ledger import fact, record, sequence
from niangjia.core.actor import system_actor
from niangjia.lib import canonical, pack
from niangjia.lib.tlog import keys, note, proofs
from niangjia.lib.tlog.checkpoint import Checkpoint as Signed
from niangjia.lib.tlog.hashing import Frontier, leaf_hash, root_of
from niangjia.lib.tlog.keys import COSIGNATURE, Signer
from niangjia.lib.tlog.note import Note
from niangjia.witness import verify

pytestmark = [pytest.mark.slow, pytest.mark.django_db(databases=["default", "keys"])]
SYSTEM = system_actor("tests")
WITNESSES = [Signer(f"w{i}.example", COSIGNATURE, bytes([i]) * 32) for i in range(1, 9)]
NAMES = [f"d{i}" for i in range(1, 9)]
N_CHANGES = int(os.environ.get("NIANGJIA_ATTACKS", "2000"))
WHEN = dt.datetime(2020, 3, 17, tzinfo=dt.UTC)
COVERED, TAIL = 17, 5
GUARDED = ("storedfact", "entry", "log", "tile", "checkpoint", "cosignature", "policy", "published")


def policy_text(log):
    lines = [f"log {keys.vkey(policies.log_signer(log).key)}"]
    for name, one in zip(NAMES, WITNESSES, strict=True):
        lines += [f"witness key-{name} {keys.vkey(one.key)}", f"group {name} any key-{name}"]
    return "\n".join([*lines, f"group five 5 {' '.join(NAMES)}", "quorum five", ""])


def cosign(row, witnesses, at):
    text = note.parse(row.note.encode()).text
    lines = tuple(one.sign(text, at) for one in witnesses)
    cosigning.keep(row, note.verified(Note(text, lines), [one.key for one in witnesses]))


@pytest.fixture
def victim():
    """(what an outsider kept, number of entries under it): a log with an uncovered tail, whose
    database no longer guards itself."""
    record(fact(0))
    sequence()
    log = opening.newest_log()
    services.policy_set(SYSTEM, text=policy_text(log), resolution="联席会议〔2020〕1号")
    sequence()
    record(*[fact(n) for n in range(COVERED - 2)])
    sequence()
    cosign(cosigning.newest_checkpoint(log), WITNESSES, 1_600_000_000)
    for n in range(TAIL):
        record(fact(n, subject="test:tail"))
        sequence()
    known = serving.checkpoint_text(serving.served()).encode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            if any(name.startswith(f"ledger_{table}_no_") for table in GUARDED):
                cursor.execute(f"DROP TRIGGER {name}")
    return known


def sql(text, *values):
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.rowcount


def rebuilt(log, bodies, kept=0):
    """The attacker's log over these bodies, all of a piece: hashes, a checkpoint, one witness. What
    stands under the checkpoint of `kept` entries is left alone."""
    if not kept:
        sql("DELETE FROM ledger_published")
        sql("DELETE FROM ledger_cosignature")
    sql("DELETE FROM ledger_checkpoint WHERE size > %s", kept)
    sql('DELETE FROM ledger_entry WHERE "index" >= %s', kept)
    frontier = Frontier()
    leaves = [leaf_hash(body) for _id, body in bodies]
    for leaf in leaves:
        frontier.append(leaf)
    with connection.cursor() as cursor:
        cursor.executemany(
            'INSERT INTO ledger_entry ("index", fact_id, leaf_hash, sequenced_at)'
            " VALUES (%s, %s, %s, '2020-03-17')",
            [(i, bodies[i][0], leaves[i]) for i in range(kept, len(bodies))],
        )
        cursor.executemany(
            "UPDATE ledger_storedfact SET body = %s WHERE id = %s",
            [(body, fact_id) for fact_id, body in bodies[kept:]],
        )
    sql("UPDATE ledger_head SET size = %s, frontier = %s", frontier.size, frontier.to_bytes())
    if frontier.size == kept:
        return None
    signed = Signed(log.origin, frontier.size, frontier.root())
    row = Checkpoint.objects.create(
        log=log,
        previous=Checkpoint.objects.order_by("-size").first(),
        size=signed.size,
        root=signed.root,
        note=str(Note(signed.text, (policies.log_signer(log).sign(signed.text),))),
        signed_at=WHEN,
    )
    line = WITNESSES[0].sign(signed.text, 1_600_000_001)
    Cosignature.objects.create(
        checkpoint=row,
        key_name=line.name,
        key_id=line.key_id.hex(),
        at=1_600_000_001,
        line=line.line,
        received_at=WHEN,
    )
    return row


def changed_body(rng, body):
    """The same entry with another open month, hour or sealed root: still a valid one."""
    fresh = _varied(rng, body)
    while fresh == body:
        fresh = _varied(rng, body)
    return fresh


def _varied(rng, body):
    value = canonical.decode(body)
    how = rng.choice(("month", "hour", "root"))
    if how == "month":
        value["open"]["month"] = f"20{rng.randrange(10, 30)}-{rng.randrange(1, 13):02}"
    elif how == "hour":
        value["hour"] = f"2020-03-{rng.randrange(18, 30)}T{rng.randrange(24):02}:00Z"
    else:
        value["sealed"]["root"] = rng.randbytes(32).hex()
    return canonical.encode(value)


def bodies_now():
    rows = Entry.objects.order_by("index").values_list("fact_id", "fact__body")
    return [(fact_id, bytes(body)) for fact_id, body in rows]


def rewrite(rng, first, n):
    """A consistent rewrite that changes entries [first, n); returns the new bodies."""
    bodies = bodies_now()
    at = rng.randrange(first, n)
    how = rng.choice(("edit", "delete", "reorder", "insert", "roll back", "fork", "replay"))
    if how == "edit":
        bodies[at] = (bodies[at][0], changed_body(rng, bodies[at][1]))
    elif how == "delete":
        del bodies[at]
    elif how == "reorder":
        other = rng.choice([i for i in range(first, n) if i != at])
        bodies[at], bodies[other] = bodies[other], bodies[at]
    elif how in ("insert", "replay"):
        source = bodies[rng.randrange(len(bodies))]
        value = canonical.decode(source[1]) | {"id": rng.randbytes(16).hex()}
        data = canonical.encode(value) if how == "insert" else source[1]
        bodies.insert(at, (copied(source[0], value["id"]), data))
    elif how == "roll back":
        bodies = bodies[:at]
    else:
        bodies[at:] = [(i, changed_body(rng, body)) for i, body in bodies[at:]]
    return how, bodies


def copied(fact_id, ref):
    row = StoredFact.objects.get(pk=fact_id)
    row.pk, row.ref = None, ref
    row.save(force_insert=True)
    return row.pk


CRUDE = {
    "a body": ("UPDATE ledger_storedfact SET body = %s WHERE id = %s", "body"),
    "a leaf hash": ("UPDATE ledger_entry SET leaf_hash = %s WHERE fact_id = %s", "hash"),
    "an entry away": ("DELETE FROM ledger_entry WHERE fact_id = %s", None),
    "sealed values": ("UPDATE ledger_storedfact SET sealed_business = %s WHERE id = %s", "hash"),
    "a kind": ("UPDATE ledger_storedfact SET kind = %s WHERE id = %s", "kind"),
    "a reversal": ("UPDATE ledger_storedfact SET reverses = %s WHERE id = %s", "ref"),
}


def crude(rng):
    """A change of one value, nothing else put right; returns how."""
    how = rng.choice(list(CRUDE))
    text, kind = CRUDE[how]
    fact_id, body = rng.choice(bodies_now()[:COVERED])
    value = {
        "body": lambda: changed_body(rng, body),
        "hash": lambda: rng.randbytes(32),
        "kind": lambda: "test.other/1",
        "ref": lambda: rng.randbytes(16).hex(),
    }.get(kind)
    sql(text, *([value()] if value else []), fact_id)
    return how


def packed(log, row, bodies):
    """The attacker's evidence pack of one entry under his own checkpoint."""
    leaves = [leaf_hash(body) for _id, body in bodies]
    node = lambda level, n: root_of(leaves[n << level : (n + 1) << level])  # noqa: E731
    index = min(3, len(bodies) - 1)
    found = pack.Pack(
        title="伪造",
        made_at=WHEN,
        checkpoint=str(cosigning.cosigned_note(row)).encode(),
        policy=policy_text(log),
        records=[pack.Record(index, bodies[index][1], proofs.inclusion(index, len(bodies), node))],
    )
    return b"".join(found.chunks())


class Attack:
    """One change after another, each undone; what was missed, and who was accused wrongly."""

    def __init__(self, known, seed):
        self.known, self.rng = known, random.Random(seed)
        self.log = opening.newest_log()
        self.trusted = policies.at(self.log, COVERED).main.sha256
        self.n = dict.fromkeys(("rewrite", "crude", "tail", "honest", "packs"), 0)
        self.missed, self.accused = [], []

    def once(self):
        before = transaction.savepoint()
        kind = self.rng.choices(("rewrite", "crude", "tail", "honest"), (60, 25, 10, 5))[0]
        self.n[kind] += 1
        getattr(self, kind)()
        transaction.savepoint_rollback(before)

    def rewrite(self):
        covered = [body for _id, body in bodies_now()[:COVERED]]
        how, bodies = rewrite(self.rng, 0, COVERED)
        if [body for _id, body in bodies[:COVERED]] == covered:
            return  # the last covered entry once more behind itself: nothing under it changed
        row = rebuilt(self.log, bodies)
        if not audit(self.known, sealed=False).faults:
            self.missed.append(("rewrite", how))
        if self.n["rewrite"] % 20 == 0 and row is not None:
            self.n["packs"] += 1
            outside = verify.Outside(policy_sha256=self.trusted)
            told, _checker = verify.verify_pack(packed(self.log, row, bodies), outside)
            if told["verdict"] != "false":
                self.missed.append(("pack", how))

    def crude(self):
        how = crude(self.rng)
        if not audit(self.known, sealed=True).faults:
            self.missed.append(("crude", how))

    def tail(self):
        """What no witness has seen can be rewritten; then it is not said to be witnessed."""
        how, bodies = rewrite(self.rng, COVERED, COVERED + TAIL)
        rebuilt(self.log, bodies, kept=COVERED)
        found = audit(self.known, sealed=False)
        faults = [one for one in found.faults if "neither in the log" not in one]
        if faults or (found.n_witnessed, found.size) != (COVERED, len(bodies)):
            self.accused.append(("tail", how, found))

    def honest(self):
        record(fact(self.rng.randrange(10**6)))
        sequence()
        found = audit(self.known, sealed=False)
        if found.faults or (found.n_witnessed, found.size) != (COVERED, COVERED + TAIL + 1):
            self.accused.append(("honest", found))


def test_changes_under_a_cosigned_checkpoint_are_found_and_no_honest_log_is_accused(victim):
    begun = time.monotonic()
    attack = Attack(victim, 20200317)
    for _ in range(N_CHANGES):
        attack.once()
    print(
        f"\n{N_CHANGES} changes in {time.monotonic() - begun:.0f} s: {attack.n};"
        f" missed {len(attack.missed)}, false alarms {len(attack.accused)}"
    )
    assert attack.missed == [] and attack.accused == []
    assert min(attack.n.values()) > 0
