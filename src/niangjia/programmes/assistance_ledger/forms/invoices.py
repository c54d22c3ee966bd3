"""A line of an e-invoice as a purchase to be entered, and how an invoice and its records agree."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from niangjia.blocks.places.public import provinces_of, region_names
from niangjia.programmes.assistance_ledger.pages import shown

KIND_MARK = re.compile(r"^\*[^*]*\*")  # `*谷物*小米`: the tax office's class before the goods' name


def lines_of(invoice: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Lines that can be entered: a discount is taken off the last line of the same name, or else
    the one before it; one line of the whole invoice where its source names none (a QR code)."""
    found: list[dict[str, Any]] = []
    for line in invoice.get("lines") or []:
        amount = _with_tax(line)
        if amount is not None and amount < 0 and found and not invoice.get("red"):
            same = [one for one in found if one.get("name") == line.get("name")]
            (same or found)[-1]["with_tax_fen"] += amount
        elif amount is not None:
            found.append({**line, "with_tax_fen": amount})
    return found or [{"name": "", "with_tax_fen": total_of(invoice)}]


def _with_tax(line: Mapping[str, Any]) -> int | None:
    amount, tax = line.get("amount_fen"), line.get("tax_fen")
    return None if amount is None else amount + (tax or 0)


def total_of(invoice: Mapping[str, Any]) -> int | None:
    """What was paid, in fen; None where the source tells only the amount before tax."""
    found: int | None = invoice.get("total_with_tax_fen")
    return found


def entry_values(
    invoice: Mapping[str, Any], number: int, before: Mapping[str, str]
) -> dict[str, str]:
    """What the form of a purchase by hand takes over from line `number` of an invoice.

    before: category and county of the last purchase from this supplier, which no invoice says.
    """
    lines = lines_of(invoice)
    line = lines[number] if number < len(lines) else lines[0]
    amount = line.get("with_tax_fen")
    county = {before.get("county_code", "")} - {""}
    return {
        "product": KIND_MARK.sub("", line.get("name") or "").strip(),
        "spec": line.get("spec") or "",
        "measure": line.get("unit") or "",
        "quantity_milli": shown.milli(line.get("quantity_milli")).replace(",", ""),
        "amount_fen": "" if amount is None else shown.yuan(amount).replace(",", ""),
        "occurred_on": str(invoice.get("issued_on") or ""),
        "supplier_name": str(invoice.get("seller_name") or ""),
        "supplier_uscc": str(invoice.get("seller_uscc") or ""),
        "invoice_code": str(invoice.get("code") or ""),
        "invoice_no": str(invoice.get("number") or ""),
        "category": before.get("category", ""),
        "channel": before.get("channel", ""),
        "county": region_names(county).get(before.get("county_code", ""), ""),
        "province": provinces_of(county).get(before.get("county_code", ""), ""),
    }


def gap_fen(invoice: Mapping[str, Any], recorded: Sequence[int]) -> int | None:
    """Recorded amounts less the invoice's; None if the invoice does not tell, or nothing is."""
    total = total_of(invoice)
    return None if total is None or not recorded else sum(recorded) - total
