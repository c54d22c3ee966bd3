"""Sum trees: against a slow oracle, against vectors of a plain script, and against who cheats."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.lib.sumtree import (
    EMPTY_HASH,
    MAX_VALUE,
    BadSum,
    Leaf,
    Node,
    Path,
    Shape,
    Sibling,
    build,
    check_path,
    leaves_of,
    path_of,
)
from niangjia.lib.tlog.proofs import split

LINES = (1, 2, 7)
ENTRIES = [sha256(b"entry %d" % i).digest() for i in range(5)]
# A plain script wrote these down once, with nothing but hashlib and to_bytes.
FIXED = (
    Leaf(3, ENTRIES[0], 1, 1000),
    Leaf(4, ENTRIES[1], 2, 250),
    Leaf(9, ENTRIES[2], 1, 0),
    Leaf(70000, ENTRIES[3], 7, 2**53 - 6),
    Leaf(2**40, ENTRIES[4], 7, 5),
)
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "5c659285b1d4f863c77ec7b4fe9a5e89234b338be0c0cfd57de01d0d316a76c2",
    "c0f41b2ee18adb465fc0f12d51e97d43581c969da99a22871b87b5f2b9c08865",
    "c5627f7578701f006544e30bdbd249828eac8df24a6cb75accb4fbd78644581a",
    "43f78b97d1b71e284580550b92774225bbe8e69f7d6d12bfe7956254ec41dbac",
    "add4a5cffc4e39d13f2052f1e7d144e4f8090d443010ac067f718a1ac41072c8",
)


def oracle(leaves):
    """The root, by the recursive definition, from the bytes up."""
    if not leaves:
        return Node(sha256(b"").digest(), 0, (0, 0, 0))
    if len(leaves) == 1:
        index, entry, line, fen = leaves[0]
        data = b"\x10" + index.to_bytes(8, "big") + entry + bytes([line]) + fen.to_bytes(8, "big")
        sums = tuple(fen if line == one else 0 for one in LINES)
        return Node(sha256(data).digest(), 1, sums)
    middle = split(len(leaves))
    left, right = oracle(leaves[:middle]), oracle(leaves[middle:])
    data = b"\x11"
    for side in (left, right):
        data += side.hash + b"".join(one.to_bytes(8, "big") for one in (side.n, *side.sums))
    sums = tuple(a + b for a, b in zip(left.sums, right.sums, strict=True))
    return Node(sha256(data).digest(), left.n + right.n, sums)


def some(n):
    return [
        Leaf(3 * i + i % 3, sha256(b"%d" % i).digest(), LINES[i % 3], 100 * i) for i in range(n)
    ]


class Kept:
    """A tree with its tiles."""

    def __init__(self, leaves):
        self.tiles = {}
        self.root = build(LINES, leaves, self.keep)

    def keep(self, tile):
        self.tiles[tile.level, tile.number] = tile

    def path(self, position):
        return path_of(LINES, position, self.root.n, lambda *at: self.tiles[at].rows)


@pytest.mark.parametrize("n", range(6))
def test_the_roots_are_those_of_an_independent_script(n):
    root = build(LINES, FIXED[:n])
    assert root.hash.hex() == ROOTS[n]
    assert (root.n, sum(root.sums)) == (n, sum(one.fen for one in FIXED[:n]))


def test_the_empty_tree_has_the_root_of_the_empty_log_and_adds_up_to_nothing():
    assert build(LINES, []) == Node(EMPTY_HASH, 0, (0, 0, 0))
    with pytest.raises(BadSum):
        path_of(LINES, 0, 0, lambda *at: b"")


LEAVES = st.lists(
    st.tuples(
        st.integers(1, 1000),
        st.binary(min_size=32, max_size=32),
        st.sampled_from(LINES),
        st.integers(0, 2**40),
    ),
    min_size=1,
    max_size=40,
)


@given(LEAVES, st.data())
def test_root_and_paths_agree_with_the_oracle(rows, data):
    leaves, index = [], 0
    for step, entry, line, fen in rows:
        index += step
        leaves.append(Leaf(index, entry, line, fen))
    kept = Kept(leaves)
    assert kept.root == oracle(leaves)
    position = data.draw(st.integers(0, len(leaves) - 1))
    leaf, path = kept.path(position)
    assert leaf == leaves[position]
    check_path(LINES, leaf, path, kept.root, cut=leaf.index + 1)


@pytest.mark.parametrize("n", [1, 2, 255, 256, 257, 511, 513, 1000])
def test_trees_of_several_tiles_agree_with_the_oracle_and_a_path_reads_one_tile_a_level(n):
    leaves = some(n)
    kept = Kept(leaves)
    assert kept.root == oracle(leaves)
    assert [leaf for at in range(-(-n // 256)) for leaf in leaves_of(kept.tiles[0, at].rows)] == (
        leaves
    )
    assert kept.tiles[0, 0].first == leaves[0].index
    for position in {0, 1, n // 2, n - 2, n - 1} & set(range(n)):
        read = []
        leaf, path = path_of(
            LINES, position, n, lambda *at, read=read: read.append(at) or kept.tiles[at].rows
        )
        assert leaf == leaves[position]
        assert len(read) == (1 if n <= 256 else 2)
        check_path(LINES, leaf, path, kept.root)


@pytest.mark.parametrize(
    "leaves",
    [
        [FIXED[1], FIXED[0]],
        [FIXED[0], FIXED[0]],
        [Leaf(1, ENTRIES[0], 3, 1)],
        [Leaf(1, ENTRIES[0], 1, -1)],
        [Leaf(1, ENTRIES[0], 1, 2**53)],
        [Leaf(1, b"short", 1, 1)],
        [Leaf(1, ENTRIES[0], 7, MAX_VALUE), Leaf(2, ENTRIES[1], 7, 1)],
    ],
    ids=["out of order", "twice", "other line", "negative", "too large", "no hash", "overflow"],
)
def test_leaves_that_cannot_be_are_refused(leaves):
    with pytest.raises(BadSum):
        build(LINES, leaves)


def test_lines_are_ids_in_order():
    for lines in ((), (0,), (256,), (2, 1), (1, 1)):
        with pytest.raises(BadSum):
            Shape(lines)


# Attacks ----------------------------------------------------------------------------------------


def refused(leaf, path, root, **more):
    with pytest.raises(BadSum):
        check_path(LINES, leaf, path, root, **more)


@pytest.fixture(scope="module")
def kept():
    return Kept(some(11))


def changed(path, at, **parts):
    siblings = list(path.siblings)
    node = siblings[at].node._replace(**{k: v for k, v in parts.items() if k != "left"})
    siblings[at] = Sibling(node, parts.get("left", siblings[at].left))
    return Path(path.position, path.n, tuple(siblings))


def test_a_leaf_left_out_or_used_twice_is_another_root(kept):
    leaves = some(11)
    assert build(LINES, leaves[:4] + leaves[5:]).hash != kept.root.hash
    refused(leaves[4], kept.path(5)[1], kept.root)
    twice = [*leaves[:5], leaves[4]._replace(index=leaves[4].index + 1), *leaves[5:]]
    assert build(LINES, twice).hash != kept.root.hash
    # the same leaf shown at two places: only one of them is its own
    refused(leaves[4], kept.path(4)[1].__class__(5, 11, kept.path(4)[1].siblings), kept.root)


@pytest.mark.parametrize("position", [0, 5, 10])
def test_no_value_beside_the_way_can_be_changed(kept, position):
    leaf, path = kept.path(position)
    for at, sibling in enumerate(path.siblings):
        node = sibling.node
        more = (node.sums[0] + 1, *node.sums[1:])
        moved = (node.sums[0] + 1, node.sums[1] - 1, node.sums[2])
        for parts in (
            {"sums": more},
            {"sums": moved},
            {"sums": node.sums[::-1]} if node.sums != node.sums[::-1] else {"n": 99},
            {"sums": node.sums[:2]},
            {"sums": (*node.sums, 0)},
            {"n": node.n + 1},
            {"n": node.n - 1},
            {"hash": bytes(32)},
            {"hash": b""},
            {"left": not sibling.left},
        ):
            refused(leaf, changed(path, at, **parts), kept.root)


def test_a_share_moved_between_both_sides_is_seen(kept):
    """The total of both sides is as it was: a node that hashed only that would let it pass."""
    leaf, path = kept.path(0)
    first = path.siblings[0].node
    refused(
        leaf._replace(fen=leaf.fen + 1),
        changed(path, 0, sums=(first.sums[0], first.sums[1] - 1, first.sums[2])),
        kept.root,
    )
    left, right = oracle(some(2)[:1]), oracle(some(2)[1:])
    shape = Shape(LINES)
    swapped = (left._replace(sums=right.sums), right._replace(sums=left.sums))
    joined = shape.joined(*(shape.pack(one) for one in swapped))
    assert shape.unpack(joined)[1:] == build(LINES, some(2))[1:]
    assert joined[0] != build(LINES, some(2)).hash


def test_another_line_amount_index_or_entry_is_seen(kept):
    leaf, path = kept.path(7)
    for parts in (
        {"line": 7},
        {"line": 9},
        {"fen": leaf.fen - 1},
        {"fen": -1},
        {"index": leaf.index + 1},
        {"leaf_hash": bytes(32)},
    ):
        refused(leaf._replace(**parts), path, kept.root)


def test_the_root_s_own_figures_are_held_to(kept):
    leaf, path = kept.path(7)
    n, sums = kept.root.n, kept.root.sums
    refused(leaf, path, kept.root._replace(n=n + 1))
    refused(leaf, Path(7, n + 1, path.siblings), kept.root._replace(n=n + 1))
    refused(leaf, path, kept.root._replace(sums=(sums[0] + 1, *sums[1:])))
    refused(leaf, path, kept.root._replace(hash=bytes(32)))
    refused(leaf, Path(7, n, path.siblings[:-1]), kept.root)
    refused(leaf, Path(7, n, (*path.siblings, path.siblings[0])), kept.root)
    refused(leaf, Path(-1, n, path.siblings), kept.root)


def test_an_entry_at_or_after_the_cut_is_refused(kept):
    leaf, path = kept.path(7)
    check_path(LINES, leaf, path, kept.root, cut=leaf.index + 1)
    refused(leaf, path, kept.root, cut=leaf.index)


def test_an_overflow_that_the_maker_let_pass_is_seen():
    """A maker that adds without looking: 2^53-1 and 1 beside it; the sum does not fit."""
    shape = Shape(LINES)
    big, one = Leaf(1, ENTRIES[0], 1, MAX_VALUE), Leaf(2, ENTRIES[1], 1, 1)
    left, right = shape.packed(big), shape.packed(one)
    root = shape.unpack(shape.joined(left, right))
    path = Path(0, 2, (Sibling(shape.unpack(right), False),))
    refused(big, path, root)
    refused(big, path, root._replace(sums=(0, 0, 0)))
    huge = Sibling(Node(shape.unpack(right).hash, 1, (2**64 - 1, 0, 0)), False)
    refused(big, Path(0, 2, (huge,)), root)
