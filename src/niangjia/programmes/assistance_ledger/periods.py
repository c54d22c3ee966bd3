"""Reporting periods: `2020Q1`, `2020-03`, `2020`."""

import datetime as dt
import re
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from niangjia.core.errors import Invalid
from niangjia.lib.text import fold_width

_WRITTEN = re.compile(r"([12][0-9]{3})年(?:第?([1-4一二三四])季度|(0?[1-9]|1[0-2])月)?")
_FORM = re.compile(r"([12][0-9]{3})(?:Q([1-4])|-(0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """first, last: dates inclusive. months: `YYYY-MM` in order."""

    code: str
    first: dt.date
    last: dt.date
    months: tuple[str, ...]

    def holds(self, other: "Period") -> bool:
        """All of `other` lies in this one."""
        return self.first <= other.first and other.last <= self.last

    def meets(self, other: "Period") -> bool:
        """Some day lies in both."""
        return self.first <= other.last and other.first <= self.last


def _coded(text: str) -> str:
    """`2020Q1` of `2020年第一季度`; anything else as it is."""
    written = _WRITTEN.fullmatch(text.replace(" ", ""))
    if written is None:
        return text
    year, quarter, month = written.groups()
    if quarter:
        number = quarter if quarter.isascii() else "一二三四".index(quarter) + 1
        return f"{year}Q{number}"
    return f"{year}-{int(month):02d}" if month else year


def parse(code: str) -> Period:
    """The period of a code, or of its name in Chinese. Raises Invalid."""
    match = _FORM.fullmatch(_coded(fold_width(code).strip().upper()))
    if match is None:
        raise Invalid(
            _("“%(given)s” is not a reporting period. Write 2020Q1, 2020-03 or 2020."),
            code="period_unknown",
            given=code,
        )
    year, quarter, month = match.groups()
    low, high = 1, 12
    if quarter:
        low = 3 * int(quarter) - 2
        high = low + 2
    elif month:
        low = high = int(month)
    after = dt.date(int(year) + high // 12, high % 12 + 1, 1)
    months = tuple(f"{year}-{number:02d}" for number in range(low, high + 1))
    return Period(match.group(0), dt.date(int(year), low, 1), after - dt.timedelta(1), months)


def of_day(day: dt.date) -> str:
    """Code of the quarter that holds `day`."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def of_month(month: str) -> str:
    """Code of the quarter that holds a month, `2020-03`."""
    return f"{month[:4]}Q{(int(month[5:7]) + 2) // 3}"


def after(quarter: str) -> str:
    """Code of the quarter that follows."""
    year, _mark, number = quarter.partition("Q")
    return f"{int(year) + 1}Q1" if number == "4" else f"{year}Q{int(number) + 1}"


def before(day: dt.date, n: int) -> list[str]:
    """Codes of the n quarters that ended before the one of `day`, the newest first."""
    at = day.year * 4 + (day.month - 1) // 3
    return [f"{one // 4}Q{one % 4 + 1}" for one in range(at - 1, at - 1 - n, -1)]


def first_month(quarter: str) -> str:
    """`2020-04` of `2020Q2`."""
    year, _mark, number = quarter.partition("Q")
    return f"{year}-{3 * int(number) - 2:02d}"


def name(code: str) -> str:
    """2020年第一季度 or Q1 2020; months and years likewise, in the language in force."""
    chinese = (get_language() or "").startswith("zh")
    year, mark, quarter = code.partition("Q")
    if mark:
        shown = f"{year}年第{'一二三四'[int(quarter) - 1]}季度"
        return shown if chinese else f"Q{quarter} {year}"
    year, mark, month = code.partition("-")
    if mark:
        day = dt.date(int(year), int(month), 1)
        return f"{year}年{day.month}月" if chinese else f"{day:%b %Y}"
    return str(_("Year %(year)s") % {"year": code})
