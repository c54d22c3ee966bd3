"""A record as lines of the pack: where it counts, and where it is taken off. Pure; fen."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from niangjia.programmes.assistance_ledger import policy

Line = dict[str, Any]


def lines_of(record: Mapping[str, Any], year: int, confirmed: tuple[int, int]) -> Iterator[Line]:
    """The lines of a record in a year: +1 in the month it counts in, -1 where it is taken off.

    record: as `selectors.packs` reads it. confirmed: fen that the county confirmed of it, and how
    much of that was taken off together with the record.
    """
    base = _base(record)
    for sign, month, fen in (
        (1, record["month"], confirmed[0]),
        (-1, record["reversed_month"], confirmed[1]),
    ):
        if month.startswith(f"{year:04d}-"):
            yield {
                **base,
                "counts": sign,
                "month": month,
                "counted_fen": sign * record["amount_fen"],
                "confirmed_fen": sign * fen,
            }


def _base(record: Mapping[str, Any]) -> Line:
    return {
        **record,
        "record": record["ref"],
        "unit": record["unit__name"],
        "unit_uscc": record["unit__uscc"],
        "day": record["occurred_on"],
        "district": record["district_code"],
        "district_name": record["district"],
        "line": record["line_code"],
        "line_name": record["line"],
        "county": record["county_code"],
        "county_name": record["county"],
        "assisted": "1" if record["assisted"] else "0",
        "category": policy.open_word(policy.categories(), record["category"]),
        "channel": policy.open_word(policy.channels(), record["channel"]),
        "category_written": record["category"],
        "channel_written": record["channel"],
        "supplier": record["supplier__name"],
        "supplier_uscc": record["supplier__uscc"],
        "quantity": _scaled(record["quantity_milli"], 3),
        "price_yuan": _scaled(record["price_milli"], 3),
    }


def finished(line: Mapping[str, Any]) -> Line:
    """The same with its money in yuan, as the tables show it."""
    return {
        **line,
        "counted_yuan": yuan(line["counted_fen"]),
        "confirmed_yuan": yuan(line["confirmed_fen"]),
    }


def yuan(fen: int) -> Decimal:
    """Fen as yuan with two places."""
    return Decimal(fen).scaleb(-2)


def _scaled(value: int | None, places: int) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-places)
