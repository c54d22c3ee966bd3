"""A roster as a workbook: its columns, the check of its rows, what is taken of each."""

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake.public import Column, Edits, Schema, SheetRow, Workbook
from niangjia.lib.text import fold_width
from niangjia.programmes.donations import rules
from niangjia.programmes.donations.policy import DATA

PHONE = re.compile(r"1[3-9]\d{9}")
MOST_PROBLEMS = 500
TEXTS = {
    "amount": _("The amount cannot be read; put a number in yuan, such as 100 or 88.50."),
    "amount_missing": _("The amount is missing."),
    "amount_not_positive": _("An amount is more than 0."),
    "phone": _("A mobile number has 11 digits; a column of numbers may have lost some."),
    "choice": _("Put 是 or 否, or leave it empty."),
    "unreadable": _("What stands there cannot be read, or is too long."),
}
_CODES = {"required_cell_empty": "amount_missing", "choice_unknown": "choice"}


@functools.cache
def schema() -> Schema:
    """The columns of a roster, from data/roster.toml."""
    listed = tomllib.loads((DATA / "roster.toml").read_text("utf-8"))["column"]
    return Schema(tuple(_column(one) for one in listed), "fen", ("name", "staff_no", "phone"), 2)


def _column(one: Mapping[str, Any]) -> Column:
    told = dict(one)
    told["aliases"] = tuple(told.get("aliases", ()))
    told["choices"] = tuple((shown, value) for shown, value in told.get("choices", ()))
    return Column(**told)


@dataclass(frozen=True, slots=True)
class Giver:
    """A row: one person's gift in the group. place: of the row in the file."""

    place: str
    name: str
    phone: str
    staff_no: str
    fen: int
    show_name: bool


@dataclass(frozen=True, slots=True)
class BadRow:
    """Why a row is kept out. code: of TEXTS; nothing of what stood there."""

    sheet: str
    row_no: int
    key: str
    header: str
    code: str


@dataclass(slots=True)
class Checked:
    """What became of a roster's rows. n_people: told apart by phone, staff number, else by row."""

    n_rows: int = 0
    n_people: int = 0
    sum_fen: int = 0
    n_bad: int = 0
    n_left_out: int = 0
    printed_fen: int | None = None
    bad: list[BadRow] = field(default_factory=list)


def givers(path: Path, name: str, edits: Edits, found: Checked) -> Iterator[Giver]:
    """Rows that can be taken, in the file's order; `found` is complete afterwards.

    Raises core Invalid or TooLarge with a text for the user.
    """
    book = Workbook(path, name, schema(), edits=edits)
    people: set[str] = set()
    for row in book:
        if row.left_out:
            found.n_left_out += 1
            continue
        one = _giver(row)
        bad = _problems(row, one, book.headers)
        if bad or one is None:
            found.n_bad += 1
            found.bad += bad[: max(MOST_PROBLEMS - len(found.bad), 0)]
            continue
        found.n_rows += 1
        found.sum_fen += one.fen
        people.add(one.phone or one.staff_no or f"row {row.sheet} {row.row_no}")
        yield one
    found.n_people = len(people)
    found.printed_fen = book.summary.printed_fen


def _giver(row: SheetRow) -> Giver | None:
    values = row.values
    fen = values.get("fen")
    if type(fen) is not int:
        return None
    phone = _digits(values.get("phone"))
    staff_no = str(values.get("staff_no") or "")
    if not phone and PHONE.fullmatch(_digits(staff_no)):
        phone, staff_no = _digits(staff_no), ""
    name = str(values.get("name") or "").strip()
    agreed = values.get("show_name") == "yes" and bool(name)
    return Giver(f"{row.sheet}!{row.row_no}", name, phone, staff_no, fen, agreed)


def _digits(value: object) -> str:
    return re.sub(r"[\s-]", "", fold_width(str(value or "")))


def _problems(row: SheetRow, one: Giver | None, headers: Mapping[str, str]) -> list[BadRow]:
    found = [
        BadRow(row.sheet, row.row_no, bad.key, bad.header, _code(bad.key, bad.code))
        for bad in row.problems
    ]
    if one is not None and not 0 < one.fen <= rules.MOST_FEN:
        header = headers.get("fen", "")
        found.append(BadRow(row.sheet, row.row_no, "fen", header, "amount_not_positive"))
    if one is not None and one.phone and not PHONE.fullmatch(one.phone):
        key = "phone" if row.values.get("phone") else "staff_no"
        found.append(BadRow(row.sheet, row.row_no, key, headers.get(key, ""), "phone"))
    return found


def _code(key: str, code: str) -> str:
    return _CODES.get(code, "amount" if key == "fen" else "unreadable")


def shuffled(rows: Sequence[Giver], seed: str) -> list[Giver]:
    """The rows in an order that says nothing of the list's, the same for the same seed."""
    return sorted(rows, key=lambda one: rules.digest_of(f"{seed}\0{one.place}"))
