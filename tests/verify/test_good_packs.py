"""Packs as the writer writes them, of several shapes: both verifiers give the same answer."""

import base64
from hashlib import sha256, sha512

import pytest

from niangjia.lib.tlog import keys, note
from niangjia.witness import verify
from niangjia.witness.verify import Outside
from tests.verify.draft import Draft
from tests.verify.signed_mutations import TORSION, encode_point, note_of, times
from tests.verify.world import NOW, World, built, evidence, full, small


def outside(world, **more):
    return Outside(**{"policy": world.policy.encode(), "now": NOW, **more})


def test_a_full_pack_is_verified(both, world):
    result = both(built(full(world)), outside(world))
    assert (result["verdict"], result["reasons"], result["warnings"]) == ("verified", [], [])
    assert result["entries"] == 3 and result["size"] == 21
    assert result["cosigned"] == {f"dept-{n}": NOW - 60 * n for n in range(1, 9)}
    assert result["witnessed_at"] == NOW - 60 * 4  # the fifth smallest of eight
    shown = {(one["index"], one["name"]): one["value"] for one in result["disclosed"]}
    assert shown[7, "amount_fen"] == 701 and shown[20, "voucher"] is None
    assert shown[7, "items"][0] == {"name": "木耳", "n": 7} and len(shown) == 7


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 8, 20, 21])
def test_every_entry_of_a_log_of_any_size_is_verified(both, world, size):
    for index in range(size):
        pack = world.pack([world.record(index, size=size)], size=size)
        assert both(built(pack), outside(world))["verdict"] == "verified"


def test_without_a_policy_from_outside_it_is_consistent_only(both, world):
    result = both(built(small(world)), Outside(now=NOW))
    assert result["verdict"] == "consistent"
    assert result["reasons"] == [["policy_not_given", ""]]


def test_the_hash_of_the_policy_is_enough(both, world):
    hashed = both(built(small(world)), Outside(now=NOW))["policy_sha256"]
    given = Outside(policy_sha256=hashed, now=NOW)
    assert both(built(small(world)), given)["verdict"] == "verified"


def test_under_quorum_none_nobody_vouches(both):
    alone = World(names=("dept-1",), quorum=0)
    result = both(built(small(alone)), outside(alone))
    assert (result["verdict"], result["reasons"]) == ("consistent", [["unwitnessed", ""]])
    assert result["witnessed_at"] is None and result["cosigned"] == {"dept-1": NOW - 60}


def test_names_of_witnesses_may_be_chinese_and_are_sorted_by_code_point(both):
    named = World(names=("民政局", "\U0001f344", "\ufb01", "a"), quorum=2)
    result = both(built(small(named)), outside(named))
    assert result["verdict"] == "verified" and len(result["cosigned"]) == 4


def test_a_quorum_of_five_is_enough_and_four_are_not(both):
    five = World(absent=frozenset({"dept-1", "dept-4", "dept-6"}))
    assert both(built(small(five)), outside(five))["verdict"] == "verified"
    four = World(absent=five.absent | {"dept-8"})
    result = both(built(small(four)), outside(four))
    assert (result["verdict"], result["reasons"]) == ("false", [["quorum", "checkpoint"]])
    assert result["witnessed_at"] is None


def test_an_old_cosignature_is_told_and_does_not_fail(both, world):
    day = NOW - 60 + 24 * 60 * 60
    assert both(built(small(world)), outside(world, now=day))["warnings"] == []
    result = both(built(small(world)), outside(world, now=day + 1))
    assert (result["verdict"], result["warnings"]) == ("verified", [["stale", ""]])


def test_evidence_that_no_entry_names_is_told_and_does_not_fail(both, world):
    stray = evidence(b"something else", "")
    pack = world.pack([world.record(7, ("document_sha256",))], evidence=(stray, evidence()))
    result = both(built(pack), outside(world))
    assert (result["verdict"], result["warnings"]) == ("verified", [["untied", stray.name]])


@pytest.mark.parametrize("old", [1, 4, 7, 8, 13, 20, 21])
def test_a_pack_is_the_beginning_of_a_newer_checkpoint(both, world, old):
    pack = built(world.pack([world.record(0, size=old)], size=old))
    newer, _older = world.known(old, 21)
    assert both(pack, outside(world, known=newer))["verdict"] == "verified"


@pytest.mark.parametrize("old", [1, 4, 7, 8, 13, 20])
def test_a_pack_continues_an_older_checkpoint(both, world, old):
    known, older = world.known(old, 21)
    given = outside(world, known=known, older=older)
    assert both(built(small(world)), given)["verdict"] == "verified"


def test_a_checkpoint_of_the_same_size_has_the_same_root(both, world):
    same = str(world.cosign(world.head(), absent=world.names)).encode()
    assert both(built(small(world)), outside(world, known=same))["verdict"] == "verified"


def test_members_and_witnesses_may_be_called_what_they_like(both):
    named = World(names=("__proto__", "constructor", "toString"), quorum=2)
    result = both(built(small(named)), outside(named))
    assert result["verdict"] == "verified" and "__proto__" in result["cosigned"]
    draft = Draft(built(small(named)), named)
    draft.members |= {"__proto__": b"x", "constructor": b"x"}
    assert ["unlisted", "constructor"] in both(draft.bytes(), draft.outside)["reasons"]
    draft.relist()
    assert ["unknown_member", "__proto__"] in both(draft.bytes(), draft.outside)["reasons"]


def odd_line(text, number):
    """A department whose key has a part of order 8, and whether its signature holds."""
    secret = 8 * number + 1
    public = encode_point(verify.add(times(secret, verify._base()), TORSION))
    message = keys.cosigned_text(text, NOW)
    big_r = encode_point(times(number, verify._base()))
    k = int.from_bytes(sha512(big_r + public + message).digest(), "little") % verify.L
    s = ((number + k * secret) % verify.L).to_bytes(32, "little")
    key_id = sha256(b"odd\n\x04" + public).digest()[:4]
    line = note.Signature("odd", key_id, NOW.to_bytes(8, "big") + big_r + s)
    vkey = f"odd+{key_id.hex()}+{base64.b64encode(bytes([4]) + public).decode()}"
    return vkey, line, k % 8 == 0


def test_a_key_with_a_part_of_small_order_is_judged_alike(both, world):
    seen = set()
    for number in range(1, 25):
        draft = Draft(built(small(world)), world)
        found = note_of(draft)
        vkey, line, holds = odd_line(found.text, number)
        draft.replace_policy(f"witness odd {vkey}\n" + world.policy)
        draft.replace_checkpoint(str(note.Note(found.text, (*found.signatures, line))))
        draft.relist()
        result = both(draft.bytes(), draft.outside)
        assert result["reasons"] == ([] if holds else [["cosignature", "checkpoint"]])
        assert ("odd" in result["cosigned"]) == holds
        seen.add(holds)
    assert seen == {True, False}
