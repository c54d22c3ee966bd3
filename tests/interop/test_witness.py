"""A witness that is not ours counts to our quorum; a feeder that is not ours is served by ours."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from niangjia.blocks.ledger import cosigning, opening, policies, services
from niangjia.blocks.ledger.auditing import audit
from niangjia.blocks.ledger.models import WitnessState
from niangjia.blocks.ledger.selectors import log_vkey
from niangjia.blocks.ledger.submitting import submit_newest
from niangjia.blocks.ledger.tests.test_ledger import fact, record, sequence
from niangjia.lib.tlog import hashing, keys, note, proofs
from niangjia.lib.tlog.checkpoint import Checkpoint
from niangjia.lib.tlog.note import Note
from tests.interop.city import ROOT, THEIRS, MixedCity
from tests.witnesses.state import SYSTEM, add, forget, serve, served_size

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.slow]


@pytest.fixture
def mixed(interop, tmp_path):
    """A log that seven witnesses of ours and one of theirs are trusted to witness."""
    record(fact(0, subject="test:first"))
    sequence()
    found = MixedCity(tmp_path, log_vkey())
    services.policy_set(SYSTEM, text=found.policy(), resolution="联席会议〔2020〕1号")
    sequence()
    yield found
    found.stop()


def cosigned():
    """Names of the keys under what is served."""
    row = cosigning.newest_published(opening.newest_log())
    text = cosigning.cosigned_note(row.checkpoint)
    return set(policies.at(row.checkpoint.log, row.checkpoint.size).main.check(text).cosigned)


def test_their_witness_is_the_fifth_of_the_quorum_and_catches_up(mixed):
    serve(mixed, *mixed.names)
    submit_newest()
    assert served_size() == 2 and len(cosigned()) == 8
    mixed.stop(*mixed.ours[:3])
    add(300)
    forget()
    submit_newest()
    assert served_size() == 302
    assert cosigned() == {"key4", "key5", "key6", "key7", "key8"}
    # given that theirs stops too
    mixed.stop(THEIRS)
    add(5)
    forget()
    submit_newest()
    assert served_size() == 302
    serve(mixed, THEIRS)
    forget()
    submit_newest()
    assert served_size() == 307 and len(cosigned()) == 5
    state = WitnessState.objects.get(department=THEIRS)
    assert (state.outcome, state.cosigned_size) == ("cosigned", 307)
    assert audit().faults == ()


class OwnWitness:
    """`niangjia-witness serve` in a process of its own, trusting one log."""

    def __init__(self, folder, log_vkey):
        self._program = Path(sys.executable).with_name("niangjia-witness")
        self._folder = folder
        self.run("keygen", "--dir", folder, "--name", "w1.example")
        self.run("trust", "--dir", folder, "--log", log_vkey)
        port_file = folder.parent / "port"
        command = [self._program, "serve", "--dir", folder, "--port", 0, "--port-file", port_file]
        self.process = subprocess.Popen(
            list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.process.stdout.readline()  # it listens
        while not port_file.exists():
            time.sleep(0.01)
        self.url = f"http://127.0.0.1:{port_file.read_text().strip()}"

    def run(self, *words):
        done = subprocess.run([str(self._program), *map(str, words)], capture_output=True)
        assert done.returncode == 0, done.stderr

    @property
    def vkey(self):
        signers = [keys.parse_signer(line) for line in self._key_lines()]
        return keys.vkey(signers[0].key)

    def _key_lines(self):
        return (self._folder / "key").read_text().splitlines()[:1]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=10)


class Log:
    """A tree in memory and who signs it; files for the feeder in `folder`."""

    def __init__(self, folder):
        self._folder = folder
        self.signer = keys.Signer("log.example/fed", keys.ED25519, random.randbytes(32))
        self._leaves = [hashing.leaf_hash(bytes([n % 256])) for n in range(500)]

    def node(self, level, n):
        return hashing.root_of(self._leaves[n << level : n + 1 << level])

    def checkpoint(self, size, root=None, signer=None):
        """File of a signed checkpoint of the tree's first `size` entries."""
        head = Checkpoint(self.signer.name, size, root or hashing.root_of(self._leaves[:size]))
        signed = Note(head.text, ((signer or self.signer).sign(head.text),))
        file = self._folder / "checkpoint"
        file.write_text(str(signed), "utf-8")
        return file

    def proofs(self, size):
        """File of the proofs from every size before."""
        found = {
            old: [one.hex() for one in proofs.consistency(old, size, self.node)]
            for old in range(1, size + 1)
        }
        file = self._folder / "proofs.json"
        file.write_text(json.dumps(found))
        return file


@pytest.fixture
def fed(interop, tmp_path):
    """(a witness of ours, a log, what their feeder says of a submission)."""
    log = Log(tmp_path)
    witness = OwnWitness(tmp_path / "w1", keys.vkey(log.signer.key))

    def feed(size, old, **changed):
        program = ROOT / "tests" / "interop" / "peers" / "feeder.py"
        files = (log.checkpoint(size, **changed), old, log.proofs(size))
        command = [interop / "venv" / "bin" / "python", program, witness.url, witness.vkey, *files]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    yield witness, log, feed
    witness.stop()


def test_their_feeder_is_cosigned_and_led_on_by_our_answers(fed):
    witness, log, feed = fed
    first = feed(100, 0)
    key = keys.parse_vkey(witness.vkey)
    lines = note.parse_lines(first["lines"].encode())
    text = note.parse(log.checkpoint(100).read_bytes()).text
    assert [one.key for one in note.verified(Note(text, lines), [key])] == [key]
    # 409 states the size: the feeder starts again from there with a proof
    assert feed(300, 0)["asked"] == [100]
    assert feed(300, 300)["lines"]
    assert feed(200, 200) == {"ahead": 300}


def test_their_feeder_understands_our_refusals_and_nothing_changes(fed):
    _witness, log, feed = fed
    feed(100, 0)
    assert feed(100, 100, root=bytes(32)) == {"status": 422}
    assert feed(200, 100, root=bytes(32)) == {"status": 422}
    other = keys.Signer(log.signer.name, keys.ED25519, bytes(32))
    assert feed(200, 100, signer=other) == {"status": 403}
    unknown = keys.Signer("log.example/other", keys.ED25519, bytes(32))
    log.signer, kept = unknown, log.signer
    assert feed(200, 0) == {"status": 404}
    log.signer = kept
    assert feed(50, 0) == {"ahead": 100}
