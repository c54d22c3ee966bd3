"""What a witness's answer means. Pure: no database, no clock, no network."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from niangjia.lib.tlog import checkpoint, note
from niangjia.lib.tlog.checkpoint import Checkpoint
from niangjia.lib.tlog.keys import LogKey, QuantumWitnessKey, WitnessKey
from niangjia.lib.tlog.note import BadNote, Note, Verified

Outcome = Literal["cosigned", "behind", "ahead", "refused", "nonsense", "unreachable", "no_address"]
RECOSIGN_S = 3600
STALE_S = 24 * 3600
OFF_CLOCK_S = 300
REST_S = 5


@dataclass(frozen=True, slots=True)
class Meaning:
    """outcome of one request. lines: cosignatures that hold. size: where the witness stands, if it
    said so. detail: a word or an HTTP status. ask: True if only its latest checkpoint can tell a
    lie from a fork."""

    outcome: Outcome
    lines: tuple[Verified, ...] = ()
    size: int | None = None
    detail: str = ""
    ask: bool = False


def cosigned(
    head: Checkpoint, body: bytes, keys: Sequence[WitnessKey | QuantumWitnessKey], now: int
) -> Meaning:
    """What 200 with these lines means: nonsense unless a key of the witness signed our tree now."""
    try:
        lines = note.verified(Note(head.text, note.parse_lines(body)), keys)
    except BadNote:
        return Meaning("nonsense", detail="no_line")
    times = [line.at or 0 for line in lines]
    if max(times) > now + OFF_CLOCK_S or min(times) < now - OFF_CLOCK_S:
        return Meaning("nonsense", detail="clock")
    return Meaning("cosigned", tuple(lines), head.size)


def meaning(
    head: Checkpoint,
    old: int,
    status: int,
    body: bytes,
    size: int | None,
    keys: Sequence[WitnessKey | QuantumWitnessKey],
    now: int,
) -> Meaning:
    """What an answer means. size: as a 409 states it; now: POSIX seconds."""
    if status == 200:
        return cosigned(head, body, keys, now)
    if status == 409:
        return conflict(head, old, size)
    if status == 422:
        return Meaning("refused", detail="422", ask=True)
    if 300 <= status < 400:
        return Meaning("nonsense", detail="elsewhere")
    return Meaning("refused", detail=str(status))


def conflict(head: Checkpoint, old: int, size: int | None) -> Meaning:
    """What 409 means, with the size that it states."""
    if size is None:
        return Meaning("nonsense", detail="no_size")
    if size > head.size:
        return Meaning("ahead", size=size, ask=True)
    if size == old:
        return Meaning("refused", size=size, detail="same_size", ask=True)
    return Meaning("behind", size=size)


def seen_at_witness(
    body: bytes, origin: str, keys: Sequence[LogKey]
) -> tuple[Checkpoint, Note] | None:
    """The checkpoint that a witness shows, if our own key signed it; else None: only our own
    signature on another tree says that something is wrong with ours."""
    try:
        shown = note.parse(body)
        head = checkpoint.of_note(shown)
        note.verified(shown, [key for key in keys if key.name == origin])
    except BadNote:
        return None
    return (head, shown) if head.origin == origin else None


def is_due(last_at: int, now: int) -> bool:
    """True if a checkpoint is to be cosigned (again). last_at: 0 if it never was."""
    return now - last_at >= RECOSIGN_S
