"""A key and its state belong together: lost, foreign, copied and older states are refused."""

import os
import shutil
import sqlite3
import threading

import pytest

from niangjia.lib.tlog.note import Note, Signature
from niangjia.witness import files, identity, seen, state
from niangjia.witness.cosigner import Witness
from niangjia.witness.files import Locked
from niangjia.witness.rules import Tree
from niangjia.witness.state import State, Unusable
from niangjia.witness.tests.city import ORIGIN, Log
from niangjia.witness.tests.conftest import new_folder

TEN = Log(10)


def cosign(folder, clock, *steps):
    """Cosigns old -> size for each step, as one run of the program."""
    one = Witness(folder, clock)
    for old, size in steps:
        assert one.add_checkpoint(TEN.request(old, size)).status == 200
    one.close()


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refused(folder, sentence):
    """Opening is refused with this sentence and changes nothing."""
    before = contents(folder)
    with pytest.raises(Unusable, match=sentence):
        Witness(folder)
    assert contents(folder) == before


def test_a_state_goes_on_where_it_stood(folder, clock):
    cosign(folder, clock, (0, 3))
    cosign(folder, clock, (3, 7), (7, 7))
    opened = State(folder, identity.read(folder))
    assert opened.known().trees == {ORIGIN: Tree(7, TEN.head(7).root)}
    assert (opened.n_cosigned(), opened.seen.read()) == (3, 3)
    opened.close()


def test_a_missing_state_is_refused_and_not_made_anew(folder, clock):
    cosign(folder, clock, (0, 3))
    (folder / "state.db").unlink()
    refused(folder, "missing")


def test_a_state_of_another_key_is_refused(tmp_path, folder, clock):
    other = new_folder(tmp_path / "other", "other.example.cn")
    (folder / "key").write_bytes((other / "key").read_bytes())
    refused(folder, "another key")


def test_a_copied_state_is_refused(folder, clock):
    cosign(folder, clock, (0, 3))
    shutil.copy2(folder / "state.db", folder / "copy")
    (folder / "copy").replace(folder / "state.db")
    refused(folder, "restored or moved")


def test_a_copied_folder_is_refused(folder, clock, tmp_path):
    cosign(folder, clock, (0, 3))
    shutil.copytree(folder, tmp_path / "new")
    refused(tmp_path / "new", "restored or moved")
    cosign(folder, clock, (3, 7))


def test_a_moved_folder_on_the_same_disk_is_the_same_state(folder, clock, tmp_path):
    cosign(folder, clock, (0, 3))
    folder.rename(tmp_path / "new")
    cosign(tmp_path / "new", clock, (3, 7))


def test_an_old_state_written_over_the_new_one_is_refused(folder, clock):
    cosign(folder, clock, (0, 3))
    old = (folder / "state.db").read_bytes()
    cosign(folder, clock, (3, 7))
    with (folder / "state.db").open("r+b") as file:  # the same inode
        file.write(old)
    refused(folder, "older than what this key has signed")


def test_an_old_state_under_a_running_witness_is_503_and_nothing_is_signed(folder, clock):
    one = Witness(folder, clock)
    old = (folder / "state.db").read_bytes()
    assert one.add_checkpoint(TEN.request(0, 7)).status == 200
    with (folder / "state.db").open("r+b") as file:
        file.write(old)
    answer = one.add_checkpoint(TEN.fork(3, 4).request(0, 7))
    assert (answer.status, b"\xe2\x80\x94" in answer.body) == (503, False)
    one.close()
    refused(folder, "older than what this key has signed")


@pytest.mark.parametrize("content", [None, "", "0" * 64 + " 0\n", "x\n"])
def test_a_count_that_is_lost_or_foreign_is_refused(folder, clock, content):
    cosign(folder, clock, (0, 3))
    path = folder / "seen"
    path.unlink() if content is None else path.write_text(content)
    refused(folder, "counts cosignatures")


def test_a_count_behind_the_state_is_an_honest_crash(folder, clock):
    before = (folder / "seen").read_bytes()
    cosign(folder, clock, (0, 3))
    (folder / "seen").write_bytes(before)
    cosign(folder, clock, (3, 7))
    assert (folder / "seen").read_text().split()[1] == "2"


def test_a_count_is_written_at_most_once_a_second_and_at_the_end(tmp_path):
    now = [0.0]
    one = seen.Seen(tmp_path, "a" * 64, lambda: now[0])
    one.counted(1)
    now[0] = 0.5
    one.counted(2)
    assert one.read() == 1
    now[0] = 1.0
    one.write_if_due()
    assert one.read() == 2
    one.counted(3)
    one.write()
    assert one.read() == 3


def test_a_reused_inode_number_is_another_file(folder, clock):
    cosign(folder, clock, (0, 3))
    if not files.place_of(folder / "state.db")[2]:
        pytest.skip("this file system has no generations")
    with sqlite3.connect(folder / "state.db") as db:
        db.execute("UPDATE identity SET generation = '0102030400000000'")
    db.close()
    refused(folder, "restored or moved")


def test_a_device_that_changed_its_number_is_the_same_disk(folder, clock):
    cosign(folder, clock, (0, 3))
    with sqlite3.connect(folder / "state.db") as db:
        db.execute("UPDATE identity SET device = '1'")
    db.close()
    cosign(folder, clock, (3, 7))


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 100])
def test_a_damaged_state_is_refused(folder, damage):
    with (folder / "state.db").open("r+b") as file:
        file.truncate()
        file.write(damage)
    refused(folder, "damaged")


def test_a_state_of_a_newer_program_is_refused(folder):
    with sqlite3.connect(folder / "state.db") as db:
        db.execute("PRAGMA user_version = 2")
    db.close()
    refused(folder, "newer version")


def test_a_look_at_a_running_witness_never_finds_its_state_old(folder, clock):
    own, one, looks = identity.read(folder), Witness(folder, clock), []
    asking = threading.Thread(
        target=lambda: [one.add_checkpoint(TEN.request(i and 7, 7)) for i in range(60)]
    )
    one._state.seen._monotonic = iter(range(10**6)).__next__  # a count written every time
    asking.start()
    while asking.is_alive():
        look = State(folder, own, read_only=True)
        looks.append(look.n_cosigned())
        look.close()
    one.close()
    assert looks == sorted(looks) and len(looks) > 3


def test_two_processes_never_have_one_folder(folder, clock):
    one = Witness(folder, clock)
    with pytest.raises(Locked):
        Witness(folder, clock)
    assert one.add_checkpoint(TEN.request(0, 3)).status == 200
    one.close()
    cosign(folder, clock, (3, 7))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log SET size = 6",
        "UPDATE log SET root = zeroblob(32)",
        "UPDATE log SET cosigned_at = cosigned_at - 1",
        "UPDATE log SET cosigned_at = NULL",
        "DELETE FROM log",
        "UPDATE identity SET n_cosigned = 0",
        "UPDATE identity SET last_at = 0",
        "DELETE FROM identity",
        "DELETE FROM evidence",
        "UPDATE evidence SET why = ''",
    ],
)
def test_the_database_refuses_to_go_back(folder, clock, statement):
    cosign(folder, clock, (0, 7))
    one = Witness(folder, clock, quiet=True)
    assert one.add_checkpoint(TEN.fork(3, 4).request(7, 7)).status == 422
    one.close()
    before = (folder / "state.db").read_bytes()
    with sqlite3.connect(folder / "state.db") as db, pytest.raises(sqlite3.IntegrityError):
        db.execute(statement)
    db.close()
    assert (folder / "state.db").read_bytes() == before


def test_evidence_has_room_for_forks_when_wrong_proofs_have_filled_theirs(
    folder, clock, monkeypatch
):
    monkeypatch.setattr(state, "EVIDENCE_BYTES", 300)
    cosign(folder, clock, (0, 7))
    one = Witness(folder, clock, quiet=True)
    for size in (8, 9, 10):
        assert one.add_checkpoint(TEN.request(7, size, proof=())).status == 422
    assert one._state.n_evidence() == {ORIGIN: 1}
    assert one.add_checkpoint(TEN.fork(3, 4).request(7, 7)).status == 422
    assert one._state.n_evidence() == {ORIGIN: 2}
    one.close()


def test_lines_that_fill_a_request_do_not_fill_the_evidence(folder, clock):
    cosign(folder, clock, (0, 7))
    one = Witness(folder, clock, quiet=True)
    plain = TEN.note(10)
    filler = tuple(Signature(f"x{i}.example", bytes(4), bytes(2000)) for i in range(60))
    padded = TEN.request(7, 10, proof=(), note=Note(plain.text, (*filler, *plain.signatures)))
    assert len(padded) > 150_000
    assert one.add_checkpoint(padded).status == 422
    assert one.add_checkpoint(padded).status == 422
    ((_at, _origin, _status, _why, request, _known),) = one._state.evidence()
    assert request == TEN.request(7, 10, proof=())
    one.close()


def test_the_key_file_is_its_owners_alone_and_holds_no_other_kinds(folder):
    assert (folder / "key").stat().st_mode & 0o777 == 0o600
    assert [one.kind for one in identity.read(folder).signers] == [4, 6]
    lines = (folder / "key").read_text().split("\n")
    for damaged in (lines[1:], [lines[0], *lines[2:]], lines[:2], [*lines, "x"], lines[:-1]):
        (folder / "key").write_text("\n".join(damaged))
        with pytest.raises(identity.BadIdentity, match="damaged"):
            identity.read(folder)


def test_a_full_disk_for_the_count_loses_no_cosignature(folder, clock, monkeypatch, capfd):
    one = Witness(folder, clock)

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(seen, "write_durably", full)
    assert one.add_checkpoint(TEN.request(0, 3)).status == 200
    assert "cannot be written" in capfd.readouterr().err
    monkeypatch.undo()
    one.close()
    assert (folder / "seen").read_text().split()[1] == "1"


def test_a_file_is_whole_or_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "one"
    files.write_durably(path, b"old", 0o600)

    def fails(*_arguments):
        raise OSError(28, "full")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError):
        files.write_durably(path, b"new")
    assert path.read_bytes() == b"old"
