"""Decorated variants of the test workbook, as other offices would send it; nothing is committed.

Usage: python tools/workbook_variants.py FOLDER. Reads NIANGJIA_TEST_DATA (default ../shared/data).
Each variant holds the same purchases as the plain file. What must legitimately differ in the
answer (text dates counted, subtotals dropped) the variant lists itself, in `changes`.
"""

import copy
import csv
import datetime as dt
import os
import random
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

ROOT = Path(__file__).resolve().parent.parent
NAME = "purchases-2020q1.xlsx"
SEED = 20200317
Grid = list[list[Any]]
DAY, MONEY, UNIT, NOTE = "采购日期", "金额(元)", "采购单位", "备注"
SYNONYMS = {
    "采购单位": "购货单位名称",
    "统一社会信用代码": "采购单位社会信用代码",
    "单位类型": "单位性质",
    "所属区": "所在区县",
    "采购日期": "购货日期",
    "采购渠道": "销售渠道",
    "采购方式": "购买方式",
    "产品名称": "品 名",
    "产品类别": "商品分类",
    "产地省": "原产地（省）",
    "产地县": "原产地（县）",
    "规格": "规格/型号",
    "计量单位": "单位",
    "数量": "采购量",
    "单价(元)": "单价（元/计量单位）",
    "金额(元)": "采购总额（元）",
    "供应商名称": "供货企业",
    "供应商统一社会信用代码": "供货企业统一社会信用代码",
    "供应商联系人": "联系人姓名",
    "供应商电话": "联系方式",
    "合同编号": "合同\n编号",
    "发票号码": "*发票号:",
    "付款凭证号": "支付凭证号",
    "带动户数": "带动贫困户（户）",
    "带动人数": "带动贫困人口数（人）",
    "备注": "备 注",
}
GROUPS = {
    "采购单位": ("采购单位", "名称"),
    "统一社会信用代码": ("采购单位", "统一社会信用代码"),
    "单位类型": ("采购单位", "类型"),
    "产地省": ("产地", "省"),
    "产地县": ("产地", "县"),
    "数量": ("采购情况", "数量"),
    "单价(元)": ("采购情况", "单价(元)"),
    "金额(元)": ("采购情况", "金额(元)"),
    "供应商名称": ("供应商", "名称"),
    "供应商统一社会信用代码": ("供应商", "统一社会信用代码"),
    "供应商联系人": ("供应商", "联系人"),
    "供应商电话": ("供应商", "电话"),
    "发票代码": ("发票", "代码"),
    "发票号码": ("发票", "号码"),
}
TITLES: Grid = [
    ["2020年第一季度消费扶贫采购台账"],
    ["填报单位：示例市总工会", None, None, None, "填报日期：2020年3月16日"],
    ["单位：元"],
]
FOOTERS: Grid = [
    ["制表人：示例甲", None, None, "审核人：示例乙", None, "联系电话：010-00000000"],
    ["备注：本表一式两份，金额以发票为准。"],
    ["说明：带动户数按建档立卡系统填写。"],
]


@dataclass(frozen=True)
class Formula:
    """A cell that is a formula with its cached value."""

    value: Any


@dataclass
class Table:
    """The purchases of the plain file. total: what its last line prints."""

    header: list[str]
    rows: Grid
    total: float

    def at(self, name: str) -> int:
        return self.header.index(name)

    def each(self, name: str, change: Callable[[int, Any], Any]) -> "Table":
        """A copy with each filled cell of a column changed: change(row number, value)."""
        position, rows = self.at(name), copy.deepcopy(self.rows)
        for number, row in enumerate(rows):
            if row[position] is not None:
                row[position] = change(number, row[position])
        return Table(list(self.header), rows, self.total)

    def grid(self, header: list[Any] | None = None) -> Grid:
        """Header, rows and total line."""
        return [header or list(self.header), *self.rows, self.total_line()]

    def total_line(self, label: str = "合计") -> list[Any]:
        line: list[Any] = [None] * len(self.header)
        line[0], line[self.at(MONEY)] = label, self.total
        return line


@dataclass
class Variant:
    """One file. changes: dotted key of the expected answer -> value it must have here."""

    name: str
    write: Callable[[Path], None]
    changes: dict[str, Any] = field(default_factory=dict)
    ending: str = ".xlsx"

    def into(self, folder: Path) -> Path:
        path = folder / (self.name + self.ending)
        self.write(path)
        return path


def plain(folder: Path) -> Table:
    """The purchases as openpyxl reads them: numbers at 15 digits, as spreadsheets keep them."""
    book = openpyxl.load_workbook(folder / NAME, read_only=True)
    header, *rows, total = (list(row) for row in book.worksheets[0].values)
    found = float(total[header.index(MONEY)])
    return Table([str(name) for name in header], rows, round(found, 2))


def write_book(
    path: Path,
    sheets: dict[str, Grid],
    *,
    inline: bool = False,
    hidden: Iterable[int] = (),
    **more: Any,
) -> None:
    """Write sheets; inline: strings stand in their cells, not in the shared table."""
    options = {"constant_memory": inline, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), {**options, **more}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, grid in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(grid):
                for column, value in enumerate(row):
                    _cell(sheet, number, column, value, day)
            for column in hidden:
                sheet.set_column(column, column, 8, None, {"hidden": True})


def _cell(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    if isinstance(value, Formula):
        cached = value.value
        if isinstance(cached, dt.datetime):
            serial = (cached - dt.datetime(1899, 12, 30)).days
            sheet.write_formula(row, column, "=DATE(2020,1,1)", day, serial)
        else:
            sheet.write_formula(row, column, "=IF(1,2,3)", None, cached)
    elif isinstance(value, dt.datetime):
        sheet.write_datetime(row, column, value, day)
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    elif value is not None:
        sheet.write_number(row, column, value)


def write_csv(path: Path, grid: Grid, encoding: str, delimiter: str) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([[_text(v) for v in row] for row in grid])


def _text(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d")
    return "" if value is None else str(value)


def _is_money(value: Any) -> bool:
    return value is not None and not str(value).endswith("万元")


def _days(table: Table, expected: dict[str, Any]) -> dict[str, Any]:
    """All filled dates are read from text or numbers."""
    n = sum(row[table.at(DAY)] is not None for row in table.rows)
    return {"normalised.text_date": n}


def _texts(table: Table, expected: dict[str, Any], *columns: str) -> dict[str, Any]:
    """All money stands as text: the bridge starts at nought and closes all the same."""
    n = sum(any(_is_money(row[table.at(name)]) for name in columns) for row in table.rows)
    return {
        "normalised.currency_text": n,
        "bridge.sheet_total_fen": 0,
        "bridge.repeated_fen": 0,
        "bridge.refused_fen": 0,
        "bridge.text_amounts_fen": expected["accepted_fen"],
    }


def _untyped(table: Table, expected: dict[str, Any], *columns: str) -> dict[str, Any]:
    """A file without types: what looks like an amount is one, as text or not."""
    bridge = expected["bridge"]
    return {
        **_texts(table, expected, *columns),
        "bridge.sheet_total_fen": bridge["sheet_total_fen"] + bridge["text_amounts_fen"],
        "bridge.repeated_fen": bridge["repeated_fen"],
        "bridge.refused_fen": bridge["refused_fen"],
        "bridge.text_amounts_fen": 0,
    }


def _renamed(table: Table, path: Path) -> None:
    rng = random.Random(SEED)
    order = rng.sample(range(len(table.header)), len(table.header))
    header = [SYNONYMS.get(name, name) for name in table.header]
    grid = [header, *table.rows]
    write_book(path, {"台账": [*TITLES, *([row[i] for i in order] for row in grid), *FOOTERS]})


def _wan(table: Table, path: Path) -> None:
    def change(_number: int, value: Any) -> Any:
        if isinstance(value, str):
            plain = value.replace("¥", "").replace(",", "")
            try:
                return f"¥{Decimal(plain) / 10_000}"
            except ArithmeticError:
                return value
        return float(Decimal(repr(value)) / 10_000)

    found = table.each(MONEY, change)
    found.total = float(Decimal(repr(table.total)) / 10_000)
    header = ["金额（万元）" if name == MONEY else name for name in table.header]
    write_book(path, {"台账": found.grid(header)})


def two_row_header(header: list[str]) -> Grid:
    """Groups over their parts; what stands alone is merged downwards."""
    top: list[Any] = []
    bottom: list[Any] = []
    for position, name in enumerate(header):
        group, part = GROUPS.get(name, (name, None))
        before = GROUPS.get(header[position - 1], ("", ""))[0] if position else ""
        top.append(None if part and before == group else group)
        bottom.append(part)
    return [top, bottom]


def _two_rows(table: Table, path: Path) -> None:
    grid = [*TITLES[:1], *two_row_header(table.header), *table.rows, table.total_line(), *FOOTERS]
    write_book(path, {"台账": grid})


def _with_subtotals(table: Table, path: Path) -> None:
    """Sorted by unit, a subtotal after each unit, a total of each page, a grand total."""
    grid: Grid = [*TITLES, list(table.header)]
    rows = sorted(table.rows, key=lambda row: str(row[table.at(UNIT)]))
    for number, row in enumerate(rows):
        grid.append(row)
        after = rows[number + 1][table.at(UNIT)] if number + 1 < len(rows) else None
        if after != row[table.at(UNIT)]:
            line = table.total_line(None)  # type: ignore[arg-type]
            line[table.at(UNIT)] = f"{row[table.at(UNIT)]} 小计"
            grid.append(line)
        if number % 50 == 49:
            grid += [table.total_line("本页小计"), list(table.header)]
    write_book(path, {"台账": [*grid, table.total_line("总  计"), *FOOTERS]})


def _n_subtotals(table: Table) -> int:
    return len({row[table.at(UNIT)] for row in table.rows}) + len(table.rows) // 50


def _blanks(table: Table, path: Path) -> None:
    """An empty first column, empty columns in between, an empty row after every seventh."""
    grid: Grid = [[], ["台账"], []]
    for number, row in enumerate(table.grid()):
        wide: list[Any] = [None]
        for position, value in enumerate(row):
            wide += [value, None] if position % 6 == 5 else [value]
        grid += [wide, [None, " ", None]] if number % 7 == 6 else [wide]
    write_book(path, {"台账": grid})


def _sheets(table: Table, path: Path) -> None:
    """A sheet per part, each with header and total; a sheet of notes; hidden helper columns."""
    size = len(table.rows) // 3 + 1
    sheets: dict[str, Grid] = {"说明": [["填表说明"], ["1. 金额以元为单位"], ["2. 产品名称照发票"]]}
    for part in range(3):
        grid: Grid = [["消费扶贫台账"], [*table.header, "辅助列1", "辅助列2"]]
        grid += [[*row, 1, "x"] for row in table.rows[part * size : (part + 1) * size]]
        sheets[f"{part + 1}月"] = grid
    sheets["3月"].append(table.total_line())
    write_book(path, sheets, hidden=(len(table.header), len(table.header) + 1))


NOTATIONS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d 00:00:00")


def _day_text(number: int, value: Any) -> Any:
    if not isinstance(value, dt.datetime):
        return value
    text = value.strftime(NOTATIONS[number % len(NOTATIONS)])
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    return text.translate(wide) if number % 11 == 0 else text


def _serial(_number: int, value: Any) -> Any:
    return (value - dt.datetime(1899, 12, 30)).days if isinstance(value, dt.datetime) else value


def _money_text(number: int, value: Any) -> Any:
    if isinstance(value, str):
        return value
    wide = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
    forms = (
        f"¥{value:,.2f}",
        f"{value:,.2f}元",
        f"{value:.2f}".translate(wide),
        f"￥ {value:,.2f}",
        f"人民币{value:,.2f}元",
        f"{value:,.2f}".translate(wide),
        f"RMB {value:.2f}",
    )
    return forms[number % len(forms)]


def _formulas(table: Table, path: Path) -> None:
    found = table
    for name in (DAY, MONEY, UNIT, "数量"):
        found = found.each(name, lambda n, v: v if isinstance(v, str) and n % 2 else Formula(v))
    write_book(path, {"台账": found.grid()})


def _all_at_once(table: Table, path: Path) -> None:
    """Groups, titles, notes, several sheets, each with page totals and a footer."""
    size = len(table.rows) // 2 + 1
    sheets: dict[str, Grid] = {}
    for part in range(2):
        grid = [*TITLES, *two_row_header(table.header)]
        for number, row in enumerate(table.rows[part * size : (part + 1) * size], 1):
            grid.append(row)
            if number % 100 == 0:
                grid += [table.total_line("本页小计"), [], *two_row_header(table.header)]
        sheets[f"第{part + 1}部分"] = [*grid, *FOOTERS]
    sheets["说明"] = [["本台账由各单位填报"]]
    write_book(path, sheets, inline=True)


def variants(folder: Path, expected: dict[str, Any]) -> list[Variant]:
    """All variants of the workbook in `folder`."""
    table = plain(folder)
    days, no_total = _days(table, expected), {"skipped.total": 0}
    texts = _texts(table, expected, MONEY)
    csv_all = {**days, **_untyped(table, expected, MONEY, "人均增收(元)")}

    def book(change: Callable[[Table, Path], None]) -> Callable[[Path], None]:
        return lambda path: change(table, path)

    def grid(found: Table, **more: Any) -> Callable[[Path], None]:
        return lambda path: write_book(path, {"采购台账": found.grid()}, **more)

    def text(encoding: str, delimiter: str, above: Grid) -> Callable[[Path], None]:
        return lambda path: write_csv(path, [*above, *table.grid()], encoding, delimiter)

    return [
        Variant("renamed-and-reordered", book(_renamed), no_total),
        Variant("amounts-in-wan", book(_wan)),
        Variant("two-row-header", book(_two_rows)),
        Variant("subtotals", book(_with_subtotals), {"skipped.subtotal": _n_subtotals(table)}),
        Variant("blank-rows-and-columns", book(_blanks)),
        Variant("several-sheets", book(_sheets)),
        Variant("dates-as-text", grid(table.each(DAY, _day_text)), days),
        Variant("dates-as-serials", grid(table.each(DAY, _serial)), days),
        Variant("dates-from-1904", grid(table, date_1904=True)),
        Variant("money-as-text", grid(table.each(MONEY, _money_text)), texts),
        Variant("inline-strings", grid(table, inline=True)),
        Variant("formulas", book(_formulas)),
        Variant("all-at-once", book(_all_at_once), {**no_total, "skipped.subtotal": 20}),
        Variant("utf8-comma", text("utf-8", ",", []), csv_all, ".csv"),
        Variant("bom-semicolon", text("utf-8-sig", ";", TITLES), csv_all, ".csv"),
        Variant("gb18030-tab", text("gb18030", "\t", TITLES), csv_all, ".csv"),
    ]


def main() -> None:
    import json

    data = Path(os.environ.get("NIANGJIA_TEST_DATA", ROOT.parent / "shared" / "data"))
    expected = json.loads((data / NAME.replace(".xlsx", ".expected.json")).read_text("utf-8"))
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for variant in variants(data, expected):
        print(variant.into(folder), variant.changes or "")


if __name__ == "__main__":
    main()
