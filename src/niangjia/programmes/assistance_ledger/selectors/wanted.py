"""Filters and scopes as tokens of the index, the same when indexing and when asking."""

import calendar
import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache

from niangjia.blocks.desk.public import Clause, Wanted, wanted_of
from niangjia.blocks.orgs.public import Scope

_SIMPLE = re.compile(r"[a-z0-9]+")
MOST_ALTERNATIVES = 400
INDEX = 1  # number of the purchases in the index, for ever


@lru_cache(maxsize=16384)
def token(kind: str, value: str | int) -> str:
    """`d_110101`; a value with other characters stands as the start of its SHA-256."""
    text = str(value)
    if not _SIMPLE.fullmatch(text):
        text = hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]
    return f"{kind}_{text}"


# Name of a filter -> its letter in the index.
LETTERS = {
    "district": "d",
    "county": "c",
    "channel": "h",
    "mode": "o",
    "category": "k",
    "flag": "f",
    "unit": "u",
    "supplier": "s",
    "upload": "p",
}
REVERSED = "x_r"


def day_tokens(day: dt.date) -> tuple[str, str, str]:
    """Tokens of a purchase's day, month and year."""
    return f"e_{day:%Y%m%d}", f"m_{day:%Y%m}", f"y_{day:%Y}"


def path_tokens(path: str) -> list[str]:
    """One token per node of a territory's path."""
    return [f"t_{node}" for node in path.split("/") if node]


def scope_clauses(scope: Scope) -> Wanted | None:
    """What every record in a scope has; None if there is none."""
    if scope.kind == "all":
        return ()
    if scope.kind == "beneath" and scope.path:
        return (((path_tokens(scope.path)[-1],),),)
    if scope.kind in ("unit", "supplier"):
        return (tuple((f"{LETTERS[scope.kind]}_{one}",) for one in scope.ids),)
    if scope.kind == "county" and scope.code:
        return (((token("c", scope.code),),),)
    return None


def filter_clauses(
    equal: dict[str, str | tuple[int, ...]], *, reversed_only: bool
) -> Iterator[Clause]:
    """equal: filter -> value, organisations by any of their ids; empty ones are left out."""
    for name, value in equal.items():
        if value:
            values = value if isinstance(value, tuple) else (value,)
            yield tuple((token(LETTERS[name], one),) for one in values)
    if reversed_only:
        yield ((REVERSED,),)


def day_clauses(first: dt.date | None, last: dt.date | None, today: dt.date) -> Iterator[Clause]:
    """Days from first to last as years, months and days; nothing if that would be too many."""
    if first is None and last is None:
        return
    start, end = first or dt.date(2000, 1, 1), min(last or today, today)
    tokens = list(_span(start, end))
    if len(tokens) <= MOST_ALTERNATIVES:
        yield tuple((one,) for one in tokens) or (("e_none",),)


def _span(start: dt.date, end: dt.date) -> Iterator[str]:
    while start <= end:
        day, month, year = day_tokens(start)
        year_end = dt.date(start.year, 12, 31)
        month_end = start.replace(day=calendar.monthrange(start.year, start.month)[1])
        if (start.month, start.day) == (1, 1) and year_end <= end:
            yield year
            start = year_end
        elif start.day == 1 and month_end <= end:
            yield month
            start = month_end
        else:
            yield day
        start += dt.timedelta(days=1)


def text_clauses(text: str) -> Wanted | None:
    """What a typed text wants: nothing if it is empty, None if nothing in it can be looked for."""
    if not text:
        return ()
    return wanted_of(text) or None
