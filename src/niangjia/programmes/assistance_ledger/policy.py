"""Dated parameters and official wording, read once from data/*.toml."""

import datetime as dt
import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Counting:
    """How figures are counted from `valid_from` on. min_*: smallest public cell."""

    id: str
    valid_from: dt.date
    min_purchases: int
    min_units: int
    rule_en: str
    rule_zh: str
    source: str


@functools.cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((DATA / "policy.toml").read_text("utf-8"))


@functools.cache
def disclosure(fact: str) -> tuple[str, tuple[str, ...]]:
    """(id of the policy, fields that anyone may read) of a kind of fact."""
    found = _tables()["disclosure"]
    return found["id"], tuple(sorted(found["open"][fact]))


def _in_force(table: str, day: dt.date) -> dict[str, Any]:
    """The newest line of a table whose date has come. Raises LookupError before the first."""
    rows = [row for row in _tables()[table] if row["valid_from"] <= day]
    if not rows:
        raise LookupError(f"no rule of {table} is in force on {day}")
    found: dict[str, Any] = max(rows, key=lambda row: row["valid_from"])
    return found


@dataclass(frozen=True, slots=True)
class Crosschecks:
    """From when on what does not fit is flagged. invoice_run: consecutive invoices of a supplier to
    a unit; round_fen: amounts that are multiples of it, round_records of them; roster_percent:
    share of the smaller roster, roster_households: at least, that two suppliers both name."""

    valid_from: dt.date
    invoice_run: int
    round_fen: int
    round_records: int
    roster_percent: int
    roster_households: int
    source: str


def crosschecks_on(day: dt.date) -> Crosschecks:
    """The limits of the cross-checks in force on `day`. Raises LookupError before the first."""
    return Crosschecks(**_in_force("crosschecks", day))


def counting_on(day: dt.date) -> Counting:
    """The counting rule in force on `day`. Raises LookupError before the first."""
    return Counting(**_in_force("counting", day))


@dataclass(frozen=True, slots=True)
class Reporting:
    """How units report from `valid_from` on. days: after the period's last one."""

    valid_from: dt.date
    every: str
    days: int
    source: str


def reporting_on(day: dt.date) -> Reporting:
    """The rule of reporting in force on `day`. Raises LookupError before the first."""
    return Reporting(**_in_force("reporting", day))


@dataclass(frozen=True, slots=True)
class Matching:
    """How lines of other sources are found among the records; see data/policy.toml."""

    valid_from: dt.date
    order_before: int
    order_after: int
    payment_before: int
    payment_after: int
    gap_share: int
    gap_fen: int
    source: str


def matching_on(day: dt.date) -> Matching:
    """The rule of matching in force on `day`. Raises LookupError before the first."""
    return Matching(**_in_force("matching", day))


@dataclass(frozen=True, slots=True)
class Reviewing:
    """By when counties confirm a quarter's help. days: after its last one; remind: days before."""

    valid_from: dt.date
    days: int
    remind: list[int]
    source: str


def reviewing_on(day: dt.date) -> Reviewing | None:
    """The rule of reviewing in force on `day`; None before the first."""
    try:
        return Reviewing(**_in_force("reviewing", day))
    except LookupError:
        return None


@dataclass(frozen=True, slots=True)
class Heads:
    """Public head counts from `valid_from` on. tables: dimensions of the cube; threshold: a count
    from 1 up to below it is left out; every: `quarter`."""

    id: str
    valid_from: dt.date
    every: str
    threshold: int
    tables: tuple[str, ...]
    rule_en: str
    rule_zh: str
    source: str


@functools.cache
def _heads() -> list[Heads]:
    rows = tomllib.loads((DATA / "heads.toml").read_text("utf-8"))["heads"]
    return [Heads(**{**row, "tables": tuple(row["tables"])}) for row in rows]


def heads_on(day: dt.date) -> Heads | None:
    """The declared head counts in force on `day`; None before the first."""
    known = [one for one in _heads() if one.valid_from <= day]
    return max(known, key=lambda one: one.valid_from, default=None)


def heads_named(policy_id: str) -> Heads:
    """The same by its id. Raises LookupError."""
    for one in _heads():
        if one.id == policy_id:
            return one
    raise LookupError(policy_id)


@functools.cache
def _words() -> dict[str, list[str] | dict[str, str]]:
    return tomllib.loads((DATA / "words.toml").read_text("utf-8"))


def mode_names() -> dict[str, str]:
    return dict(_words()["mode"])  # type: ignore[arg-type]


def channels() -> list[str]:
    return list(_words()["channel"])


def categories() -> list[str]:
    return list(_words()["category"])


def open_word(listed: list[str], text: str) -> str:
    """The text if it is an official word, else the list's last (其他): free text stays sealed."""
    return text if text in listed else listed[-1]
