"""A reader of CSV text in UTF-8 or GB18030. Django-free."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

from niangjia.blocks.intake.reader.limits import Limits, Refused
from niangjia.blocks.intake.reader.merges import Merge
from niangjia.blocks.intake.reader.xlsx import Cell, Row

CHUNK = 256 * 1024
DELIMITERS = (",", ";", "\t", "，")


def encoding_of(path: str) -> str:
    """`utf-8-sig` or `gb18030`, whichever the whole file is. Raises Refused."""
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with Path(path).open("rb") as file:
                while chunk := file.read(CHUNK):
                    if b"\0" in chunk:
                        raise Refused("file_not_a_workbook")
                    decoder.decode(chunk)
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Refused("broken_encoding")


def delimiter_of(head: str) -> str:
    """The delimiter that stands most often in the first lines."""
    return max(DELIMITERS, key=head.count)


def _cells(fields: list[str], limits: Limits) -> list[Cell]:
    most = limits.cell_chars
    cells: list[Cell] = [field[:most] if field.strip() else None for field in fields]
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def _rows(path: str, encoding: str, limits: Limits) -> Iterator[tuple[Row, float]]:
    size = Path(path).stat().st_size or 1
    with Path(path).open("rb") as raw, io.TextIOWrapper(raw, encoding, newline="") as file:
        head = file.read(16 * 1024)
        file.seek(0)
        csv.field_size_limit(131_072)
        try:
            for number, fields in enumerate(csv.reader(file, delimiter=delimiter_of(head)), 1):
                if len(fields) > limits.columns and any(fields[limits.columns :]):
                    raise Refused("cell_far_out", row=number, column=limits.columns + 1)
                cells = _cells(fields, limits)
                if cells:
                    yield (number, cells), raw.tell() / size
        except csv.Error as error:
            raise Refused("file_damaged") from error


def read(
    path: str,
    limits: Limits,
    sheet: Callable[[str, bool, list[Merge]], None],
    row: Callable[[Row, float], None],
    hidden_row: Callable[[int], None] | None = None,
) -> None:
    """Call `sheet("", False, [])` and `row((row number, cells), share)`; every cell is text."""
    encoding = encoding_of(path)
    sheet("", False, [])
    for n, (one, share) in enumerate(_rows(path, encoding, limits)):
        if n > limits.rows:
            raise Refused("too_many_rows", n=limits.rows)
        row(one, share)
