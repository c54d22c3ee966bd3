from hypothesis import given
from hypothesis import strategies as st

from niangjia.lib import canonical, commitment
from niangjia.lib.tlog import hashing


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
    root = hashing.root_of([hashing.leaf_hash(one) for one in each])
    assert commitment.sealed_root(each) == root


def test_a_commitment_binds_name_and_value():
    salt = bytes(32)
    base = commitment.commit(salt, "amount_fen", canonical.encode(100))
    assert commitment.commit(salt, "amount_fen", canonical.encode(101)) != base
    assert commitment.commit(salt, "amount_fe", canonical.encode("n100")) != base
    assert commitment.commit(salt, "amount_fen", canonical.encode("100")) != base
    assert commitment.commit(bytes([1]) + bytes(31), "amount_fen", canonical.encode(100)) != base
