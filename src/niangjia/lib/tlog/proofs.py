"""Inclusion and consistency proofs of RFC 6962 (2.1.1, 2.1.2), also for subtrees.

A subtree is what draft-ietf-plants-merkle-tree-certs calls one: entries [start, end), start a
multiple of the smallest power of two that is not below end - start. A consistency proof between
two sizes is that of the subtree [0, old).
"""

from collections.abc import Callable, Sequence

from niangjia.lib.tlog.hashing import EMPTY_ROOT, HASH_BYTES, node_hash

MAX_SIZE = 2**63 - 1
NodeReader = Callable[[int, int], bytes]


class BadProof(ValueError):
    """The proof does not prove what it was given for."""


def split(size: int) -> int:
    """The largest power of two below `size` (2 or more)."""
    return 1 << (size - 1).bit_length() - 1


def subtree_root(start: int, end: int, node: NodeReader) -> bytes:
    """Root over the entries [start, end) of a subtree. node(level, n): hash over the full subtree
    of 2**level entries from n * 2**level."""
    if start == end:
        return EMPTY_ROOT
    peaks = []
    while start < end:
        level = (end - start).bit_length() - 1
        peaks.append(node(level, start >> level))
        start += 1 << level
    root = peaks.pop()
    while peaks:
        root = node_hash(peaks.pop(), root)
    return root


def inclusion(index: int, size: int, node: NodeReader) -> list[bytes]:
    """Hashes from the leaf's sibling up to the root's child. Raises ValueError out of range."""
    _check(0 <= index < size <= MAX_SIZE, "no such entry in a tree of this size")
    proof = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            proof.append(subtree_root(middle, end, node))
            end = middle
        else:
            proof.append(subtree_root(start, middle, node))
            start = middle
    return proof[::-1]


def consistency(old: int, new: int, node: NodeReader) -> list[bytes]:
    """Proof that the tree of size `old` is the beginning of that of size `new`; none from 0."""
    _check(0 <= old <= new <= MAX_SIZE, "sizes out of order")
    proof: list[bytes] = []
    if not old:
        return proof
    start, end, whole = 0, new, True
    while end != old:
        middle = start + split(end - start)
        if old <= middle:
            proof.append(subtree_root(middle, end, node))
            end = middle
        else:
            proof.append(subtree_root(start, middle, node))
            start, whole = middle, False
    if not whole:
        proof.append(subtree_root(start, end, node))
    return proof[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Root of the tree of `size` that holds `leaf` at `index` by this proof. Raises BadProof."""
    _proven(0 <= index < size <= MAX_SIZE, "no such entry in a tree of this size")
    _proven(_hashes((leaf, *proof)), "a hash has 32 bytes")
    sides = []
    left = size
    while left > 1:
        middle = split(left)
        sides.append(index >= middle)
        index, left = (index - middle, left - middle) if index >= middle else (index, middle)
    _proven(len(proof) == len(sides), f"{len(proof)} hashes; this place needs {len(sides)}")
    root = leaf
    for beside, sibling in zip(reversed(sides), proof, strict=True):
        root = node_hash(sibling, root) if beside else node_hash(root, sibling)
    return root


def check_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Raises BadProof unless `leaf` stands at `index` of the tree (size, root)."""
    if root_from_inclusion(leaf, index, size, proof) != root:
        raise BadProof("the proof leads to another root")


def check_subtree_inclusion(
    leaf: bytes, index: int, start: int, end: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Raises BadProof unless `leaf` stands at `index` of the subtree [start, end) of that root."""
    _proven(is_subtree(start, end), "not a subtree")
    check_inclusion(leaf, index - start, end - start, proof, root)


def check_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raises BadProof unless tree (old, old_root) is the beginning of (new, new_root).

    Every tree begins with the empty one, so a proof from size 0 would say nothing: it is refused.
    """
    _proven(old > 0, "nothing can be proven of the empty tree")
    check_subtree_consistency(0, old, old_root, new, new_root, proof)


def check_subtree_consistency(
    start: int, end: int, part: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Raises BadProof unless `part` is the root over [start, end) of the tree (size, root).

    The empty subtree is part of every tree: its root is known, its proof empty.
    """
    if 0 <= start == end <= size:
        _proven(part == EMPTY_ROOT and not proof, "the empty subtree has another root")
        return
    _proven(is_subtree(start, end) and end <= size <= MAX_SIZE, "not a subtree of this tree")
    _proven(_hashes(proof), "a hash has 32 bytes")
    turns, whole = _way_down(start, end, size)
    n = len(turns) + (not whole)
    _proven(len(proof) == n, f"{len(proof)} hashes; these sizes need {n}")
    rest = list(proof)
    inner = outer = part if whole else rest.pop(0)
    for turn, sibling in zip(reversed(turns), rest, strict=True):
        outer = node_hash(outer, sibling) if turn == "left" else node_hash(sibling, outer)
        if turn == "through":
            inner = node_hash(sibling, inner)
    _proven(inner == part, "the proof leads to another old root")
    _proven(outer == root, "the proof leads to another root")


def _way_down(start: int, end: int, size: int) -> tuple[list[str], bool]:
    """Turns from the root to the node that both trees share, and if it is the subtree whole."""
    turns, whole = [], True
    while (start, end) != (0, size):
        middle = split(size)
        if end <= middle:
            turns.append("left")
            size = middle
            continue
        if start < middle:
            turns.append("through")
            start, whole = middle, False
        else:
            turns.append("right")
        start, end, size = start - middle, end - middle, size - middle
    return turns, whole


def is_subtree(start: int, end: int) -> bool:
    """True if [start, end) is a subtree: start lies on a multiple of its width rounded up."""
    if not 0 <= start < end <= MAX_SIZE:
        return False
    return start % (1 << (end - start - 1).bit_length()) == 0


def _hashes(hashes: Sequence[bytes]) -> bool:
    return all(len(one) == HASH_BYTES for one in hashes)


def _check(holds: bool, reason: str) -> None:
    if not holds:
        raise ValueError(reason)


def _proven(holds: bool, reason: str) -> None:
    if not holds:
        raise BadProof(reason)
