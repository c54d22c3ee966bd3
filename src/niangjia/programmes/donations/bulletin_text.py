"""A bulletin's figures as a command prints them and programs read them."""

import datetime as dt
from typing import Any

from niangjia.blocks.indicators.public import (
    ROUNDING_NOTE,
    Figures,
    PrintedLine,
    bulletin_as_of,
    figures_as_of,
    hour_of,
    indicator_at,
    printed,
)
from niangjia.blocks.ledger.public import log_size
from niangjia.programmes.donations.counting import INDICATOR


def figures(slug: str, as_of: dt.datetime) -> dict[str, Any]:
    """Exact fen and printed 万 of each line and sum, with the counts, as of an instant.

    Of the bulletin of that cut-off if one was published, else of the log as it is now. Raises
    NotFound, Conflict.
    """
    published = bulletin_as_of(INDICATOR, slug, as_of)
    size = published.log_size if published else log_size()
    found = figures_as_of(INDICATOR, slug, as_of, size)
    indicator = indicator_at(INDICATOR, as_of)
    lines, sums = printed(indicator, found.root.sums, found.counts)
    return {
        "indicator": INDICATOR,
        "scope": slug,
        "as_of": hour_of(as_of),
        "log_size": size,
        "policy": indicator.policy,
        "bulletin": published.number if published else None,
        "counts": _counts(found),
        "gifts": found.root.n,
        "lines": [_line(one) for one in lines],
        "sums": [_line(one) for one in sums],
        "note": ROUNDING_NOTE.zh if any(one.note for one in sums) else "",
    }


def _counts(found: Figures) -> dict[str, int]:
    return dict(found.counts)


def _line(one: PrintedLine) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title.zh,
        "title_en": one.title.en,
        "fen": one.fen,
        "wan": one.wan,
        "count": one.count,
        "parts_differ": one.note,
    }
