"""Thousands of packs that were tampered with: both verifiers say the same, and never `verified`
where something that the pack says is not what the log says."""

import json
import random
from collections import Counter

import pytest

from tests.verify import json_mutations, known_mutations, raw_zip, zip_mutations
from tests.verify.draft import Draft
from tests.verify.world import built, full

KINDS = {**zip_mutations.KINDS, **json_mutations.KINDS, **known_mutations.KINDS}
EACH, EACH_SLOW = 3, 36


@pytest.fixture(scope="session")
def original(world):
    return built(full(world))


@pytest.fixture(scope="session")
def truth(both, world, original):
    """What a verified pack may say at most."""
    draft = Draft(original, world)
    return both(original, draft.outside)


def assert_says_only_what_is_true(result, pack, world, truth):
    """A verified pack: entries of the log, values that were sealed, departments that signed."""
    for name in ("origin", "size", "policy_sha256"):
        assert result[name] == truth[name]
    assert result["cosigned"].items() <= truth["cosigned"].items()
    assert all(one in truth["disclosed"] for one in result["disclosed"])
    members = dict(raw_zip.read(pack))
    for index in json.loads(members["manifest.json"])["entries"]:
        assert members[f"entries/{index}.json"] == world.entries[index]


def run(kind, tries, both, world, original, truth):
    code, mutate = KINDS[kind]
    verdicts = Counter()
    for number in range(tries):
        rng = random.Random(f"{kind} {number}")
        draft = Draft(original, world)
        pack = mutate(draft, rng) or draft.bytes()
        if pack == original and draft.outside == Draft(original, world).outside:
            continue
        result = both(pack, draft.outside)
        codes = {reason[0] for reason in result["reasons"]}
        verdicts[result["verdict"]] += 1
        if result["verdict"] == "verified":
            assert code == "", (kind, number)
            assert_says_only_what_is_true(result, pack, world, truth)
        elif code:
            assert code in codes, (kind, number, result["reasons"])
        else:
            assert code is None, (kind, number, result["reasons"])
    return verdicts


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_tampered_with_is_told(kind, both, world, original, truth):
    assert run(kind, EACH, both, world, original, truth)


@pytest.mark.slow
def test_thousands_of_packs_that_were_tampered_with(both, world, original, truth):
    total = Counter()
    for kind in KINDS:
        tries = EACH_SLOW * (5 if KINDS[kind][0] is None else 1)
        total += run(kind, tries, both, world, original, truth)
    print(f"\n{total.total()} packs of {len(KINDS)} kinds: {dict(total)}")
    assert total.total() >= 3000
