"""Kinds of evidence, and what a record needs of them, read once from data/evidence.toml."""

import datetime as dt
import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from niangjia.blocks.evidence.public import Kind, Need, Requirements, in_force, needed
from niangjia.programmes.assistance_ledger.types import PurchaseIn

DATA = Path(__file__).parent / "data"


@functools.cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((DATA / "evidence.toml").read_text("utf-8"))


@functools.cache
def kinds() -> Mapping[str, Kind]:
    """Every kind of evidence by its code, in the order of the checklist."""
    return {
        one["code"]: Kind(
            code=one["code"],
            title={"zh": one["zh"], "en": one["en"]},
            hint={"zh": one["hint_zh"], "en": one["hint_en"]},
            of=one.get("of", "record"),
            personal=one.get("personal", False),
            words=tuple(one["words"]),
        )
        for one in _tables()["kind"]
    }


@functools.cache
def _requirements() -> tuple[Requirements, ...]:
    return tuple(
        Requirements(
            id=one["id"],
            valid_from=one["valid_from"],
            source=one["source"],
            needs=tuple(
                Need(
                    kinds=tuple(need["kinds"]),
                    channels=tuple(need.get("channels", ())),
                    from_fen=need.get("from_fen", 0),
                )
                for need in one["needs"]
            ),
        )
        for one in _tables()["requirements"]
    )


@functools.lru_cache(maxsize=512)
def _requirements_on(day: dt.date) -> Requirements:
    return in_force(_requirements(), day)


def needed_by(day: dt.date, channel: str, fen: int) -> tuple[str, ...]:
    """Kinds of evidence that a purchase needs. Raises LookupError before the first rule."""
    return needed(_requirements_on(day), channel, fen)


def of_supplier() -> tuple[str, ...]:
    """Kinds of evidence that are given once for a supplier."""
    return tuple(_tables()["supplier"]["kinds"])


def missing_at_first(row: PurchaseIn) -> str:
    """What a purchase lacks when it is recorded, as models.Purchase.missing."""
    return ",".join(needed_by(row.occurred_on, row.channel, row.amount_fen))
