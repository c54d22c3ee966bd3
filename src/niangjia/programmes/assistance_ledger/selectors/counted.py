"""Records as the totals count them: in the month booked, and taken off in that of their reversal.

Words are those of the open log: what is no official channel or kind counts under the list's last.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    F,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)

from niangjia.programmes.assistance_ledger import policy
from niangjia.programmes.assistance_ledger.models import Purchase

Span = tuple[str, str]  # first and last month (`2020-03`), an empty one is open
MEASURED = ("n", "fen")  # what can be recounted from the records alone


def in_span(column: str, span: Span) -> Q:
    """Months of a column within a span; an empty month is in none."""
    first, last = span
    found = Q(**{f"{column}__gte": first or "0"})
    return found & Q(**{f"{column}__lte": last}) if last else found


def takes_off(span: Span) -> Q:
    """Records that the span counts as taken off: counted before or after it, reversed within."""
    return in_span("reversed_month", span) & ~in_span("month", span)


def counts(span: Span) -> Q:
    """Records that add to the span's total, or are taken off in it."""
    added = in_span("month", span) & ~in_span("reversed_month", span)
    return added | takes_off(span)


def signed_fen(span: Span) -> Case:
    """A record's amount as the span counts it."""
    off = When(takes_off(span), then=-F("amount_fen"))
    return Case(off, default=F("amount_fen"), output_field=BigIntegerField())


def _listed(dimension: str) -> list[str]:
    return policy.channels() if dimension == "channel" else policy.categories()


def word_is(dimension: str, word: str) -> Q:
    """Records of a channel or kind (`category`), as the log calls it."""
    listed = _listed(dimension)
    found = Q(**{dimension: word})
    return found | ~Q(**{f"{dimension}__in": listed}) if word == listed[-1] else found


def _word(dimension: str) -> Case:
    listed = _listed(dimension)
    known = When(**{f"{dimension}__in": listed}, then=F(dimension))
    return Case(known, default=Value(listed[-1]), output_field=CharField())


def _columns(month: str) -> dict[str, Any]:
    """Dimension of the cube -> what a record says of it."""
    assisted = Case(When(assisted=True, then=Value("1")), default=Value("0"))
    return {
        "month": F(month),
        "district": F("district_code"),
        "line": F("line_code"),
        "county": F("county_code"),
        "category": _word("category"),
        "channel": _word("channel"),
        "mode": F("mode"),
        "assisted": assisted,
        "unit": F("unit__ref"),
    }


def narrowed(rows: QuerySet[Purchase], filters: Mapping[str, str]) -> QuerySet[Purchase]:
    """rows of these values of the cube's dimensions; empty ones narrow nothing."""
    for name, value in filters.items():
        if value and name in ("category", "channel"):
            rows = rows.filter(word_is(name, value))
        elif value and name == "assisted":
            rows = rows.filter(assisted=value == "1")
        elif value:
            column = {"mode": "mode"}.get(name, f"{name}_code")
            rows = rows.filter(**{column: value})
    return rows


def recounted(
    rows: QuerySet[Purchase], by: Sequence[str], span: Span, at: dt.datetime | None = None
) -> list[tuple[Any, ...]]:
    """Rows of (values of the dimensions in `by`, n, fen): the cube's sums from the records.

    at: as of this moment; None: now.
    """
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    for sign, month in ((1, "month"), (-1, "reversed_month")):
        columns = _columns(month)
        part = rows.filter(in_span(month, span)).exclude(**{month: ""}).order_by()
        if at is not None:
            part = part.filter(**{"recorded_at__lte" if sign > 0 else "reversed_at__lte": at})
        grouped = part.values(**{f"by_{name}": columns[name] for name in by})
        grouped = grouped.annotate(n_=Count("id"), fen_=Sum("amount_fen"))
        for *key, n, fen in grouped.values_list(*(f"by_{name}" for name in by), "n_", "fen_"):
            was = found.get(tuple(key), (0, 0))
            found[tuple(key)] = (was[0] + sign * n, was[1] + sign * (fen or 0))
    return [(*key, *sums) for key, sums in found.items()]
