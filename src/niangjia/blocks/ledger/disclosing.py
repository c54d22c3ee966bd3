"""Single sealed fields of an entry shown with their salts; also where others were erased."""

import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from niangjia.blocks.ledger import envelope
from niangjia.blocks.ledger.models import KeptCommitments, StoredFact
from niangjia.core import seal
from niangjia.core.facts import BUSINESS, Value, kind_of
from niangjia.lib import canonical, commitment, pack
from niangjia.lib.tlog.hashing import HASH_BYTES

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Opened:
    """What of a fact can be opened. seeds: slot -> 32 bytes; kept: slot -> commitments."""

    seeds: Mapping[str, bytes]
    values: Mapping[str, Value]
    kept: Mapping[str, list[bytes]]


def open_fact(fact: StoredFact) -> Opened:
    """Every slot whose key is there, and the kept commitments of those whose key is not."""
    parts = {BUSINESS: bytes(fact.sealed_business)}
    parts |= {slot: base64.b64decode(part) for slot, part in fact.sealed_personal.items()}
    seeds: dict[str, bytes] = {}
    values: dict[str, Value] = {}
    for slot, part in parts.items():
        try:
            seeds[slot], found = envelope.open_part(part)
        except seal.Erased:
            continue
        values |= found
    kept = {one.slot: _split(bytes(one.data)) for one in fact.kept.all()}
    return Opened(seeds, values, kept)


def _split(data: bytes) -> list[bytes]:
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def disclosable(fact: StoredFact, opened: Opened) -> tuple[str, ...]:
    """Names of the business fields that have a value and can be opened. Personal ones are shown to
    nobody outside."""
    if BUSINESS not in opened.seeds:
        return ()
    names = dict(kind_of(fact.kind).groups)[BUSINESS]
    return tuple(name for name in names if opened.values.get(name) is not None)


def disclose(fact: StoredFact, opened: Opened, index: int, wanted: Collection[str]) -> bytes | None:
    """The pack's disclosure of these fields of the entry at `index` of its log; None if none.

    Raises pack.CannotDisclose.
    """
    if not wanted:
        return None
    groups = kind_of(fact.kind).groups
    return pack.disclose(index, groups, opened.seeds, opened.values, wanted, opened.kept)


def keep_commitments(key_id: int) -> None:
    """Before a key is destroyed: the commitments of what it seals are kept, so that the other
    fields of those entries can still be shown. Again and again with the same outcome."""
    mark = base64.b64encode(key_id.to_bytes(8, "big"))[:10].decode("ascii")
    rows = StoredFact.objects.filter(sealed_personal__icontains=mark).order_by("id")
    for fact in rows.iterator(chunk_size=CHUNK):
        there = set(fact.kept.values_list("slot", flat=True))
        for slot, part in fact.sealed_personal.items():
            sealed = base64.b64decode(part)
            if int.from_bytes(sealed[:8], "big") == key_id and slot not in there:
                KeptCommitments.objects.create(
                    fact=fact, slot=slot, data=_leaves(fact, slot, sealed)
                )


def _leaves(fact: StoredFact, slot: str, sealed: bytes) -> bytes:
    seed, values = envelope.open_part(sealed)
    names = dict(kind_of(fact.kind).groups)[slot]
    plain = {name: canonical.encode(values[name]) for name in names if values.get(name) is not None}
    return b"".join(commitment.commit_all(seed, names, plain, envelope.NULL))
