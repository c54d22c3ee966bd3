"""Pure rules: what is printed of exact sums, and when the law asks for the next disclosure."""

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from niangjia.blocks.indicators.bulletin_types import (
    Calendar,
    Indicator,
    PrintedLine,
    Words,
)
from niangjia.lib.money import floor_wan

ROUNDING_NOTE = Words(
    "Amounts are cut, not rounded, to 10,000 yuan line by line; so printed parts may add up to"
    " less than the printed sum.",
    "各项金额均截尾至万元（不四舍五入），分项之和与合计数可能略有出入（尾数说明）。",
)


def printed(
    indicator: Indicator, sums: Sequence[int], counts: Mapping[str, int]
) -> tuple[tuple[PrintedLine, ...], tuple[PrintedLine, ...]]:
    """(lines, sums) as they are printed: fen exact, 万 cut line by line."""
    fen = dict(zip(indicator.line_ids, sums, strict=True))
    units = {one.id: one.unit for one in indicator.counts}
    lines = tuple(
        PrintedLine(
            str(line.id),
            line.title,
            fen[line.id],
            floor_wan(fen[line.id]),
            count=counts.get(line.count) if line.count else None,
            unit=units.get(line.count),
        )
        for line in indicator.lines
    )
    totals = []
    for one in indicator.sums:
        whole = sum(fen[line] for line in one.of)
        parts = sum(floor_wan(fen[line]) for line in one.of)
        totals.append(
            PrintedLine(one.id, one.title, whole, floor_wan(whole), parts != floor_wan(whole))
        )
    return lines, tuple(totals)


class Due(NamedTuple):
    """A disclosure that the law asks for. as_of: the last day that it covers; due_on: by when."""

    as_of: dt.date
    due_on: dt.date
    final: bool


def due_dates(
    rule: Calendar, begins_on: dt.date, ends_on: dt.date | None, until: dt.date
) -> tuple[Due, ...]:
    """The disclosures of a period, in order, as far as they cover days up to `until`.

    Every so many months from its first day, as long as it runs: due on the day on which the months
    are over. Then the final one, of the last day, due so many months after it. ends_on: the last
    day, None while it is open.
    """
    found = []
    last = until if ends_on is None else min(until, ends_on)
    limit = add_months(begins_on, rule.longer_than_months)
    if not rule.longer_than_months or ends_on is None or ends_on >= limit:
        months = rule.every_months
        while (due_on := add_months(begins_on, months)) <= last:
            found.append(Due(due_on - dt.timedelta(days=1), due_on, False))
            months += rule.every_months
    if ends_on is not None and ends_on <= until:
        found.append(Due(ends_on, add_months(ends_on, rule.after_end_months), True))
    return tuple(found)


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later; the last of its month where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
