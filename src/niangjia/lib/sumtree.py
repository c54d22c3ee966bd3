"""Sum trees: one root that commits what each contributor gave, and all that it adds up to.

Leaf: SHA-256(0x10 || u64 log index || leaf hash of the entry || u8 line || u64 fen). Node:
SHA-256(0x11 || hL || u64 nL || sums L || hR || u64 nR || sums R); sums: one u64 for each printed
line, in their order; all big-endian. The shape is that of RFC 6962, without padding; leaves stand
in ascending order of their log index. docs/bulletin.md is the format. A node that hashed only the
total of both sides would let two contributors each verify a different share: it hashes both.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct
from typing import NamedTuple

from niangjia.lib.tlog.proofs import split

MAX_VALUE = 2**53 - 1
MAX_LINE = 255
HASH_BYTES, NUMBER_BYTES = 32, 8
HEIGHT, WIDTH = 8, 256  # of a tile
EMPTY_HASH = sha256(b"").digest()
_ROW = Struct(">Q32sBQ")
_LEAF, _NODE = b"\x10", b"\x11"

Packed = tuple[bytes, int]  # a hash; n and the sums as one number, 64 bits each
Keep = Callable[["Tile"], None]
Read = Callable[[int, int], bytes]


class BadSum(ValueError):
    """The leaves, or the path, are not those of such a tree. index: of the entry, if it is one's
    fault."""

    def __init__(self, why: str, index: int = -1) -> None:
        super().__init__(why)
        self.index = index


class Leaf(NamedTuple):
    """What one entry contributes. index: in the log; leaf_hash: of the entry, 32 bytes."""

    index: int  # type: ignore[assignment]
    leaf_hash: bytes
    line: int
    fen: int


class Node(NamedTuple):
    """hash: 32 bytes; n: leaves below; sums: of each line."""

    hash: bytes
    n: int
    sums: tuple[int, ...]


class Sibling(NamedTuple):
    """A node beside the way up. left: it stands to the left of it."""

    node: Node
    left: bool


@dataclass(frozen=True, slots=True)
class Path:
    """From the leaf at `position` of `n` up to the root."""

    position: int
    n: int
    siblings: tuple[Sibling, ...]


class Tile(NamedTuple):
    """256 rows or, at the end, fewer. Level 0: leaves as they are (49 bytes each); above: a row
    (hash, n, sums) for each tile below. first: log index of the first leaf at level 0."""

    level: int
    number: int
    first: int
    rows: bytes


class Shape:
    """The lines of a tree: ids from 1 to 255, ascending; each has its place among the sums."""

    def __init__(self, lines: Sequence[int]) -> None:
        ids = tuple(lines)
        if not ids or list(ids) != sorted(set(ids)) or not 1 <= ids[0] <= ids[-1] <= MAX_LINE:
            raise BadSum("lines are ids from 1 to 255, ascending")
        self.lines = ids
        self.n_bytes = NUMBER_BYTES * (1 + len(ids))
        one = 1 << 64 * len(ids)
        self._place = {line: (one, 64 * (len(ids) - 1 - at)) for at, line in enumerate(ids)}

    @property
    def empty(self) -> Node:
        """The root of no leaves."""
        return Node(EMPTY_HASH, 0, (0,) * len(self.lines))

    def packed(self, leaf: Leaf) -> Packed:
        """A leaf as a node. Raises BadSum for a line or an amount that cannot be."""
        index, entry, line, fen = leaf
        if line not in self._place or not 0 <= fen <= MAX_VALUE or len(entry) != HASH_BYTES:
            raise BadSum(f"entry {index}: no such line, or no such amount", index)
        one, shift = self._place[line]
        return sha256(_LEAF + _ROW.pack(index, entry, line, fen)).digest(), one + (fen << shift)

    def pack(self, node: Node) -> Packed:
        value = node.n
        for one in node.sums:
            value = (value << 64) + one
        return node.hash, value

    def unpack(self, packed: Packed) -> Node:
        data = packed[1].to_bytes(self.n_bytes, "big")
        n, *sums = (
            int.from_bytes(data[at : at + NUMBER_BYTES], "big")
            for at in range(0, self.n_bytes, NUMBER_BYTES)
        )
        return Node(packed[0], n, tuple(sums))

    def joined(self, left: Packed, right: Packed) -> Packed:
        """The node over two."""
        width = self.n_bytes
        data = left[0] + left[1].to_bytes(width, "big") + right[0] + right[1].to_bytes(width, "big")
        return sha256(_NODE + data).digest(), left[1] + right[1]

    def above(self, level: Sequence[Packed]) -> list[Packed]:
        """The level over one: pairs are joined, one that is left over goes up as it is."""
        joined = self.joined
        found = [joined(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        if len(level) % 2:
            found.append(level[-1])
        return found

    def rows(self, tile: bytes, level: int) -> list[Packed]:
        """The nodes of a tile's rows."""
        if level == 0:
            return [self.packed(leaf) for leaf in leaves_of(tile)]
        size = HASH_BYTES + self.n_bytes
        return [
            (tile[at : at + HASH_BYTES], int.from_bytes(tile[at + HASH_BYTES : at + size], "big"))
            for at in range(0, len(tile), size)
        ]


def leaves_of(tile: bytes) -> list[Leaf]:
    """The leaves of a tile of level 0."""
    return [Leaf(*row) for row in _ROW.iter_unpack(tile)]


class Builder:
    """Leaves in, one at a time; tiles out as they fill; at the end the root.

    Holds one tile of each level: memory does not grow with the leaves.
    """

    def __init__(self, lines: Sequence[int], keep: Keep | None = None) -> None:
        self.shape = Shape(lines)
        self._keep = keep
        self._totals = dict.fromkeys(self.shape.lines, 0)
        self._last = -1
        self._first = 0
        self._rows: list[bytes] = []
        self._levels: list[list[Packed]] = [[]]
        self._written = [0]

    def add(self, leaf: Leaf) -> None:
        """Raises BadSum: not after the leaf before it, or no such line or amount, or a sum of
        more than 2^53-1."""
        if leaf.index <= self._last:
            raise BadSum(f"entry {leaf.index} does not come after {self._last}", leaf.index)
        packed = self.shape.packed(leaf)
        total = self._totals[leaf.line] = self._totals[leaf.line] + leaf.fen
        if total > MAX_VALUE:
            raise BadSum(f"entry {leaf.index}: line {leaf.line} goes beyond 2^53-1", leaf.index)
        if not self._levels[0]:
            self._first = leaf.index
        self._last = leaf.index
        self._levels[0].append(packed)
        if self._keep is not None:
            self._rows.append(_ROW.pack(*leaf))
        if len(self._levels[0]) == WIDTH:
            self._close(0)

    def _close(self, level: int) -> None:
        """A tile is full, or the last of its level: it is kept, and its node goes up."""
        nodes = self._levels[level]
        if self._keep is not None:
            size = self.shape.n_bytes
            rows = self._rows if level == 0 else [h + v.to_bytes(size, "big") for h, v in nodes]
            first = self._first if level == 0 else 0
            self._keep(Tile(level, self._written[level], first, b"".join(rows)))
        if level == 0:
            self._rows = []
        self._written[level] += 1
        while len(nodes) > 1:
            nodes = self.shape.above(nodes)
        self._levels[level] = []
        if level + 1 == len(self._levels):
            self._levels.append([])
            self._written.append(0)
        self._levels[level + 1].append(nodes[0])
        if len(self._levels[level + 1]) == WIDTH:
            self._close(level + 1)

    def finish(self) -> Node:
        """The root; every tile is kept. Nothing can be added after it."""
        level = 0
        while level < len(self._levels):
            nodes = self._levels[level]
            top = not any(self._levels[level + 1 :])
            if top and len(nodes) <= 1 and (level or not nodes):
                return self.shape.unpack(nodes[0]) if nodes else self.shape.empty
            if nodes:
                self._close(level)
            level += 1
        raise AssertionError("the last level holds the root")


def build(lines: Sequence[int], leaves: Iterable[Leaf], keep: Keep | None = None) -> Node:
    """The root over the leaves; see `Builder`. Raises BadSum."""
    builder = Builder(lines, keep)
    for leaf in leaves:
        builder.add(leaf)
    return builder.finish()


def path_of(lines: Sequence[int], position: int, n: int, read: Read) -> tuple[Leaf, Path]:
    """The leaf at `position` of the tree of n and its path. read(level, number): a tile's rows;
    called once for each level. Raises BadSum out of range."""
    if not 0 <= position < n:
        raise BadSum("no such leaf in this tree")
    shape, siblings = Shape(lines), list[Sibling]()
    leaf: Leaf | None = None
    at, level, width = position, 0, n
    while True:
        number, inside = divmod(at, WIDTH)
        tile = read(level, number)
        leaf = leaf or leaves_of(tile)[inside]
        _climb(shape, shape.rows(tile, level), inside, siblings)
        if width <= WIDTH:
            return leaf, Path(position, n, tuple(siblings))
        at, level, width = number, level + 1, -(-width // WIDTH)


def _climb(shape: Shape, nodes: list[Packed], at: int, siblings: list[Sibling]) -> None:
    while len(nodes) > 1:
        beside = at ^ 1
        if beside < len(nodes):
            siblings.append(Sibling(shape.unpack(nodes[beside]), beside < at))
        nodes, at = shape.above(nodes), at >> 1


def check_path(
    lines: Sequence[int], leaf: Leaf, path: Path, root: Node, *, cut: int | None = None
) -> None:
    """Raises BadSum unless `leaf` stands at the path's place of the tree with this root.

    root: its n and sums too. cut: size of the log at which the tree was made, if known. Sums are
    added without bounds; each value must lie within 2^53-1.
    """
    shape = Shape(lines)
    _need(cut is None or leaf.index < cut, "the entry came after the cut")
    _need(path.n == root.n and 0 <= path.position < path.n, "another number of leaves")
    sides = _sides(path.position, path.n)
    _need(len(sides) == len(path.siblings), "not as many steps as this place needs")
    _need(all(_fits(one.node, shape) for one in path.siblings), "a value that cannot be")
    _need(_fits(root, shape), "a sum that cannot be")
    node = shape.packed(leaf)
    for (left, n), sibling in zip(sides, path.siblings, strict=True):
        _need((sibling.left, sibling.node.n) == (left, n), "a step of another shape")
        beside = shape.pack(sibling.node)
        node = shape.joined(beside, node) if left else shape.joined(node, beside)
    _need(shape.unpack(node) == root, "the path leads to another root")


def _sides(position: int, n: int) -> list[tuple[bool, int]]:
    """Of each step, from the leaf up: (the sibling stands left, its number of leaves)."""
    found = []
    while n > 1:
        middle = split(n)
        if position >= middle:
            found.append((True, middle))
            position, n = position - middle, n - middle
        else:
            found.append((False, n - middle))
            n = middle
    return found[::-1]


def _fits(node: Node, shape: Shape) -> bool:
    values = (node.n, *node.sums)
    within = all(0 <= value <= MAX_VALUE for value in values)
    return within and len(node.sums) == len(shape.lines) and len(node.hash) == HASH_BYTES


def _need(holds: bool, why: str) -> None:
    if not holds:
        raise BadSum(why)
