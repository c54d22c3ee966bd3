"""An invoice's figures against each other. What contradicts is told, never mended."""

from collections.abc import Iterable
from dataclasses import replace

from niangjia.lib.einvoice.figures import Reading
from niangjia.lib.einvoice.types import Invoice
from niangjia.lib.identifiers import USCC_LENGTH, uscc_problem

_NUMBER_DIGITS = 20


def checked(invoice: Invoice, reading: Reading) -> Invoice:
    """The invoice with all warnings, and with its amount with tax if only its parts stand."""
    with_tax = invoice.total_with_tax_fen
    if invoice.total_fen is not None and invoice.tax_fen is not None:
        parts = invoice.total_fen + invoice.tax_fen
        with_tax = parts if with_tax is None else with_tax
        if with_tax != parts:
            reading.warn("total_differs_from_parts")
    _check_lines(invoice, reading)
    _check_number(invoice, reading)
    code = invoice.seller_uscc
    if len(code) == USCC_LENGTH and uscc_problem(code):
        reading.warn("seller_code_invalid")
    figures = (with_tax, invoice.total_fen)
    return replace(
        invoice,
        total_with_tax_fen=with_tax,
        red=any(one is not None and one < 0 for one in figures),
        warnings=reading.warnings,
    )


def _check_lines(invoice: Invoice, reading: Reading) -> None:
    amounts = _sum(line.amount_fen for line in invoice.lines)
    if None not in (amounts, invoice.total_fen) and amounts != invoice.total_fen:
        reading.warn("lines_differ_from_total")
    # A line without tax (免税, ***) has nothing to add; a sheet of only such lines has no sum.
    taxes = [line.tax_fen for line in invoice.lines if line.tax_fen is not None]
    if taxes and invoice.tax_fen is not None and sum(taxes) != invoice.tax_fen:
        reading.warn("line_taxes_differ_from_tax")


def _sum(values: Iterable[int | None]) -> int | None:
    """None if one is unknown, or there are none."""
    known = list(values)
    figures = [one for one in known if one is not None]
    return sum(figures) if figures and len(figures) == len(known) else None


def _check_number(invoice: Invoice, reading: Reading) -> None:
    """Digits 1 and 2 of 20 are the year. Source: State Taxation Administration, 2024 notice 11."""
    day = invoice.issued_on
    if len(invoice.number) != _NUMBER_DIGITS or day is None:
        return
    if int(invoice.number[:2]) != day.year % 100:
        reading.warn("year_differs")
