"""A workbook as data rows: header found, totals dropped, each cell read and checked."""

import bisect
from collections.abc import Iterator
from pathlib import Path

from niangjia.blocks.intake import cells as reading
from niangjia.blocks.intake import layout as finding
from niangjia.blocks.intake import texts
from niangjia.blocks.intake.reader import stream
from niangjia.blocks.intake.reader.limits import Limits, Refused
from niangjia.blocks.intake.reader.merges import Merge
from niangjia.blocks.intake.reader.xlsx import Cell, Row
from niangjia.blocks.intake.types import (
    Choices,
    Column,
    Edits,
    Problem,
    Schema,
    SheetRow,
    Summary,
)
from niangjia.lib.text import compact

DITTO = frozenset({"同上", "同上行", "〃", "″", '"', "''", "″″", "ditto"})
DITTO_FIRST = frozenset({one[0] for one in DITTO} | {"D", "＂", "＇"})
DITTO_KINDS = frozenset({"text", "code", "uscc", "date", "choice"})
Plan = list[tuple[Column, int, reading.Reader, str]]


class Workbook:
    """A workbook under way. Iterate once; `summary` is complete afterwards.

    Raises core Invalid or TooLarge with a text for the user; rows already given stay good.
    """

    def __init__(
        self,
        path: Path,
        name: str,
        schema: Schema,
        limits: Limits | None = None,
        *,
        choices: Choices | None = None,
        edits: Edits | None = None,
    ) -> None:
        self._path, self._name, self._schema = path, name, schema
        self.choices, self.edits = choices or Choices(), edits or Edits()
        self._limits = limits or Limits()
        self._names = finding.Names(schema)
        self.summary = Summary()
        self.headers: dict[str, str] = {}
        self.all_text = False  # of a file without types (CSV) a text can be a number

    def __iter__(self) -> Iterator[SheetRow]:
        try:
            yield from self._rows()
        except Refused as refused:
            raise texts.refusal(refused) from refused

    def _rows(self) -> Iterator[SheetRow]:
        sheet: _Sheet | None = None
        n = 0
        self.all_text = stream.format_of(self._path, self._name, self._limits) == "csv"
        for one in stream.messages(self._path, self._name, self._limits):
            n += len(one.rows)
            self.summary.n_expected = round(n / one.share) if one.share else self.summary.n_expected
            if not one.rows:
                if sheet is not None:
                    yield from sheet.end()
                sheet = self._sheet(one)
            elif sheet is not None:
                yield from sheet.take(one)
        if sheet is not None:
            yield from sheet.end()
        self._check_found()

    def _sheet(self, begin: stream.Message) -> "_Sheet | None":
        if begin.sheet in self.choices.left_out:
            return None
        if begin.sheet_hidden:
            self.summary.hidden_sheets.append(begin.sheet)
        return _Sheet(self, begin, self._schema, self._names)

    def _check_found(self) -> None:
        if not self.summary.sheets:
            raise Refused("header_not_found")
        if not self.summary.n_data:
            raise Refused("no_rows")


class _Sheet:
    """One sheet: rows are held back until the header is found among the first forty."""

    def __init__(
        self, book: Workbook, begin: stream.Message, schema: Schema, names: finding.Names
    ) -> None:
        self._book, self._name, self._schema, self._names = book, begin.sheet, schema, names
        self._held: list[Row] | None = []
        self._layout: finding.Layout | None = None
        self._plan: Plan = []
        self._above: dict[str, Cell] = {}
        self._hidden: set[int] = set()
        self._merged = Merged(begin.merges)
        self._fixed = dict(book.choices.fixed.get(begin.sheet, {}))

    def take(self, message: stream.Message) -> Iterator[SheetRow]:
        rows = message.rows
        self._hidden.update(message.hidden)
        if self._held is not None:
            self._held += rows
            if len(self._held) < finding.SEARCHED_ROWS:
                return
            rows = self._settle()
        if self._layout is not None:
            yield from self._read(rows)

    def end(self) -> Iterator[SheetRow]:
        if self._held is not None:
            rows = self._settle()
            if self._layout is not None:
                yield from self._read(rows)

    def _settle(self) -> list[Row]:
        held, self._held = self._held or [], None
        choices, summary = self._book.choices, self._book.summary
        header = finding.locate(held, self._names, choices.header_rows.get(self._name, 0))
        if header is None:
            summary.sheets_without_header.append(self._name)
            return []
        keys = choices.columns.get(header.signature)
        self._layout = finding.layout_of(
            header, self._schema, self._names, keys, frozenset(self._fixed)
        )
        if choices.wan.get(self._name) is False:
            self._layout.wan, self._layout.in_wan = frozenset(), False
        summary.sheets.append(self._name)
        summary.in_wan = summary.in_wan or self._layout.in_wan
        summary.unknown_columns += self._layout.unknown
        self._book.headers = self._layout.headers
        self._plan = self._planned(self._layout)
        return held[header.index + 1 :]

    def _planned(self, layout: finding.Layout) -> Plan:
        plan = []
        for column in self._schema.columns:
            if column.key in layout.at:
                read = reading.reader_for(column, column.key in layout.wan)
                plan.append((column, layout.at[column.key], read, layout.headers[column.key]))
            elif column.key in self._fixed:
                plan.append((column, -1, reading.reader_for(column, False), column.header))
        return plan

    def _read(self, rows: list[Row]) -> Iterator[SheetRow]:
        layout = self._layout
        if layout is None:
            return
        for row_no, raw in rows:
            role = finding.role_of(raw, layout, self._schema)
            if role == "data":
                yield self._data(row_no, raw)
            elif role != "blank":
                self._note(role, raw, layout)

    def _note(self, role: str, raw: list[Cell], layout: finding.Layout) -> None:
        summary = self._book.summary
        if role == "subtotal":
            summary.n_subtotal += 1
        elif role == "footer":
            summary.n_footer += 1
        elif role == "header":
            summary.n_header_again += 1
        else:
            summary.n_total += 1
            fen = self._amount(raw, layout)
            if fen is not None:
                summary.printed_fen = (summary.printed_fen or 0) + fen

    def _amount(self, raw: list[Cell], layout: finding.Layout) -> int | None:
        position = layout.at.get(self._schema.amount, len(raw))
        cell = raw[position] if position < len(raw) else None
        if cell is None:
            return None
        column = next(c for c in self._schema.columns if c.key == self._schema.amount)
        try:
            row = SheetRow(self._name, 0, {}, raw)
            value = reading.reader_for(column, layout.in_wan)(cell, row)
        except reading.Bad:
            return None
        return value if isinstance(value, int) else None

    def _data(self, row_no: int, raw: list[Cell]) -> SheetRow:
        found, edited = self._layout, bool(self._book.edits)
        row = SheetRow(self._name, row_no, {}, raw)
        values = row.values
        if found is not None:
            row.at, row.wan = found.at, found.wan
        for column, position, read, header in self._plan:
            cell = raw[position] if 0 <= position < len(raw) else None
            if position < 0:
                cell = self._fixed[column.key]
            elif column.kind in DITTO_KINDS:
                cell = self._filled(row, column, position, cell)
            if edited:
                cell = self._mended(row, column, position, cell, read)
            elif cell is None and not column.required:
                values[column.key] = None
                continue
            reader = self._reader(row, column, read) if row.replaced else read
            self._read_cell(row, column, reader, header, cell)
        self._merged_amount(row)
        self._left_out(row)
        self._count(row, raw)
        return row

    def _filled(self, row: SheetRow, column: Column, position: int, cell: Cell) -> Cell:
        """The cell, or what stands above it where it says so or is merged with it."""
        if isinstance(cell, str) and cell.strip()[:1] in DITTO_FIRST and compact(cell) in DITTO:
            row.normalised.add("ditto")
            cell = self._above.get(column.key)
            row.raw[position] = cell
        elif cell is None and self._merged and self._merged.above(row.row_no, position):
            cell = self._above.get(column.key)
            if cell is not None:
                row.normalised.add("merged")
                row.raw += [None] * (position + 1 - len(row.raw))
                row.raw[position] = cell
        else:
            self._above[column.key] = cell
        return cell

    def _mended(
        self, row: SheetRow, column: Column, position: int, cell: Cell, read: reading.Reader
    ) -> Cell:
        """The cell, or what the clerk put in its place."""
        text = self._book.edits.cells.get((row.sheet, row.row_no, column.key))
        if text is None:
            return cell
        row.replaced[column.key] = reading.shown(cell)
        if column.key == self._schema.amount and not self._is_text(cell):
            row.numeric_fen = self._number_of(cell, read)
        if position >= 0:
            row.raw += [None] * (position + 1 - len(row.raw))
            row.raw[position] = text
        return text

    def _is_text(self, cell: Cell) -> bool:
        return isinstance(cell, str) and not self._book.all_text

    def _number_of(self, cell: Cell, read: reading.Reader) -> int | None:
        try:
            value = read(cell, SheetRow(self._name, 0, {}, [])) if cell is not None else None
        except reading.Bad:
            return None
        return value if isinstance(value, int) else None

    def _reader(self, row: SheetRow, column: Column, read: reading.Reader) -> reading.Reader:
        """What a clerk types on the page is in yuan, whatever the sheet's unit."""
        if column.key in row.replaced and column.key in row.wan:
            return reading.reader_for(column, False)
        return read

    def _read_cell(
        self, row: SheetRow, column: Column, read: reading.Reader, header: str, cell: Cell
    ) -> None:
        value = None
        if cell is not None:
            try:
                value = read(cell, row)
            except reading.Bad as bad:
                row.problems.append(self._problem(row.row_no, column, header, bad, cell))
                row.values[column.key] = None
                return
        row.values[column.key] = value
        if value is None and column.required:
            empty = reading.Bad("required_cell_empty")
            row.problems.append(self._problem(row.row_no, column, header, empty, cell))

    def _merged_amount(self, row: SheetRow) -> None:
        """An amount merged over several rows is of all of them: none is taken with it."""
        key = self._schema.amount
        position = row.at.get(key, -1)
        span = self._merged.span(row.row_no, position) if self._merged else None
        if span is None or key in row.replaced:
            return
        column = next(c for c in self._schema.columns if c.key == key)
        header = self._layout.headers[key] if self._layout else column.header
        bad = reading.Bad("amount_merged", first=span[0], last=span[1])
        cell = row.raw[position] if position < len(row.raw) else None
        row.problems = [one for one in row.problems if one.key != key]
        row.problems.append(self._problem(row.row_no, column, header, bad, cell))

    def _left_out(self, row: SheetRow) -> None:
        if row.row_no in self._hidden:
            self._book.summary.n_hidden_rows += 1
            if not self._book.choices.hidden_rows:
                row.left_out = "hidden"
        reason = self._book.edits.rows.get((row.sheet, row.row_no))
        row.left_out = reason or row.left_out

    def _count(self, row: SheetRow, raw: list[Cell]) -> None:
        summary, amount = self._book.summary, self._schema.amount
        summary.n_data += 1
        if amount in row.replaced:
            summary.sheet_total_fen += row.numeric_fen or 0
            return
        position = self._layout.at.get(amount, -1) if self._layout else -1
        cell = raw[position] if 0 <= position < len(raw) else None
        row.amount_is_text = self._is_text(cell)
        value = row.values.get(amount)
        if cell is not None and not row.amount_is_text and isinstance(value, int):
            row.numeric_fen = value
            summary.sheet_total_fen += value

    def _problem(
        self, row_no: int, column: Column, header: str, bad: reading.Bad, cell: Cell
    ) -> Problem:
        shown = "" if column.personal else reading.quoted(cell)
        text = texts.cell_text(bad.code, row=row_no, column=header, shown=shown, **bad.params)
        return Problem(self._name, row_no, column.key, header, bad.code, text, shown)


class Merged:
    """Cells merged downward. Rows are asked for in any order."""

    def __init__(self, merges: list[Merge]) -> None:
        self._by_column: dict[int, list[tuple[int, int]]] = {}
        for top, bottom, left, _right in sorted(merges):
            self._by_column.setdefault(left, []).append((top, bottom))

    def __bool__(self) -> bool:
        return bool(self._by_column)

    def span(self, row_no: int, position: int) -> tuple[int, int] | None:
        """First and last row of the merged cell that covers this place."""
        spans = self._by_column.get(position, ())
        at = bisect.bisect_right(spans, (row_no, 1 << 30)) - 1
        if at < 0 or not spans[at][0] <= row_no <= spans[at][1]:
            return None
        return spans[at]

    def above(self, row_no: int, position: int) -> bool:
        """The value of this place stands in a row above it."""
        span = self.span(row_no, position)
        return span is not None and row_no > span[0]
