"""Proof files (C2SP tlog-proof): an entry's place, its inclusion proof, and the checkpoint."""

from dataclasses import dataclass

from niangjia.lib.tlog import checkpoint, note
from niangjia.lib.tlog.encoding import BadEncoding, decimal, to_base64, unbase64
from niangjia.lib.tlog.hashing import HASH_BYTES
from niangjia.lib.tlog.note import Note
from niangjia.lib.tlog.proofs import BadProof, check_inclusion

FIRST_LINE = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63


@dataclass(frozen=True, slots=True)
class ProofFile:
    """note: the checkpoint with its signatures. extra: opaque bytes that nothing vouches for."""

    index: int
    hashes: tuple[bytes, ...]
    note: Note
    extra: bytes | None = None

    def __str__(self) -> str:
        lines = [FIRST_LINE]
        if self.extra is not None:
            lines.append(f"extra {to_base64(self.extra)}")
        lines += [f"index {self.index}", *map(to_base64, self.hashes), "", str(self.note)]
        return "\n".join(lines)

    def check(self, leaf: bytes) -> checkpoint.Checkpoint:
        """The checkpoint under which `leaf` (a leaf hash) stands at `index`. Raises BadProof,
        BadNote. Who signed the checkpoint is the policy's question."""
        head = checkpoint.of_note(self.note)
        check_inclusion(leaf, self.index, head.size, self.hashes, head.root)
        return head


def parse(data: bytes) -> ProofFile:
    """Raises BadProof, BadNote."""
    head, _gap, rest = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
        extra = unbase64(lines.pop(1)[6:]) if lines[1:2] and lines[1][:6] == "extra " else None
        first, index, *hashes = lines
        if first != FIRST_LINE or not index.startswith("index ") or len(hashes) > MAX_HASHES:
            raise BadProof("not a proof of a log")
        found = [unbase64(one, HASH_BYTES) for one in hashes]
        return ProofFile(decimal(index[6:]), tuple(found), note.parse(rest), extra)
    except (UnicodeDecodeError, BadEncoding, ValueError) as error:
        if isinstance(error, (BadProof, note.BadNote)):
            raise
        raise BadProof(f"not a proof of a log: {error}") from error
