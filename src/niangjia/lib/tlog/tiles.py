"""Tiles and entry bundles of a log (C2SP tlog-tiles): paths, widths, bytes.

Tile n of level L: 256 hashes, each over 256**L entries, from entry n * 256**(L+1). The rightmost
one of a level is partial: only its hashes over full subtrees, at least one.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from niangjia.lib.tlog.hashing import HASH_BYTES, node_hash

WIDTH = 256
HEIGHT = 8
MAX_LEVEL = 7  # 256**8 entries are beyond 2**63
MAX_ENTRY_BYTES = 0xFFFF
_PATH = re.compile(r"(entries|[0-7])/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True)
class TileName:
    """Which tile. level: 0 to 7, None for a bundle of entries. width: 1 to 256."""

    level: int | None
    n: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """`<L>/<N>[.p/<W>]`, as it follows `tile/`."""
        level = "entries" if self.level is None else str(self.level)
        part = "" if self.width == WIDTH else f".p/{self.width}"
        return f"{level}/{_index(self.n)}{part}"

    def fits(self, size: int) -> bool:
        """True if a tree of `size` has all that this tile shows."""
        return self.n * WIDTH + self.width <= size >> HEIGHT * (self.level or 0)


def _index(n: int) -> str:
    parts = [f"{n % 1000:03d}"]
    while n := n // 1000:
        parts.append(f"x{n % 1000:03d}")
    return "/".join(reversed(parts))


def parse(path: str) -> TileName:
    """The tile of `<L>/<N>[.p/<W>]`, exactly as `path` writes it. Raises ValueError."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise ValueError("not the path of a tile")
    level, index, width = found.groups()
    name = TileName(
        None if level == "entries" else int(level),
        int(index.replace("x", "").replace("/", "")),
        int(width or WIDTH),
    )
    if name.path != path:
        raise ValueError("not the path of a tile")
    return name


def of_size(size: int) -> Iterator[TileName]:
    """All hash tiles of a tree of `size`, from the leaves up, the partial ones last of a level."""
    level = 0
    while size:
        for n in range(size // WIDTH):
            yield TileName(level, n)
        if size % WIDTH:
            yield TileName(level, size // WIDTH, size % WIDTH)
        size //= WIDTH
        level += 1


def bundles_of_size(size: int) -> Iterator[TileName]:
    """All bundles of entries of a tree of `size`."""
    for name in of_size(size):
        if name.level:
            return
        yield TileName(None, name.n, name.width)


def pack(entries: Sequence[bytes]) -> bytes:
    """A bundle: each entry behind its length (2 bytes, big-endian). Raises ValueError if longer."""
    if any(len(entry) > MAX_ENTRY_BYTES for entry in entries):
        raise ValueError(f"an entry has at most {MAX_ENTRY_BYTES} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unpack(bundle: bytes) -> list[bytes]:
    """The entries of a bundle. Raises ValueError if bytes are missing or left over."""
    entries, at = [], 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        if at + 2 > len(bundle) or end > len(bundle):
            raise ValueError("the bundle ends in the middle of an entry")
        entries.append(bundle[at + 2 : end])
        at = end
    return entries


def hashes_of(tile: bytes) -> list[bytes]:
    """The hashes of a tile's bytes. Raises ValueError unless it is a whole number of them."""
    if not tile or len(tile) % HASH_BYTES or len(tile) > WIDTH * HASH_BYTES:
        raise ValueError("a tile has 1 to 256 hashes of 32 bytes")
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]


def expand(hashes: Sequence[bytes]) -> list[bytes]:
    """The tile's own tree: one byte string per height 0 to 8, of the full subtrees at it."""
    levels = [b"".join(hashes)]
    level = list(hashes)
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [node_hash(left, right) for left, right in pairs]
        levels.append(b"".join(level))
    return levels


class TileNodes:
    """A reader of single nodes of a tree, over a reader of tiles; keeps the newest `limit` tiles.

    read(level, n, width): the bytes of that tile; called with a full width where the tree fills
    the tile. 16 KB are kept for a full tile.
    """

    def __init__(
        self, size: int, read: Callable[[int, int, int], bytes], limit: int = 3900
    ) -> None:
        self.size, self._read, self._limit = size, read, limit
        self._kept: OrderedDict[tuple[int, int], list[bytes]] = OrderedDict()

    def grown(self, size: int) -> None:
        """The tree has this size now; what was partial is read again when asked for."""
        for level in range(MAX_LEVEL + 1):
            self._kept.pop((level, (self.size >> HEIGHT * level) // WIDTH), None)
        self.size = size

    def __call__(self, level: int, n: int) -> bytes:
        """Hash over the full subtree of 2**level entries from n * 2**level."""
        above, height = divmod(level, HEIGHT)
        tile, inside = divmod(n << height, WIDTH)
        inside >>= height
        levels = self._kept.get((above, tile))
        if levels is None:
            levels = self._load(above, tile)
        else:
            self._kept.move_to_end((above, tile))
        found = levels[height][inside * HASH_BYTES : (inside + 1) * HASH_BYTES]
        if len(found) != HASH_BYTES:
            raise ValueError("no such node in a tree of this size")
        return found

    def _load(self, above: int, tile: int) -> list[bytes]:
        width = min((self.size >> HEIGHT * above) - tile * WIDTH, WIDTH)
        if width < 1:
            raise ValueError("no such node in a tree of this size")
        levels = expand(hashes_of(self._read(above, tile, width)))
        levels += [b""] * (HEIGHT + 1 - len(levels))
        self._kept[above, tile] = levels
        if len(self._kept) > self._limit:
            self._kept.popitem(last=False)
        return levels
