"""Go's own library of transparency logs accepts our log, and refuses what was tampered with."""

import re
import subprocess

import pytest

from niangjia.lib.tlog.tiles import pack, unpack

pytestmark = pytest.mark.slow
DASH = "— w3.example "


def check(interop, folder, *flags):
    """(exit code, output) of our small program over the library."""
    command = [interop / "check", *flags, folder]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_notes_cosignatures_tiles_and_proofs_are_accepted(interop, made):
    code, told = check(interop, made / "log", "-known", made / "known")
    assert (code, told) == (0, "size 66002 cosigned 8 tiles 261 proofs 50\n")


def test_a_changed_entry_is_refused(interop, own):
    bundle = own / "tile" / "entries" / "003"
    entries = unpack(bundle.read_bytes())
    entries[17] += b"!"
    bundle.write_bytes(pack(entries))
    code, told = check(interop, own, "-n", "0")
    assert code == 1 and "the entries have another root than the checkpoint" in told


@pytest.mark.parametrize("path", ["0/200", "0/257.p/210", "1/000", "1/001.p/1", "2/000.p/1"])
def test_a_changed_tile_is_refused(interop, own, path):
    tile = own / "tile" / path
    data = bytearray(tile.read_bytes())
    data[5] ^= 1
    tile.write_bytes(data)
    code, told = check(interop, own, "-n", "0")
    assert code == 1 and f"tile/{path} is not that of the entries" in told
    code, told = check(interop, own)
    assert code == 1 and "size" not in told


def test_a_changed_cosignature_is_refused(interop, own):
    file = own / "checkpoint"
    text = file.read_text("utf-8")
    at = text.index(DASH) + len(DASH) + 30
    file.write_text(text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :], "utf-8")
    code, told = check(interop, own)
    assert code == 1 and "invalid signature for key w3.example" in told


def test_another_size_under_the_same_signatures_is_refused(interop, own):
    file = own / "checkpoint"
    file.write_text(file.read_text("utf-8").replace("\n66002\n", "\n66001\n", 1), "utf-8")
    code, told = check(interop, own)
    assert code == 1 and "invalid signature" in told


def test_a_log_that_no_key_of_the_policy_signed_is_refused(interop, own):
    file = own / "checkpoint"
    text, lines = file.read_text("utf-8").split("\n\n")
    file.write_text(text + "\n\n" + re.sub(r"^— niangjia.*\n", "", lines), "utf-8")
    code, told = check(interop, own)
    assert code == 1 and "the log itself did not sign" in told


def test_a_fork_that_the_log_signed_is_refused(interop, made):
    code, told = check(interop, made / "log", "-known", made / "fork")
    assert code == 1 and "a fork: tree 33001 is not the beginning of tree 66002" in told
