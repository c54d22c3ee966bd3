"""How a confirmation is shared out: whole numbers, nothing lost, nothing made up."""

from hypothesis import given as drawn
from hypothesis import strategies as st

from niangjia.programmes.assistance_ledger.reviewing import HelpForm, oddities, problems, shares

amounts = st.lists(st.integers(-10_000_00, 10_000_000_00), min_size=1, max_size=40)


@drawn(amounts, st.integers(0, 10**12), st.integers(0, 10**6), st.integers(0, 10**6))
def test_all_parts_together_are_exactly_what_was_confirmed(fen, confirmed, households, people):
    parts = list(shares(list(enumerate(fen)), confirmed, households, people))
    assert [one.id for one in parts] == list(range(len(fen)))
    assert sum(one.fen for one in parts) == confirmed
    assert sum(one.households for one in parts) == households
    assert sum(one.people for one in parts) == people


@drawn(st.lists(st.integers(1, 10_000_000_00), min_size=1, max_size=40))
def test_a_whole_confirmation_gives_every_record_its_own_amount(fen):
    parts = shares(list(enumerate(fen)), sum(fen), 0, 0)
    assert [one.fen for one in parts] == fen


@drawn(
    st.lists(st.integers(1, 10_000_000_00), min_size=1, max_size=40),
    st.integers(0, 10**9),
    st.integers(0, 10**6),
)
def test_a_part_is_never_below_nothing_nor_a_unit_off_its_due(fen, confirmed, households):
    total = sum(fen)
    for amount, one in zip(
        fen, shares(list(enumerate(fen)), confirmed, households, 0), strict=True
    ):
        assert one.fen >= 0 and one.households >= 0
        assert abs(one.households * total - households * amount) < 2 * total


def test_records_that_cancel_out_lose_nothing():
    assert [one.fen for one in shares([(1, 500), (2, -500)], 70, 0, 0)] == [70, 0]


def test_a_form_says_what_is_missing():
    form = HelpForm(mechanisms=(), households=3, people=2, paid_fen=-1, public_first="2020-02-01")
    assert problems(form, 100) == {
        "mechanisms": "mechanism_missing",
        "people": "fewer_people_than_households",
        "paid_fen": "negative",
        "public_last": "publicity_dates",
    }
    whole = HelpForm(("work",), 3, 9, 0)
    assert problems(whole, 100) == {}


def test_what_is_odd_is_marked_and_nothing_dropped():
    form = HelpForm(("work",), 2, 20, 200_00, "", "")
    assert oddities(form, 100_00) == (
        "paid_more_than_sold",
        "large_households",
        "no_publicity",
        "round_per_household",
    )
