"""The one plain form of ZIP that evidence packs have: members stored, one after another.

Every header is determined by name, size and CRC, so that a reader rebuilds and compares it, and
two readers cannot see different files. Source: APPNOTE.TXT 4.3, narrowed; docs/pack.md.
"""

import re
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from zlib import crc32

MAX_BYTES = 512 * 1024 * 1024
MAX_MEMBERS = 0xFFFE  # a count of 0xFFFF announces ZIP64
MAX_NAME = 200
_NAME = re.compile(r"[a-z0-9._-]+(?:/[a-z0-9._-]+)*")
_LOCAL = struct.Struct("<IHHHHHIIIHH")
_ENTRY = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_NEEDS = 10  # version 1.0: plain stored files
_DATE = 1 << 5 | 1  # 1980-01-01


class BadPack(ValueError):
    """A pack that no verifier would read cannot be written."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the pack. sha256: hex; chunks: gives its `size` bytes, from the start each time."""

    name: str
    size: int
    sha256: str
    crc: int
    chunks: Callable[[], Iterable[bytes]]

    @property
    def local(self) -> bytes:
        """Its local header, without the name."""
        sizes = (self.crc, self.size, self.size, len(self.name), 0)
        return _LOCAL.pack(0x04034B50, _NEEDS, 0, 0, 0, _DATE, *sizes)

    def entry(self, offset: int) -> bytes:
        """Its entry in the directory, without the name."""
        sizes = (self.crc, self.size, self.size, len(self.name))
        return _ENTRY.pack(0x02014B50, 20, _NEEDS, 0, 0, 0, _DATE, *sizes, 0, 0, 0, 0, 0, offset)


def member(name: str, data: bytes) -> Member:
    """A member of bytes at hand."""
    return Member(name, len(data), sha256(data).hexdigest(), crc32(data), lambda: (data,))


def evidence(chunks: Callable[[], Iterable[bytes]], suffix: str = "") -> Member:
    """A file of evidence, named by its hash; read once here, and once more when written.

    suffix: `.pdf`, or empty.
    """
    size, crc, digest = 0, 0, sha256()
    for chunk in chunks():
        size, crc = size + len(chunk), crc32(chunk, crc)
        digest.update(chunk)
    return Member(f"evidence/{digest.hexdigest()}{suffix}", size, digest.hexdigest(), crc, chunks)


def check_name(name: str) -> None:
    """Raises BadPack unless a member may be called so."""
    fits = _NAME.fullmatch(name) is not None or name == "README.txt"
    if not fits or len(name) > MAX_NAME or {".", ".."} & set(name.split("/")):
        raise BadPack(f"a member cannot be called {name!r}")


def size_of(members: Sequence[Member]) -> int:
    """Bytes of the archive."""
    heads = sum(_LOCAL.size + _ENTRY.size + 2 * len(one.name) + one.size for one in members)
    return heads + _END.size


def written(members: Sequence[Member]) -> Iterator[bytes]:
    """The archive, chunk by chunk; of a member only one chunk is in memory.

    Raises BadPack at the first chunk (names, numbers, sizes), or while a member is written whose
    bytes are not those it was announced with.
    """
    _check(members)
    offset, directory = 0, []
    for one in members:
        name = one.name.encode("ascii")
        directory += [one.entry(offset), name]
        yield one.local + name
        yield from _checked(one)
        offset += _LOCAL.size + len(name) + one.size
    listing = b"".join(directory)
    n = len(members)
    yield listing
    yield _END.pack(0x06054B50, 0, 0, n, n, len(listing), offset, 0)


def _check(members: Sequence[Member]) -> None:
    for one in members:
        check_name(one.name)
    if len({one.name for one in members}) != len(members):
        raise BadPack("two members have one name")
    if len(members) > MAX_MEMBERS or size_of(members) > MAX_BYTES:
        raise BadPack(f"at most {MAX_MEMBERS} members and {MAX_BYTES} bytes")


def _checked(one: Member) -> Iterator[bytes]:
    size, crc, digest = 0, 0, sha256()
    for chunk in one.chunks():
        size, crc = size + len(chunk), crc32(chunk, crc)
        digest.update(chunk)
        if size > one.size:
            break
        yield chunk
    if (size, crc, digest.hexdigest()) != (one.size, one.crc, one.sha256):
        raise BadPack(f"{one.name} has changed since it was measured")
