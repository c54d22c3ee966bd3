"""The files of a log, each checked against its signed root before it is believed."""

from collections import OrderedDict
from collections.abc import Callable, Iterator

from niangjia.lib.tlog import tiles
from niangjia.lib.tlog.checkpoint import Checkpoint
from niangjia.lib.tlog.hashing import HASH_BYTES, leaf_hashes
from niangjia.lib.tlog.proofs import subtree_root
from niangjia.lib.tlog.tiles import HEIGHT, MAX_ENTRY_BYTES, WIDTH, TileName, TileNodes
from niangjia.witness.source import Missing, Source, Unreadable

TILE_BYTES = WIDTH * HASH_BYTES
BUNDLE_BYTES = WIDTH * (2 + MAX_ENTRY_BYTES)
CACHED = 256  # tiles of 8 KB


class Unfit(Unreadable):
    """A file of the log does not belong to its signed checkpoint."""

    def __init__(self, path: str) -> None:
        super().__init__(path, "the log's files do not fit its checkpoint")


class VerifiedTiles:
    """Tiles and bundles of the tree of `head`.

    sources: in the order in which they are asked; what does not fit is asked of the next.
    """

    def __init__(self, head: Checkpoint, *sources: Source) -> None:
        self.head = head
        self._sources = sources
        self._cache: OrderedDict[tuple[int, int], bytes] = OrderedDict()
        self._edge: dict[tuple[int, int], bytes] = {}
        self._is_open = False
        self.nodes = TileNodes(head.size, self.read, limit=CACHED)

    def open(self) -> None:
        """The partial tiles, one of a level, are read and lead to the root.

        Raises Unreadable, Unfit.
        """
        missing: Missing | None = None
        for source in () if self._is_open else self._sources:
            try:
                found = {name: _fetch(source, name, TILE_BYTES) for name in edge(self.head.size)}
            except Missing as error:
                missing = error
                continue
            self._edge = {(name.level or 0, name.n): data for name, data in found.items()}
            self._is_open, missing = self._leads_to_root(), None
            if self._is_open:
                break
        if not self._is_open:
            raise missing or Unfit("checkpoint")

    def _leads_to_root(self) -> bool:
        def read(level: int, n: int, width: int) -> bytes:
            return self._edge[level, n]

        try:
            nodes = TileNodes(self.head.size, read)
            return subtree_root(0, self.head.size, nodes) == self.head.root
        except ValueError:
            return False

    def root_at(self, size: int) -> bytes:
        """Root of this tree when it had `size` entries. Raises Unreadable, Unfit."""
        return subtree_root(0, size, self.nodes)

    def read(self, level: int, n: int, width: int) -> bytes:
        """The bytes of a tile as wide as this tree has it. Raises Unreadable, Unfit."""
        place = (level, n)
        if width < WIDTH:
            return self._edge[place]
        if place in self._cache:
            self._cache.move_to_end(place)
            return self._cache[place]
        data = self._full(TileName(level, n))
        self._cache[place] = data
        if len(self._cache) > CACHED:
            self._cache.popitem(last=False)
        return data

    def _full(self, name: TileName) -> bytes:
        level, (parent, inside) = name.level or 0, divmod(name.n, WIDTH)
        above = self.read(level + 1, parent, self._width(level + 1, parent))
        expected = above[inside * HASH_BYTES : (inside + 1) * HASH_BYTES]
        return self._first(name, TILE_BYTES, lambda data: _root_of_full(data) == expected)

    def _width(self, level: int, n: int) -> int:
        return min((self.head.size >> HEIGHT * level) - n * WIDTH, WIDTH)

    def bundle(self, n: int) -> bytes:
        """The entries of leaf tile n. Raises Unreadable, Unfit."""
        width = self._width(0, n)
        expected = self.read(0, n, width)
        name = TileName(None, n, width)
        return self._first(name, BUNDLE_BYTES, lambda data: _leaves(data) == expected)

    def _first(self, name: TileName, limit: int, fits: Callable[[bytes], bool]) -> bytes:
        missing: Missing | None = None
        for source in self._sources:
            try:
                data = _fetch(source, name, limit)
            except Missing as error:
                missing = error
                continue
            if fits(data):
                return data
            missing = None
        if missing is not None:
            raise missing
        raise Unfit(f"tile/{name.path}")


def edge(size: int) -> Iterator[TileName]:
    """The partial tiles of a tree of `size`, from the leaves up; the topmost is always one."""
    level = 0
    while size >> HEIGHT * level:
        n, width = divmod(size >> HEIGHT * level, WIDTH)
        if width:
            yield TileName(level, n, width)
        level += 1


def _root_of_full(data: bytes) -> bytes:
    """Empty if it is no full tile."""
    return tiles.expand(tiles.hashes_of(data))[HEIGHT] if len(data) == TILE_BYTES else b""


def _leaves(bundle: bytes) -> bytes:
    """The leaf hashes of a bundle, empty if it is none."""
    try:
        return b"".join(leaf_hashes(tiles.unpack(bundle)))
    except ValueError:
        return b""


def _fetch(source: Source, name: TileName, limit: int) -> bytes:
    """A partial file that a log has dropped is the beginning of the full one."""
    try:
        return source.get(f"tile/{name.path}", limit)
    except Missing:
        if name.width == WIDTH:
            raise
        full = source.get(f"tile/{TileName(name.level, name.n).path}", limit)
    if name.level is not None:
        return full[: name.width * HASH_BYTES]
    try:
        return tiles.pack(tiles.unpack(full)[: name.width])
    except ValueError:
        return b""
