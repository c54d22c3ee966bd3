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
    sheet: str = ""
    row_no: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch, by position in it. changed: position -> ref of the one in force.

    flagged: refs of records flagged now, new and older ones, by flag. late: position -> period that
    was reported or closed, so that an explanation is needed; held: position -> period whose report
    is being signed, so that it must be withdrawn first. Neither was taken.
    """

    taken: Mapping[int, str]
    repeated: tuple[int, ...]
    changed: Mapping[int, str]
    flagged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    n_corrected: int = 0
    late: Mapping[int, str] = field(default_factory=dict)
    held: Mapping[int, str] = field(default_factory=dict)
