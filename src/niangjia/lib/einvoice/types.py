"""What is read off an electronic invoice.

Money in fen, quantities in thousandths, unit prices in millionths of a yuan (both rounded: sellers
compute them back from the amount with up to 13 places; the amount in fen is what was agreed).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

# digital: number of 20 digits, no code (数电票, since 2021). old_electronic: code of 12 digits and
# number of 8, ordinary or special. old_paper: the same printed on forms, known by the QR code only.
Kind = Literal["digital", "old_electronic", "old_paper"]
Source = Literal["ofd", "xml", "qr"]

UNREADABLE = frozenset(
    {
        "truncated",  # the file ends before its end
        "damaged",  # bytes changed, or never well-formed
        "not_an_invoice",  # well-formed, and something else
        "too_large",  # more bytes, members, elements or lines than an invoice has
        "dangerous_xml",  # a document type or entities
        "password",
        "not_what_it_says",  # two names alike, names that lead out, bytes around the archive
    }
)
WARNINGS = frozenset(
    {
        "amount_unreadable",  # a figure that is no amount, or has parts of a fen
        "quantity_unreadable",
        "rate_unreadable",
        "date_missing",
        "date_unreadable",
        "lines_differ_from_total",  # sum of lines before tax
        "line_taxes_differ_from_tax",
        "total_differs_from_parts",  # with tax = before tax + tax
        "number_differs",  # two places of the file name two numbers
        "year_differs",  # the first two digits of 20 are the year of issue
        "head_differs",  # an OFD's own list and the data inside it
        "seller_code_invalid",
        "several_documents",  # only the first was read
        "note_cut",
    }
)


class Unreadable(Exception):
    """No invoice can be read off these bytes. code: one of UNREADABLE; params fill its text."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Line:
    """A line as printed; None where nothing, or nothing readable, stands. amount_fen: before
    tax; tax_rate_permille: None for 免税, 不征税 and ***; discounts are negative lines."""

    name: str
    spec: str = ""
    unit: str = ""
    quantity_milli: int | None = None
    price_micro: int | None = None
    amount_fen: int | None = None
    tax_rate_permille: int | None = None
    tax_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice, as far as its source tells. total_fen: before tax; red: amounts are negative;
    original_code and original_number: of the invoice a red-letter one takes back, as its note
    says; warnings: codes of WARNINGS, in order of their finding, each once."""

    kind: Kind
    code: str
    number: str
    issued_on: dt.date | None
    source: Source
    check_code: str = ""
    seller_name: str = ""
    seller_uscc: str = ""
    buyer_name: str = ""
    buyer_uscc: str = ""
    lines: tuple[Line, ...] = ()
    total_fen: int | None = None
    tax_fen: int | None = None
    total_with_tax_fen: int | None = None
    red: bool = False
    original_code: str = ""
    original_number: str = ""
    note: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether the amount with tax is known: what a record of purchase needs."""
        return self.total_with_tax_fen is not None
