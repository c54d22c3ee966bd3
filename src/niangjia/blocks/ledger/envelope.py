"""The envelope of a fact: open fields in plain, one root over commitments to the sealed ones.

Body (canonical JSON): v, fact (kind/version), id (random), hour (recording time rounded up to the
hour, UTC), policy (disclosure), open {..}, sealed {n, root}. The final form: golden files hold it.
"""

import base64
import datetime as dt
import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass

from niangjia.core import seal
from niangjia.core.errors import ProgrammingError
from niangjia.core.facts import ACTOR, BUSINESS, Fact, FactKind, Value
from niangjia.lib import canonical, commitment

VERSION = 1
NULL = b"null"


@dataclass(frozen=True, slots=True)
class Sealed:
    """sealed parts by slot: slot -> plain canonical bytes of {seed, values}."""

    root: bytes
    n: int
    parts: Mapping[str, bytes]


@functools.lru_cache(maxsize=8)
def hour_up(at: dt.datetime) -> str:
    """`at` rounded up to the hour, UTC: 10:00:00 stays, 10:00:01 becomes 11:00."""
    at = at.astimezone(dt.UTC)
    floor = at.replace(minute=0, second=0, microsecond=0)
    up = floor if floor == at else floor + dt.timedelta(hours=1)
    return up.strftime("%Y-%m-%dT%H:%MZ")


def commitments(
    kind: FactKind, values: Mapping[str, Value], seeds: Mapping[str, bytes]
) -> list[bytes]:
    """One commitment per sealed field in the kind's fixed order; an absent value is null."""
    plain = _plain(kind, values)
    return [
        one
        for slot, names in kind.groups
        for one in commitment.commit_all(seeds[slot], names, plain, NULL)
    ]


def _plain(kind: FactKind, values: Mapping[str, Value]) -> dict[str, bytes]:
    """Canonical bytes of the sealed values that are there, by name."""
    return {
        name: canonical.encode(values[name])
        for _slot, names in kind.groups
        for name in names
        if values.get(name) is not None
    }


def close(kind: FactKind, values: Mapping[str, Value], seeds: Mapping[str, bytes]) -> Sealed:
    """Commit to the sealed fields and pack each slot's seed and values for encryption."""
    plain = _plain(kind, values)
    leaves: list[bytes] = []
    parts = {}
    for slot, names in kind.groups:
        leaves += commitment.commit_all(seeds[slot], names, plain, NULL)
        there = {name: plain[name] for name in names if name in plain}
        seed = base64.b64encode(seeds[slot]).decode("ascii")
        parts[slot] = canonical.assemble(
            {"seed": canonical.encode(seed), "values": canonical.assemble(there)}
        )
    return Sealed(commitment.sealed_root(leaves), len(leaves), parts)


def fresh_seeds(kind: FactKind) -> dict[str, bytes]:
    return {slot: os.urandom(commitment.SEED_BYTES) for slot, _names in kind.groups}


def body(fact: Fact, ref: str, at: dt.datetime, sealed: Sealed) -> bytes:
    """Canonical bytes of the entry."""
    kind = fact.kind
    opened = {name: fact.values[name] for name in kind.open if fact.values.get(name) is not None}
    if fact.reverses:
        opened["reverses"] = fact.reverses
    return canonical.encode(
        {
            "v": VERSION,
            "fact": kind.id,
            "id": ref,
            "hour": hour_up(at),
            "policy": kind.policy,
            "open": opened,
            "sealed": {"n": sealed.n, "root": sealed.root.hex()},
        }
    )


def check_fields(fact: Fact) -> None:
    """Every field given is declared, and every personal slot in use has an owner."""
    unknown = fact.values.keys() - fact.kind.names
    if unknown:
        raise ProgrammingError(f"{fact.kind.id} has no fields {sorted(unknown)}")
    if BUSINESS not in fact.owners:
        raise ProgrammingError(f"{fact.kind.id} names no owner of its business values")
    for slot, names in fact.kind.personal.items():
        if slot not in fact.owners and any(fact.values.get(name) for name in names):
            raise ProgrammingError(f"{fact.kind.id} names no owner of its slot {slot}")


def encrypt(fact: Fact, sealed: Sealed, actor_owner: str) -> tuple[bytes, dict[str, str]]:
    """(business part, personal parts by slot in base64), each under its owner's key."""
    business = seal.seal(fact.owners[BUSINESS], sealed.parts[BUSINESS])
    personal = {}
    for slot, part in sealed.parts.items():
        if slot == BUSINESS:
            continue
        owner = actor_owner if slot == ACTOR else fact.owners.get(slot, fact.owners[BUSINESS])
        personal[slot] = base64.b64encode(seal.seal(owner, part)).decode("ascii")
    return business, personal


def open_part(sealed: bytes) -> tuple[bytes, dict[str, Value]]:
    """(seed, values) of a sealed part. Raises seal.Erased, also where a repair brought back the
    entry alone."""
    if not sealed:
        raise seal.Erased("recovered")
    plain = canonical.reread(seal.unseal(sealed))
    if not isinstance(plain, dict):
        raise ValueError("sealed part is not an object")
    return base64.b64decode(plain["seed"]), plain["values"]
