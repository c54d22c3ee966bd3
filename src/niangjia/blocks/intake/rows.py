"""A workbook as data rows: header found, totals dropped, each cell read and checked."""

from collections.abc import Iterator
from pathlib import Path

from niangjia.blocks.intake import cells as reading
from niangjia.blocks.intake import layout as finding
from niangjia.blocks.intake import texts
from niangjia.blocks.intake.reader import stream
from niangjia.blocks.intake.reader.limits import Limits, Refused
from niangjia.blocks.intake.reader.xlsx import Cell, Row
from niangjia.blocks.intake.types import Column, Problem, Schema, SheetRow, Summary

DITTO = frozenset({"同上", "〃", "″", '"', "''", "ditto"})
DITTO_KINDS = frozenset({"text", "code", "uscc", "date", "choice"})
Plan = list[tuple[Column, int, reading.Reader, str]]


class Workbook:
    """A workbook under way. Iterate once; `summary` is complete afterwards.

    Raises core Invalid or TooLarge with a text for the user; rows already given stay good.
    """

    def __init__(self, path: Path, name: str, schema: Schema, limits: Limits | None = None) -> None:
        self._path, self._name, self._schema = path, name, schema
        self._limits = limits or Limits()
        self._names = finding.Names(schema)
        self.summary = Summary()
        self.headers: dict[str, str] = {}

    def __iter__(self) -> Iterator[SheetRow]:
        try:
            yield from self._rows()
        except Refused as refused:
            raise texts.refusal(refused) from refused

    def _rows(self) -> Iterator[SheetRow]:
        sheet: _Sheet | None = None
        n = 0
        for name, hidden, rows, share in stream.messages(self._path, self._name, self._limits):
            n += len(rows)
            self.summary.n_expected = round(n / share) if share else self.summary.n_expected
            if not rows:
                if sheet is not None:
                    yield from sheet.end()
                sheet = _Sheet(self, name, self._schema, self._names)
                if hidden:
                    self.summary.hidden_sheets.append(name)
            elif sheet is not None:
                yield from sheet.take(rows)
        if sheet is not None:
            yield from sheet.end()
        self._check_found()

    def _check_found(self) -> None:
        if not self.summary.sheets:
            raise Refused("header_not_found")
        if not self.summary.n_data:
            raise Refused("no_rows")


class _Sheet:
    """One sheet: rows are held back until the header is found among the first forty."""

    def __init__(self, book: Workbook, name: str, schema: Schema, names: finding.Names) -> None:
        self._book, self._name, self._schema, self._names = book, name, schema, names
        self._held: list[Row] | None = []
        self._layout: finding.Layout | None = None
        self._plan: Plan = []
        self._above: dict[str, Cell] = {}

    def take(self, rows: list[Row]) -> Iterator[SheetRow]:
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
        found = finding.find(held, self._schema, self._names)
        summary = self._book.summary
        if found is None:
            summary.sheets_without_header.append(self._name)
            return []
        index, self._layout = found
        summary.sheets.append(self._name)
        summary.in_wan = summary.in_wan or self._layout.in_wan
        summary.unknown_columns += self._layout.unknown
        self._book.headers = self._layout.headers
        self._plan = [
            (
                column,
                self._layout.at[column.key],
                reading.reader_for(column, column.key in self._layout.wan),
                self._layout.headers[column.key],
            )
            for column in self._schema.columns
            if column.key in self._layout.at
        ]
        return held[index + 1 :]

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
        position = layout.at[self._schema.amount]
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
        found = self._layout
        row = SheetRow(self._name, row_no, {}, raw)
        if found is not None:
            row.at, row.wan = found.at, found.wan
        width = len(raw)
        values = row.values
        for column, position, read, header in self._plan:
            cell = raw[position] if position < width else None
            value = None
            if isinstance(cell, str) and cell.strip() in DITTO and column.kind in DITTO_KINDS:
                cell = raw[position] = self._above.get(column.key)
                row.normalised.add("ditto")
            elif column.kind in DITTO_KINDS:
                self._above[column.key] = cell
            if cell is not None:
                try:
                    value = read(cell, row)
                except reading.Bad as bad:
                    row.problems.append(self._problem(row_no, column, header, bad, cell))
                    values[column.key] = None
                    continue
            values[column.key] = value
            if value is None and column.required:
                empty = reading.Bad("required_cell_empty")
                row.problems.append(self._problem(row_no, column, header, empty, cell))
        self._count(row, raw)
        return row

    def _count(self, row: SheetRow, raw: list[Cell]) -> None:
        summary, amount = self._book.summary, self._schema.amount
        summary.n_data += 1
        position = self._layout.at[amount] if self._layout else 0
        cell = raw[position] if position < len(raw) else None
        row.amount_is_text = isinstance(cell, str)
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
