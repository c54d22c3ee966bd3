"""Evidence packs (核查资料包): entries, proofs, disclosed values and files that verify offline.

docs/pack.md is the format. `niangjia/witness/verify.py` reads it and shares no line with this file.
"""

import base64
import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from niangjia.lib import canonical, commitment
from niangjia.lib.tlog import hashing, note, proofs
from niangjia.lib.tlog.checkpoint import Checkpoint, of_note
from niangjia.lib.tlog.proof_file import ProofFile
from niangjia.lib.zipped import BadPack, Member, member, written

VERSION = 1
NULL = b"null"
Groups = Sequence[tuple[str, Sequence[str]]]


class CannotDisclose(ValueError):
    """The field is not sealed in this entry, or what it takes to show it is gone."""


@dataclass(frozen=True, slots=True)
class Record:
    """An entry of the log. data: its canonical bytes; hashes: its inclusion proof under the pack's
    checkpoint; disclosure: as `disclose` wrote it."""

    index: int
    data: bytes
    hashes: Sequence[bytes]
    disclosure: bytes | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """What goes in. checkpoint: the cosigned note; policy: text of the policy in force.

    policy_entry: index of the entry that put it in force, one of the records. made_at: with a
    zone. evidence: see `zipped.evidence`. timestamp: RFC 3161 reply over the checkpoint's text.
    """

    title: str
    made_at: dt.datetime
    checkpoint: bytes
    policy: str
    records: Sequence[Record]
    policy_entry: int | None = None
    evidence: Sequence[Member] = ()
    timestamp: bytes | None = None
    readme: bytes | None = None
    report: bytes | None = None

    def chunks(self) -> Iterator[bytes]:
        """The file. Raises BadPack, BadProof, BadNote: nothing false leaves the house."""
        return written(self.members())

    def members(self) -> list[Member]:
        """All members, the manifest first. Raises BadPack, BadProof, BadNote."""
        signed = note.parse(self.checkpoint)
        texts = (("README.txt", self.readme), ("report.html", self.report))
        optional = (*texts, ("timestamp.tsr", self.timestamp))
        rest = [member("checkpoint", self.checkpoint), member("policy", self.policy.encode())]
        rest += [member(name, data) for name, data in optional if data is not None]
        for record in sorted(self.records, key=lambda one: one.index):
            rest += _of_record(record, signed)
        rest += sorted(self.evidence, key=lambda one: one.name)
        return [member("manifest.json", self._manifest(of_note(signed), rest)), *rest]

    def _manifest(self, head: Checkpoint, rest: Sequence[Member]) -> bytes:
        entries = sorted(one.index for one in self.records)
        if not entries or len(set(entries)) != len(entries):
            raise BadPack("a pack has entries, each once")
        if self.policy_entry not in (None, *entries):
            raise BadPack("the entry that put the policy in force is not in the pack")
        value: dict[str, object] = {
            "v": VERSION,
            "origin": head.origin,
            "size": head.size,
            "root": head.root.hex(),
            "policy_sha256": sha256(self.policy.encode()).hexdigest(),
            "made_at": self.made_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%MZ"),
            "title": self.title,
            "entries": entries,
            "files": {one.name: one.sha256 for one in rest},
        }
        if self.policy_entry is not None:
            value["policy_entry"] = self.policy_entry
        return canonical.encode(value, limit=None)


def _of_record(record: Record, signed: note.Note) -> Iterator[Member]:
    canonical.decode(record.data)
    proof = ProofFile(record.index, tuple(record.hashes), signed)
    proof.check(hashing.leaf_hash(record.data))
    yield member(f"entries/{record.index}.json", record.data)
    yield member(f"proofs/{record.index}.tlog-proof", str(proof).encode())
    if record.disclosure is not None:
        yield member(f"disclosures/{record.index}.json", record.disclosure)


def leaves_of(
    groups: Groups,
    seeds: Mapping[str, bytes],
    values: Mapping[str, object],
    kept: Mapping[str, Sequence[bytes]],
) -> list[bytes]:
    """Commitments to all sealed fields in the kind's fixed order.

    groups: (slot, names) as `FactKind.groups` has them. seeds: slot -> 32 bytes. kept: slot ->
    commitments, for slots whose seed is erased. Raises CannotDisclose if a slot has neither.
    """
    plain = {
        name: canonical.encode(values[name])
        for slot, names in groups
        if slot in seeds
        for name in names
        if values.get(name) is not None
    }
    leaves: list[bytes] = []
    for slot, names in groups:
        if slot in seeds:
            leaves += commitment.commit_all(seeds[slot], names, plain, NULL)
        elif len(kept.get(slot, ())) == len(names):
            leaves += kept.get(slot, ())
        else:
            raise CannotDisclose(f"neither the seed of {slot} nor its commitments are there")
    return leaves


def disclose(
    index: int,
    groups: Groups,
    seeds: Mapping[str, bytes],
    values: Mapping[str, object],
    wanted: Collection[str],
    kept: Mapping[str, Sequence[bytes]] | None = None,
) -> bytes:
    """A pack's disclosure of the entry at `index`: the `wanted` fields, each with salt and path.

    An absent value is shown as null. Raises CannotDisclose.
    """
    leaves = hashing.leaf_hashes(leaves_of(groups, seeds, values, kept or {}))
    there = {name for slot, names in groups if slot in seeds for name in names}
    missing = sorted(set(wanted) - there)
    if missing or not wanted:
        raise CannotDisclose(f"not sealed here, or erased: {', '.join(missing)}")
    fields = _fields(groups, seeds, values, wanted, leaves)
    shown = {"v": VERSION, "index": index, "n": len(leaves), "fields": fields}
    return canonical.encode(shown, limit=None)


def _fields(
    groups: Groups,
    seeds: Mapping[str, bytes],
    values: Mapping[str, object],
    wanted: Collection[str],
    leaves: Sequence[bytes],
) -> list[dict[str, object]]:
    fields: list[dict[str, object]] = []
    place = 0
    for slot, names in groups:
        salts = commitment.salts(seeds[slot], len(names)) if slot in seeds else []
        for within, name in enumerate(names):
            if name in wanted:
                path = proofs.inclusion(place, len(leaves), _node_of(leaves))
                fields.append(
                    {
                        "name": name,
                        "place": place,
                        "salt": base64.b64encode(salts[within]).decode("ascii"),
                        "value": values.get(name),
                        "path": [base64.b64encode(one).decode("ascii") for one in path],
                    }
                )
            place += 1
    return fields


def _node_of(leaves: Sequence[bytes]) -> proofs.NodeReader:
    def node(level: int, n: int) -> bytes:
        return hashing.root_of(leaves[n << level : (n + 1) << level])

    return node
