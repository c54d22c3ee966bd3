"""Records as rows of a table: with names, exact numbers, contacts masked as on the page."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from niangjia.blocks.orgs.public import contact_masked, nodes
from niangjia.blocks.places.public import provinces_of, region_names
from niangjia.core.actor import Actor
from niangjia.programmes.assistance_ledger.selectors.listing import (
    SIGNING,
    Filters,
    purchases_chosen,
    purchases_each,
    signed,
)

Value = str | int | Decimal | dt.date | None
CHUNK = 500
COLUMNS = (
    "ref",
    "unit__name",
    "unit__uscc",
    "unit__kind",
    "district_code",
    "line_code",
    "occurred_on",
    "channel",
    "mode",
    "product",
    "category",
    "recognition_no",
    "county_code",
    "spec",
    "measure",
    "quantity_milli",
    "price_milli",
    "amount_fen",
    "supplier__name",
    "supplier__uscc",
    "contact_id",
    "contract_no",
    "invoice_code",
    "invoice_no",
    "voucher_no",
    "order_no",
    "households",
    "people",
    "income_gain_fen",
    "note",
    "flags",
    "reversed_at",
)


class Names:
    """Names of places, nodes and contacts, each looked up once."""

    def __init__(self) -> None:
        self.nodes = dict(nodes("district", "virtual_district")) | dict(
            nodes("line", "virtual_line")
        )
        self.counties: dict[str, str] = {}
        self.provinces: dict[str, str] = {}
        self.contact = lru_cache(maxsize=20_000)(contact_masked)

    def learn(self, codes: set[str]) -> None:
        """Know these counties."""
        unknown = codes - self.counties.keys()
        if unknown:
            self.counties |= dict.fromkeys(unknown, "") | region_names(unknown)
            self.provinces |= provinces_of(unknown)


def chosen_or_filtered(
    actor: Actor, *, filters: Filters, sort: str, refs: Sequence[str]
) -> Iterator[Sequence[Mapping[str, Any]]]:
    """The records with these refs, in their order; without refs all that match, in lists."""
    if not refs:
        yield from purchases_each(actor, filters=filters, sort=sort, columns=COLUMNS)
        return
    for start in range(0, len(refs), CHUNK):
        rows = purchases_chosen(
            actor, refs=refs[start : start + CHUNK], columns=tuple(dict.fromkeys(COLUMNS + SIGNING))
        )
        yield signed(rows, filters)


def with_names(
    lists: Iterable[Sequence[Mapping[str, Any]]],
) -> Iterator[dict[str, Any]]:
    """Each record with district, line, county, province and contact in words."""
    names = Names()
    for rows in lists:
        names.learn({row["county_code"] for row in rows})
        for row in rows:
            name, phone = names.contact(row["contact_id"]) if row["contact_id"] else ("", "")
            yield {
                **row,
                "district": names.nodes.get(row["district_code"], row["district_code"]),
                "line": names.nodes.get(row["line_code"], row["line_code"]),
                "county": names.counties.get(row["county_code"]) or row["county_code"],
                "province": names.provinces.get(row["county_code"], ""),
                "contact_name": name,
                "contact_phone": phone,
            }


def yuan(fen: int | None) -> Decimal | None:
    """Fen as yuan with two places."""
    return None if fen is None else Decimal(fen).scaleb(-2)


def thousandths(value: int | None) -> Value:
    """Thousandths as a number; whole ones without places."""
    if value is None:
        return None
    return value // 1000 if value % 1000 == 0 else Decimal(value).scaleb(-3).normalize()
