"""What crosses the door of intake. Pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from niangjia.blocks.intake.reader.xlsx import Cell

Kind = Literal[
    "text", "code", "uscc", "date", "moment", "money", "number", "count", "choice", "ignored"
]
Value = str | int | dt.date | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a schema. header: its official name; aliases: other names seen in use.

    kind: text; code (text without blanks); uscc; date; moment (a date, whatever time of day stands
    beside it); money (int fen); number (int thousandths);
    count (int >= 0); choice (one of `choices`: shown -> value). limit: characters at most.
    personal: about a person; what stood in such a cell is not kept with its problem. plain: names
    that mean it where its column stands right after the one with the key `follows`.
    """

    key: str
    header: str
    kind: Kind = "text"
    aliases: tuple[str, ...] = ()
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    limit: int = 200
    personal: bool = False
    follows: str = ""
    plain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns a workbook may have. amount: key of the money column that totals are of.

    anchors: keys of which a totals line has none filled; least: so many columns make a header.
    """

    columns: tuple[Column, ...]
    amount: str
    anchors: tuple[str, ...]
    least: int = 4


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a cell keeps its row out. row_no: the sheet's own row number.

    offer: what it most likely should say, empty if nothing is likely; hint: only told, the row is
    taken all the same.
    """

    sheet: str
    row_no: int
    key: str
    header: str
    code: str
    text: str
    shown: str
    offer: str = ""
    hint: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """How a clerk wants a workbook read; empty: as the reader finds it.

    columns: header's signature -> key per position, empty for a column that is not read; fixed:
    sheet -> key -> text for all its rows; header_rows: sheet -> number of its header's row;
    left_out: sheets not read; wan: sheet -> whether its money is in 万元; hidden_rows: whether
    rows that the sheet hides are taken.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    header_rows: Mapping[str, int] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    wan: Mapping[str, bool] = field(default_factory=dict)
    hidden_rows: bool = True


@dataclass(frozen=True, slots=True)
class Edits:
    """What a clerk mended. cells: (sheet, row, key) -> text in place of what stood there; rows:
    (sheet, row) -> why the row is left out."""

    cells: Mapping[tuple[str, int, str], str] = field(default_factory=dict)
    rows: Mapping[tuple[str, int], str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.cells or self.rows)


@dataclass(slots=True)
class SheetRow:
    """A data row, read. values: by column key, None if empty; raw: the cells as they stood;
    ditto marks filled in; at: column key -> position in raw; wan: keys of columns in 万元.

    normalised: codes of what was changed, each once. amount_is_text: the amount stood as text.
    numeric_fen: the amount if it stood as a number, else None; replaced: column key -> what stood
    there before the clerk mended it; left_out: why it is not taken, empty if it is; measure: a
    unit that stood beside the quantity (50箱).
    """

    sheet: str
    row_no: int
    values: dict[str, Value]
    raw: list[Cell]
    at: dict[str, int] = field(default_factory=dict)
    wan: frozenset[str] = frozenset()
    normalised: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    amount_is_text: bool = False
    numeric_fen: int | None = None
    replaced: dict[str, str] = field(default_factory=dict)
    left_out: str = ""
    measure: str = ""

    def stood(self, key: str) -> str:
        """What stood in the column before any mending, as a person reads it."""
        if key in self.replaced:
            return self.replaced[key]
        position = self.at.get(key, -1)
        cell = self.raw[position] if 0 <= position < len(self.raw) else None
        return "" if cell is None else cell[1] if isinstance(cell, tuple) else str(cell)


@dataclass(slots=True)
class Summary:
    """What a workbook held besides its data rows. printed_fen: its own total line, if any.
    n_expected: rows in all, guessed from the share read, 0 before that; for progress only."""

    n_expected: int = 0
    n_data: int = 0
    n_total: int = 0
    n_subtotal: int = 0
    n_footer: int = 0
    n_header_again: int = 0
    n_hidden_rows: int = 0
    sheet_total_fen: int = 0
    printed_fen: int | None = None
    sheets: list[str] = field(default_factory=list)
    sheets_without_header: list[str] = field(default_factory=list)
    hidden_sheets: list[str] = field(default_factory=list)
    in_wan: bool = False
    unknown_columns: list[str] = field(default_factory=list)


@dataclass(slots=True)
class SheetLook:
    """What one sheet holds, before anything of it is taken. header: cells of its header by
    position; keys: the column each is read as, empty if none; samples: first values by position.

    header_row: 0 if none was found; top: its first rows as texts, for choosing the header; wan: the
    sheet says that its money is in 万元; sum_fen: of its numeric amounts, read in that unit;
    titles: texts above the header.
    """

    name: str
    hidden: bool = False
    signature: str = ""
    header_row: int = 0
    header: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    top: list[tuple[int, list[str]]] = field(default_factory=list)
    wan: bool = False
    n_rows: int = 0
    n_hidden_rows: int = 0
    sum_fen: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """A file kept under its ref, before its upload is noted."""

    ref: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Edit:
    """One act of mending: cells that get another text, or rows that are left out.

    cells: (sheet, row, text); rows: (sheet, row). key, code, stood: what was mended, for its undo.
    """

    key: str = ""
    code: str = ""
    stood: str = ""
    value: str = ""
    cells: tuple[tuple[str, int, str], ...] = ()
    rows: tuple[tuple[str, int], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KeptEdit:
    """An edit as kept. n: cells or rows it reaches; at: ISO, UTC."""

    id: str
    key: str
    code: str
    stood: str
    value: str
    reason: str
    n: int
    at: str
    login_id: int | None


@dataclass(frozen=True, slots=True)
class UploadView:
    """An upload as its organisation sees it. See models.Upload."""

    ref: str
    name: str
    size_bytes: int
    sha256: str
    state: str
    version: int
    organisation_id: int | None
    login_id: int | None
    role: str
    received_at: dt.datetime
    n_done: int
    n_expected: int
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    result: Mapping[str, Any]
    error: Mapping[str, Any]
    kind: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class ProblemValue:
    """Alike problems: equal in what stood in the cell and in what is offered."""

    stood: str
    offer: str
    edit: str
    n: int
    text: str
    sheet: str
    row_no: int


@dataclass(slots=True)
class ProblemGroup:
    """Problems of one kind in one column. n_open: not mended since the last check."""

    key: str
    header: str
    code: str
    hint: bool
    n: int = 0
    n_open: int = 0
    values: list[ProblemValue] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """One problem with its row in short."""

    sheet: str
    row_no: int
    key: str
    header: str
    code: str
    text: str
    stood: str
    offer: str
    hint: bool
    edit: str
    row_text: str
