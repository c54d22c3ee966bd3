import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.lib import dates

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@given(DAYS)
def test_a_day_reads_back_in_every_notation(day):
    forms = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%Y年%m月%d号")
    for form in forms:
        assert dates.parse(day.strftime(form)) == day
        assert dates.parse(day.strftime(form).translate(WIDE)) == day
    assert dates.parse(f"{day.year} 年 {day.month} 月 {day.day} 日") == day


@given(DAYS)
def test_a_serial_and_a_number_read_as_their_day(day):
    assert dates.from_number((day - dt.date(1899, 12, 30)).days) == day
    assert dates.from_number(int(day.strftime("%Y%m%d"))) == day


@pytest.mark.parametrize("text", ["", "2月", "2020-02-30", "20-3-1", "2020/13/01", "2020-03", "x"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError):
        dates.parse(text)
