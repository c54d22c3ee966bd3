"""Golden files: the bytes of each kind of fact are as they were, for ever.

A kind never changes; what must change becomes the next version beside it. To add a kind's file
once: NIANGJIA_WRITE_GOLDEN=1 pytest tests/architecture/test_golden_facts.py
"""

import datetime as dt
import hashlib
import os
from pathlib import Path

import pytest

from niangjia.blocks.ledger import envelope
from niangjia.core.facts import ACTOR_FIELDS, BUSINESS, Fact, declared_kinds
from niangjia.lib import canonical
from niangjia.lib.tlog.hashing import leaf_hash

GOLDEN = Path(__file__).parent / "golden"
AT = dt.datetime(2020, 3, 17, 2, 20, tzinfo=dt.UTC)
KINDS = [kind for kind in declared_kinds() if not kind.name.startswith("test.")]


def body_of(kind):
    """The body of a fact whose every field has a fixed value, under fixed seeds."""
    names = [*kind.open, *(name for _slot, fields in kind.groups for name in fields)]
    values = {
        name: number if name.endswith(("_fen", "_milli", "n")) else f"值-{name}"
        for number, name in enumerate(names, 1)
    }
    fact = Fact(
        kind,
        "golden",
        AT,
        {name: value for name, value in values.items() if name not in ACTOR_FIELDS},
        {BUSINESS: "org:golden"},
        reverses="f" * 32 if kind.name.endswith("reversed") else None,
    )
    seeds = {slot: hashlib.sha256(slot.encode()).digest() for slot, _fields in kind.groups}
    return envelope.body(fact, "0" * 32, AT, envelope.close(kind, values, seeds))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_bytes_are_as_they_were(kind):
    path = GOLDEN / f"{kind.name}-{kind.version}.json"
    data = body_of(kind)
    if os.environ.get("NIANGJIA_WRITE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        path.write_bytes(data)
    assert path.read_bytes() == data
    assert canonical.decode(data)["fact"] == kind.id


def test_every_golden_file_has_its_kind():
    names = {f"{kind.name}-{kind.version}.json" for kind in KINDS}
    assert {path.name for path in GOLDEN.iterdir()} == names


def test_leaf_hashes_are_as_they_were():
    together = hashlib.sha256()
    for kind in KINDS:
        together.update(leaf_hash(body_of(kind)))
    expected = "ec695ddcbbcd7ed9364e6c69279fc52c5eb908dff562f6d082bf1d348cf8b03a"
    assert together.hexdigest() == expected
