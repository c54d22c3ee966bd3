"""Totals of a year as the records of the pack add up to them. Pure; money in fen."""

from collections.abc import Iterator, Mapping
from typing import Any

from niangjia.programmes.assistance_ledger.audit_pack.columns import BY

Sums = tuple[int, int, int]  # records, fen, fen confirmed by the county


class Tally:
    """What the rows given so far add up to: over all, and by each of BY."""

    def __init__(self) -> None:
        self.all: Sums = (0, 0, 0)
        self.by: dict[tuple[str, str], Sums] = {}
        self.names: dict[tuple[str, str], str] = {}

    def add(self, row: Mapping[str, Any]) -> None:
        """row: counts, counted_fen, confirmed_fen, the dimensions and their `_name`s."""
        more = (row["counts"], row["counted_fen"], row["confirmed_fen"])
        self.all = _plus(self.all, more)
        for name in BY:
            key = name, str(row[name])
            self.by[key] = _plus(self.by.get(key, (0, 0, 0)), more)
            self.names[key] = str(row.get(f"{name}_name", row[name]))

    def lines(self) -> Iterator[tuple[str, str, str, Sums]]:
        """(by, value, name, sums), the whole first, then by each dimension in order."""
        yield "all", "", "", self.all
        order = {name: at for at, name in enumerate(BY)}
        for key in sorted(self.by, key=lambda one: (order[one[0]], one[1])):
            yield (*key, self.names[key], self.by[key])


def _plus(one: Sums, more: Sums) -> Sums:
    return one[0] + more[0], one[1] + more[1], one[2] + more[2]
