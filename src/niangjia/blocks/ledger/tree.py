"""A log's tree, read through its tiles: nodes, roots, proofs, and the bytes that are served."""

import threading
import time
from functools import lru_cache

from niangjia.blocks.ledger.models import Entry, Log, Tile
from niangjia.blocks.ledger.opening import partial
from niangjia.lib.tlog import proofs
from niangjia.lib.tlog.tiles import HEIGHT, MAX_LEVEL, WIDTH, TileName, TileNodes, pack

FRINGE_S = 1.0


class Tree:
    """The tree of one log. Proofs are for any size up to that which is there; threads may share it.

    Full tiles are kept in memory: at most 64 MB. What grows is read anew for each size, and after a
    second: behind the same name another database may answer, where a tree of this size has another
    end.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._turn = threading.Lock()
        self._full = TileNodes(0, self._read)
        self._fringe = TileNodes(0, self._read)
        self._fringe_until = float("-inf")

    def _read(self, level: int, n: int, width: int) -> bytes:
        return tile_bytes(self._log, TileName(level, n, width))

    def _nodes(self, size: int) -> proofs.NodeReader:
        """Nodes of the tree of `size`: full tiles from those kept, partial ones read once."""
        if size > self._full.size:
            self._full.grown(size)
        if size != self._fringe.size or time.monotonic() >= self._fringe_until:
            self._fringe = TileNodes(size, self._read)
            self._fringe_until = time.monotonic() + FRINGE_S
        full, fringe = self._full, self._fringe
        ends = [(size >> HEIGHT * above) // WIDTH for above in range(MAX_LEVEL + 1)]

        def node(level: int, n: int) -> bytes:
            above = level // HEIGHT
            whole = n >> HEIGHT - level % HEIGHT < ends[above]
            return (full if whole else fringe)(level, n)

        return node

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Proof that entry `index` of this log stands in its tree of `size`."""
        with self._turn:
            return proofs.inclusion(index, size, self._nodes(size))

    def consistency(self, old: int, size: int) -> list[bytes]:
        """Proof that the tree of `old` is the beginning of that of `size`."""
        with self._turn:
            return proofs.consistency(old, size, self._nodes(size))

    def root(self, size: int) -> bytes:
        """Root of the tree of `size`."""
        with self._turn:
            return proofs.subtree_root(0, size, self._nodes(size))


def tree_of(log: Log) -> Tree:
    """The tree of a log; one for the process."""
    return _tree(log.number, log.origin, log.first)


@lru_cache(maxsize=4)
def _tree(number: int, origin: str, first: int) -> Tree:
    return Tree(Log(number=number, origin=origin, first=first))


def tile_bytes(log: Log, name: TileName) -> bytes:
    """The hashes of a tile, or the bundle of entries. Raises ValueError if the log is shorter."""
    if name.level is None:
        return _bundle(log, name)
    if name.width == WIDTH:
        kept = Tile.objects.filter(log=log, level=name.level, n=name.n)
        hashes = kept.values_list("hashes", flat=True).first()
        if hashes is not None:
            return bytes(hashes)
    return b"".join(partial(log, name.level, name.n, name.width))


def _bundle(log: Log, name: TileName) -> bytes:
    first = log.first + name.n * WIDTH
    rows = Entry.objects.filter(index__gte=first, index__lt=first + name.width).order_by("index")
    entries = [bytes(one) for one in rows.values_list("fact__body", flat=True)]
    if len(entries) != name.width:
        raise ValueError("the log has no such entries")
    return pack(entries)
