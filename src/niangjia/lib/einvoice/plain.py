"""An invoice as plain JSON values, and back: for a pipe, a column, an answer."""

import datetime as dt
from dataclasses import asdict, fields
from typing import Any

from niangjia.lib.einvoice.types import Invoice, Line

_INVOICE = {one.name for one in fields(Invoice)}
_LINE = {one.name for one in fields(Line)}


def as_plain(invoice: Invoice) -> dict[str, Any]:
    """Texts, integers, booleans, lists and objects; the day in ISO form."""
    found = asdict(invoice)
    found["issued_on"] = invoice.issued_on and invoice.issued_on.isoformat()
    found["lines"] = list(found["lines"])
    found["warnings"] = list(invoice.warnings)
    return found


def from_plain(found: dict[str, Any]) -> Invoice:
    """The invoice again. Raises ValueError, TypeError or KeyError on anything else."""
    own = {name: value for name, value in found.items() if name in _INVOICE}
    day = own["issued_on"]
    own["issued_on"] = dt.date.fromisoformat(day) if day else None
    own["lines"] = tuple(
        Line(**{name: value for name, value in line.items() if name in _LINE})
        for line in own["lines"]
    )
    own["warnings"] = tuple(own["warnings"])
    return Invoice(**own)
