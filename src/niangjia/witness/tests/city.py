"""A log that can be grown and forked, and requests to witnesses; shared by the tests here."""

from niangjia.lib.tlog import hashing, proofs
from niangjia.lib.tlog.checkpoint import Checkpoint
from niangjia.lib.tlog.keys import ED25519, Signer
from niangjia.lib.tlog.note import Note
from niangjia.lib.tlog.request import AddCheckpoint

ORIGIN = "log.city.example/2020"
LOG = Signer(ORIGIN, ED25519, bytes(31) + b"\x01")


class Log:
    """leaves: leaf hashes."""

    def __init__(self, n=0, tag="entry", signer=LOG):
        self.signer = signer
        self.entries = []
        self.grow(n, tag)

    def grow(self, n, tag="entry"):
        start = len(self.entries)
        self.entries += [f"{tag} {start + i}".encode() for i in range(n)]
        self.leaves = hashing.leaf_hashes(self.entries)
        return self

    def fork(self, at, n, tag="other"):
        """A log with the same first `at` entries and n others."""
        twin = Log(signer=self.signer)
        twin.entries = self.entries[:at]
        return twin.grow(n, tag)

    def node(self, level, n):
        return hashing.root_of(self.leaves[n << level : (n + 1) << level])

    def head(self, size=None):
        size = len(self.leaves) if size is None else size
        return Checkpoint(self.signer.name, size, hashing.root_of(self.leaves[:size]))

    def note(self, size=None, signers=None):
        text = self.head(size).text
        return Note(text, tuple(one.sign(text) for one in signers or [self.signer]))

    def request(self, old, size=None, **changed):
        size = len(self.leaves) if size is None else size
        proof = proofs.consistency(old, size, self.node) if old <= size else []
        parts = {"old": old, "proof": tuple(proof), "note": self.note(size)} | changed
        return bytes(AddCheckpoint(**parts))
