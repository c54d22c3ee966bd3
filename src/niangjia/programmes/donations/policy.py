"""Dated parameters and official wording, read once from data/*.toml."""

import datetime as dt
import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Giving:
    """Rules of giving from `valid_from` on; see data/policy.toml."""

    valid_from: dt.date
    most_online_fen: int
    amounts_yuan: list[int]
    payment_minutes: int
    disclose_months: int
    disclose_after_months: int
    pooled: str
    pooled_en: str
    pooled_zh: str
    source: str


@functools.cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((DATA / "policy.toml").read_text("utf-8"))


@functools.cache
def disclosure(fact: str) -> tuple[str, tuple[str, ...]]:
    """(id of the policy, fields that anyone may read) of a kind of fact."""
    found = _tables()["disclosure"]
    return found["id"], tuple(sorted(found["open"][fact]))


def giving_on(day: dt.date) -> Giving:
    """The rules of giving in force on `day`. Raises LookupError before the first."""
    rows = [row for row in _tables()["giving"] if row["valid_from"] <= day]
    if not rows:
        raise LookupError(f"no rule of giving is in force on {day}")
    return Giving(**max(rows, key=lambda row: row["valid_from"]))
