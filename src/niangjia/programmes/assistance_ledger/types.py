"""Values that the rooms of the assistance ledger hand to each other."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PurchaseIn:
    """A checked purchase, ready to be recorded. Units as in models.Purchase."""

    unit_name: str
    unit_uscc: str
    unit_kind: str
    district: str
    line: str
    occurred_on: dt.date
    channel: str
    mode: str
    product: str
    category: str
    recognition_no: str
    county_code: str
    assisted: bool
    spec: str
    measure: str
    quantity_milli: int | None
    price_milli: int | None
    amount_fen: int
    supplier_name: str
    supplier_uscc: str
    contact_name: str
    contact_phone: str
    contract_no: str
    invoice_code: str
    invoice_no: str
    voucher_no: str
    households: int | None
    people: int | None
    income_gain_fen: int | None
    note: str
    order_no: str = ""
    sheet: str = ""
    row_no: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch, by position in it. changed: position -> ref of the one in force.

    flagged: refs of records flagged now, new and older ones, by flag. n_completed: rows that stand
    in the place of a record made from a platform's order. late: position -> period that was
    reported or closed, so that an explanation is needed; held: position -> period whose report is
    being signed, so that it must be withdrawn first. Neither was taken.
    """

    taken: Mapping[int, str]
    repeated: tuple[int, ...]
    changed: Mapping[int, str]
    flagged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    n_corrected: int = 0
    n_completed: int = 0
    late: Mapping[int, str] = field(default_factory=dict)
    held: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceIn:
    """A checked line of a platform's or a bank's file. Units as in models.SourceLine.

    key: what it is known by within its unit.
    """

    source: str
    unit_id: int
    key: str
    number: str
    occurred_on: dt.date
    amount_fen: int
    party: str
    party_uscc: str
    text: str
    spec: str
    measure: str
    quantity_milli: int | None
    price_milli: int | None
    category: str
    county_code: str
    channel: str
    invoice_no: str
    cancelled: bool
    sheet: str
    row_no: int
