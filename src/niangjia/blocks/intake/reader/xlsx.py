"""A streaming reader of .xlsx (ECMA-376) on the standard library's expat. Django-free.

Keeps decimals exact to the 15 digits that spreadsheets keep, tells dates by number formats, and
shows error cells as such. Entities and document types are refused.

A cell is None, str, int, bool, or a pair: ("n", "12.5"), ("d", "2020-03-16"), ("e", "#DIV/0!").
"""

import datetime as dt
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from decimal import Context, Decimal, InvalidOperation
from xml.parsers import expat

from niangjia.blocks.intake.reader.limits import Limits, Refused
from niangjia.blocks.intake.reader.merges import Merge, column_index, downward

Cell = None | str | int | bool | tuple[str, str]
Row = tuple[int, list[Cell]]
CHUNK = 64 * 1024
LARGEST_EXPONENT = 30
FIFTEEN = Context(prec=15)
_DATE_IDS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_CODE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
# What a broken zip or part makes the standard library say.
BROKEN = (
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    ValueError,
)
_EPOCH_1900, _EPOCH_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)


def guard(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse bombs, encrypted parts and archives that are no workbook, before anything is read."""
    unpacked = 0
    names = set()
    for part in archive.infolist():
        names.add(part.filename)
        unpacked += part.file_size
        if part.flag_bits & 1:
            raise Refused("file_encrypted")
        if unpacked > limits.unpacked_bytes or (
            part.file_size > limits.ratio_from_bytes
            and part.file_size > limits.ratio * max(part.compress_size, 1)
        ):
            raise Refused("file_unpacks_too_large")
    if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
        raise Refused("file_not_a_workbook")


def _no_doctype(*_args: object) -> None:
    raise Refused("file_has_entities")


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.EntityDeclHandler = _no_doctype
    return parser


def _feed(archive: zipfile.ZipFile, name: str, parser: expat.XMLParserType) -> Iterator[int]:
    """Feed a part chunk by chunk; yields the size of each once it is parsed."""
    try:
        with archive.open(name) as part:
            while chunk := part.read(CHUNK):
                parser.Parse(chunk, False)
                yield len(chunk)
            parser.Parse(b"", True)
    except BROKEN as error:
        raise Refused("file_damaged") from error
    yield 0


def _elements(archive: zipfile.ZipFile, name: str) -> list[tuple[str, dict[str, str]]]:
    """(local name, attributes) of every element of a small part, in order."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = _parser()

    def start(tag: str, attributes: dict[str, str]) -> None:
        plain = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        found.append((tag.rpartition("}")[2], plain))

    parser.StartElementHandler = start
    for _ in _feed(archive, name, parser):
        pass
    return found


def _is_date_format(code: str) -> bool:
    plain = _NOT_CODE.sub("", code.split(";", maxsplit=1)[0]).lower()
    return any(letter in plain for letter in "yd") or ("m" in plain and "0" not in plain)


def _date_styles(archive: zipfile.ZipFile) -> set[int]:
    """Indices of cell formats that show a date."""
    if "xl/styles.xml" not in archive.namelist():
        return set()
    formats: dict[int, str] = {}
    dates: set[int] = set()
    inside, number = False, 0
    for tag, attributes in _elements(archive, "xl/styles.xml"):
        if tag == "numFmt":
            formats[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif tag in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            inside = tag == "cellXfs"
        elif tag == "xf" and inside:
            identifier = int(attributes.get("numFmtId", 0))
            if identifier in _DATE_IDS or _is_date_format(formats.get(identifier, "")):
                dates.add(number)
            number += 1
    return dates


class _StringsParser:
    """Collects the shared strings; phonetic hints are left out, rich text is joined."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._parts: list[str] = []
        self._in_text = self._in_hint = False
        self.parser = _parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._in_hint = True
        self._in_text = name == "t" and not self._in_hint

    def _end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        if name == "si":
            self.strings.append("".join(self._parts))
        elif name == "rPh":
            self._in_hint = False
        self._in_text = False

    def _characters(self, data: str) -> None:
        if self._in_text:
            self._parts.append(data)


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    collector = _StringsParser()
    for _ in _feed(archive, "xl/sharedStrings.xml", collector.parser):
        pass
    return collector.strings


def _sheets(archive: zipfile.ZipFile) -> tuple[list[tuple[str, str, bool]], bool]:
    """([(name, part, hidden)], whether dates count from 1904)."""
    targets = {
        attributes["Id"]: attributes["Target"]
        for tag, attributes in _elements(archive, "xl/_rels/workbook.xml.rels")
        if tag == "Relationship"
    }
    sheets, from_1904 = [], False
    for tag, attributes in _elements(archive, "xl/workbook.xml"):
        if tag == "workbookPr":
            from_1904 = attributes.get("date1904", "0") in ("1", "true")
        elif tag == "sheet":
            target = targets.get(attributes.get("id", ""), "")
            part = posixpath.normpath(posixpath.join("xl", target)).lstrip("/")
            part = target.lstrip("/") if target.startswith("/") else part
            hidden = attributes.get("state", "visible") != "visible"
            if part not in archive.namelist():
                raise Refused("file_damaged")  # a sheet that cannot be read is never left out
            sheets.append((attributes.get("name", ""), part, hidden))
    return sheets, from_1904


class _SheetParser:
    """Collects the rows of one sheet; `rows` and `hidden` are emptied by whoever iterates."""

    def __init__(self, strings: list[str], dates: set[int], epoch: dt.datetime, limits: Limits):
        self.rows: list[Row] = []
        self.hidden: list[int] = []
        self._strings, self._dates, self._epoch, self._limits = strings, dates, epoch, limits
        self._cells: list[Cell] = []
        self._row = self._column = 0
        self._type, self._style = "", ""
        self._text: list[str] = []
        self._reading = self._in_hint = False
        self._columns: dict[str, int] = {}
        self.parser = _parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag[tag.rfind("}") + 1 :]
        if name == "c":
            self._begin_cell(attributes)
        elif name in ("v", "t"):
            self._reading = not self._in_hint
        elif name == "row":
            self._row = int(attributes["r"]) if "r" in attributes else self._row + 1
            if not 0 < self._row <= self._limits.last_row:
                raise Refused("file_damaged")
            self._cells = []
            self._column = -1
            if attributes.get("hidden") in ("1", "true"):
                self.hidden.append(self._row)
        elif name == "rPh":
            self._in_hint = True

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            letters = reference.rstrip("0123456789")
            known = self._columns.get(letters)
            if known is None:
                known = self._columns[letters] = column_index(letters)
            if known < 0:
                raise Refused("file_damaged")
            self._column = known
        self._type, self._style = attributes.get("t", ""), attributes.get("s", "")
        self._text = []

    def _characters(self, data: str) -> None:
        if self._reading:
            self._text.append(data)

    def _end(self, tag: str) -> None:
        name = tag[tag.rfind("}") + 1 :]
        if name in ("v", "t"):
            self._reading = False
        elif name == "rPh":
            self._in_hint = False
        elif name == "c":
            if self._text:
                self._end_cell("".join(self._text))
        elif name == "row" and self._cells:
            self.rows.append((self._row, self._cells))
            self._cells = []

    def _end_cell(self, text: str) -> None:
        value = self._value(text)
        if value is None or value == "":
            return
        if self._column >= self._limits.columns:
            raise Refused("cell_far_out", row=self._row, column=self._column + 1)
        cells = self._cells
        gap = self._column - len(cells)
        if gap > 0:
            cells.extend([None] * gap)
        if gap < 0:
            cells[self._column] = value
        else:
            cells.append(value)

    def _value(self, text: str) -> Cell:
        kind = self._type
        if kind == "s":
            index = int(text)
            if not 0 <= index < len(self._strings):
                raise Refused("file_damaged")  # the text is lost: never taken as an empty cell
            return self._strings[index][: self._limits.cell_chars]
        if kind in ("inlineStr", "str"):
            return text[: self._limits.cell_chars]
        if kind == "e":
            return ("e", text)
        if kind == "b":
            return text == "1"
        if kind == "d":
            return ("d", text[:10])
        if self._style and int(self._style) in self._dates:
            return _date(text, self._epoch)
        return number(text)


def number(text: str) -> Cell:
    """An int where the number is whole, else its decimal text at 15 significant digits."""
    if text.isdigit() and len(text) <= 15:
        return int(text)
    try:
        given = Decimal(text)
    except InvalidOperation:
        return text
    if not given.is_finite() or abs(given.adjusted()) > LARGEST_EXPONENT:
        return ("e", text)
    value = FIFTEEN.create_decimal(given)
    if value == value.to_integral_value() and abs(value) < 10**18:
        return int(value)
    return ("n", format(value.normalize(), "f"))


def _date(text: str, epoch: dt.datetime) -> Cell:
    try:
        days = float(text)
        return ("d", (epoch + dt.timedelta(days=days)).date().isoformat())
    except (ValueError, OverflowError):
        return ("e", text)


def _ignored(row_no: int) -> None:
    """Who does not ask which rows are hidden."""


def read(
    path: str,
    limits: Limits,
    sheet: Callable[[str, bool, list[Merge]], None],
    row: Callable[[Row, float], None],
    hidden_row: Callable[[int], None] = _ignored,
) -> None:
    """Call `sheet(name, hidden, cells merged downward)` and `row((row number, cells), share)` for
    all that holds a value; `hidden_row(number)` before a row that the sheet hides.

    share: how much of the sheets was read by then, 0 to 1.
    """
    try:
        archive = zipfile.ZipFile(path)
    except BROKEN as error:
        raise Refused("file_damaged") from error
    with archive:
        guard(archive, limits)
        strings, dates = _shared_strings(archive), _date_styles(archive)
        sheets, from_1904 = _sheets(archive)
        n = n_bytes = 0
        size = sum(archive.getinfo(part).file_size for _name, part, _hidden in sheets) or 1
        for name, part, hidden in sheets:
            sheet(name, hidden, downward(archive, part))
            collector = _SheetParser(
                strings, dates, _EPOCH_1904 if from_1904 else _EPOCH_1900, limits
            )
            for read_bytes in _feed(archive, part, collector.parser):
                n_bytes += read_bytes
                rows, collector.rows = collector.rows, []
                n += len(rows)
                if n > limits.rows:
                    raise Refused("too_many_rows", n=limits.rows)
                for row_no in collector.hidden:
                    hidden_row(row_no)
                collector.hidden = []
                for one in rows:
                    row(one, n_bytes / size)
