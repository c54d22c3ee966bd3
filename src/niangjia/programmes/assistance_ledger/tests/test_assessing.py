"""Rules of the yearly assessment, against a slow oracle."""

import datetime as dt
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.programmes.assistance_ledger import assessing, assessment
from niangjia.programmes.assistance_ledger.assessing import Amounts, TargetForm

FEN = st.integers(0, 10**12)
RULE_2020, RULE_2022 = assessment.assessment_of(2020), assessment.assessment_of(2022)


def test_the_policy_of_a_year_is_the_one_on_its_first_day():
    named = [assessment.assessment_of(year).id for year in (2019, 2020, 2021, 2022, 2023, 2030)]
    assert named == [
        "assessment-2019",
        "assessment-2019",
        "assessment-2021",
        "assessment-2021",
        "assessment-2023",
        "assessment-2023",
    ]
    with pytest.raises(LookupError):
        assessment.assessment_of(2018)


def test_the_reserved_amount_is_the_share_rounded_up_to_the_fen():
    form = TargetForm("own", food_fen=1_000_001, gift_fen=1_001)
    assert assessing.amounts(form, RULE_2020, "", None) == Amounts(100_001, 0, 301)


def test_not_below_last_year_binds_only_under_a_policy_that_says_so():
    form = TargetForm("outsourced", food_fen=1_000_000)
    assert assessing.amounts(form, RULE_2020, "", 900_000).reserved_fen == 100_000
    assert assessing.amounts(form, RULE_2022, "", 900_000) == Amounts(900_000, 900_000, 0)
    assert assessing.amounts(form, RULE_2022, "", None) == Amounts(150_000, 0, 0)


def test_without_a_canteen_of_its_own_there_is_no_floor():
    for canteen in ("none", "shared"):
        form = TargetForm(canteen, gift_fen=1_000)
        assert assessing.amounts(form, RULE_2022, "", 900_000) == Amounts(0, 0, 300)


def test_the_exempt_owe_nothing_of_what_they_are_exempt_from():
    form = TargetForm("own", food_fen=1_000_000, gift_fen=1_000)
    assert assessing.amounts(form, RULE_2022, "all", 900_000) == Amounts(0, 0, 0)
    assert assessing.amounts(form, RULE_2022, "gifts", 900_000) == Amounts(900_000, 900_000, 0)


@pytest.mark.parametrize(
    ("form", "exempt_of", "wrong"),
    [
        (TargetForm("own", 1), "", {}),
        (TargetForm("own"), "", {"food_fen": "food_missing"}),
        (TargetForm("none"), "", {}),
        (TargetForm("none", 1), "", {"food_fen": "food_none"}),
        (TargetForm("shared", filed_with="x"), "", {}),
        (TargetForm("shared"), "", {"filed_with": "filed_with"}),
        (TargetForm("shared", 1, "x"), "", {"food_fen": "food_elsewhere"}),
        (TargetForm("own", 1, "x"), "", {"filed_with": "filed_with"}),
        (TargetForm("tent"), "", {"canteen": "canteen"}),
        (TargetForm("none", members=2, gift_fen=99_999), "", {"gift_fen": "gift_below"}),
        (TargetForm("none", members=2, gift_fen=100_000), "", {}),
        (TargetForm("none", members=-1), "", {"members": "members"}),
        (TargetForm("none", members=9), "gifts", {"exempt_reason": "reason"}),
        (TargetForm("none", members=9, exempt_reason="无经费"), "gifts", {}),
        (TargetForm("own"), "all", {"exempt_reason": "reason"}),
        (TargetForm("own", exempt_reason="撤并"), "all", {}),
    ],
)
def test_a_form_says_what_is_wrong_at_the_field(form, exempt_of, wrong):
    assert assessing.problems(form, RULE_2020, exempt_of) == wrong


@given(FEN, FEN, st.none() | FEN, st.sampled_from(["own", "outsourced"]))
def test_amounts_are_what_fractions_say(food, gifts, last, canteen):
    form = TargetForm(canteen, food_fen=food, gift_fen=gifts)
    found = assessing.amounts(form, RULE_2022, "", last)
    assert found.reserved_fen == max(ceil(Fraction(food * 15, 100)), last or 0)
    assert found.gift_part_fen == ceil(Fraction(gifts * 30, 100))
    assert found.target_fen == found.reserved_fen + found.gift_part_fen


@given(st.integers(-(10**12), 10**12), FEN, st.dates(dt.date(2018, 1, 1), dt.date(2023, 1, 1)))
def test_progress_is_counted_day_by_day(counted, target, today):
    year, days = 2020, [dt.date(2020, 1, 1) + dt.timedelta(days=n) for n in range(366)]
    gone = sum(day <= today for day in days)
    found = assessing.progress(counted, target, year, today)
    assert found.gone == gone * 1000 // 366
    assert found.due_fen == ceil(Fraction(target * gone, 366))
    assert (found.permille is None) == (target == 0)
    assert found.gap_fen == (target - counted if counted < target else 0)
    behind = target > 0 and Fraction(counted) < Fraction(target * gone, 366)
    assert found.is_behind == behind


@given(st.dictionaries(st.integers(1, 40), st.tuples(st.integers(-9, 9), st.integers(0, 9))))
def test_places_are_one_more_than_those_who_did_better(counted):
    parts = {pk: Fraction(fen, target) for pk, (fen, target) in counted.items() if target}
    slow = {pk: 1 + sum(other > part for other in parts.values()) for pk, part in parts.items()}
    assert assessing.places(counted) == slow
