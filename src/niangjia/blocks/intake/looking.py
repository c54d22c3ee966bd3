"""What a workbook holds, sheet by sheet, before anything of it is taken."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from niangjia.blocks.intake import cells as reading
from niangjia.blocks.intake import layout as finding
from niangjia.blocks.intake import texts
from niangjia.blocks.intake.reader import stream
from niangjia.blocks.intake.reader.limits import Limits, Refused
from niangjia.blocks.intake.reader.xlsx import Cell, Row
from niangjia.blocks.intake.types import Column, Schema, SheetLook, SheetRow

MOST_SHEETS = 200
TOP_ROWS, TOP_CELLS, TITLES, TEXT = 12, 12, 6, 40


def look(
    path: Path,
    name: str,
    schema: Schema,
    *,
    known: Callable[[str], Sequence[str] | None] = lambda signature: None,
    header_rows: Mapping[str, int] | None = None,
    progress: Callable[[int, int], None] = lambda n, expected: None,
) -> list[SheetLook]:
    """Every sheet of the file. known: the keys an organisation chose before, by signature.

    progress is told rows read and rows expected. Raises Invalid or TooLarge for the user.
    """
    try:
        return _looked(path, name, schema, known, header_rows or {}, progress)
    except Refused as refused:
        raise texts.refusal(refused) from refused


def _looked(
    path: Path,
    name: str,
    schema: Schema,
    known: Callable[[str], Sequence[str] | None],
    header_rows: Mapping[str, int],
    progress: Callable[[int, int], None],
) -> list[SheetLook]:
    names = finding.Names(schema)
    sheets: list[_Sheet] = []
    n = 0
    for one in stream.messages(path, name, Limits()):
        if not one.rows:
            sheets.append(_Sheet(one, schema, names, known, header_rows))
            if len(sheets) > MOST_SHEETS:
                raise Refused("too_many_sheets", n=MOST_SHEETS)
            continue
        sheets[-1].take(one)
        n += len(one.rows)
        progress(n, round(n / one.share) if one.share else 0)
    found = [sheet.end() for sheet in sheets]
    if not any(one.top for one in found):
        raise Refused("no_rows")
    return found


class _Sheet:
    """One sheet under way."""

    def __init__(
        self,
        begin: stream.Message,
        schema: Schema,
        names: finding.Names,
        known: Callable[[str], Sequence[str] | None],
        header_rows: Mapping[str, int],
    ) -> None:
        self._schema, self._names, self._known = schema, names, known
        self._chosen_row = header_rows.get(begin.sheet, 0)
        self._held: list[Row] | None = []
        self._layout: finding.Layout | None = None
        self._read = _money(in_wan=False)
        self.found = SheetLook(begin.sheet, begin.sheet_hidden)

    def take(self, message: stream.Message) -> None:
        rows = message.rows
        self.found.n_hidden_rows += len(message.hidden)
        if self._held is not None:
            self._held += rows
            if len(self._held) < finding.SEARCHED_ROWS:
                return
            rows = self._settle()
        self._count(rows)

    def end(self) -> SheetLook:
        if self._held is not None:
            self._count(self._settle())
        return self.found

    def _settle(self) -> list[Row]:
        held, self._held = self._held or [], None
        found = self.found
        found.top = [(no, [_short(c) for c in cells[:TOP_CELLS]]) for no, cells in held[:TOP_ROWS]]
        header = finding.locate(held, self._names, self._chosen_row)
        if header is None:
            return []
        known = self._known(header.signature)
        found.signature, found.header_row, found.header = (
            header.signature,
            header.row_no,
            [cell.strip() for cell in header.cells],
        )
        found.keys = list(known or finding.guessed(header, self._names))
        found.titles = [text.strip()[:TEXT] for text in header.above if text.strip()][:TITLES]
        at = {key: place for place, key in enumerate(found.keys) if key}
        headers = {key: found.header[place] for key, place in at.items()}
        found.wan = self._schema.amount in finding.in_wan(headers, header.above, self._schema)
        self._read = _money(in_wan=found.wan)
        self._layout = finding.Layout(at, headers, False, lines=header.lines)
        found.samples = [""] * len(found.header)
        return held[header.index + 1 :]

    def _count(self, rows: list[Row]) -> None:
        if self._layout is None:
            return
        found, position = self.found, self._layout.at.get(self._schema.amount, -1)
        for _row_no, cells in rows:
            if finding.role_of(cells, self._layout, self._schema) != "data":
                continue
            found.n_rows += 1
            if found.n_rows <= TOP_ROWS:
                self._sample(cells)
            if 0 <= position < len(cells):
                found.sum_fen += _fen(cells[position], self._read)

    def _sample(self, cells: list[Cell]) -> None:
        for place, cell in enumerate(cells[: len(self.found.samples)]):
            if cell is not None and not self.found.samples[place]:
                self.found.samples[place] = _short(cell)


def _money(*, in_wan: bool) -> reading.Reader:
    return reading.reader_for(Column("amount", "", "money"), in_wan)


def _fen(cell: Cell, read: reading.Reader) -> int:
    """A numeric cell in fen; 0 for all else."""
    if isinstance(cell, str) or cell is None:
        return 0
    try:
        value = read(cell, SheetRow("", 0, {}, []))
    except reading.Bad:
        return 0
    return value if isinstance(value, int) else 0


def _short(cell: Cell) -> str:
    text = reading.shown(cell).strip()
    return text if len(text) <= TEXT else text[: TEXT - 1] + "…"


def looks_kept(looks: Sequence[SheetLook]) -> dict[str, object]:
    """The JSON of what was seen."""
    return {"sheets": [asdict(one) for one in looks]}


def looks_of(kept: Mapping[str, object]) -> list[SheetLook]:
    """What was seen, from its JSON."""
    listed = kept.get("sheets", [])
    return [SheetLook(**one) for one in listed] if isinstance(listed, list) else []
