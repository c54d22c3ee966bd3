"""A reader of old .xls workbooks, by calamine. Django-free.

Only ever in the parsing process: a workbook is held whole, and a damaged one may end the process.
Numbers are floats there and are kept to 15 digits; a cell that holds an error reads as empty;
which rows are hidden is not told.
"""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from niangjia.blocks.intake.reader.limits import Limits, Refused
from niangjia.blocks.intake.reader.merges import Merge
from niangjia.blocks.intake.reader.xlsx import Cell, Row, number


def read(
    path: str,
    limits: Limits,
    sheet: Callable[[str, bool, list[Merge]], None],
    row: Callable[[Row, float], None],
    hidden_row: Callable[[int], None] | None = None,
) -> None:
    """As `xlsx.read`. Raises Refused."""
    size = Path(path).stat().st_size
    if size > limits.xls_bytes:
        mib = 1024 * 1024
        raise Refused("file_too_large", size=-(-size // mib), mb=limits.xls_bytes // mib)
    try:
        book = CalamineWorkbook.from_path(path)
        _sheets(book, limits, sheet, row)
    except PasswordError as error:
        raise Refused("file_encrypted") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Refused("file_damaged") from error


def _sheets(
    book: CalamineWorkbook,
    limits: Limits,
    sheet: Callable[[str, bool, list[Merge]], None],
    row: Callable[[Row, float], None],
) -> None:
    listed = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    n = 0
    for place, about in enumerate(listed):
        page = book.get_sheet_by_name(about.name)
        sheet(about.name, about.visible != SheetVisibleEnum.Visible, _downward(page))
        height = max(page.total_height, 1)
        for row_no, values in enumerate(page.to_python(skip_empty_area=False), 1):
            cells = _cells(values, row_no, limits)
            if not cells:
                continue
            n += 1
            if n > limits.rows:
                raise Refused("too_many_rows", n=limits.rows)
            row((row_no, cells), (place + row_no / height) / len(listed))


def _downward(page: CalamineSheet) -> list[Merge]:
    return [
        (top + 1, bottom + 1, left, right)
        for (top, left), (bottom, right) in page.merged_cell_ranges or ()
        if bottom > top
    ]


def _cells(values: list[Any], row_no: int, limits: Limits) -> list[Cell]:
    cells = [_cell(value, limits) for value in values]
    while cells and cells[-1] is None:
        cells.pop()
    if len(cells) > limits.columns:
        raise Refused("cell_far_out", row=row_no, column=len(cells))
    return cells


def _cell(value: Any, limits: Limits) -> Cell:
    if value in ("", None) and not isinstance(value, bool | int | float):
        return None
    if isinstance(value, str):
        return value[: limits.cell_chars]
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return number(repr(value))
    if isinstance(value, dt.datetime):
        return ("d", value.date().isoformat())
    return ("d", value.isoformat()) if isinstance(value, dt.date) else str(value)
