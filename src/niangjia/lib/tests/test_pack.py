"""Evidence packs: what is written, and what is refused before a byte leaves the house."""

import base64
import datetime as dt
import io
import json
import zipfile

import pytest

from niangjia.lib import canonical, commitment, zipped
from niangjia.lib.pack import CannotDisclose, Pack, Record, disclose, leaves_of
from niangjia.lib.tlog import hashing, keys, note, proofs
from niangjia.lib.tlog.checkpoint import Checkpoint

GROUPS = (("business", ("fen", "day")), ("contact", ("name",)), ("actor", ("who", "role")))
SEEDS = {slot: bytes([n]) * 32 for n, (slot, _names) in enumerate(GROUPS, 1)}
VALUES = {"fen": 7, "name": "张三", "who": "李四"}
POLICY = "quorum none\n"
AT = dt.datetime(2020, 3, 17, 10, 5, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def given(**more):
    entries = [canonical.encode({"n": n}) for n in range(3)]
    leaves = hashing.leaf_hashes(entries)
    head = Checkpoint("log.example", 3, hashing.root_of(leaves))
    signed = note.Note(head.text, (keys.Signer("log.example", 1, b"k" * 32).sign(head.text),))

    def node(level, n):
        return hashing.root_of(leaves[n << level : (n + 1) << level])

    records = [Record(n, entries[n], proofs.inclusion(n, 3, node)) for n in (2, 0)]
    facts = {"title": "一", "made_at": AT, "checkpoint": str(signed).encode(), "policy": POLICY}
    return {**facts, "records": records, **more}


def test_any_reader_of_zip_opens_a_pack():
    data = b"".join(Pack(**given(readme=b"read")).chunks())
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == [
            "manifest.json",
            "checkpoint",
            "policy",
            "README.txt",
            "entries/0.json",
            "proofs/0.tlog-proof",
            "entries/2.json",
            "proofs/2.tlog-proof",
        ]
        manifest = json.loads(opened.read("manifest.json"))
    assert manifest["entries"] == [0, 2] and manifest["made_at"] == "2020-03-17T02:05Z"
    assert manifest["files"].keys() == set(opened.namelist()) - {"manifest.json"}
    assert len(data) == zipped.size_of(Pack(**given(readme=b"read")).members())


def test_the_same_parts_give_the_same_bytes():
    assert b"".join(Pack(**given()).chunks()) == b"".join(Pack(**given()).chunks())


def test_an_entry_that_its_proof_does_not_prove_is_refused():
    false = Record(1, canonical.encode({"n": 9}), given()["records"][0].hashes)
    with pytest.raises(proofs.BadProof):
        Pack(**given(records=[false])).chunks()


@pytest.mark.parametrize("more", [{"records": []}, {"policy_entry": 1}])
def test_a_pack_without_what_it_names_is_refused(more):
    with pytest.raises(zipped.BadPack):
        Pack(**given(**more)).chunks()


def test_an_entry_stands_in_a_pack_once():
    records = given()["records"]
    with pytest.raises(zipped.BadPack):
        Pack(**given(records=[*records, records[0]])).chunks()


def test_evidence_is_named_by_its_hash_and_read_in_chunks():
    one = zipped.evidence(lambda: (b"ab", b"c"), ".txt")
    assert one.name == f"evidence/{one.sha256}.txt" and (one.size, one.crc) == (3, 0x352441C2)
    written = list(zipped.written([one]))
    assert written[1:3] == [b"ab", b"c"]


def test_evidence_that_changed_since_it_was_measured_is_refused():
    chunks = [b"ab"]
    one = zipped.evidence(lambda: chunks)
    for changed in ([b"ax"], [b"a"], [b"ab", b"c"]):
        chunks[:] = changed
        with pytest.raises(zipped.BadPack):
            list(zipped.written([one]))


@pytest.mark.parametrize("name", ["", "a//b", "../a", "a/.", "A", "ä", "a b", "x" * 201, "/a"])
def test_a_name_that_readers_could_see_differently_is_refused(name):
    with pytest.raises(zipped.BadPack):
        list(zipped.written([zipped.member(name, b"")]))


def test_two_members_of_one_name_are_refused():
    with pytest.raises(zipped.BadPack):
        list(zipped.written([zipped.member("a", b""), zipped.member("a", b"x")]))


def test_a_disclosed_field_is_proven_under_the_sealed_root():
    root = commitment.sealed_root(leaves_of(GROUPS, SEEDS, VALUES, {}))
    shown = canonical.decode(disclose(5, GROUPS, SEEDS, VALUES, ("role", "fen")))
    assert [shown["v"], shown["index"], shown["n"]] == [1, 5, 5]
    assert [(one["name"], one["place"], one["value"]) for one in shown["fields"]] == [
        ("fen", 0, 7),
        ("role", 4, None),
    ]
    for one in shown["fields"]:
        salt = base64.b64decode(one["salt"])
        leaf = commitment.commit(salt, one["name"], canonical.encode(one["value"]))
        path = [base64.b64decode(word) for word in one["path"]]
        proofs.check_inclusion(hashing.leaf_hash(leaf), one["place"], 5, path, root)


def test_what_is_not_wanted_is_not_in_the_disclosure():
    shown = disclose(5, GROUPS, SEEDS, VALUES, ("fen",)).decode()
    assert "张三" not in shown and "who" not in shown
    secret = commitment.salts(SEEDS["contact"], 1)[0]
    assert base64.b64encode(secret).decode() not in shown


def test_beside_an_erased_person_the_rest_can_still_be_disclosed():
    kept = {"contact": leaves_of(GROUPS[1:2], SEEDS, VALUES, {})}
    left = {slot: seed for slot, seed in SEEDS.items() if slot != "contact"}
    values = {"fen": 7, "who": "李四"}
    whole = disclose(5, GROUPS, SEEDS, VALUES, ("fen", "who"))
    assert disclose(5, GROUPS, left, values, ("fen", "who"), kept) == whole
    for wanted, commitments in ((("name",), kept), (("fen",), {}), (("fen",), {"contact": []})):
        with pytest.raises(CannotDisclose):
            disclose(5, GROUPS, left, values, wanted, commitments)


@pytest.mark.parametrize("wanted", [(), ("nothing",), ("fen", "open_field")])
def test_a_field_that_is_not_sealed_here_is_refused(wanted):
    with pytest.raises(CannotDisclose):
        disclose(5, GROUPS, SEEDS, VALUES, wanted)
