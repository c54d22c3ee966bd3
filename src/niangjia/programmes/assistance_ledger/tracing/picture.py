"""The picture of a trace: who sold, what or from where, who bought, for whom; at most 30 links.

Pure. A path is one of each level's keys; what is small stands together as OTHERS, level by level,
so that the links between any two levels add up to all paths, to the fen.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

Path = tuple[str, ...]
Count = tuple[int, int]  # records, fen
OTHERS = "\0"  # no name holds it
MOST_LINKS = 30
MOST_NODES = 12  # of a level, without OTHERS


@dataclass(frozen=True, slots=True)
class Node:
    """What stands at a level. n, fen: of all paths through it; n_inside: keys under OTHERS."""

    level: int
    key: str
    n: int
    fen: int
    n_inside: int = 1


@dataclass(frozen=True, slots=True)
class Link:
    """From a node of `level` to one of the next. n: records; fen may be nought or below."""

    level: int
    source: str
    target: str
    n: int
    fen: int


@dataclass(frozen=True, slots=True)
class Picture:
    """nodes, links: by level, largest first, OTHERS last."""

    n_levels: int
    nodes: Sequence[Node]
    links: Sequence[Link]


def drawn(paths: Mapping[Path, Count], n_levels: int) -> Picture:
    """The paths as nodes and links: as many nodes as leave MOST_LINKS links or fewer.

    Level by level in turn one more node is shown, the largest of those left, while the links are
    few enough. paths: (n_levels keys each) -> (records, fen).
    """
    ranked = [_ranked(paths, level) for level in range(n_levels)]
    widest = [_kept(keys, MOST_NODES) for keys in ranked]
    merged = {_named(path, widest) for path in paths}
    most = [1] * n_levels
    growing = set(range(n_levels))
    while growing:
        for level in sorted(growing):
            wider = [*most[:level], most[level] + 1, *most[level + 1 :]]
            if most[level] >= MOST_NODES or _n_links(merged, ranked, wider) > MOST_LINKS:
                growing.remove(level)
            else:
                most = wider
    named = [_kept(keys, one) for keys, one in zip(ranked, most, strict=True)]
    return Picture(n_levels, _nodes(paths, named, ranked), _links(paths, named))


def _n_links(paths: Collection[Path], ranked: Sequence[Sequence[str]], most: Sequence[int]) -> int:
    named = [_kept(keys, one) for keys, one in zip(ranked, most, strict=True)]
    shown = {_named(path, named) for path in paths}
    return sum(len({path[at : at + 2] for path in shown}) for at in range(len(most) - 1))


def _add(sums: dict[Path, Count], key: Path, count: Count) -> None:
    n, fen = sums.get(key, (0, 0))
    sums[key] = n + count[0], fen + count[1]


def _ranked(paths: Mapping[Path, Count], level: int) -> list[str]:
    """A level's keys, largest first."""
    sums: dict[Path, Count] = {}
    for path, count in paths.items():
        _add(sums, (path[level],), count)
    return [key for (key,) in sorted(sums, key=lambda one: (-sums[one][1], one))]


def _kept(keys: Sequence[str], most: int) -> frozenset[str]:
    """What stands by itself; where only one would be left over, that one too."""
    return frozenset(keys if len(keys) <= most + 1 else keys[:most])


def _named(path: Path, named: Sequence[frozenset[str]]) -> Path:
    return tuple(key if key in kept else OTHERS for key, kept in zip(path, named, strict=True))


def _order(count: Count, *keys: str) -> tuple[bool, int, tuple[str, ...]]:
    return OTHERS in keys, -count[1], keys


def _links(paths: Mapping[Path, Count], named: Sequence[frozenset[str]]) -> list[Link]:
    found = []
    for level in range(len(named) - 1):
        sums: dict[Path, Count] = {}
        for path, count in paths.items():
            _add(sums, _named(path, named)[level : level + 2], count)
        for (source, target), (n, fen) in sorted(
            sums.items(), key=lambda one: _order(one[1], *one[0])
        ):
            found.append(Link(level, source, target, n, fen))
    return found


def _nodes(
    paths: Mapping[Path, Count], named: Sequence[frozenset[str]], ranked: Sequence[Sequence[str]]
) -> list[Node]:
    found = []
    for level, kept in enumerate(named):
        sums: dict[Path, Count] = {}
        for path, count in paths.items():
            _add(sums, (_named(path, named)[level],), count)
        n_others = len(ranked[level]) - len(kept)
        for (key,), (n, fen) in sorted(sums.items(), key=lambda one: _order(one[1], *one[0])):
            found.append(Node(level, key, n, fen, n_others if key == OTHERS else 1))
    return found
