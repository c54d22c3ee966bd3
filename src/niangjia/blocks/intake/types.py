"""What crosses the door of intake. Pure."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from niangjia.blocks.intake.reader.xlsx import Cell

Kind = Literal["text", "code", "uscc", "date", "money", "number", "count", "choice", "ignored"]
Value = str | int | dt.date | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a schema. header: its official name; aliases: other names seen in use.

    kind: text; code (text without blanks); uscc; date; money (int fen); number (int thousandths);
    count (int >= 0); choice (one of `choices`: shown -> value). limit: characters at most.
    personal: about a person; what stood in such a cell is not kept with its problem.
    """

    key: str
    header: str
    kind: Kind = "text"
    aliases: tuple[str, ...] = ()
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    limit: int = 200
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns a workbook may have. amount: key of the money column that totals are of.

    anchors: keys of which a totals line has none filled.
    """

    columns: tuple[Column, ...]
    amount: str
    anchors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a cell keeps its row out. row_no: the sheet's own row number."""

    sheet: str
    row_no: int
    key: str
    header: str
    code: str
    text: str
    shown: str


@dataclass(slots=True)
class SheetRow:
    """A data row, read. values: by column key, None if empty; raw: the cells as they stood;
    ditto marks filled in; at: column key -> position in raw; wan: keys of columns in 万元.

    normalised: codes of what was changed, each once. amount_is_text: the amount stood as text.
    numeric_fen: the amount if it stood as a number, else None.
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
    sheet_total_fen: int = 0
    printed_fen: int | None = None
    sheets: list[str] = field(default_factory=list)
    sheets_without_header: list[str] = field(default_factory=list)
    hidden_sheets: list[str] = field(default_factory=list)
    in_wan: bool = False
    unknown_columns: list[str] = field(default_factory=list)
