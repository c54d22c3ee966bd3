"""The parts of a page as values: Figure, Table, Bars, Flow, DistrictMap. Views fill them."""

import html
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

ProofMark = Literal["recorded", "sequenced", "witnessed"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a page. number: as shown; rule: how it is counted, in words; policy: its id.

    as_of, cut_off: dates as shown; log_size: entries it reaches; href: where it leads.
    """

    title: str
    number: str
    unit: str
    as_of: str
    rule: str
    policy: str
    cut_off: str
    log_size: int
    proof: ProofMark
    href: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. cell: HTML with `{0}`, `{1}`... of a row's values, escaped one by one.

    href: link that sorts by it (empty: cannot be sorted); order: how it is sorted now.
    """

    title: str
    cell: str
    numeric: bool = False
    lead: bool = False
    href: str = ""
    order: Literal["", "ascending", "descending"] = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose body is one string, made in Python: nothing is looked up inside the loop."""

    caption: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[object]]
    cards: bool = True
    foot: Sequence[object] = ()

    @property
    def head(self) -> SafeString:
        """The header cells, with links and marks for sorting."""
        return format_html_join("", "{}", ((_head_cell(column),) for column in self.columns))

    @property
    def body(self) -> SafeString:
        """All rows as HTML."""
        cells = row_format(self.columns)
        return SafeString("\n".join(cells.format(*map(_escaped, row)) for row in self.rows))

    @property
    def foot_row(self) -> SafeString | str:
        return format_html(row_format(self.columns), *self.foot) if self.foot else ""


def _escaped(value: object) -> str:
    """As Django's conditional_escape, at a third of its cost: a list has hundreds of values."""
    return str(value) if hasattr(value, "__html__") else html.escape(str(value))


_SORT_MARK = {"": "", "ascending": " ↑", "descending": " ↓"}


def _head_cell(column: Column) -> SafeString:
    classes = SafeString(' class="num"' if column.numeric else "")
    if not column.href:
        return format_html('<th scope="col"{}>{}</th>', classes, column.title)
    order = format_html(' aria-sort="{}"', column.order) if column.order else ""
    mark = _SORT_MARK[column.order]
    text = '<th scope="col"{}{}><a href="{}">{}<span aria-hidden="true">{}</span></a></th>'
    return format_html(text, classes, order, column.href, column.title, mark)


def row_format(columns: Sequence[Column]) -> str:
    """The format of one row; braces in titles are kept as they are."""
    cells = []
    for column in columns:
        classes = " ".join(
            name for name, on in (("num", column.numeric), ("lead", column.lead)) if on
        )
        attribute = f' class="{classes}"' if classes else ""
        label = str(escape(column.title)).replace("{", "{{").replace("}", "}}")
        cells.append(f'<td{attribute} data-label="{label}">{column.cell}</td>')
    return f"<tr>{''.join(cells)}</tr>"


@dataclass(frozen=True, slots=True)
class Bars:
    """Stacked bars. series: (name, values in `unit`, as many as categories); text: what they say.

    table: the same numbers; flat: bars lie, for long names.
    """

    key: str
    title: str
    text: str
    unit: str
    categories: Sequence[str]
    series: Sequence[tuple[str, Sequence[float | int]]]
    table: Table
    flat: bool = False

    @property
    def data(self) -> dict[str, Any]:
        return {
            "kind": "bars-flat" if self.flat else "bars",
            "unit": self.unit,
            "categories": list(self.categories),
            "series": [{"name": name, "values": list(values)} for name, values in self.series],
        }


@dataclass(frozen=True, slots=True)
class FlowNode:
    """A node of a flow. id: its own; level: from 0, left to right; said: its amount as shown.

    href: where it leads, empty for nowhere; rest: it stands for all that is too small.
    """

    id: str
    level: int
    title: str
    said: str
    href: str = ""
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """Streams from level to level (Sankey). links: (id of a node, of one of the next level, how
    wide, as shown); table: the same numbers, with the same links."""

    key: str
    title: str
    text: str
    unit: str
    nodes: Sequence[FlowNode]
    links: Sequence[tuple[str, str, float | int, str]]
    table: Table

    @property
    def data(self) -> dict[str, Any]:
        return {
            "kind": "flow",
            "unit": self.unit,
            "nodes": [
                {
                    "name": one.id,
                    "depth": one.level,
                    "title": one.title,
                    "said": one.said,
                    "href": one.href,
                    "rest": one.rest,
                }
                for one in self.nodes
            ],
            "links": [
                {"source": source, "target": target, "value": value, "said": said}
                for source, target, value, said in self.links
            ],
        }


@dataclass(frozen=True, slots=True)
class DistrictMap:
    """Districts shaded by a value. values: (code, name, value in `unit`)."""

    key: str
    title: str
    text: str
    unit: str
    values: Sequence[tuple[str, str, float | int]]
    outlines: str
    less: str
    more: str
    table: Table
    is_map: bool = field(default=True)

    @property
    def data(self) -> dict[str, Any]:
        return {
            "kind": "map",
            "unit": self.unit,
            "outlines": self.outlines,
            "less": self.less,
            "more": self.more,
            "values": [{"code": c, "title": name, "value": v} for c, name, v in self.values],
        }


def sorted_columns(
    columns: Sequence[Column], keys: Sequence[str], sort: str, link: Callable[[str], str]
) -> list[Column]:
    """Columns with their sorting links; keys: sort key per column, empty if none."""
    current, down = sort.lstrip("-"), sort.startswith("-")
    made = []
    for column, key in zip(columns, keys, strict=True):
        if not key:
            made.append(column)
            continue
        order: Literal["", "ascending", "descending"] = ""
        target = f"-{key}"
        if key == current:
            order = "descending" if down else "ascending"
            target = key if down else f"-{key}"
        made.append(
            Column(column.title, column.cell, column.numeric, column.lead, link(target), order)
        )
    return made
