"""Released figures: exact sums, no small cell, none to be worked out by subtraction."""

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from niangjia.core import jobs
from niangjia.core.errors import Denied, Invalid
from niangjia.programmes.assistance_ledger.disclosure import (
    OTHER,
    Earlier,
    Least,
    is_nothing,
    merge_upward,
    merged,
    of_unit,
    sum_of,
    unsafe_mode,
)
from niangjia.programmes.assistance_ledger.models import Release
from niangjia.programmes.assistance_ledger.selectors import board_get
from niangjia.programmes.assistance_ledger.services import purchase_reverse, release_propose
from niangjia.programmes.assistance_ledger.tests import given

LEAST = Least(3, 3)
COUNTS = st.builds(
    lambda n, units, fen: sum_of(of_unit(f"u{i % units}", 1, fen) for i in range(n)),
    st.integers(0, 6),
    st.integers(1, 6),
    st.integers(1, 1000),
)
ROWS = st.dictionaries(
    st.sampled_from("abcdefgh"), st.fixed_dictionaries({"direct": COUNTS, "helped": COUNTS})
)


def filled(rows):
    return {label for label, row in rows.items() if not is_nothing(row)}


@hypothesis_given(ROWS)
def test_what_is_shown_is_safe_or_is_everything_and_the_sum_stays(rows):
    shown = merge_upward(rows, LEAST)
    assert merged(counts for _labels, counts in shown.values()) == merged(rows.values())
    labels = sorted(label for labels, _ in shown.values() for label in labels)
    assert labels == sorted(filled(rows))
    for label, (inside, counts) in shown.items():
        assert not unsafe_mode(counts, [], LEAST) or (label == OTHER and len(inside) == len(labels))


def safe_since(labels, rows, old_rows):
    now, was = (merged(one.get(label, {}) for label in labels) for one in (rows, old_rows))
    return not unsafe_mode(now, [was], LEAST)


@hypothesis_given(st.lists(ROWS, min_size=2, max_size=4))
def test_what_later_releases_add_is_no_single_purchase(tables):
    """A reader who keeps every release and subtracts them learns of no few purchases."""
    before, seen = [], []
    for rows in tables:
        if not all(safe_since({*rows, *old}, rows, old) for old, _groups in seen or [({}, ())]):
            continue  # The whole is refused.
        shown = merge_upward(rows, LEAST, before)
        groups = [set(inside) for inside, _counts in shown.values()]
        for old_rows, old_groups in seen:
            for group in groups:
                apart = [old for old in old_groups if old & group]
                assert all(old & filled(rows) <= group for old in apart), "broken up"
                assert safe_since(group.union(*apart), rows, old_rows)
        before.append(Earlier(rows, frozenset(shown.get(OTHER, ((), {}))[0])))
        seen.append((rows, groups))


@pytest.fixture
def city(db):
    given.city()


pytestmark = pytest.mark.both
database = pytest.mark.django_db(databases=["default", "keys"])


def _many(start=1, n=4, **changes):
    return [
        given.purchase(number, unit=unit, **changes)
        for unit in "甲乙丙"
        for number in range(start + 100 * ord(unit), start + 100 * ord(unit) + n)
    ]


def release():
    ref = given.release("2020Q1")
    return json.loads(bytes(Release.objects.get(ref=ref).document))


@database
def test_released_figures_are_the_exact_sums(city):
    given.take(*_many(), *_many(start=50, mode="helped", county_code="130723"))
    found = release()
    assert (found["n"], found["counted_fen"]) == (24, 24 * 31_100)
    assert found["direct_fen"] == found["helped_fen"] == 12 * 31_100
    assert found["cut_off"] == "2020-03-17"
    for rows in found["tables"].values():
        assert sum(row["direct_fen"] + row["helped_fen"] for row in rows) == found["counted_fen"]
    assert board_get("2020Q1").fact.index is not None


@database
def test_a_lone_purchase_is_never_a_row_of_its_own(city):
    given.take(*_many(), given.purchase(9, county_code="130723"))
    labels = [row["label"] for row in release()["tables"]["county"]]
    assert labels == [OTHER]


@database
def test_origins_not_on_the_list_are_left_out_and_shown_apart(city):
    given.take(*_many(), *_many(start=50, assisted=False, county_code="370783"))
    found = release()
    assert found["counted_fen"] == found["not_counted_fen"] == 12 * 31_100


@database
def test_one_more_purchase_cannot_be_released_alone(city):
    given.take(*_many())
    release()
    with pytest.raises(Invalid, match="Nothing changed"):
        release()
    given.take(given.purchase(9))
    with pytest.raises(Invalid, match="work out"):
        release()
    given.take(*_many(start=50))
    assert release()["version"] == 2


@database
def test_a_county_among_the_others_stays_there_in_later_releases(city):
    """Shown alone later, it would tell what the others were: one purchase."""
    given.take(*_many(), *_many(start=50, n=2, county_code="130723"))
    given.take(given.purchase(10, county_code="130728"))
    assert [row["label"] for row in release()["tables"]["county"]] == ["130627", OTHER]
    given.take(*_many(start=70, county_code="130728"))
    assert [row["label"] for row in release()["tables"]["county"]] == ["130627", OTHER]


@database
def test_what_is_not_counted_is_compared_with_what_was_shown(city):
    given.take(*_many(), *_many(start=50, assisted=False, county_code="370783"))
    assert release()["not_counted_n"] == 12
    given.take(*_many(start=60), given.purchase(9, assisted=False, county_code="370783"))
    assert release()["not_counted_n"] is None
    more = _many(start=70, n=1, assisted=False, county_code="370783")
    given.take(*more, *_many(start=80))
    assert release()["not_counted_n"] == 16


@database
def test_more_of_one_unit_alone_is_not_released(city):
    given.take(*_many())
    release()
    given.take(*[given.purchase(number) for number in range(1, 5)])
    with pytest.raises(Invalid, match="work out"):
        release()


@database
def test_a_quarter_is_compared_with_older_releases_of_its_months(city):
    """January 12, then 15, then 11 in the quarter: the first less the last is one purchase."""
    january = {"occurred_on": dt.date(2020, 1, 10)}
    first = given.take(*_many(**january))
    given.release("2020-01")
    more = given.take(*_many(start=50, n=1, **january))
    jobs.settle()
    given.release("2020-01")
    for ref in [first.taken[0], *more.taken.values()]:
        purchase_reverse(given.actor("city"), purchase_ref=ref, reason="退货")
    jobs.settle()
    with pytest.raises(Invalid, match="work out"):
        release()


@database
def test_a_period_in_full_width_is_the_same_and_an_empty_one_is_refused(city):
    given.take(*_many())
    with pytest.raises(Invalid, match="nothing to release"):
        given.release("2019Q4")
    given.release("２０２０q１")
    assert Release.objects.get().period == "2020Q1"


@database
def test_a_quarter_is_closed_once_its_year_was_released(city):
    given.take(*_many())
    release()
    given.take(*_many(start=50, occurred_on=dt.date(2020, 3, 2)))
    given.release("2020")
    given.take(*_many(start=60))
    for period in ("2020Q1", "2020-02"):
        with pytest.raises(Invalid, match="was released and holds"):
            given.release(period)
    assert given.release("2020")


@database
def test_a_year_is_compared_with_its_released_quarters(city):
    given.take(*_many())
    release()
    given.take(given.purchase(9))
    with pytest.raises(Invalid, match="work out"):
        given.release("2020")
    given.take(*_many(start=50))
    given.release("2020")


@database
def test_only_the_city_releases(city):
    given.take(*_many())
    for who in ("clerk", "district", "auditor", "head"):
        with pytest.raises(Denied):
            release_propose(given.actor(who), period="2020Q1")
    assert not Release.objects.exists()


@database
@pytest.mark.parametrize(
    "period", ["2020Q5", "20Q1", "2020Q2", "2020-13", "", "0000", "9999", "2018Q4"]
)
def test_a_period_that_is_none_or_has_not_begun_is_refused(city, period):
    with pytest.raises(Invalid):
        given.release(period)


@database
def test_the_published_file_holds_the_released_bytes(city, settings):
    given.take(*_many())
    release()
    kept = Path(settings.NIANGJIA_HOME) / "published" / "figures-2020Q1-1.json"
    assert kept.read_bytes() == bytes(Release.objects.get().document)
