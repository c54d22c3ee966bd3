"""Workbooks that go back to the office: bad rows with the reason beside each cell."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_col_to_name

from niangjia.blocks.intake.cells import shown
from niangjia.blocks.intake.types import Column, Problem, Schema, SheetRow

WIDTH = 16
NUMBERS = frozenset({"money", "number", "count"})
REASON_WIDTH = 60
TEMPLATE_ROWS = 5_000


def _options(constant_memory: bool) -> dict[str, Any]:
    return {
        "constant_memory": constant_memory,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }


@contextmanager
def _written(path: Path, *, constant_memory: bool = True) -> Iterator[xlsxwriter.Workbook]:
    """The workbook lies at `path` afterwards. Raises OSError where it cannot be written."""
    try:
        with xlsxwriter.Workbook(str(path), _options(constant_memory)) as book:
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


def template_workbook(
    path: Path, schema: Schema, lists: Mapping[str, Sequence[str]], examples: Mapping[str, str]
) -> None:
    """Write an empty table with the official columns, drop-downs, and a sheet that explains them.

    lists: column key -> words to choose from; examples: column key -> how it is filled in. Columns
    of codes and dates are set so that a spreadsheet keeps them as typed.
    """
    with _written(path, constant_memory=False) as book:
        needed = book.add_format({"bold": True, "bottom": 1, "font_color": "#B00020"})
        head = book.add_format({"bold": True, "bottom": 1})
        text = book.add_format({"num_format": "@"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet(_("Purchase sheet"))
        words = book.add_worksheet(_("Words"))
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(schema.columns):
            shape = {"date": day, "code": text, "uscc": text}.get(column.kind)
            sheet.set_column(place, place, max(WIDTH, len(column.header) * 2 + 2), shape)
            sheet.write_string(0, place, column.header, needed if column.required else head)
            listed = lists.get(column.key, ())
            if listed:
                _drop_down(book, sheet, words, place, column, listed)
        words.hide()
        _explained(book, schema, examples)


def _drop_down(
    book: Any, sheet: Any, words: Any, place: int, column: Column, listed: Sequence[str]
) -> None:
    for line, word in enumerate(listed):
        words.write_string(line, place, word)
    letters = xl_col_to_name(place)
    source = f"='{words.get_name()}'!${letters}$1:${letters}${len(listed)}"
    sheet.data_validation(
        1,
        place,
        TEMPLATE_ROWS,
        place,
        {
            "validate": "list",
            "source": source,
            "error_type": "warning",
            "error_title": column.header[:32],
            "error_message": _("Not one of the official words. It can be kept all the same."),
        },
    )


def _explained(book: Any, schema: Schema, examples: Mapping[str, str]) -> None:
    sheet = book.add_worksheet(_("How to fill it in"))
    head = book.add_format({"bold": True, "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, WIDTH * 1.5)
    sheet.set_column(1, 1, WIDTH * 0.6)
    sheet.set_column(2, 2, REASON_WIDTH)
    for place, title in enumerate((_("Column"), _("Required"), _("How to fill it in"))):
        sheet.write_string(0, place, title, head)
    for line, column in enumerate(schema.columns, 1):
        sheet.write_string(line, 0, column.header, wrapped)
        sheet.write_string(line, 1, _("required") if column.required else "", wrapped)
        sheet.write_string(line, 2, examples.get(column.key, ""), wrapped)
