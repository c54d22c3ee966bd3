import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.lib import canonical

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_encoding_is_a_fixed_point(value):
    data = canonical.encode(value)
    assert canonical.encode(canonical.decode(data)) == data


def test_keys_are_sorted_and_nothing_is_escaped_needlessly():
    assert canonical.encode({"b": 1, "a": "蔚县"}) == '{"a":"蔚县","b":1}'.encode()


@pytest.mark.parametrize(
    "value", [1.5, {"键": 1}, 2**53, "\ud800", {1: 2}, b"x", object(), float("nan")]
)
def test_what_lies_outside_the_profile_is_refused(value):
    with pytest.raises(canonical.NotCanonical):
        canonical.encode(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":2}',
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b"1.0",
        b"NaN",
        b"",
        b'"\\u00e9"',
        b"9" * 5000,
    ],
)
def test_bytes_that_are_not_canonical_are_refused(data):
    with pytest.raises(canonical.NotCanonical):
        canonical.decode(data)


def test_more_than_16_kib_is_refused():
    assert canonical.encode("x" * (16 * 1024 - 2))
    with pytest.raises(canonical.NotCanonical):
        canonical.encode("x" * (16 * 1024 - 1))


@given(st.dictionaries(KEYS, VALUES, max_size=6))
def test_an_object_assembled_from_its_members_is_the_one_encoded_whole(members):
    parts = {name: canonical.encode(value) for name, value in members.items()}
    assert canonical.assemble(parts) == canonical.encode(members)


def test_keys_are_sorted_as_they_are_not_as_they_are_quoted():
    assert canonical.encode({"a!": 1, "a": 2}) == b'{"a":2,"a!":1}'


def test_what_is_nested_too_deep_is_refused():
    with pytest.raises(canonical.NotCanonical):
        canonical.decode(b"[" * 5000 + b"]" * 5000)
