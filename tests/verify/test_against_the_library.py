"""The witness's library and the auditor's verifier judge notes, proofs and policies alike."""

import random
from collections import Counter

import pytest

from niangjia.lib.tlog import note, policy, proof_file
from niangjia.lib.tlog.checkpoint import of_note
from niangjia.lib.tlog.hashing import leaf_hash
from niangjia.lib.tlog.proofs import BadProof
from niangjia.witness import verify
from tests.verify.draft import Draft
from tests.verify.known_mutations import KINDS
from tests.verify.world import World, built, full

TRIES = 40
# A key off the curve: the library finds out when it verifies, the verifier when it reads. A time
# beyond 2^53-1 s: the verifier's answer could not state it.
STRICTER = {"signed: key that anyone can use", "signed: cosignature beyond all time"}


def library_says(draft):
    """(reads the policy, reads the checkpoint, accepts it under the policy)."""
    try:
        rules = policy.parse(draft.members["policy"].decode())
    except policy.BadPolicy:
        rules = None
    try:
        signed = note.parse(draft.members["checkpoint"])
        of_note(signed)
    except note.BadNote:
        signed = None
    try:
        accepted = rules.check(signed) if rules and signed else None
    except (note.BadNote, policy.NoQuorum):
        accepted = None
    return rules is not None, signed is not None, accepted


def verifier_says(draft):
    read, unreadable = verify.parse_first({**draft.members, "manifest.json": b"{}"})
    codes = {code for code, _name in unreadable}
    found = None
    if codes == {"manifest"}:
        found = verify.vouched(read["checkpoint"], read["policy"])
    accepted = found if found and not found.failures else None
    return "policy" not in codes, "checkpoint" not in codes, accepted


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - STRICTER))
def test_notes_and_policies_are_judged_alike(kind, world):
    original, seen = built(full(world)), Counter()
    for number in range(TRIES):
        draft = Draft(original, world)
        pack = KINDS[kind][1](draft, random.Random(f"{kind} {number}"))
        assert pack is None
        if not {"policy", "checkpoint"} <= draft.members.keys():
            continue
        *reads, accepted = library_says(draft)
        *reads_too, accepted_too = verifier_says(draft)
        assert reads == reads_too, (kind, number)
        assert bool(accepted) == bool(accepted_too), (kind, number)
        if accepted:
            assert dict(accepted.cosigned) == accepted_too.cosigned
            assert accepted.witnessed_at == accepted_too.at
        seen[bool(accepted)] += 1


def test_proofs_are_judged_alike(world):
    original = built(full(world))
    for number in range(TRIES):
        draft = Draft(original, world)
        KINDS["signed: proof of another form"][1](draft, random.Random(number))
        data = draft.members["proofs/7.tlog-proof"]
        try:
            found = proof_file.parse(data)
            found.check(leaf_hash(world.entries[7]))
            right = found.index == 7 and found.extra is None
        except (BadProof, note.BadNote):
            right = False
        read, _unreadable = verify.parse_first({**draft.members, "manifest.json": b"{}"})
        checker = verify.Checker(draft.members, {**read, "manifest.json": {"entries": [7]}})
        assert checker.is_proven(7) == right


def test_departments_with_several_keys_and_nested_groups_are_counted_alike(world):
    names = [f"dept-{n}" for n in range(1, 9)]
    head = world.policy.split("group")[0]
    rng = random.Random(8)
    for _ in range(60):
        rng.shuffle(names)
        cut = rng.randrange(2, 7)
        one, two = names[:cut], names[cut:]
        text = head + f"group a {rng.choice(['any', 'all', 1, 2])} {' '.join(one)}\n"
        text += f"group b {rng.choice(['any', 'all'])} {' '.join(two)}\n"
        text += f"group top {rng.choice([1, 2])} a b\nquorum {rng.choice(['top', 'a', names[0]])}\n"
        signed = World(absent=frozenset(rng.sample(names, rng.randrange(6))))
        checkpoint = str(signed.cosign(signed.head())).encode()
        rules = policy.parse(text)
        seen = rules.cosigned(note.parse(checkpoint))
        found = verify.vouched(verify.parse_note(checkpoint), verify.parse_policy(text.encode()))
        assert found.cosigned == seen
        assert found.at == rules.reached_at(rules.quorum, seen)
