"""One cell, read by its column's kind. Pure but for the texts of problems.

A reader takes (cell, row under way) and returns the value; what it changed goes into
row.normalised, what it cannot take raises Bad.
"""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal

from niangjia.blocks.intake.reader.xlsx import FIFTEEN, Cell
from niangjia.blocks.intake.types import Column, SheetRow, Value
from niangjia.lib import dates, money
from niangjia.lib.identifiers import uscc_compact
from niangjia.lib.text import compact, fold_width, trim

Reader = Callable[[Cell, SheetRow], Value]
MAX_NUMBER = 4 * 10**13  # fen: a whole batch of them still adds up exactly
SHOWN_CHARS = 200
FIRST_YEAR, LAST_YEAR = 1990, 2100
KEPT_DIGITS = 15
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{1,2}")
_MEASURED = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)\s*([^\W\d_]{1,4})")
_PER_MEASURE = re.compile(r"元?[/每][^\W\d_]{1,4}$")
_MONTH_ONLY = re.compile(r"(?:[0-9]{2,4}年)?[0-9]{1,2}月(?:份)?|[0-9]{4}[-/.][0-9]{1,2}")


class Bad(Exception):
    """The cell cannot be taken. code: one of texts.CELLS."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def shown(cell: Cell) -> str:
    """A cell as a person would read it."""
    if cell is None:
        return ""
    return cell[1] if isinstance(cell, tuple) else str(cell)


def quoted(cell: Cell) -> str:
    """A cell in a message, cut where it is long."""
    text = shown(cell)
    return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"


def reader_for(column: Column, in_wan: bool) -> Reader:
    """The reader of a column."""
    if column.kind == "money":
        return _money(10_000 if in_wan else 1)
    if column.kind == "choice":
        return _choice(column)
    if column.kind in ("text", "code", "uscc"):
        return _text(column)
    return {
        "date": _date,
        "moment": _moment,
        "number": _number,
        "count": _count,
        "ignored": _ignored,
    }[column.kind]


def _plain(cell: Cell) -> str:
    if isinstance(cell, tuple):
        if cell[0] == "e":
            raise Bad("error_cell")
        return cell[1]
    return str(cell)


def _clean(text: str, kind: str) -> tuple[str, tuple[str, ...]]:
    """The text in its plain form, and the codes of what was changed."""
    folded = fold_width(text)
    changes: tuple[str, ...] = ("full_width",) if folded != text else ()
    if kind == "uscc":
        return uscc_compact(folded), changes
    value = trim(folded)
    if value != folded:
        changes = (*changes, "spaces")
    return (value.replace(" ", "") if kind == "code" else value), changes


def _text(column: Column) -> Reader:
    limit, kind = column.limit, column.kind
    seen: dict[str, tuple[str, tuple[str, ...]]] = {}

    def read(cell: Cell, row: SheetRow) -> Value:
        text = cell if isinstance(cell, str) else _plain(cell)
        if kind == "code" and _digits_lost(cell, text):
            raise Bad("code_digits_lost")
        found = seen.get(text)
        if found is None:
            found = _clean(text, kind)
            if len(seen) < 5000:
                seen[text] = found
        value, changes = found
        if changes:
            row.normalised.update(changes)
        if len(value) > limit:
            raise Bad("text_too_long", limit=limit)
        return value or None

    return read


def _digits_lost(cell: Cell, text: str) -> bool:
    """A long code that stood as a number: a spreadsheet keeps fifteen digits of it."""
    if isinstance(cell, str):
        return bool(_SCIENTIFIC.fullmatch(text.strip()))
    return len(text) > KEPT_DIGITS


def _choice(column: Column) -> Reader:
    values = {compact(name): value for name, value in column.choices}
    names = "、".join(name for name, _value in column.choices)

    def read(cell: Cell, row: SheetRow) -> Value:
        text = compact(_plain(cell))
        if not text:
            return None
        if text not in values:
            raise Bad("choice_unknown", choices=names)
        return values[text]

    return read


def _money(scale: int) -> Reader:
    def read(cell: Cell, row: SheetRow) -> Value:
        try:
            fen = money.fen_of(_amount(cell, scale, row), scale)
        except money.PartOfFen as error:
            raise Bad("amount_part_of_fen") from error
        except money.NotMoney as error:
            raise Bad("amount_not_a_number") from error
        if abs(fen) > MAX_NUMBER:
            raise Bad("amount_not_a_number")
        return fen

    return read


def _amount(cell: Cell, scale: int, row: SheetRow) -> Decimal | int:
    """The number of a cell of money, in the column's unit. Raises Bad, NotMoney."""
    if isinstance(cell, int) and not isinstance(cell, bool):
        return cell
    if isinstance(cell, tuple) and cell[0] == "n":
        return Decimal(cell[1])
    if not isinstance(cell, str):
        error = isinstance(cell, tuple) and cell[0] == "e"
        raise Bad("error_cell" if error else "amount_not_a_number")
    if scale != 1 and "元" in cell and "万" not in cell:
        raise Bad("amount_in_another_unit")
    value = money.parse_text(cell)
    row.normalised.add("currency_text")
    return value


def _number(cell: Cell, row: SheetRow) -> Value:
    if isinstance(cell, int) and not isinstance(cell, bool):
        value = Decimal(cell)
    else:
        try:
            value = money.parse_text(_without_measure(_plain(cell), row))
        except money.NotMoney as error:
            raise Bad("number_not_a_number") from error
    milli = FIFTEEN.multiply(value, 1000)
    if milli != milli.to_integral_value() or abs(milli) > MAX_NUMBER:
        raise Bad("number_not_a_number")
    return int(milli)


def _without_measure(text: str, row: SheetRow) -> str:
    """`50箱` as 50, with its unit kept aside; `31.1元/袋` as 31.1."""
    plain = fold_width(text).strip()
    measured = _MEASURED.fullmatch(plain)
    if measured and measured[2] != "元" and "万" not in measured[2]:
        row.measure = measured[2]
        row.normalised.add("measure_split")
        return measured[1]
    priced = _PER_MEASURE.sub("", plain)
    if priced != plain:
        row.normalised.add("measure_split")
    return priced


def _count(cell: Cell, row: SheetRow) -> Value:
    text = fold_width(_plain(cell)).strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Bad("count_not_whole")
    return int(text)


def _date(cell: Cell, row: SheetRow) -> Value:
    try:
        if isinstance(cell, tuple) and cell[0] == "d":
            return _in_range(dt.date.fromisoformat(cell[1]))
        if isinstance(cell, int) and not isinstance(cell, bool):
            value = dates.from_number(cell)
        else:
            value = dates.parse(_plain(cell).strip())
    except ValueError as error:
        month = isinstance(cell, str) and _MONTH_ONLY.fullmatch(compact(cell))
        raise Bad("date_only_month" if month else "date_not_a_date") from error
    value = _in_range(value)
    row.normalised.add("text_date")
    return value


def _moment(cell: Cell, row: SheetRow) -> Value:
    """A date; the time of day beside it is dropped."""
    if isinstance(cell, int) and not isinstance(cell, bool) and len(str(cell)) == 14:
        cell = str(cell)[:8]
    if isinstance(cell, str):
        cell = _TIME_OF_DAY.sub("", _plain(cell).strip())
    told = "text_date" in row.normalised
    day = _date(cell, row)
    if not told:  # a moment is written as text by whatever made the file
        row.normalised.discard("text_date")
    return day


_TIME_OF_DAY = re.compile(
    r"(?:[ T]|(?<=[日号]))[0-9]{1,2}[:时][0-9]{2}[分]?(?:[:]?[0-9]{2}(?:\.[0-9]+)?秒?)?$"
)


def _in_range(day: dt.date) -> dt.date:
    if not FIRST_YEAR <= day.year < LAST_YEAR:
        raise Bad("date_not_a_date")
    return day


def _ignored(cell: Cell, row: SheetRow) -> Value:
    return None
