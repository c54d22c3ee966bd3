import hashlib

from hypothesis import given
from hypothesis import strategies as st

from niangjia.lib import canonical, commitment, merkle


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
    leaves = [merkle.leaf_hash(one) for one in data]
    frontier = merkle.Frontier()
    for n, leaf in enumerate(leaves, 1):
        frontier.append(leaf)
        assert frontier.root() == oracle(leaves[:n])
        assert merkle.Frontier.from_bytes(n, frontier.to_bytes()).root() == frontier.root()


def test_known_root_of_certificate_transparency():
    # The reference tree of the Certificate Transparency project: eight leaves.
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    leaves.append("606162636465666768696a6b6c6d6e6f")
    root = merkle.root_of([merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in leaves])
    assert root.hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(st.binary(min_size=32, max_size=32), st.integers(1, 40))
def test_salts_are_distinct_and_depend_on_the_whole_seed(seed, n):
    found = commitment.salts(seed, n)
    assert len(set(found)) == n
    other = bytes([seed[0] ^ 1]) + seed[1:]
    assert not set(found) & set(commitment.salts(other, n))


@given(
    st.binary(min_size=32, max_size=32),
    st.lists(st.sampled_from(["day", "amount_fen", "a" * 255]), max_size=40),
    st.dictionaries(st.sampled_from(["day", "amount_fen"]), st.binary(max_size=300)),
)
def test_committing_to_all_fields_at_once_is_committing_to_each(seed, names, plain):
    salts = commitment.salts(seed, len(names))
    each = [
        commitment.commit(salt, name, plain.get(name, b"null"))
        for salt, name in zip(salts, names, strict=True)
    ]
    assert commitment.commit_all(seed, names, plain, b"null") == each
    root = merkle.root_of([merkle.leaf_hash(one) for one in each])
    assert commitment.sealed_root(each) == root


def test_a_commitment_binds_name_and_value():
    salt = bytes(32)
    base = commitment.commit(salt, "amount_fen", canonical.encode(100))
    assert commitment.commit(salt, "amount_fen", canonical.encode(101)) != base
    assert commitment.commit(salt, "amount_fe", canonical.encode("n100")) != base
    assert commitment.commit(salt, "amount_fen", canonical.encode("100")) != base
    assert commitment.commit(bytes([1]) + bytes(31), "amount_fen", canonical.encode(100)) != base
