"""Working days: the holidays and make-up days that offices really had."""

import datetime as dt

import pytest
from chinese_calendar import is_workday
from hypothesis import given
from hypothesis import strategies as st

from niangjia.lib.working_days import (
    FIRST_YEAR,
    LAST_YEAR,
    YearUnknown,
    after,
    between,
    is_working_day,
    monday_to_friday,
)

KNOWN = st.dates(dt.date(FIRST_YEAR, 1, 1), dt.date(LAST_YEAR, 9, 30))


def day(text):
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "works"),
    [
        ("2020-01-19", True),  # a Sunday worked before Spring Festival
        ("2020-01-23", True),
        ("2020-01-24", False),
        ("2020-01-31", False),  # the holiday was lengthened
        ("2020-02-01", False),  # a Saturday that was to be worked first
        ("2020-02-02", False),
        ("2020-02-03", True),
        ("2024-02-04", True),  # a Sunday worked
        ("2024-02-09", True),  # New Year's Eve was no holiday in 2024
        ("2024-02-10", False),
        ("2024-02-18", True),  # a Sunday worked
        ("2024-09-29", True),
        ("2024-10-12", True),
        ("2025-01-26", True),
        ("2025-01-28", False),
        ("2025-02-05", True),
        ("2025-02-08", True),
        ("2025-05-05", False),
        ("2026-01-01", False),
        ("2026-02-14", True),
        ("2026-02-23", False),
        ("2026-02-28", True),
        ("2026-10-10", True),
    ],
)
def test_holidays_and_make_up_days_are_those_of_the_notices(text, works):
    assert is_working_day(day(text)) is works


def test_the_day_it_starts_from_never_counts():
    assert after(day("2020-01-17"), 1) == day("2020-01-19")
    assert after(day("2020-01-23"), 1) == day("2020-02-03")
    assert after(day("2020-01-17"), 6) == day("2020-02-03")
    assert after(day("2026-02-13"), 2) == day("2026-02-24")
    with pytest.raises(ValueError, match="0"):
        after(day("2020-01-17"), 0)


def test_the_first_day_is_left_out_and_the_last_one_counted():
    assert between(day("2020-01-17"), day("2020-02-03")) == 6
    assert between(day("2020-01-23"), day("2020-02-02")) == 0
    assert between(day("2020-02-03"), day("2020-02-03")) == 0
    with pytest.raises(ValueError, match="2020"):
        between(day("2020-02-03"), day("2020-02-02"))


def test_a_year_that_is_not_known_is_refused_unless_a_rule_is_given():
    beyond = dt.date(LAST_YEAR + 1, 1, 1)
    with pytest.raises(YearUnknown, match=f"{FIRST_YEAR} to {LAST_YEAR}") as refused:
        is_working_day(beyond)
    assert refused.value.known == (FIRST_YEAR, LAST_YEAR) == (2004, LAST_YEAR)
    with pytest.raises(LookupError):
        after(dt.date(LAST_YEAR, 12, 31), 1)
    with pytest.raises(YearUnknown):
        between(dt.date(FIRST_YEAR - 1, 12, 1), dt.date(FIRST_YEAR, 1, 5))
    saturday = dt.date(2003, 3, 1)
    assert not is_working_day(saturday, beyond=monday_to_friday)
    assert after(saturday, 1, beyond=monday_to_friday) == dt.date(2003, 3, 3)
    assert between(dt.date(2003, 2, 28), dt.date(2003, 3, 4), beyond=monday_to_friday) == 2


@given(KNOWN, st.integers(1, 60))
def test_the_nth_day_after_agrees_with_counting_one_by_one(first, n):
    found, passed = first, 0
    while passed < n:
        found += dt.timedelta(days=1)
        passed += is_workday(found)
    assert after(first, n) == found
    assert between(first, found) == n
    assert between(first, found - dt.timedelta(days=1)) == n - 1


@given(KNOWN, KNOWN, KNOWN)
def test_spans_that_follow_each_other_add_up(one, other, third):
    one, other, third = sorted((one, other, third))
    assert between(one, other) + between(other, third) == between(one, third)
