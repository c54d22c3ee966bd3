"""Proofs against the published vectors, and against the words of RFC 6962 on random trees."""

import base64
import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.lib.tlog import hashing, proofs, tiles


def mth(leaves):
    """RFC 6962 section 2.1, word for word, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = _k(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def _k(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m, leaves):
    """RFC 6962 section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = _k(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m, leaves, whole):
    """RFC 6962 section 2.1.2."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = _k(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def node_of(leaves):
    return lambda level, n: mth(leaves[n << level : (n + 1) << level])


def leaves_of(n):
    return [hashing.leaf_hash(str(i).encode()) for i in range(n)]


def tree_of(leaves):
    """The same tree read through tiles, as a log keeps it."""

    def read(level, n, width):
        span = 256**level
        first = n * 256
        return b"".join(mth(leaves[i * span : (i + 1) * span]) for i in range(first, first + width))

    return tiles.TileNodes(len(leaves), read)


VECTORS = ("inclusion", "consistency", "subtreeinclusion", "subtreeconsistency")


@pytest.mark.parametrize("folder", VECTORS)
def test_published_vectors(data_folder, folder):
    files = sorted((data_folder / "merkle/testdata" / folder).rglob("*.json"))
    assert len(files) > 90
    wrong = []
    for file in files:
        vector = json.loads(file.read_text())
        try:
            CHECKS[folder](vector)
            refused = False
        except proofs.BadProof:
            refused = True
        if refused != vector["wantErr"]:
            wrong.append(file.name)
    assert wrong == []


def _b(text):
    return base64.b64decode(text or "")


def _list(vector):
    return [_b(one) for one in vector["proof"] or []]


CHECKS = {
    "inclusion": lambda v: proofs.check_inclusion(
        _b(v["leafHash"]), v["leafIdx"], v["treeSize"], _list(v), _b(v["root"])
    ),
    "consistency": lambda v: proofs.check_consistency(
        v["size1"], _b(v["root1"]), v["size2"], _b(v["root2"]), _list(v)
    ),
    "subtreeinclusion": lambda v: proofs.check_subtree_inclusion(
        _b(v["leafHash"]), v["leafIdx"], v["start"], v["end"], _list(v), _b(v["root"])
    ),
    "subtreeconsistency": lambda v: proofs.check_subtree_consistency(
        v["start"], v["end"], _b(v["root1"]), v["size"], _b(v["root2"]), _list(v)
    ),
}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 31, 70, 256, 257, 700])
def test_each_inclusion_proof_is_that_of_the_rfc_and_checks(size):
    leaves = leaves_of(size)
    tree = tree_of(leaves)
    root = mth(leaves)
    for index in range(0, size, max(1, size // 40)):
        proof = proofs.inclusion(index, size, tree)
        assert proof == path(index, leaves)
        proofs.check_inclusion(leaves[index], index, size, proof, root)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 300), st.data())
def test_each_consistency_proof_is_that_of_the_rfc_and_checks(new, data):
    old = data.draw(st.integers(0, new))
    leaves = leaves_of(new)
    proof = proofs.consistency(old, new, node_of(leaves))
    assert proof == (subproof(old, leaves, True) if old else [])
    if old:
        proofs.check_consistency(old, mth(leaves[:old]), new, mth(leaves), proof)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 200), st.data())
def test_a_changed_proof_proves_nothing(size, data):
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof = path(index, leaves)
    changed = data.draw(
        st.sampled_from(["bit", "more", "less", "swap", "place", "size", "leaf"]), label="how"
    )
    place, of = index, size
    leaf = leaves[index]
    if changed == "bit" and proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        proof[at] = bytes([proof[at][0] ^ 1]) + proof[at][1:]
    elif changed == "less" and proof:
        proof.pop(data.draw(st.integers(0, len(proof) - 1)))
    elif changed == "swap" and len(proof) > 1:
        proof[0], proof[1] = proof[1], proof[0]
    elif changed == "place" and size > 1:
        place = (index + 1) % size
    elif changed == "size" and proofs.root_from_inclusion(leaf, index, size, proof):
        of = size * 2
    elif changed == "leaf":
        leaf = hashing.leaf_hash(b"another")
    else:
        proof.append(leaf)
    with pytest.raises(proofs.BadProof):
        proofs.check_inclusion(leaf, place, of, proof, mth(leaves))


@settings(max_examples=150, deadline=None)
@given(st.integers(2, 150), st.data())
def test_two_different_beginnings_never_both_check(new, data):
    old = data.draw(st.integers(1, new - 1))
    leaves = leaves_of(new)
    other = list(leaves)
    other[data.draw(st.integers(0, old - 1))] = hashing.leaf_hash(b"rewritten")
    for honest in (proofs.consistency(old, new, node_of(leaves)), subproof(old, other, True)):
        with pytest.raises(proofs.BadProof):
            proofs.check_consistency(old, mth(other[:old]), new, mth(leaves), honest)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 600])
def test_growing_tree_reads_its_partial_tiles_anew(size):
    leaves = leaves_of(size + 300)
    tree = tree_of(leaves[:size])
    if size:
        assert proofs.subtree_root(0, size, tree) == mth(leaves[:size])
    grown = tree_of(leaves)
    tree._read = grown._read
    tree.grown(len(leaves))
    assert proofs.subtree_root(0, len(leaves), tree) == mth(leaves)
    proof = proofs.consistency(size, len(leaves), tree)
    if size:
        proofs.check_consistency(size, mth(leaves[:size]), len(leaves), mth(leaves), proof)
