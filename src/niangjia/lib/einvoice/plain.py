"""An invoice as plain JSON values, and back: for a pipe, a column, an answer."""

import datetime as dt
from dataclasses import asdict, fields
from typing import Any, get_args

from niangjia.lib.einvoice.types import WARNINGS, Invoice, Kind, Line, Source

_INVOICE = [one.name for one in fields(Invoice)]
_LINE = [one.name for one in fields(Line)]
_CLOSED = {"kind": get_args(Kind), "source": get_args(Source)}
_NUMBERS = ("_fen", "_milli", "_micro", "_permille")


def as_plain(invoice: Invoice) -> dict[str, Any]:
    """Texts, integers, booleans, lists and objects; the day in ISO form."""
    found = asdict(invoice)
    found["issued_on"] = invoice.issued_on and invoice.issued_on.isoformat()
    found["lines"] = list(found["lines"])
    found["warnings"] = list(invoice.warnings)
    return found


def from_plain(found: dict[str, Any]) -> Invoice:
    """The invoice again. Raises ValueError on anything that `as_plain` did not make."""
    try:
        own = {name: found[name] for name in _INVOICE}
        lines = [{name: line[name] for name in _LINE} for line in own.pop("lines")]
        day, warnings = own.pop("issued_on"), tuple(own.pop("warnings"))
        if not WARNINGS.issuperset(warnings):
            raise ValueError("a warning that nobody knows")
        _check(own)
        for line in lines:
            _check(line)
        return Invoice(
            **own,
            issued_on=dt.date.fromisoformat(day) if day else None,
            lines=tuple(Line(**line) for line in lines),
            warnings=warnings,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not an invoice in plain values") from error


def _check(own: dict[str, Any]) -> None:
    """Raises ValueError unless each value is of its field's kind."""
    for name, value in own.items():
        if name in _CLOSED:
            fits = value in _CLOSED[name]
        elif name.endswith(_NUMBERS):
            fits = value is None or type(value) is int
        else:
            fits = type(value) is (bool if name == "red" else str)
        if not fits:
            raise ValueError(name)
