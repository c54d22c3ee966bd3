"""What a witness answers: pure, without clock, files or keys of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from niangjia.lib.tlog import checkpoint, request
from niangjia.lib.tlog.checkpoint import Checkpoint
from niangjia.lib.tlog.hashing import EMPTY_ROOT
from niangjia.lib.tlog.keys import LogKey
from niangjia.lib.tlog.note import BadNote, Note, Verified, verified
from niangjia.lib.tlog.proofs import BadProof, check_consistency
from niangjia.lib.tlog.request import AddCheckpoint

COSIGNED, MALFORMED, UNTRUSTED, UNKNOWN = 200, 400, 403, 404
OTHER_SIZE, INCONSISTENT, NOT_NOW = 409, 422, 503


@dataclass(frozen=True, slots=True)
class Tree:
    """What is known of one log: its size and root (32 bytes) when last cosigned, or as pinned."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Known:
    """What a witness remembers. last_at: its newest cosignature of any log, POSIX seconds."""

    trees: Mapping[str, Tree]
    last_at: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """status: as in HTTP. origin: of a known log, else empty. why: English, for a log file.

    size: what a 409 tells. signed: the checkpoint and only those of its lines that hold, once
    the log's signature was seen; evidence: the request shows, or may show, a log that lies;
    forked: it does: two roots of one size, both signed.
    """

    status: int
    why: str = ""
    origin: str = ""
    size: int = 0
    head: Checkpoint | None = None
    signed: Note | None = None
    evidence: bool = False
    forked: bool = False


def decide(body: bytes, trusted: Mapping[str, Sequence[LogKey]], known: Known, at: int) -> Decision:
    """The answer to a request at the time `at` (POSIX seconds), by C2SP tlog-witness v1.1.

    trusted: the keys of each log by origin. Checked in the order 400, 404, 403, 409, 422, 503.
    """
    try:
        asked = request.parse(body)
        head = checkpoint.of_note(asked.note)
    except (request.BadRequest, BadNote) as error:
        return Decision(MALFORMED, str(error))
    if asked.old > head.size:
        return Decision(MALFORMED, "the old size is larger than the checkpoint's")
    if not trusted.get(head.origin):
        return Decision(UNKNOWN, "no log of this origin is known here")
    try:
        lines = verified(asked.note, trusted[head.origin])
    except BadNote as error:
        return Decision(UNTRUSTED, str(error), head.origin)
    return _of_signed(asked, head, _signed(asked.note, lines), known, at)


def _signed(given: Note, lines: Sequence[Verified]) -> Note:
    return Note(given.text, tuple(line.signature for line in lines))


def _of_signed(
    asked: AddCheckpoint, head: Checkpoint, signed: Note, known: Known, at: int
) -> Decision:
    tree = known.trees.get(head.origin, Tree())
    forked = head.size == tree.size and head.root != tree.root

    def refuse(status: int, why: str, evidence: bool = False) -> Decision:
        kept = evidence or forked
        return Decision(status, why, head.origin, tree.size, head, signed, kept, forked)

    if asked.old != tree.size:
        return refuse(OTHER_SIZE, "the old size is not the one cosigned last")
    if forked:
        return refuse(INCONSISTENT, "another root at the size that was cosigned last")
    try:
        _check_growth(asked, head, tree)
    except BadProof:
        return refuse(INCONSISTENT, "the consistency proof does not hold", evidence=True)
    if at < known.last_at:
        return refuse(NOT_NOW, "the clock reads earlier than the last cosignature")
    return Decision(COSIGNED, "", head.origin, head.size, head, signed)


def _check_growth(asked: AddCheckpoint, head: Checkpoint, tree: Tree) -> None:
    """Raises BadProof unless `tree` is the beginning of `head`."""
    if tree.size:
        check_consistency(tree.size, tree.root, head.size, head.root, asked.proof)
    elif asked.proof:
        raise BadProof("nothing is proven from size 0: the proof has to be empty")
