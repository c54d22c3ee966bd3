"""What a log sends to a witness (C2SP tlog-witness): old size, proof, checkpoint."""

from dataclasses import dataclass

from niangjia.lib.tlog import note
from niangjia.lib.tlog.encoding import BadEncoding, decimal, to_base64, unbase64
from niangjia.lib.tlog.hashing import HASH_BYTES
from niangjia.lib.tlog.note import Note

MAX_HASHES = 63
MAX_BYTES = 256 * 1024
SIZE_TYPE = "text/x.tlog.size"


class BadRequest(ValueError):
    """Not a request of this form: a witness answers 400."""


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """old: size that the witness cosigned last. proof: from `old` to the checkpoint's size."""

    old: int
    proof: tuple[bytes, ...]
    note: Note

    def __bytes__(self) -> bytes:
        lines = [f"old {self.old}", *map(to_base64, self.proof), "", str(self.note)]
        return "\n".join(lines).encode()


def parse(body: bytes) -> AddCheckpoint:
    """Raises BadRequest."""
    if len(body) > MAX_BYTES:
        raise BadRequest("the request is too long")
    head, gap, rest = body.partition(b"\n\n")
    try:
        first, *hashes = head.decode("ascii").split("\n")
        if not gap or not first.startswith("old ") or len(hashes) > MAX_HASHES:
            raise BadRequest("an old size, at most 63 hashes, a gap, a checkpoint")
        proof = tuple(unbase64(one, HASH_BYTES) for one in hashes)
        return AddCheckpoint(decimal(first[4:]), proof, note.parse(rest))
    except (UnicodeDecodeError, BadEncoding, note.BadNote) as error:
        raise BadRequest(str(error)) from error
