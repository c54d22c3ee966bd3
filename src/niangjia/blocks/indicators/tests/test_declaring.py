"""Indicators as data: what is wrong is refused with its place, and the calendar's dates."""

import datetime as dt

import pytest

from niangjia.blocks.indicators.declaring import BadIndicator, parse
from niangjia.blocks.indicators.public import (
    Calendar,
    Due,
    declare_indicator,
    due_dates,
    indicator_at,
    printed,
)
from niangjia.blocks.indicators.tests.gifts import INDICATOR, TEXT, gather
from niangjia.core.errors import ProgrammingError
from niangjia.core.facts import FactKind, declare


def test_a_file_declares_indicators_with_lines_sums_and_counts():
    assert INDICATOR.line_ids == (1, 2, 3)
    assert [(one.id, one.of) for one in INDICATOR.sums] == [("cash", (1, 2)), ("total", (1, 2, 3))]
    assert INDICATOR.title.of("zh-hans") == "示例捐赠到账情况"
    assert INDICATOR.calendar == Calendar(3, 3, "test")
    at = dt.datetime(2020, 3, 16, 7, tzinfo=dt.UTC)
    assert indicator_at("test-gifts", at) == INDICATOR


BAD = {
    "no toml": ("[[indicator]]", "[[indicator]"),
    "no id": ('id = "test-gifts"\n', ""),
    "odd id": ('id = "test-gifts"', 'id = "Test Gifts"'),
    "no date": ("valid_from = 2020-01-01", 'valid_from = "2020-01-01"'),
    "no Chinese": ('title_zh = "示例捐赠到账情况"\n', ""),
    "empty": ('rule_zh = "截至时点到账的捐赠，扣除退款。"', 'rule_zh = " "'),
    "odd kind": ("test.received/1", "test.received"),
    "kinds in no list": ('adds = ["test.received/1"]', 'adds = "test.received/1"'),
    "line 0": ("id = 1\n", "id = 0\n"),
    "line 256": ("id = 3\n", "id = 256\n"),
    "lines out of order": ("id = 3\n", "id = 2\n"),
    "line by name": ("id = 3\n", 'id = "3"\n'),
    "count that is not there": ('count = "units"', 'count = "unit"'),
    "counts alike": ('id = "units"', 'id = "people"'),
    "sum of nothing": ("of = [1, 2]", "of = []"),
    "sum of another line": ("of = [1, 2]", "of = [1, 4]"),
    "sum twice of one": ("of = [1, 2]", "of = [1, 1]"),
    "sums alike": ('id = "total"', 'id = "cash"'),
    "unknown key": ("every_months = 3", "every_month = 3"),
    "true is no number": ("every_months = 3", "every_months = true"),
    "never": ("every_months = 3", "every_months = 0"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_wrong_in_the_file_is_said_with_its_place(what):
    good, bad = BAD[what]
    assert good in TEXT
    with pytest.raises(BadIndicator, match=r"^donations\.toml"):
        parse(TEXT.replace(good, bad), "donations.toml")


def test_the_place_is_exact():
    with pytest.raises(BadIndicator) as caught:
        parse(TEXT.replace('count = "units"\n', 'cuont = "units"\n'), "donations.toml")
    assert str(caught.value) == "donations.toml, indicator 1, line 2: nobody knows 'cuont'"
    with pytest.raises(BadIndicator, match="no \\[\\[indicator\\]\\] is declared"):
        parse("")
    with pytest.raises(BadIndicator, match="twice for the same date"):
        parse(TEXT + TEXT)


def test_an_indicator_is_refused_whose_facts_seal_what_outsiders_recount_by():
    sealed = declare(
        FactKind("test.sealing", 1, "Test", "test", ("hour", "line", "raising"), ("fen",))
    )
    text = TEXT.replace("test-gifts", "test-sealing").replace("test.received/1", sealed.id)
    with pytest.raises(ProgrammingError, match=r"test.sealing/1 seals \['fen'\]"):
        declare_indicator(parse(text)[0], gather)
    unknown = TEXT.replace("test-gifts", "test-unknown").replace("test.adjusted/1", "test.lost/1")
    with pytest.raises(ProgrammingError, match=r"no kind of fact test\.lost/1"):
        declare_indicator(parse(unknown)[0], gather)


def test_one_indicator_has_one_programme_that_gathers_it():
    def other(*given):
        return gather(*given)

    declare_indicator(INDICATOR, gather)
    with pytest.raises(ProgrammingError, match="two rooms"):
        declare_indicator(INDICATOR, other)


def test_what_adds_up_in_print_has_no_note():
    _lines, sums = printed(INDICATOR, (2_000_000, 3_000_000, 0), {"people": 1, "units": 1})
    assert [(one.wan, one.note) for one in sums] == [(5, False), (5, False)]
    _lines, sums = printed(INDICATOR, (1_999_999, 3_000_001, 0), {"people": 1, "units": 1})
    assert [(one.wan, one.note) for one in sums] == [(5, True), (5, True)]


RULE = Calendar(3, 3, "test")
DAY = dt.date


def test_disclosures_fall_due_every_three_months_and_within_three_of_the_end():
    found = due_dates(RULE, DAY(2020, 1, 30), DAY(2020, 8, 31), DAY(2020, 12, 31))
    assert found == (
        Due(DAY(2020, 4, 29), DAY(2020, 4, 30), False),
        Due(DAY(2020, 7, 29), DAY(2020, 7, 30), False),
        Due(DAY(2020, 8, 31), DAY(2020, 11, 30), True),
    )


def test_an_open_period_has_no_last_disclosure_and_a_day_that_is_not_there_is_the_last():
    assert due_dates(RULE, DAY(2019, 11, 30), None, DAY(2020, 6, 1)) == (
        Due(DAY(2020, 2, 28), DAY(2020, 2, 29), False),
        Due(DAY(2020, 5, 29), DAY(2020, 5, 30), False),
    )
    assert due_dates(RULE, DAY(2020, 1, 1), None, DAY(2020, 3, 31)) == ()


def test_a_short_period_may_need_the_last_one_only():
    rule = Calendar(3, 3, "test", longer_than_months=6)
    last = Due(DAY(2020, 6, 30), DAY(2020, 9, 30), True)
    assert due_dates(rule, DAY(2020, 1, 1), DAY(2020, 6, 30), DAY(2021, 1, 1)) == (last,)
    assert len(due_dates(rule, DAY(2020, 1, 1), DAY(2020, 7, 1), DAY(2021, 1, 1))) == 3


def test_a_policy_counts_in_one_way_whatever_the_date():
    later = TEXT.replace("2020-01-01", "2020-06-01")
    assert len(parse(TEXT + later)) == 2
    for good, other in (
        ('changes = ["test.adjusted/1"]', "changes = []"),
        ("id = 3\n", "id = 4\n"),
    ):
        changed = later.replace(good, other).replace("of = [1, 2, 3]", "of = [1, 2]")
        with pytest.raises(BadIndicator, match="test-counting-2020"):
            parse(TEXT + changed)
        assert len(parse(TEXT + changed.replace("test-counting-2020", "test-counting-2021"))) == 2
