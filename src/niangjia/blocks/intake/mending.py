"""Workbooks that go back to the office: bad rows with the reason beside each cell."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.exceptions import FileCreateError

from niangjia.blocks.intake.cells import shown
from niangjia.blocks.intake.types import Column, Problem, Schema, SheetRow

WIDTH = 16
NUMBERS = frozenset({"money", "number", "count"})
REASON_WIDTH = 60


def _options() -> dict[str, Any]:
    return {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }


@contextmanager
def _written(path: Path) -> Iterator[xlsxwriter.Workbook]:
    """The workbook lies at `path` afterwards. Raises OSError where it cannot be written."""
    try:
        with xlsxwriter.Workbook(str(path), _options()) as book:
            yield book
    except FileCreateError as error:
        cause = error.args[0] if error.args else None
        raise cause if isinstance(cause, OSError) else OSError(str(error)) from error


def problems_workbook(
    path: Path, schema: Schema, rows: Iterable[tuple[SheetRow, Sequence[Problem]]]
) -> None:
    """Write refused rows in the template's column order, bad cells marked, the reasons in front.

    Mend and import again: the column of reasons is not read. Money stands in yuan, whatever the
    sheet's unit. Text is written as text: nothing in it is a live formula.
    """
    columns = schema.columns
    with _written(path) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        bad = book.add_format({"bg_color": "#FDE2E2", "num_format": "@"})
        why = book.add_format({"font_color": "#B00020", "text_wrap": True, "num_format": "@"})
        plain = book.add_format({"num_format": "@"})
        bad_number = book.add_format({"bg_color": "#FDE2E2"})
        sheet = book.add_worksheet(_("To be mended"))
        sheet.freeze_panes(1, 2)
        sheet.set_column(0, 0, REASON_WIDTH)
        sheet.set_column(1, len(columns), WIDTH)
        sheet.write_string(0, 0, _("Reason (delete or keep; not imported)"), head)
        for number, column in enumerate(columns, 1):
            sheet.write_string(0, number, column.header, head)
        for line, (row, problems) in enumerate(rows, 1):
            sheet.write_string(line, 0, "\n".join(p.text for p in problems), why)
            wrong = {problem.key for problem in problems}
            for number, column in enumerate(columns, 1):
                value = _value(row, column)
                if isinstance(value, str):
                    sheet.write_string(line, number, value, bad if column.key in wrong else plain)
                else:
                    is_bad = bad_number if column.key in wrong else None
                    sheet.write_number(line, number, float(value), is_bad)


def _value(row: SheetRow, column: Column) -> str | Decimal:
    """A cell of a row as it stood in the sheet: a number where it was one, money in yuan."""
    position = row.at.get(column.key)
    cell = row.raw[position] if position is not None and position < len(row.raw) else None
    if cell is None:
        return ""
    fen = row.values.get(column.key)
    if column.key in row.wan and isinstance(fen, int):
        return Decimal(fen) / 100
    text = shown(cell)
    if column.key in row.wan:
        return text if text.endswith("元") else f"{text}万元"  # never to be taken for yuan
    is_number = isinstance(cell, int) or (isinstance(cell, tuple) and cell[0] == "n")
    if is_number and not isinstance(cell, bool) and column.kind in NUMBERS:
        return Decimal(text)
    return text


def differences_workbook(
    path: Path, title: str, header: Sequence[str], lines: Iterable[Sequence[str]]
) -> None:
    """Write a plain list of texts, for example what a correction would change."""
    with _written(path) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        plain = book.add_format({"num_format": "@", "text_wrap": True})
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(header) - 1, WIDTH * 2)
        for number, name in enumerate(header):
            sheet.write_string(0, number, name, head)
        for line, values in enumerate(lines, 1):
            for number, value in enumerate(values):
                sheet.write_string(line, number, value, plain)
