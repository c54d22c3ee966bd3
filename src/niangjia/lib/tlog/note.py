"""Signed notes (C2SP signed-note): a text, and lines that sign it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from niangjia.lib.tlog.encoding import BadEncoding, to_base64, unbase64

MAX_BYTES = 1_000_000
MAX_SIGNATURES = 64
KEY_ID_BYTES = 4
_DASH = "— "


class BadNote(ValueError):
    """Not a signed note, or a line of a known key that does not sign it."""


class Unsigned(BadNote):
    """No known key signed the note."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One line. key_id: 4 bytes; data: what follows it. Says nothing until verified."""

    name: str
    key_id: bytes
    data: bytes

    @property
    def line(self) -> str:
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.data)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """text: ends in a newline. signatures: at least one."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(one.line for one in self.signatures)


class Key(Protocol):
    """A key that can verify: name and 4-byte id as they stand in its lines."""

    @property
    def name(self) -> str: ...
    @property
    def key_id(self) -> bytes: ...
    def verify(self, text: str, signature: bytes) -> int | None:
        """The time that the line states (POSIX seconds), None if its kind states none.
        Raises BadNote."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A line that holds. at: POSIX seconds, None if its kind states no time."""

    key: Key
    signature: Signature
    at: int | None


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """SHA-256(name || newline || kind || public key)[:4]."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:KEY_ID_BYTES]


def check_name(name: str) -> str:
    """`name` if a key may be called so. Raises BadNote."""
    if not name or "+" in name or any(char.isspace() for char in name) or not _is_plain(name):
        raise BadNote("a key's name has no spaces, plus signs or control characters")
    return name


def _is_plain(text: str) -> bool:
    return all(char >= " " or char == "\n" for char in text)


def parse(data: bytes) -> Note:
    """The note. Raises BadNote."""
    if len(data) > MAX_BYTES:
        raise BadNote("the note is too long")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadNote("the note is not UTF-8") from error
    text, gap, lines = whole.rpartition("\n\n")
    if not gap or not lines.endswith("\n") or not _is_plain(whole):
        raise BadNote("not a note")
    signed = lines[:-1].split("\n")
    if len(signed) > MAX_SIGNATURES:
        raise BadNote("the note has too many signatures")
    return Note(text + "\n", tuple(parse_line(line) for line in signed))


def parse_line(line: str) -> Signature:
    """A signature line without its newline. Raises BadNote."""
    name, gap, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not gap:
        raise BadNote("not a signature line")
    try:
        data = unbase64(encoded)
    except BadEncoding as error:
        raise BadNote("a signature is not base64") from error
    if len(data) <= KEY_ID_BYTES:
        raise BadNote("a signature is too short")
    return Signature(check_name(name), data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])


def parse_lines(data: bytes) -> tuple[Signature, ...]:
    """What a witness answers: one line or more, each ending in a newline. Raises BadNote."""
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise BadNote("the lines are not UTF-8") from error
    if lines.pop() or not lines or len(lines) > MAX_SIGNATURES:
        raise BadNote("not signature lines")
    return tuple(parse_line(line) for line in lines)


def verified(note: Note, keys: Iterable[Key]) -> list[Verified]:
    """The lines of known keys, the first of each key; lines of unknown keys are passed over.

    Raises BadNote if a known key's line does not hold, Unsigned if there is none.
    """
    known = {(key.name, key.key_id): key for key in keys}
    found: dict[tuple[str, bytes], Verified] = {}
    for line in note.signatures:
        mark = (line.name, line.key_id)
        if mark in known and mark not in found:
            found[mark] = Verified(known[mark], line, known[mark].verify(note.text, line.data))
    if not found:
        raise Unsigned("no known key signed this note")
    return list(found.values())


def with_lines(note: Note, lines: Sequence[Signature]) -> Note:
    """The note with further lines; a key's second line is left out."""
    found = {(line.name, line.key_id): line for line in reversed((*note.signatures, *lines))}
    return Note(note.text, tuple(reversed(found.values())))
