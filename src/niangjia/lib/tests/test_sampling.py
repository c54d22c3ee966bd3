"""The audit sample: the same for everybody, fair, and large enough for what it promises."""

from fractions import Fraction

import pytest

from niangjia.lib.sampling import SIZE, positions

FIRST = [55076, 9979, 124433, 34475, 63993, 122177]


def test_the_positions_of_a_seed_are_fixed():
    assert positions("示例审计 2020-03-20", 130_584)[:6] == FIRST
    assert positions("示例审计 2020-03-20", 130_584) == positions("示例审计 2020-03-20", 130_584)
    assert positions("示例审计 2020-03-21", 130_584)[:6] != FIRST


def test_300_different_positions_or_all_there_are():
    for n in (0, 1, 299, 300, 301, 10_000):
        drawn = positions("seed", n)
        assert len(set(drawn)) == len(drawn) == min(n, SIZE)
        assert all(0 <= one < n for one in drawn)


def test_no_seed_and_no_number_of_positions_beyond_the_bounds():
    for seed, n in (("", 5), ("a\0b", 5), ("a", -1), ("a", 2**53 + 1)):
        with pytest.raises(ValueError):
            positions(seed, n)


def test_one_per_cent_of_inflation_is_missed_with_less_than_one_in_twenty():
    """Exactly: that none of 300 drawn from n is one of the invented 1 %."""
    for n in (1000, 130_584, 1_000_000):
        good = n - n // 100
        missed = Fraction(1)
        for i in range(SIZE):
            missed *= Fraction(good - i, n - i)
        assert missed < Fraction(1, 20)


def test_the_draws_find_invented_records_as_often_as_they_should():
    n, found = 20_000, 0
    invented = set(range(7, n, 100))
    for trial in range(400):
        found += not invented.isdisjoint(positions(f"auditor {trial}", n))
    assert found >= 370  # 95.1 % of 400 is 380


def test_every_position_is_as_likely_as_another():
    n, hits = 7, [0] * 7
    for trial in range(3500):
        hits[positions(f"seed {trial}", n, 1)[0]] += 1
    assert all(400 < one < 600 for one in hits)
