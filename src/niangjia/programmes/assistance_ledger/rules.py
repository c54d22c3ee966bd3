"""Pure decisions about a purchase: what it is known by, and whether two are equal."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

from niangjia.lib import canonical, money
from niangjia.programmes.assistance_ledger.types import PurchaseIn

NOT_ASSISTED = "origin_not_assisted"  # a flag
# Where a row stands, and what other sources call it, make no difference to what it says.
PLACE_ONLY = ("sheet", "row_no", "order_no")
DERIVED = ("assisted", "unit_kind", "district", "line")
# Told apart by who they are, not by how the sheet writes them; a contact's name and phone leave
# no trace that could be guessed at after their key is erased.
WHO = (
    "unit_name",
    "unit_uscc",
    "supplier_name",
    "supplier_uscc",
    "contact_name",
    "contact_phone",
)


def _digest(parts: object) -> str:
    return hashlib.sha256(canonical.encode(parts, limit=None)).hexdigest()[:40]


def key_of(row: PurchaseIn, unit: str, supplier: str) -> str:
    """What a purchase is known by: its unit; its invoice, else contract, else order, else supplier,
    date, quantity and amount; product and spec. unit, supplier: refs."""
    if row.invoice_no:
        voucher = ["invoice", row.invoice_code, row.invoice_no]
    elif row.contract_no:
        voucher = ["contract", row.contract_no]
    elif row.order_no:
        voucher = ["order", row.order_no]
    else:
        voucher = [
            "delivery",
            supplier,
            row.occurred_on.isoformat(),
            str(row.quantity_milli),
            str(row.amount_fen),
        ]
    return _digest([unit, voucher, row.product, row.spec])


def moved_key(key: str, by: str) -> str:
    """The key of a record that exists only to be taken off elsewhere; by: what makes it one."""
    return _digest(["moved", key, by])


def digest_of(row: PurchaseIn, supplier: str, contact: str) -> str:
    """Equal digests of one key mean equal rows, wherever they stand. supplier, contact: refs."""
    return _digest([supplier, contact, *(_plain(getattr(row, name)) for name in _DIGESTED)])


_DIGESTED = sorted({one.name for one in fields(PurchaseIn)} - {*PLACE_ONLY, *DERIVED, *WHO})


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


def differences(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, tuple[str, str]]:
    """Fields that differ: name -> (old, new) as text; both sides have the same names."""
    return {name: (_text(old[name]), _text(new[name])) for name in new if old[name] != new[name]}


def _text(value: object) -> str:
    return "" if value is None else str(value)


def source_key(parts: Sequence[object]) -> str:
    """What a line of a platform's or a bank's file is known by within its unit."""
    return _digest([_plain(part) for part in parts])


def invoice_of(row: PurchaseIn) -> str:
    """Code and number as one; empty if the row names no invoice."""
    return f"{row.invoice_code}:{row.invoice_no}" if row.invoice_no else ""


def with_place(row: PurchaseIn, sheet: str, row_no: int) -> PurchaseIn:
    return replace(row, sheet=sheet, row_no=row_no)


def product_fen(quantity_milli: int, price_milli: int) -> int:
    """Quantity times price in fen, rounded half up; signs included."""
    product = quantity_milli * price_milli
    fen, rest = divmod(abs(product), 10_000)
    fen += 1 if rest * 2 >= 10_000 else 0
    return fen if product >= 0 else -fen


def amount_agrees(quantity_milli: int, price_milli: int, amount_fen: int) -> bool:
    """Quantity times price, rounded half up to the fen, is the amount."""
    return product_fen(quantity_milli, price_milli) == amount_fen


def yuan(fen: int) -> str:
    """`2,962.00`."""
    return money.format_yuan(fen)


def own_flags(row: PurchaseIn) -> tuple[str, ...]:
    """Flags that a purchase earns by itself, whoever else names its invoice."""
    return () if row.assisted else (NOT_ASSISTED,)
