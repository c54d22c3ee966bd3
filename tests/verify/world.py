"""A log, eight departments, and packs of it: everything from fixed seeds."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from niangjia.lib import canonical, zipped
from niangjia.lib.commitment import sealed_root
from niangjia.lib.pack import Pack, Record, disclose, leaves_of
from niangjia.lib.tlog import hashing, keys, note, proofs
from niangjia.lib.tlog.checkpoint import Checkpoint
from niangjia.lib.tlog.request import AddCheckpoint

NOW = 1_584_410_700  # 2020-03-17 02:05 UTC
MADE_AT = dt.datetime(2020, 3, 17, 2, 5, tzinfo=dt.UTC)
GROUPS = (
    ("business", ("amount_fen", "document_sha256", "items", "note", "voucher")),
    ("contact", ("contact_name", "contact_phone")),
    ("actor", ("actor_name", "actor_organisation", "actor_person", "actor_role")),
)
ORIGIN = "log.example/city"
EVIDENCE = b"%PDF-1.7 an invoice"


def seed(*words):
    return sha256("/".join(map(str, words)).encode()).digest()


def values_of(index):
    return {
        "amount_fen": 100 * index + 1,
        "document_sha256": sha256(EVIDENCE).hexdigest(),
        "items": [{"name": "木耳", "n": index}, {"name": 'a "quoted" \\ \n name', "n": -index}],
        "note": "第一批 🍄 é" if index % 2 else None,
        "contact_name": "张三",
        "actor_name": "李四",
        "actor_role": "clerk",
    }


def seeds_of(index):
    return {slot: seed("salt", index, slot) for slot, _names in GROUPS}


def body(index, kind, opened):
    leaves = leaves_of(GROUPS, seeds_of(index), values_of(index), {})
    return canonical.encode(
        {
            "v": 1,
            "fact": kind,
            "id": seed("id", index).hex()[:32],
            "hour": "2020-03-17T03:00Z",
            "policy": "demonstration-2020-03",
            "open": opened,
            "sealed": {"n": len(leaves), "root": sealed_root(leaves).hex()},
        }
    )


@dataclass(frozen=True)
class World:
    """names: the witnesses; quorum: how many of them; absent: who does not cosign."""

    names: tuple[str, ...] = tuple(f"dept-{n}" for n in range(1, 9))
    quorum: int = 5
    size: int = 21
    absent: frozenset[str] = frozenset()

    @cached_property
    def log(self):
        return keys.Signer(ORIGIN, keys.ED25519, seed("log"))

    @cached_property
    def witnesses(self):
        return {
            name: keys.Signer(f"{name}.example/w", keys.COSIGNATURE, seed("witness", name))
            for name in self.names
        }

    @cached_property
    def policy(self):
        lines = ["# who vouches for the log", f"log {keys.vkey(self.log.key)} https://log.example/"]
        for name, signer in self.witnesses.items():
            lines.append(f"witness\t{name} {keys.vkey(signer.key)}")
        if self.quorum:
            lines += [f"group departments {self.quorum} {' '.join(self.names)}", ""]
        lines.append(f"quorum {'departments' if self.quorum else 'none'}")
        return "\n".join(lines) + "\n"

    @cached_property
    def entries(self):
        found = []
        for index in range(self.size):
            if index == 3:
                opened = {"policy_sha256": sha256(self.policy.encode()).hexdigest()}
                found.append(body(index, "ledger.policy/1", opened))
            else:
                found.append(body(index, "purchase.recorded/1", {"month": "2020-03", "n": index}))
        return found

    @cached_property
    def leaves(self):
        return hashing.leaf_hashes(self.entries)

    def node(self, level, n):
        return hashing.root_of(self.leaves[n << level : (n + 1) << level])

    def head(self, size=None):
        size = self.size if size is None else size
        return Checkpoint(ORIGIN, size, hashing.root_of(self.leaves[:size]))

    def cosign(self, head, *, log=None, absent=None, at=NOW):
        """The note of a head: signed by the log, then by the witnesses, a minute apart."""
        lines = [(log or self.log).sign(head.text)]
        for minutes, (name, signer) in enumerate(self.witnesses.items(), 1):
            if name not in (self.absent if absent is None else absent):
                lines.append(signer.sign(head.text, at - 60 * minutes))
        return note.Note(head.text, tuple(lines))

    def known(self, old, new):
        """A consistency file from size old to new, and the older checkpoint."""
        proof = proofs.consistency(old, new, self.node)
        request = AddCheckpoint(old, tuple(proof), self.cosign(self.head(new)))
        return bytes(request), str(self.cosign(self.head(old))).encode()

    def record(self, index, wanted=(), size=None):
        hashes = proofs.inclusion(index, size or self.size, self.node)
        shown = None
        if wanted:
            shown = disclose(index, GROUPS, seeds_of(index), values_of(index), wanted)
        return Record(index, self.entries[index], hashes, shown)

    def pack(self, records, *, size=None, **more):
        signed = str(self.cosign(self.head(size))).encode()
        given = {"title": "2020年3月 第1号", "made_at": MADE_AT, **more}
        return Pack(checkpoint=signed, policy=self.policy, records=records, **given)


def built(pack):
    return b"".join(pack.chunks())


def evidence(data=EVIDENCE, suffix=".pdf"):
    return zipped.evidence(lambda: (data[:5], data[5:]), suffix)


WANTED = ("amount_fen", "document_sha256", "items", "note", "contact_phone", "actor_role")


def full(world):
    """A pack with everything in it."""
    signed = str(world.cosign(world.head()))
    stamp = b"\x30\x82" + sha256(signed.rpartition("\n\n")[0].encode() + b"\n").digest() + b"\0"
    records = [world.record(3), world.record(7, WANTED), world.record(20, ("voucher",))]
    return world.pack(
        records,
        policy_entry=3,
        evidence=(evidence(),),
        timestamp=stamp,
        readme=b"Read me.\r\n",
        report=b"<p>report</p>",
    )


def small(world):
    """A pack of one record."""
    return world.pack([world.record(7, ("amount_fen",))])
