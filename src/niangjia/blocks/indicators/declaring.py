"""Reads indicators from a data file; what is wrong is said with its place in the file."""

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from niangjia.blocks.indicators.bulletin_types import (
    Calendar,
    Count,
    Indicator,
    Line,
    Subtotal,
    Words,
)
from niangjia.lib.sumtree import MAX_LINE

T = TypeVar("T")
_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_KIND = re.compile(r"[a-z_]+\.[a-z_]+/[1-9][0-9]*")


class BadIndicator(ValueError):
    """The data file declares no such thing; the text says where and what."""


def read(path: Path) -> tuple[Indicator, ...]:
    """Every [[indicator]] of the file, in order. Raises BadIndicator."""
    return parse(path.read_text("utf-8"), path.name)


def parse(text: str, name: str = "indicators") -> tuple[Indicator, ...]:
    """Every [[indicator]] of the text, in order. Raises BadIndicator."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadIndicator(f"{name}: {error}") from error
    whole = _Table(name, data)
    found = whole.tables("indicator", _indicator)
    whole.done()
    if not found:
        whole.fail("no [[indicator]] is declared")
    versions = [(one.id, one.valid_from) for one in found]
    if len(set(versions)) != len(versions):
        whole.fail("an indicator is declared twice for the same date")
    _check_policies(whole, found)
    return found


def _check_policies(whole: "_Table", found: Sequence[Indicator]) -> None:
    """One policy counts in one way: a verifier takes anything else for a changed rule."""
    ways = dict[tuple[str, str], tuple[object, ...]]()
    for one in found:
        way = (one.adds, one.changes, one.match, one.line_ids)
        if ways.setdefault((one.id, one.policy), way) != way:
            whole.fail(f"{one.id!r} counts otherwise under the policy {one.policy!r}: name another")


class _Table:
    """A table of the file, read key by key; `done` refuses what nobody asked for."""

    def __init__(self, place: str, data: dict[str, Any]) -> None:
        self.place, self._data, self._left = place, data, set(data)

    def fail(self, why: str) -> None:
        raise BadIndicator(f"{self.place}: {why}")

    def _get(self, key: str, kind: type[T], name: str, default: T | None = None) -> T:
        self._left.discard(key)
        value = self._data.get(key, default)
        if value is None:
            self.fail(f"'{key}' is missing")
        if type(value) is not kind:
            self.fail(f"'{key}' must be {name}")
        return value  # type: ignore[return-value]

    def text(self, key: str, default: str | None = None) -> str:
        value = self._get(key, str, "a text", default)
        if default is None and not value.strip():
            self.fail(f"'{key}' is empty")
        return value

    def id(self, key: str, default: str | None = None, form: re.Pattern[str] = _ID) -> str:
        value = self.text(key, default)
        if value != default and not form.fullmatch(value):
            self.fail(f"'{key}' cannot be {value!r}")
        return value

    def number(self, key: str, low: int, high: int, default: int | None = None) -> int:
        value = self._get(key, int, "a whole number", default)
        if not low <= value <= high:
            self.fail(f"'{key}' must lie between {low} and {high}")
        return value

    def date(self, key: str) -> dt.date:
        return self._get(key, dt.date, "a date")

    def words(self, key: str) -> Words:
        return Words(self.text(f"{key}_en"), self.text(f"{key}_zh"))

    def many(self, key: str, kind: type[T], name: str) -> list[T]:
        values = self._get(key, list, f"a list of {name}")
        if any(type(one) is not kind for one in values):
            self.fail(f"'{key}' must be a list of {name}")
        return values

    def kinds(self, key: str) -> tuple[str, ...]:
        found = self.many(key, str, "kinds of fact")
        for one in found:
            if not _KIND.fullmatch(one):
                self.fail(f"'{key}': {one!r} is no kind of fact such as gift.received/1")
        return tuple(found)

    def tables(self, key: str, make: Callable[["_Table"], T]) -> tuple[T, ...]:
        self._left.discard(key)
        rows = self._data.get(key, [])
        if type(rows) is not list or any(type(one) is not dict for one in rows):
            self.fail(f"[[{key}]] must be tables")
        found = []
        for number, row in enumerate(rows, 1):
            table = _Table(f"{self.place}, {key} {number}", row)
            found.append(make(table))
            table.done()
        return tuple(found)

    def table(self, key: str, make: Callable[["_Table"], T]) -> T | None:
        self._left.discard(key)
        if key not in self._data:
            return None
        if type(self._data[key]) is not dict:
            self.fail(f"[{key}] must be one table")
        table = _Table(f"{self.place}, {key}", self._data[key])
        made = make(table)
        table.done()
        return made

    def done(self) -> None:
        if self._left:
            self.fail(f"nobody knows {', '.join(repr(one) for one in sorted(self._left))}")


def _indicator(table: _Table) -> Indicator:
    found = Indicator(
        id=table.id("id"),
        valid_from=table.date("valid_from"),
        title=table.words("title"),
        policy=table.id("policy"),
        rule=table.words("rule"),
        source=table.text("source"),
        adds=table.kinds("adds"),
        changes=table.kinds("changes"),
        match=table.id("match"),
        lines=table.tables("line", _line),
        sums=table.tables("sum", _sum),
        counts=table.tables("count", _count),
        calendar=table.table("calendar", _calendar),
    )
    _check(table, found)
    return found


def _line(table: _Table) -> Line:
    return Line(table.number("id", 1, MAX_LINE), table.words("title"), table.id("count", ""))


def _sum(table: _Table) -> Subtotal:
    of = tuple(table.many("of", int, "ids of lines"))
    return Subtotal(table.id("id"), table.words("title"), of)


def _count(table: _Table) -> Count:
    return Count(table.id("id"), table.words("title"), table.words("unit"))


def _calendar(table: _Table) -> Calendar:
    return Calendar(
        every_months=table.number("every_months", 1, 120),
        after_end_months=table.number("after_end_months", 1, 120),
        source=table.text("source"),
        longer_than_months=table.number("longer_than_months", 0, 120, 0),
    )


def _check(table: _Table, found: Indicator) -> None:
    """What the parts say of each other."""
    lines = found.line_ids
    if not found.adds or not lines:
        table.fail("it needs a kind of fact in 'adds' and a [[indicator.line]]")
    if not _ascending(lines):
        table.fail("the lines' ids must ascend")
    _check_sums(table, found)
    counts = [one.id for one in found.counts]
    for name, ids in (("count", counts), ("sum", [one.id for one in found.sums])):
        if len(set(ids)) != len(ids):
            table.fail(f"two of its {name}s have one id")
    for line in found.lines:
        if line.count and line.count not in counts:
            table.fail(f"line {line.id}: there is no count {line.count!r}")


def _check_sums(table: _Table, found: Indicator) -> None:
    for one in found.sums:
        if not one.of or not _ascending(one.of) or not set(one.of) <= set(found.line_ids):
            table.fail(f"sum {one.id!r} is of lines that are not there, or not in their order")


def _ascending(ids: Sequence[int]) -> bool:
    return list(ids) == sorted(set(ids))
