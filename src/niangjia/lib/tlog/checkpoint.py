"""Checkpoints (C2SP tlog-checkpoint): origin, size and root, as the text of a note."""

from dataclasses import dataclass

from niangjia.lib.tlog.encoding import BadEncoding, decimal, to_base64, unbase64
from niangjia.lib.tlog.hashing import EMPTY_ROOT, HASH_BYTES
from niangjia.lib.tlog.note import BadNote, Note


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """origin: the log's name. root: 32 bytes, of the tree of `size` entries."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Three lines: the text that is signed."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"


def parse_text(text: str) -> Checkpoint:
    """The checkpoint of a note's text; one with extension lines is refused. Raises BadNote."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise BadNote("a checkpoint has an origin, a size and a root, and nothing else")
    try:
        found = Checkpoint(lines[0], decimal(lines[1]), unbase64(lines[2], HASH_BYTES))
    except BadEncoding as error:
        raise BadNote(f"not a checkpoint: {error}") from error
    if found.size == 0 and found.root != EMPTY_ROOT:
        raise BadNote("the empty tree has another root")
    return found


def of_note(note: Note) -> Checkpoint:
    """What the note says, signed or not. Raises BadNote."""
    return parse_text(note.text)
