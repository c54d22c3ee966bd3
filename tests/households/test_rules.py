"""Which entries of rosters are one household: against the truth they were drawn from."""

import random

from hypothesis import given
from hypothesis import strategies as st

from niangjia.blocks.households import rules
from niangjia.blocks.households.rules import Entry, same_households
from niangjia.blocks.households.types import HouseholdView, Person


def entry(pk, number="", *members):
    return Entry(pk, number, frozenset(members))


def groups(entries):
    found = same_households(entries)
    return {frozenset(k for k, v in found.items() if v == root) for root in set(found.values())}


@st.composite
def honest(draw):
    """(entries, household of each): every entry names the number, or some persons, or both, of one
    true household; persons live in one household each. Each names its head."""
    n = draw(st.integers(1, 6))
    rng = random.Random(draw(st.integers(0, 10**6)))
    entries, truth = [], {}
    for pk in range(draw(st.integers(0, 14))):
        home = rng.randrange(n)
        members = {f"{home}-head"} | {f"{home}-{rng.randrange(4)}" for _ in range(rng.randrange(4))}
        number = f"n{home}" if rng.random() < 0.5 else ""
        entries.append(Entry(pk, number, frozenset(members)))
        truth[pk] = home
    return entries, truth


@given(honest())
def test_honest_rosters_are_counted_as_the_households_they_name(drawn):
    entries, truth = drawn
    found = same_households(entries)
    assert {(found[a] == found[b]) for a in truth for b in truth if truth[a] == truth[b]} <= {True}
    assert {(found[a] == found[b]) for a in truth for b in truth if truth[a] != truth[b]} <= {False}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "n1", "n2", "n3"]), st.sets(st.sampled_from("abcdef"), max_size=4)
        ),
        max_size=12,
    )
)
def test_the_same_number_is_one_household_and_another_number_another(drawn):
    entries = [entry(pk, number, *members) for pk, (number, members) in enumerate(drawn)]
    found = same_households(entries)
    for a in entries:
        assert found[found[a.id]] == found[a.id] <= a.id
        for b in entries:
            if a.number and b.number:
                assert (found[a.id] == found[b.id]) == (a.number == b.number)


def test_a_person_in_two_numbered_households_is_told_and_merges_nothing():
    entries = [entry(1, "n1", "a", "b"), entry(2, "n2", "a"), entry(3, "", "c")]
    assert groups(entries) == {frozenset({1}), frozenset({2}), frozenset({3})}


def test_an_entry_without_a_number_joins_by_a_person():
    entries = [entry(1, "", "a"), entry(2, "n1", "a", "b"), entry(3, "", "b")]
    assert groups(entries) == {frozenset({1, 2, 3})}


def test_a_village_number_says_nothing_outside_its_sheet():
    assert not rules.is_national("12")
    assert not rules.is_national("一二三四五六七八九十一")
    assert rules.is_national("1306271000012345678")


def test_a_masked_household_tells_nobody():
    person = Person(
        "130627197001011235", "示例甲", "户主", {"phone": "13800000000", "work_months": "8"}
    )
    view = HouseholdView(
        "r", "1306271000012345678", "示例村", [person], 3, None, "2019", "", 1, False
    )
    found = rules.masked(view)
    text = str(found)
    for told in ("示例甲", "130627197001011235", "13800000000", "示例村", "1306271000012345678"):
        assert told not in text
    assert found.persons[0].id_number == "130*************35"
    assert found.persons[0].name == "示**"
    assert found.persons[0].fields == {"work_months": "8"}
