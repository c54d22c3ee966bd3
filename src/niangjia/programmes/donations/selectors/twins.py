"""Lines of other files that may be the same transfer: same account, day and amount."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

from niangjia.core import clock
from niangjia.programmes.donations.bank_models import BankLine

Place = tuple[int, dt.date, int]  # account, day, fen
DAY = dt.timedelta(days=1)


def twins_of(rows: Sequence[BankLine]) -> Mapping[int, BankLine]:
    """By a line's id the first line, open or matched, that another file gave another serial number
    though it may be the same transfer. Two lines with different times of day are two transfers."""
    wanted = [row for row in rows if row.fen > 0]
    if not wanted:
        return {}
    near = (min(row.at for row in wanted) - DAY, max(row.at for row in wanted) + DAY)
    others = BankLine.objects.filter(
        account_id__in={row.account_id for row in wanted},
        fen__in={row.fen for row in wanted},
        at__range=near,
    )
    by_place: defaultdict[Place, list[BankLine]] = defaultdict(list)
    for other in others.select_related("statement", "gift").order_by("id"):
        by_place[_place(other)].append(other)
    found = {row.pk: _first(row, by_place[_place(row)]) for row in wanted}
    return {pk: other for pk, other in found.items() if other is not None}


def _place(row: BankLine) -> Place:
    return row.account_id, clock.day_of(row.at), row.fen


def _first(row: BankLine, others: Sequence[BankLine]) -> BankLine | None:
    return next((other for other in others if _may_be_one(row, other)), None)


def _may_be_one(row: BankLine, other: BankLine) -> bool:
    if other.statement_id == row.statement_id:
        return False
    return not (row.timed and other.timed) or row.at == other.at
