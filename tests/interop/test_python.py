"""Three Python implementations agree with us: tiles, notes, proof files, proofs."""

import json
import subprocess

import pytest

from niangjia.lib.tlog import keys, note
from niangjia.lib.tlog.note import BadNote, Note
from tests.interop.city import ROOT

pytestmark = pytest.mark.slow
PEERS = ROOT / "tests" / "interop" / "peers"


def peer(interop, name, *words):
    """What one of our programs over their software prints."""
    command = [interop / "venv" / "bin" / "python", PEERS / name, *words]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True)


def test_the_served_proof_files_are_byte_for_byte_those_of_tlog_scales(interop, made):
    proofs = sorted((made / "proofs").iterdir())
    assert len(proofs) >= 10
    for served in proofs:
        command = [interop / "venv" / "bin" / "tlog-tiles", "gen-proof", made / "log", served.name]
        done = subprocess.run(list(map(str, command)), capture_output=True, check=True)
        assert done.stdout == served.read_bytes()


def test_the_leaf_that_tlog_scales_finds_is_the_entry(interop, made):
    command = [interop / "venv" / "bin" / "tlog-tiles", "get-leaf", "--check", made / "log", "1"]
    done = subprocess.run(list(map(str, command)), capture_output=True, check=True)
    assert json.loads(done.stdout)["fact"] == "ledger.policy/1"


def test_aics_tlog_accepts_export_cosignatures_and_proofs(interop, made):
    done = peer(interop, "tiles.py", made)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found.pop("proofs") > 80
    assert found == {"size": 66002, "cosigned": 8, "tiles": 261, "bundles": 258}


def test_aics_tlog_refuses_a_changed_tile(interop, made, own):
    tile = own / "tile" / "0" / "100"
    data = bytearray(tile.read_bytes())
    data[0] ^= 1
    tile.write_bytes(data)
    (own.parent / "trees.json").write_bytes((made / "trees.json").read_bytes())
    done = peer(interop, "tiles.py", own.parent)
    assert done.returncode == 1 and "TileVerificationError" in done.stderr


def test_we_accept_what_aics_tlog_signed_and_cosigned(interop):
    theirs = json.loads(peer(interop, "tiles.py", "sign").stdout)
    known = [keys.parse_vkey(one) for one in theirs["vkeys"]]
    signed = note.parse(theirs["note"].encode())
    assert str(signed) == theirs["note"]
    assert [one.at for one in note.verified(signed, known)] == [None, 1_700_000_000]
    with pytest.raises(BadNote, match="does not hold"):
        note.verified(Note(signed.text.replace("\n3\n", "\n4\n"), signed.signatures), known)


def test_pymerkle_agrees_on_roots_inclusion_and_consistency(interop, made):
    done = peer(interop, "merkle.py", made)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["size"] == 66002 and found["roots"] > 80 and found["proofs"] > 80
