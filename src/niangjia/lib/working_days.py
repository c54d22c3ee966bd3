"""Working days of the Chinese calendar: public holidays and make-up days (调休上班) included.

Source: the yearly notices of the State Council's general office, as kept by `chinesecalendar`. The
days of a year are published in the autumn before it; those of later years are not known.
"""

import datetime as dt
from collections.abc import Callable

from chinese_calendar.constants import holidays, workdays

FIRST_YEAR = min(holidays).year
LAST_YEAR = max(holidays).year
Rule = Callable[[dt.date], bool]
_DAY = dt.timedelta(days=1)


class YearUnknown(LookupError):
    """The working days of this year are not known; year: which; known: first and last that are."""

    def __init__(self, year: int) -> None:
        self.year, self.known = year, (FIRST_YEAR, LAST_YEAR)
        super().__init__(f"working days of {year} are not known, only {FIRST_YEAR} to {LAST_YEAR}")


def monday_to_friday(day: dt.date) -> bool:
    """A rule for years that are not known: no holiday, no make-up day."""
    return day.weekday() < 5


def is_working_day(day: dt.date, *, beyond: Rule | None = None) -> bool:
    """True if offices work on this day. beyond: decides in years that are not known.

    Raises YearUnknown where such a year is met and no rule was given.
    """
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        # Its own is_workday() seeks the first and last year in all its days, each time.
        return day in workdays or (monday_to_friday(day) and day not in holidays)
    if beyond is None:
        raise YearUnknown(day.year)
    return beyond(day)


def after(day: dt.date, n: int, *, beyond: Rule | None = None) -> dt.date:
    """The n-th working day after `day`, which itself never counts. Raises YearUnknown.

    Raises ValueError if n is below 1.
    """
    if n < 1:
        raise ValueError(n)
    while n:
        day += _DAY
        n -= is_working_day(day, beyond=beyond)
    return day


def between(first: dt.date, last: dt.date, *, beyond: Rule | None = None) -> int:
    """How many working days there are after `first`, up to and with `last`. Raises YearUnknown.

    Raises ValueError if `last` lies before `first`.
    """
    if last < first:
        raise ValueError((first, last))
    days = (first + _DAY * number for number in range(1, (last - first).days + 1))
    return sum(is_working_day(day, beyond=beyond) for day in days)
