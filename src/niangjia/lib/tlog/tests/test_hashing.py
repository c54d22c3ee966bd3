import hashlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.lib.tlog import hashing
from niangjia.lib.tlog.sm3 import Sm3Frontier


def oracle(leaves):
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + oracle(leaves[:k]) + oracle(leaves[k:])).digest()


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_frontier_gives_the_rfc_6962_root_at_every_size(data):
    leaves = [hashing.leaf_hash(one) for one in data]
    frontier = hashing.Frontier()
    for n, leaf in enumerate(leaves, 1):
        frontier.append(leaf)
        assert frontier.root() == oracle(leaves[:n])
        assert hashing.Frontier.from_bytes(n, frontier.to_bytes()).root() == frontier.root()


@pytest.mark.parametrize("kind", [hashing.Frontier, Sm3Frontier])
@given(
    st.lists(st.binary(min_size=32, max_size=32), max_size=70),
    st.lists(st.integers(0, 40), max_size=4),
)
def test_many_leaves_at_once_are_as_one_after_the_other(kind, leaves, cuts):
    slow, fast = kind(), kind()
    for leaf in leaves:
        slow.append(leaf)
    for start, end in itertools.pairwise([0, *sorted(cuts), len(leaves)]):
        fast.extend(leaves[start:end])
    assert (fast.size, fast.peaks) == (slow.size, slow.peaks)


def test_known_root_of_certificate_transparency():
    # The reference tree of the Certificate Transparency project: eight leaves.
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    leaves.append("606162636465666768696a6b6c6d6e6f")
    root = hashing.root_of([hashing.leaf_hash(bytes.fromhex(leaf)) for leaf in leaves])
    assert root.hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
