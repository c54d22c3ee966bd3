"""What a witness answers, case by case and against a model of a log with forks."""

import itertools

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from niangjia.lib.tlog.checkpoint import Checkpoint
from niangjia.lib.tlog.keys import ED25519, Signer
from niangjia.lib.tlog.note import Note, Signature
from niangjia.witness.rules import Known, Tree, decide
from niangjia.witness.tests.city import LOG, ORIGIN, Log

OTHER = Signer(ORIGIN, ED25519, bytes(31) + b"\x02")
STRANGER = Signer("other.example/log", ED25519, bytes(31) + b"\x03")
TRUSTED = {ORIGIN: [LOG.key, OTHER.key], "empty.example/log": []}
TEN = Log(10)


def at(size, last_at=0):
    head = TEN.head(size)
    return Known({ORIGIN: Tree(size, head.root)}, last_at)


def answer(body, known, now=100):
    return decide(body, TRUSTED, known, now)


def test_the_first_checkpoint_is_cosigned_from_size_0():
    found = answer(TEN.request(0, 7), at(0))
    assert (found.status, found.head, found.evidence) == (200, TEN.head(7), False)


def test_growth_with_a_proof_is_cosigned():
    found = answer(TEN.request(7, 10), at(7))
    assert (found.status, found.head, found.origin) == (200, TEN.head(10), ORIGIN)


def test_the_same_checkpoint_is_cosigned_again():
    assert answer(TEN.request(7, 7), at(7)).status == 200


def test_an_empty_log_is_cosigned():
    assert answer(Log(0).request(0), at(0)).status == 200


def with_text(change):
    body = TEN.request(7, 10)
    return change(body.decode()).encode()


MALFORMED = {
    "nothing": b"",
    "no old size": with_text(lambda t: t.replace("old 7\n", "")),
    "leading zero": with_text(lambda t: t.replace("old 7\n", "old 07\n")),
    "crlf": with_text(lambda t: t.replace("\n", "\r\n")),
    "64 hashes": b"old 7\n" + b"A" * 43 + b"=\n" + (b"A" * 43 + b"=\n") * 63 + b"\nx",
    "old above size": TEN.request(8, 7),
    "an extension": with_text(lambda t: t.replace("\n\n—", "\nmore\n\n—")),
    "no signature": with_text(lambda t: t.partition("\n— ")[0] + "\n"),
    "not UTF-8": TEN.request(7, 10) + b"\xff\n",
    "too long": TEN.request(7, 10) + b"x" * 300_000,
}


@pytest.mark.parametrize("how", MALFORMED)
def test_what_is_malformed_is_400(how):
    found = answer(MALFORMED[how], at(7))
    assert (found.status, found.evidence, found.signed) == (400, False, None)


@pytest.mark.parametrize("signer", [STRANGER, Signer("empty.example/log", ED25519, bytes(32))])
def test_an_unknown_origin_is_404(signer):
    found = answer(Log(7, signer=signer).request(0), at(0))
    assert (found.status, found.evidence) == (404, False)


def test_an_unknown_key_is_403():
    own = Signer(ORIGIN, ED25519, bytes(31) + b"\x09")
    found = answer(TEN.request(7, 10, note=TEN.note(10, [own])), at(7))
    assert (found.status, found.evidence) == (403, False)


def test_a_false_line_of_a_trusted_key_is_403_though_another_line_holds():
    note = TEN.note(10)
    false = Signature(OTHER.name, OTHER.key.key_id, bytes(64))
    both = Note(note.text, (*note.signatures, false))
    found = answer(TEN.request(7, 10, note=both), at(7))
    assert (found.status, found.evidence) == (403, False)


def test_lines_of_unknown_keys_are_ignored_and_not_passed_on():
    found = answer(TEN.request(7, 10, note=TEN.note(10, [STRANGER, LOG, OTHER])), at(7))
    assert found.status == 200
    assert [line.key_id for line in found.signed.signatures] == [LOG.key.key_id, OTHER.key.key_id]


@pytest.mark.parametrize("old", [0, 6, 8])
def test_another_old_size_is_409_and_says_ours(old):
    found = answer(TEN.request(old, 10), at(7))
    assert (found.status, found.size, found.evidence) == (409, 7, False)


def test_another_root_at_our_size_is_422_and_evidence():
    found = answer(TEN.fork(5, 2).request(7, 7), at(7))
    assert (found.status, found.evidence) == (422, True)


def test_another_root_at_our_size_is_evidence_whatever_the_old_size_says():
    found = answer(TEN.fork(5, 2).request(3, 7), at(7))
    assert (found.status, found.size, found.evidence) == (409, 7, True)


def test_growth_of_another_tree_is_422_and_evidence():
    found = answer(TEN.fork(5, 5).request(7, 10), at(7))
    assert (found.status, found.evidence) == (422, True)


@pytest.mark.parametrize("old", [0, 7])
def test_hashes_where_none_are_needed_are_422(old):
    found = answer(TEN.request(old, 7, proof=(bytes(32),)), at(old))
    assert (found.status, found.evidence) == (422, True)


def test_a_clock_behind_the_last_cosignature_is_503():
    assert answer(TEN.request(7, 10), at(7, last_at=101)).status == 503
    assert answer(TEN.request(7, 10), at(7, last_at=100)).status == 200


def test_a_wrong_clock_does_not_hide_a_fork():
    assert answer(TEN.fork(5, 2).request(7, 7), at(7, last_at=101)).status == 422


LOGS = [Log(40), Log(13).fork(13, 27, "b"), Log(40).fork(7, 33, "c"), Log(40).fork(0, 40, "d")]


class Witnessed(RuleBasedStateMachine):
    """Any order of requests from four histories: what is cosigned is one history, growing."""

    def __init__(self):
        super().__init__()
        self.known = Known({}, 0)
        self.cosigned = []  # (log, size, at)
        self.now = 1000

    def roots(self, size):
        return LOGS[self.cosigned[-1][0]].head(size) if self.cosigned else None

    @rule(which=st.integers(0, 3), size=st.integers(0, 40), old=st.integers(0, 40))
    def ask_anything(self, which, size, old):
        self.ask(which, size, old)

    @rule(which=st.integers(0, 3), more=st.integers(0, 6))
    def ask_from_where_it_stands(self, which, more):
        old = self.tree().size
        self.ask(which, min(old + more, 40), old)

    @rule(
        which=st.integers(0, 3),
        size=st.integers(1, 40),
        proof=st.lists(st.binary(min_size=32, max_size=32), max_size=6),
    )
    def ask_with_any_proof(self, which, size, proof):
        old = min(self.tree().size, size)
        self.ask(which, size, old, proof=tuple(proof))

    @rule(by=st.integers(-50, 50))
    def the_clock_moves(self, by):
        self.now += by

    def tree(self):
        return self.known.trees.get(ORIGIN, Tree())

    def expected(self, which, size, old, body_proof):
        tree, log = self.tree(), LOGS[which]
        if old > size:
            return 400
        if old != tree.size:
            return 409
        grown = log.head(tree.size).root == tree.root
        own = log.request(old, size).decode().split("\n\n")[0]
        if not grown or body_proof != own:
            return 422
        return 503 if self.now < self.known.last_at else 200

    def ask(self, which, size, old, **changed):
        log = LOGS[which]
        body = log.request(old, size, **changed)
        before = self.known
        found = decide(body, TRUSTED, before, self.now)
        assert found.status == self.expected(which, size, old, body.decode().split("\n\n")[0])
        tree = self.tree()
        other = size == tree.size and log.head(size).root != tree.root
        assert found.evidence == (found.status == 422 or (found.status == 409 and other))
        assert self.known == before
        if found.status == 200:
            head = found.head
            self.known = Known({ORIGIN: Tree(head.size, head.root)}, self.now)
            self.cosigned.append((which, head.size, self.now))

    @invariant()
    def one_history(self):
        for (_, size, when), (_, larger, later) in itertools.pairwise(self.cosigned):
            assert size <= larger and when <= later
        for which, size, _at in self.cosigned:
            assert LOGS[which].head(size) == self.roots(size)


TestWitnessed = Witnessed.TestCase
TestWitnessed.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_a_checkpoint_is_what_its_signed_text_says():
    found = answer(TEN.request(0, 7), at(0))
    assert isinstance(found.head, Checkpoint) and found.signed.text == found.head.text
