"""The QR code printed on invoices: `01,type,code,number,amount,day,check code,...`.

Codes of the older kinds give the amount BEFORE tax (a published sample of the e-invoice schema of
2019 has 300 before tax, 318 with, and `01,10,011001900311,21010038,300,20200407,...`); those with a
number of 20 digits leave code and check code empty and give the amount WITH tax.
"""

import re

from niangjia.lib.einvoice.figures import Reading
from niangjia.lib.einvoice.types import Invoice, Kind

MAX_CHARS = 300
_VERSION = "01"
# 10 and 04, 01: as read by public scanners of these codes; 08, 11, 14: by the tax software's list
# of kinds (electronic special, roll, toll). Others (vehicles, flights) name no purchase of ours.
_OLD: dict[str, Kind] = {
    "01": "old_paper",
    "04": "old_paper",
    "11": "old_paper",
    "08": "old_electronic",
    "10": "old_electronic",
    "14": "old_electronic",
}
_DIGITAL = re.compile(r"[0-9]{20}")
_CODE = re.compile(r"[0-9]{10}|[0-9]{12}")
_NUMBER = re.compile(r"[0-9]{8}")
_CHECK = re.compile(r"[0-9]{0,20}")


def read(text: str) -> Invoice | None:
    """The invoice that a QR code names; None for any other text."""
    parts = text.strip()[:MAX_CHARS].split(",")
    if len(parts) < 6 or parts[0] != _VERSION:
        return None
    _, kind, code, number, amount, day = (part.strip() for part in parts[:6])
    reading = Reading()
    fen, issued_on = reading.fen(amount), reading.date(day)
    if fen is None or issued_on is None:
        return None
    if not code and _DIGITAL.fullmatch(number):
        return Invoice(
            kind="digital",
            code="",
            number=number,
            issued_on=issued_on,
            source="qr",
            total_with_tax_fen=fen,
            red=fen < 0,
        )
    if kind not in _OLD or not _CODE.fullmatch(code) or not _NUMBER.fullmatch(number):
        return None
    check = parts[6].strip() if len(parts) > 6 else ""
    return Invoice(
        kind=_OLD[kind],
        code=code,
        number=number,
        issued_on=issued_on,
        source="qr",
        check_code=check if _CHECK.fullmatch(check) else "",
        total_fen=fen,
        red=fen < 0,
    )
