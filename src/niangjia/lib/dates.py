"""Dates as people write them."""

import datetime as dt
import re

from niangjia.lib.text import fold_width

_FORMS = (
    re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]00:00(?::00)?)?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]"),
)
_SERIAL_EPOCH = dt.date(1899, 12, 30)
_SERIALS = range(36526, 73051)  # 2000-01-01 to 2100-01-01


def parse(text: str) -> dt.date:
    """2020-03-16, 2020/3/16, 2020.3.16, 20200316, 2020年3月16日. Raises ValueError."""
    plain = fold_width(text).replace(" ", "") if "年" in text else fold_width(text)
    for form in _FORMS:
        match = form.fullmatch(plain)
        if match:
            year, month, day = (int(part) for part in match.groups())
            return dt.date(year, month, day)
    raise ValueError(text)


def from_number(number: int) -> dt.date:
    """20200316, or a spreadsheet's day number of this century. Raises ValueError."""
    if number in _SERIALS:
        return _SERIAL_EPOCH + dt.timedelta(days=number)
    return parse(str(number))
