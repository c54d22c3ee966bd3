"""What offices write where one plain value was asked for. Pure.

What becomes of each is decided in docs/blocks/intake.md.
"""

import calendar
import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterable

INVOICE_NO_DIGITS, INVOICE_CODE_DIGITS = 8, (10, 12)
_NUMBER = re.compile(r"[0-9]{6,20}")
_NOT_DIGITS = re.compile(r"[^0-9]+")
_BETWEEN = re.compile(r"[、,，;；/和及与\s]+")
_MONTH = re.compile(r"(?:([0-9]{4})[年\-/.])?([0-9]{1,2})月?份?")
CLOSE = 0.5


def invoices_in(text: str) -> list[str]:
    """Two or more invoice numbers of one cell; empty for one or none."""
    parts = [part for part in _NOT_DIGITS.split(text) if part]
    if len(parts) < 2 or not _NUMBER.fullmatch(parts[0]):
        return []
    return parts


def with_zeros(invoice_code: str, invoice_no: str, *, numbers: frozenset[str]) -> tuple[str, str]:
    """(code, number) with the noughts in front that a spreadsheet dropped.

    numbers: which of `code`, `no` stood as a number; only those can have lost any. A code has 10 or
    12 digits and only the latter begin with 0; a number beside a code has 8.
    """
    if "code" in numbers and len(invoice_code) == 11:
        invoice_code = f"0{invoice_code}"
    beside_code = len(invoice_code) in INVOICE_CODE_DIGITS
    if "no" in numbers and beside_code and len(invoice_no) < INVOICE_NO_DIGITS:
        invoice_no = invoice_no.zfill(INVOICE_NO_DIGITS)
    return invoice_code, invoice_no


def places_in(text: str) -> list[str]:
    """Two or more names of one cell; empty for one."""
    parts = [part for part in _BETWEEN.split(text) if part]
    return parts if len(parts) > 1 else []


def last_part_known(text: str, known: Callable[[str], bool]) -> tuple[str, str] | None:
    """(what stands before, county) of `河北省保定市唐县`: the longest known name at its end."""
    plain = _BETWEEN.sub("", text)
    for start in range(1, len(plain) - 1):
        if known(plain[start:]):
            return plain[:start], plain[start:]
    return None


def last_of_month(text: str, today: dt.date) -> dt.date | None:
    """The last day of a month that is over or under way: `2月` is of this year or the last."""
    match = _MONTH.fullmatch(text.strip())
    if match is None or not 1 <= int(match[2]) <= 12:
        return None
    month = int(match[2])
    year = int(match[1]) if match[1] else today.year - (month > today.month)
    day = dt.date(year, month, calendar.monthrange(year, month)[1])
    return min(day, today) if (year, month) <= (today.year, today.month) else None


def close_names(name: str, names: Iterable[str], most: int = 5) -> list[str]:
    """Names that a short or mistyped one most likely means, the likeliest first."""
    listed = list(dict.fromkeys(names))
    holding = sorted((one for one in listed if _within(name, one)), key=len)
    close = difflib.get_close_matches(name, listed, most, CLOSE)
    return list(dict.fromkeys([*holding, *close]))[:most]


def _within(short: str, long: str) -> bool:
    """All characters of the short name stand in the long one, in this order."""
    if len(short) < 2 or short == long:
        return False
    rest = iter(long)
    return all(char in rest for char in short)
