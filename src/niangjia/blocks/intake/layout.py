"""Finding the table in a sheet: header under title rows, columns renamed or in another order."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from niangjia.blocks.intake.reader.limits import Refused
from niangjia.blocks.intake.reader.xlsx import Cell
from niangjia.blocks.intake.types import Column, Schema
from niangjia.lib.text import compact

SEARCHED_ROWS = 40
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_UNIT_LINE = re.compile(r"(?:金额)?单位[:]?万元|[(（]万元[)）]")
_YUAN = re.compile(r"[(（,，/]元|单位:元")
# What stands before it makes a subtotal of it (一月合计), but for words that mean the whole.
_TOTAL = re.compile(
    r"(?P<of>.{0,20}?)(?P<word>总合计|合计|总计|共计|累计|小计)(?:金额|总额|总数|数量|笔数)?(?::.{0,20})?"
)
_WHOLE = frozenset({"", "总", "全部", "以上", "本表", "全表", "全年", "本季", "本季度", "本页"})
_COUNTED = re.compile(r"共?计?[0-9]+(?:家|笔|户|个|项|种|人|条|份)[^0-9]{0,4}")
_FOOTERS = (
    "填报人",
    "填表人",
    "审核人",
    "复核人",
    "制表",
    "单位负责人",
    "负责人",
    "分管领导",
    "联系人",
    "联系电话",
    "填报日期",
    "填报单位(盖章)",
    "单位盖章",
    "注:",
    "备注:",
    "说明:",
    "填表说明",
)


@dataclass(slots=True)
class Layout:
    """Where the columns stand. at: column key -> position; in_wan: the amount is in 万元.

    wan: keys of all columns in 万元; lines: the header's rows, made comparable.
    """

    at: dict[str, int]
    headers: dict[str, str]
    in_wan: bool
    unknown: list[str] = field(default_factory=list)
    wan: frozenset[str] = frozenset()
    lines: tuple[frozenset[str], ...] = ()


class Names:
    """All names of a schema's columns, made comparable."""

    def __init__(self, schema: Schema) -> None:
        self.least = schema.least
        self._exact: dict[str, str] = {}
        self._alias: dict[str, str] = {}
        for column in schema.columns:
            self._exact[compact(column.header)] = column.key
            self._exact[bare(column.header)] = column.key
        for column in schema.columns:
            for alias in column.aliases:
                self._alias.setdefault(compact(alias), column.key)
        self._follows = {
            (column.follows, compact(plain)): column.key
            for column in schema.columns
            for plain in column.plain
        }

    def keys_of(self, cells: Sequence[str]) -> list[str | None]:
        """The key of each header's cell.

        A plain name such as 信用代码 right after the supplier's name is the supplier's, unless
        another header names that one in full, or it is the official name of another column.
        """
        keys = [self.key_of(cell) if cell.strip() else None for cell in cells]
        for place in range(1, len(keys)):
            own = keys[place]
            after = self._follows.get((keys[place - 1] or "", bare(cells[place])))
            official = bare(cells[place]) in self._exact and keys.count(own) == 1
            if after and after not in keys and not official:
                keys[place] = after
        return keys

    def key_of(self, text: str) -> str | None:
        for name in (compact(text), bare(text)):
            if name in self._exact:
                return self._exact[name]
            if name in self._alias:
                return self._alias[name]
        return None


def bare(text: str) -> str:
    """A header without brackets, blanks, stars and colons."""
    return compact(_BRACKETS.sub("", text)).strip("*:：")


@dataclass(slots=True)
class Header:
    """A header as it stands. index: of its last row among the rows searched; height: 1 or 2."""

    index: int
    height: int
    row_no: int
    cells: list[str]
    above: list[str]
    lines: tuple[frozenset[str], ...]

    @property
    def signature(self) -> str:
        """Equal for headers of the same names in the same order."""
        text = "\x1f".join(compact(cell) for cell in self.cells)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def locate(
    rows: Sequence[tuple[int, list[Cell]]], names: Names, chosen_row: int = 0
) -> Header | None:
    """The header among the first rows; the one at `chosen_row` if a clerk pointed at it.

    A header of two rows (groups over their parts) is taken only where it names more columns: a
    line right above the header, like the sheet's unit, is none.
    """
    best: tuple[int, int, int] | None = None  # matches, height, index
    for index in range(min(len(rows), SEARCHED_ROWS)):
        if chosen_row and rows[index][0] != chosen_row:
            continue
        for height in (1, 2):
            header = _header(rows, index, height, names)
            matches = len({names.key_of(c) for c in header if c} - {None})
            if matches < names.least and not (chosen_row and height == 1):
                continue
            if best is None or (matches, -height) > (best[0], -best[1]):
                best = (matches, height, index)
    if best is None:
        return None
    _matches, height, index = best
    return Header(
        index=index + height - 1,
        height=height,
        row_no=rows[index][0],
        cells=_header(rows, index, height, names),
        above=[c for _n, cells in rows[:index] for c in cells if isinstance(c, str)],
        lines=tuple(_line(cells) for _n, cells in rows[index : index + height]),
    )


def guessed(header: Header, names: Names) -> list[str]:
    """The key each column is most likely read as; empty if none, and for a second of its kind."""
    keys: list[str] = []
    for key in names.keys_of(header.cells):
        keys.append(key if key and key not in keys else "")
    return keys


def layout_of(
    header: Header, schema: Schema, names: Names, keys: Sequence[str] | None, fixed: frozenset[str]
) -> Layout:
    """Where the columns stand: by `keys` if a clerk chose them, else by their names.

    fixed: keys that need no column. Raises Refused on doubt.
    """
    found = _named(header, schema, names) if keys is None else _chosen(header, keys)
    missing = [
        c.header
        for c in schema.columns
        if c.required and c.key not in found.at and c.key not in fixed
    ]
    if missing:
        raise Refused("columns_missing", columns="、".join(missing))
    found.wan = in_wan(found.headers, header.above, schema)
    found.in_wan = schema.amount in found.wan
    found.lines = header.lines
    return found


def _chosen(header: Header, keys: Sequence[str]) -> Layout:
    at, headers, unknown = {}, {}, []
    for position, (cell, key) in enumerate(zip(header.cells, keys, strict=False)):
        if key:
            at[key], headers[key] = position, cell.strip() or key
        elif cell.strip():
            unknown.append(cell.strip())
    return Layout(at, headers, False, unknown)


def _line(cells: list[Cell]) -> frozenset[str]:
    return frozenset(compact(cell) for cell in cells if isinstance(cell, str) and cell.strip())


def _header(
    rows: Sequence[tuple[int, list[Cell]]], index: int, height: int, names: Names
) -> list[str]:
    """The names of the columns by one row, or by two; empty where there is none."""
    top = [cell if isinstance(cell, str) else "" for cell in rows[index][1]]
    if height == 1:
        return top
    below = rows[index + 1][1] if index + 1 < len(rows) else []
    if not below or any(cell is not None and not isinstance(cell, str) for cell in below):
        return []
    bottom = [cell if isinstance(cell, str) else "" for cell in below]
    width = max(len(top), len(bottom))
    top += [""] * (width - len(top))
    bottom += [""] * (width - len(bottom))
    header, group = [], ""
    for own, part in zip(top, bottom, strict=True):
        group = own.strip() or (group if part.strip() else "")
        header.append(_joined(group, part.strip(), names))
    return header


def _joined(group: str, part: str, names: Names) -> str:
    """The name of a column under a group: both together if that is known, else the part."""
    if not part:
        return group
    return group + part if names.key_of(group + part) else part


def _named(header: Header, schema: Schema, names: Names) -> Layout:
    at: dict[str, int] = {}
    headers: dict[str, str] = {}
    unknown: list[str] = []
    for position, (cell, key) in enumerate(
        zip(header.cells, names.keys_of(header.cells), strict=True)
    ):
        if not cell.strip():
            continue
        if key is None:
            unknown.append(cell.strip())
        elif key in at:
            raise Refused(
                "columns_twice", column=_column(schema, key).header, first=headers[key], second=cell
            )
        else:
            at[key], headers[key] = position, cell.strip()
    return Layout(at, headers, False, unknown)


def in_wan(headers: dict[str, str], above: list[str], schema: Schema) -> frozenset[str]:
    """Keys of the money columns in 万元: a column's own unit goes before the sheet's."""
    sheet = any(_UNIT_LINE.search(compact(text)) for text in above)
    keys = set()
    for column in schema.columns:
        name = compact(headers.get(column.key, ""))
        if column.kind == "money" and ("万元" in name or (sheet and not _YUAN.search(name))):
            keys.add(column.key)
    return frozenset(keys)


def _column(schema: Schema, key: str) -> Column:
    return next(column for column in schema.columns if column.key == key)


def role_of(cells: list[Cell], layout: Layout, schema: Schema) -> str:
    """`data`, `blank`, `total`, `subtotal`, `footer` or `header` of a row under the header."""
    first = next((cell for cell in cells if cell not in (None, "")), None)
    if first is None:
        return "blank"
    text = compact(first) if isinstance(first, str) else ""
    if (
        isinstance(first, str)
        and not text
        and all(not isinstance(c, str) or not c.strip() for c in cells if c is not None)
    ):
        return "blank"
    if _line(cells) in layout.lines:
        return "header"
    if any(_filled(cells, layout, key) for key in schema.anchors):
        return "data"
    return _labelled(cells, text)


def _labelled(cells: list[Cell], text: str) -> str:
    found = [_total(compact(cell)) for cell in cells if isinstance(cell, str)]
    for role in ("total", "subtotal"):
        if role in found:
            return role
    return "footer" if text.startswith(_FOOTERS) else "data"


def _total(text: str) -> str:
    """`total` or `subtotal` if the text labels such a line, else empty."""
    match = _TOTAL.fullmatch(compact(_BRACKETS.sub("", text)).rstrip(":"))
    if match is None:
        return ""
    whole = match["of"] in _WHOLE and match["word"] != "小计"
    return "total" if whole else "subtotal"


def _filled(cells: list[Cell], layout: Layout, key: str) -> bool:
    position = layout.at.get(key)
    if position is None or position >= len(cells):
        return False
    cell = cells[position]
    if not isinstance(cell, str):
        return cell is not None
    text = compact(cell)
    return bool(text) and not (
        _total(text) or _COUNTED.fullmatch(text) or (":" in text and text.startswith(_FOOTERS))
    )
