"""The policy of the yearly assessment, read once from data/assessment.toml."""

import datetime as dt
import functools
import tomllib
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from niangjia.programmes.assistance_ledger.assessing import Assessment, Exemption

FILE = Path(__file__).parent / "data" / "assessment.toml"


@functools.cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))


def assessment_of(year: int) -> Assessment:
    """The policy in force on the year's first day. Raises LookupError before the first."""
    rows = [one for one in _tables()["assessment"] if one["valid_from"] <= dt.date(year, 1, 1)]
    if not rows:
        raise LookupError(f"no rule of assessment is in force in {year}")
    return Assessment(**max(rows, key=lambda one: one["valid_from"]))


def assessment_with(code: str) -> Assessment:
    """The policy that a figure names."""
    return next(Assessment(**one) for one in _tables()["assessment"] if one["id"] == code)


def first_year() -> int:
    """The first year that is assessed."""
    return min(one["valid_from"] for one in _tables()["assessment"]).year  # type: ignore[no-any-return]


def exemptions(year: int) -> list[Exemption]:
    """Grounds for being exempt that stand on the year's first day."""
    rows = (Exemption(**one) for one in _tables()["exemption"])
    return [one for one in rows if one.valid_from <= dt.date(year, 1, 1)]


def part_of_channel(year: int) -> dict[str, str]:
    """Channel -> `canteen` or `gifts`, as on the year's first day; others are of no part."""
    rows = [one for one in _tables()["part"] if one["valid_from"] <= dt.date(year, 1, 1)]
    found: dict[str, Any] = max(rows, key=lambda one: one["valid_from"], default={})
    return {channel: part for part in ("canteen", "gifts") for channel in found.get(part, ())}


def exempt_of(code: str, year: int) -> str:
    """`gifts` or `all`; empty for no ground. Raises LookupError for one that is not in force."""
    if not code:
        return ""
    found = [one.of for one in exemptions(year) if one.id == code]
    if not found:
        raise LookupError(code)
    return found[0]


def in_words(one: Assessment | Exemption) -> str:
    """The official wording in the reader's language."""
    zh = (get_language() or "").startswith("zh")
    if isinstance(one, Assessment):
        return one.rule_zh if zh else one.rule_en
    return one.zh if zh else one.en
