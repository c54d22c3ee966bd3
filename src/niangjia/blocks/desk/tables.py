"""Tables as files, row by row in flat memory: .xlsx, and .csv as spreadsheets open it."""

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

Cell = str | int | Decimal | dt.date | None
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONG_NUMBER = 12  # digits; a spreadsheet would round them
MOST_ROWS = 1_048_575


def write_table(
    path: Path,
    suffix: str,
    sheet: str,
    header: Sequence[str],
    widths: Sequence[int],
    rows: Iterable[Sequence[Cell]],
) -> None:
    """The file holds header and rows. suffix: `xlsx` or `csv`; widths: in characters.

    A text never becomes a formula. Decimals are written as they are, with two to three places.
    """
    if suffix == "csv":
        _write_csv(path, header, rows)
    else:
        _write_xlsx(path, sheet, header, widths, rows)


def _write_xlsx(
    path: Path,
    title: str,
    header: Sequence[str],
    widths: Sequence[int],
    rows: Iterable[Sequence[Cell]],
) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    writer = import_module("xlsxwriter")  # takes memory, and few processes write workbooks
    with writer.Workbook(str(path), options) as book:
        sheet = book.add_worksheet(title)
        head = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#F2F2F0"})
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        for column, text in enumerate(header):
            sheet.write_string(0, column, text, head)
        put = _putter(book, sheet)
        for number, row in enumerate(islice(rows, MOST_ROWS), 1):
            for column, value in enumerate(row):
                put(number, column, value)


def _putter(book: Any, sheet: Any) -> Callable[[int, int, Cell], None]:
    """What writes a cell by the kind of its value."""
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    yuan = book.add_format({"num_format": "#,##0.00"})

    def put(row: int, column: int, value: Cell) -> None:
        if value is None or value == "":
            return
        if isinstance(value, str):
            sheet.write_string(row, column, value)
        elif isinstance(value, dt.date):
            sheet.write_datetime(row, column, value, day)
        elif isinstance(value, Decimal):
            sheet.write_number(row, column, float(value), yuan if _places(value) == 2 else None)
        else:
            sheet.write_number(row, column, value)

    return put


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(header)
        for row in rows:
            writer.writerow([_plain(value) for value in row])


def _plain(value: Cell) -> str:
    """A cell of a .csv: formulas get an apostrophe, long numbers a tab."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value.isoformat() if isinstance(value, dt.date) else f"{value}"
    if value.startswith(FORMULA):
        return f"'{value}"
    if len(value) >= LONG_NUMBER and value.isascii() and value.isdigit():
        return f"\t{value}"
    return value
