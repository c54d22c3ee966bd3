"""Where the table begins, and what its marks mean."""

import csv

import pytest

from niangjia.blocks.intake.layout import Names
from niangjia.blocks.intake.public import Column, Schema, Workbook

SCHEMA = Schema(
    columns=(
        Column("unit", "采购单位", required=True),
        Column("day", "采购日期", "date", required=True),
        Column("product", "产品名称", required=True),
        Column("county", "受援县", required=True),
        Column("amount", "金额", "money", required=True),
    ),
    amount="amount",
    anchors=("unit", "product"),
)
HEADER = ["采购单位", "采购日期", "产品名称", "受援县", "金额"]
LINE = ["示例工会", "2020-02-10", "小米", "唐县", "1.25"]


def read(tmp_path, *lines):
    path = tmp_path / "office.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    book = Workbook(path, path.name, SCHEMA)
    return list(book), book.summary


@pytest.mark.parametrize(
    "above",
    [
        [["单位：万元"]],
        [["消费扶贫采购台账（单位：万元）"]],
        [["消费扶贫采购台账"], ["填报单位：示例工会", "", "", "单位：万元"]],
        [["", "", "", "", "单位：万元"]],
        [["单位：万元"], []],
    ],
)
def test_the_sheets_unit_counts_wherever_it_stands_above_the_header(tmp_path, above):
    rows, summary = read(tmp_path, *above, HEADER, LINE)
    assert summary.in_wan and [row.values["amount"] for row in rows] == [1_250_000]


def test_a_header_of_two_rows_is_taken_where_it_names_more(tmp_path):
    top = ["采购单位", "采购情况", "", "", ""]
    below = ["", "采购日期", "产品名称", "受援县", "金额"]
    rows, _summary = read(tmp_path, ["台账"], top, below, LINE)
    assert [row.values["product"] for row in rows] == ["小米"]


def test_as_above_is_the_cell_above_but_never_for_amounts(tmp_path):
    rows, _summary = read(
        tmp_path,
        HEADER,
        LINE,
        ["同上", "〃", "核桃", "同上", "2"],
        ["同上", "同上", "红枣", "〃", "同上"],
    )
    first, second, third = rows
    same = ("unit", "day", "county")
    assert [second.values[key] for key in same] == [first.values[key] for key in same]
    assert [third.values[key] for key in same] == [first.values[key] for key in same]
    assert "ditto" in second.normalised and second.problems == []
    assert [problem.key for problem in third.problems] == ["amount"]


def test_as_above_in_the_first_row_is_an_empty_cell(tmp_path):
    rows, _summary = read(tmp_path, HEADER, ["同上", *LINE[1:]])
    assert [problem.code for problem in rows[0].problems] == ["required_cell_empty"]


def test_a_plain_name_after_the_supplier_s_is_the_supplier_s(tmp_path):
    follows = {"follows": "sold_by", "plain": ("信用代码", "统一社会信用代码")}
    columns = (
        *SCHEMA.columns,
        Column("unit_code", "统一社会信用代码", aliases=("信用代码",)),
        Column("sold_by", "供应商"),
        Column("sold_code", "供应商统一社会信用代码", **follows),
    )
    names = Names(Schema(columns=columns, amount="amount", anchors=("unit", "product")))
    assert names.keys_of(["采购单位", "信用代码", "供应商", "信用代码"])[1::2] == [
        "unit_code",
        "sold_code",
    ]
    assert names.keys_of(["供应商", "产品名称", "信用代码"])[2] == "unit_code"
    assert names.keys_of(["供应商", "信用代码"])[1] == "sold_code"
    # an official name keeps its meaning, and a column that is named in full is not named twice
    assert names.keys_of(["供应商", "统一社会信用代码"])[1] == "unit_code"
    both = names.keys_of(["供应商", "信用代码", "供应商统一社会信用代码"])
    assert both[1:] == ["unit_code", "sold_code"]
