"""RFC 6962 hashing (SHA-256): leaves, nodes, roots, and the frontier of a growing tree."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Self

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """RFC 6962 section 2.1: SHA-256(0x00 || data)."""
    return sha256(b"\x00" + data).digest()


def leaf_hashes(data: Iterable[bytes]) -> list[bytes]:
    """`leaf_hash` of each."""
    return [sha256(b"\x00" + one).digest() for one in data]


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962 section 2.1: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Root over leaf hashes, level by level; equals the recursive definition of RFC 6962."""
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 1:
        above = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


class Frontier:
    """The peaks of a tree, left to right: all that is needed to go on appending.

    size: leaves so far. peaks: one hash per set bit of size, largest subtree first.
    """

    _node = staticmethod(node_hash)
    _empty = EMPTY_ROOT

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        if size < 0 or size.bit_count() != len(peaks):
            raise ValueError("a tree of this size has another number of peaks")
        self.size = size
        self.peaks = list(peaks)

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        size, node = self.size, leaf
        while size & 1:
            node = self._node(self.peaks.pop(), node)
            size >>= 1
        self.peaks.append(node)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """`append` of each leaf hash, level by level, in half the time."""
        level, size, fresh = list(leaves), self.size, list[bytes]()
        self.size += len(level)
        while level:
            if size & 1:
                level.insert(0, self.peaks.pop())
            if len(level) % 2:
                fresh.append(level.pop())
            level = [
                self._node(left, right) for left, right in zip(level[::2], level[1::2], strict=True)
            ]
            size >>= 1
        self.peaks += reversed(fresh)

    def root(self) -> bytes:
        """Root of the tree so far (32 bytes)."""
        if not self.peaks:
            return self._empty
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = self._node(peak, node)
        return node

    def to_bytes(self) -> bytes:
        return b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> Self:
        peaks = [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]
        return cls(size, peaks)
