"""What goes back to the office says the same when it comes again; totals are no rows."""

import zipfile

import openpyxl
import pytest
import xlsxwriter

from niangjia.blocks.intake.mending import problems_workbook
from niangjia.blocks.intake.rows import Workbook
from niangjia.blocks.intake.types import Column, Schema
from niangjia.core.errors import Invalid

SCHEMA = Schema(
    columns=(
        Column("unit", "采购单位", required=True),
        Column("day", "采购日期", kind="date", required=True),
        Column("product", "产品名称", required=True),
        Column("supplier", "供应商名称"),
        Column("phone", "供应商电话", kind="code", limit=20, personal=True),
        Column("amount", "金额(元)", kind="money", required=True),
    ),
    amount="amount",
    anchors=("product", "supplier"),
)
HEAD = ["采购单位", "采购日期", "产品名称", "供应商名称", "供应商电话", "金额(元)"]


def book(path, *rows, head=HEAD):
    with xlsxwriter.Workbook(str(path)) as made:
        sheet = made.add_worksheet("表")
        for number, row in enumerate([head, *rows]):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(number, column, value)
    return path


def read(path):
    workbook = Workbook(path, path.name, SCHEMA)
    return list(workbook), workbook.summary


def mended(tmp_path, rows, **cells):
    """The rows refused, written out, one column filled anew, read again."""
    out = tmp_path / "out.xlsx"
    problems_workbook(out, SCHEMA, [(row, row.problems) for row in rows if row.problems])
    made = openpyxl.load_workbook(out)
    sheet = made.active
    heads = [cell.value for cell in sheet[1]]
    for name, value in cells.items():
        for line in range(2, sheet.max_row + 1):
            sheet.cell(line, heads.index(name) + 1).value = value
    made.save(out)
    return read(out)


def test_an_amount_in_wan_comes_back_in_yuan(tmp_path):
    head = [*HEAD[:5], "金额(万元)"]
    rows, _ = read(book(tmp_path / "a.xlsx", ["甲", "2020-02-30", "小米", "", "", 1.25], head=head))
    again, summary = mended(tmp_path, rows, 采购日期="2020-02-20")
    assert again[0].values["amount"] == 1_250_000 and not again[0].problems
    assert summary.sheet_total_fen == 1_250_000  # a number stays a number


def test_an_amount_in_wan_that_cannot_be_read_is_never_taken_for_yuan(tmp_path):
    head = [*HEAD[:5], "金额(万元)"]
    bad = ["甲", "2020-02-20", "小米", "", "", 1.23456789]
    rows, _ = read(book(tmp_path / "a.xlsx", bad, head=head))
    again, _ = mended(tmp_path, rows)
    assert [problem.code for problem in again[0].problems] == ["amount_not_a_number"]


def test_yuan_written_out_in_a_column_of_wan_is_refused(tmp_path):
    head = [*HEAD[:5], "金额(万元)"]
    row = ["甲", "2020-02-20", "小米", "", "", "12500元"]
    rows, _ = read(book(tmp_path / "a.xlsx", row, head=head))
    assert [problem.code for problem in rows[0].problems] == ["amount_in_another_unit"]


def test_a_ditto_comes_back_as_what_it_meant(tmp_path):
    path = book(
        tmp_path / "a.xlsx",
        ["甲", "2020-02-30", "小米", "甲社", "", 10],
        ["乙", "2020-02-20", "小米", "乙社", "", 20],
        ["同上", "2020-02-31", "小米", "〃", "", 30],
    )
    again, _ = mended(tmp_path, read(path)[0], 采购日期="2020-02-20")
    assert [(r.values["unit"], r.values["supplier"]) for r in again] == [
        ("甲", "甲社"),
        ("乙", "乙社"),
    ]


def test_what_stood_in_a_personal_cell_is_not_kept_with_its_problem(tmp_path):
    phone = "13900000001（示例王） / 13900000002（示例李）备用"
    rows, _ = read(book(tmp_path / "a.xlsx", ["甲", "2020-02-20", "小米", "", phone, 10]))
    (problem,) = rows[0].problems
    assert problem.code == "text_too_long" and problem.shown == ""
    assert "1390000" not in problem.text


ROW = ["甲", "2020-02-20", "小米", "甲社", "", 10]


@pytest.mark.parametrize(
    ("line", "counted"),
    [
        (["合计（元）", None, None, None, None, 10], "n_total"),
        (["合计金额", None, None, None, None, 10], "n_total"),
        (["全年总计", None, None, None, None, 10], "n_total"),
        (["合计：3笔", None, None, None, None, 10], "n_total"),
        ([2, "合计", None, None, None, 10], "n_total"),
        (["合计", None, None, "共1家", None, 10], "n_total"),
        (["一月合计", None, None, None, None, 10], "n_subtotal"),
        (["示例甲工会小计", None, None, None, None, 10], "n_subtotal"),
        (["填报人：示例", None, "审核人：示例", "联系电话：13900000001"], "n_footer"),
    ],
)
def test_a_line_of_totals_or_names_is_no_row(tmp_path, line, counted):
    rows, summary = read(book(tmp_path / "a.xlsx", ROW, line))
    assert len(rows) == 1 and getattr(summary, counted) == 1
    assert summary.sheet_total_fen == 1000
    if counted == "n_total":
        assert summary.printed_fen == 1000


def test_a_product_named_after_a_total_is_a_row(tmp_path):
    rows, _ = read(book(tmp_path / "a.xlsx", ROW, ["甲", "2020-02-20", "合计牌小米", "", "", 5]))
    assert len(rows) == 2


def test_a_date_of_another_age_is_refused(tmp_path):
    rows, _ = read(book(tmp_path / "a.xlsx", ["甲", "0020-02-20", "小米", "", "", 10]))
    assert rows[0].problems[0].code == "date_not_a_date"


def by_hand(path, row, strings=""):
    """A workbook written byte by byte, as no program would."""
    head = "".join(
        f'<c r="{chr(65 + i)}1" t="inlineStr"><is><t>{name}</t></is></c>'
        for i, name in enumerate(HEAD)
    )
    body = f'<worksheet><sheetData><row r="1">{head}</row>{row}</sheetData></worksheet>'
    sheets = '<workbook xmlns:r="r"><sheets><sheet name="s" r:id="r1"/></sheets></workbook>'
    link = '<Relationships><Relationship Id="r1" Target="worksheets/a.xml"/></Relationships>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("xl/workbook.xml", sheets)
        made.writestr("xl/_rels/workbook.xml.rels", link)
        made.writestr("xl/sharedStrings.xml", f"<sst>{strings}</sst>")
        made.writestr("xl/worksheets/a.xml", body)
    return path


def cells(number, product="<is><t>小米</t></is>", amount="<v>10</v>", kind="inlineStr"):
    return (
        f'<row r="{number}"><c r="A2" t="inlineStr"><is><t>甲</t></is></c>'
        '<c r="B2" t="inlineStr"><is><t>2020-02-20</t></is></c>'
        f'<c r="C2" t="{kind}">{product}</c><c r="F2">{amount}</c></row>'
    )


def test_a_number_beyond_all_sense_is_a_bad_cell(tmp_path):
    rows, _ = read(by_hand(tmp_path / "a.xlsx", cells(2, amount="<v>1e999999</v>")))
    assert [problem.key for problem in rows[0].problems] == ["amount"]


def test_a_row_number_that_no_workbook_has_is_damage(tmp_path):
    with pytest.raises(Invalid):
        read(by_hand(tmp_path / "a.xlsx", cells(10**20)))


def test_a_text_repeated_by_reference_is_cut(tmp_path):
    string = f"<si><t>{'A' * 5_000_000}</t></si>"
    row = cells(2, product="<v>0</v>", kind="s")
    rows, _ = read(by_hand(tmp_path / "a.xlsx", row, string))
    (problem,) = rows[0].problems
    assert problem.code == "text_too_long"
    assert max(len(cell) for cell in rows[0].raw if isinstance(cell, str)) <= 4_000


def test_hints_for_reading_are_not_read(tmp_path):
    text = '<is><t>小米</t><rPh sb="0" eb="1"><t>xiaomi</t></rPh></is>'
    rows, _ = read(by_hand(tmp_path / "a.xlsx", cells(2, product=text)))
    assert rows[0].values["product"] == "小米"
