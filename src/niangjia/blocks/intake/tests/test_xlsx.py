"""The reader against openpyxl on the same files."""

import datetime as dt
import zipfile
from decimal import Context, Decimal

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.blocks.intake.reader import xlsx
from niangjia.blocks.intake.reader.limits import Limits

NUMBERS = st.integers(-(10**14), 10**14) | st.floats(
    -1e12, 1e12, allow_nan=False, allow_subnormal=False
).filter(lambda x: x == 0 or abs(x) > 1e-9)
TEXTS = st.text(
    st.characters(min_codepoint=33, exclude_categories=["Cs", "Cn", "Co"]), min_size=1, max_size=30
).filter(lambda s: "_x" not in s and "\ufffe" not in s and "\uffff" not in s)
DAYS = st.dates(dt.date(1904, 1, 2), dt.date(2099, 12, 31))


def read(path):
    rows = []
    xlsx.read(str(path), Limits(), lambda *_: None, lambda row, _share: rows.append(row))
    return [cell for _number, cells in rows for cell in cells]


def ours(value):
    """openpyxl's value as our reader gives it."""
    if isinstance(value, dt.datetime):
        return ("d", value.date().isoformat())
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        exact = Context(prec=15).create_decimal(Decimal(repr(value)))
        whole = exact == exact.to_integral_value()
        return int(exact) if whole else ("n", format(exact.normalize(), "f"))
    return value


@settings(max_examples=30, deadline=None)
@given(
    st.lists(NUMBERS | TEXTS | DAYS | st.booleans(), min_size=1, max_size=20),
    st.booleans(),
    st.booleans(),
)
def test_values_are_those_openpyxl_reads(tmp_path_factory, values, from_1904, inline):
    path = tmp_path_factory.mktemp("x") / "x.xlsx"
    options = {"date_1904": from_1904, "constant_memory": inline}
    with xlsxwriter.Workbook(str(path), options) as book:
        day, sheet = book.add_format({"num_format": "yyyy/m/d"}), book.add_worksheet()
        for row, value in enumerate(values):
            if isinstance(value, dt.date):
                sheet.write_datetime(row, 0, dt.datetime.combine(value, dt.time()), day)
            elif isinstance(value, bool):
                sheet.write_boolean(row, 0, value)
            elif isinstance(value, str):
                sheet.write_string(row, 0, value)
            else:
                sheet.write_number(row, 0, value)
    theirs = openpyxl.load_workbook(path).worksheets[0]
    assert read(path) == [ours(value) for (value,) in theirs.values]


def test_rich_text_errors_formulas_and_merged_cells(tmp_path):
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        bold, sheet = book.add_format({"bold": True}), book.add_worksheet()
        sheet.write_rich_string("A1", "康", bold, "保", "县")
        sheet.write_formula("A2", "=1/0", None, "#DIV/0!")
        sheet.write_formula("A3", '="小"&"米"', None, "小米")
        sheet.write_formula("A4", "=1+1.5", None, 2.5)
        sheet.merge_range("A5:C6", "合并", bold)
        sheet.write("A7", True)
    assert read(path) == ["康保县", ("e", "#DIV/0!"), "小米", ("n", "2.5"), "合并", True]


def test_phonetic_hints_are_no_text(tmp_path):
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write_string(0, 0, "東京")
    hinted = tmp_path / "y.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(hinted, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/sharedStrings.xml":
                hint = '<rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si>'.encode()
                data = data.replace(b"</si>", hint)
            new.writestr(name, data)
    assert read(hinted) == ["東京"]


@pytest.mark.parametrize(("serial", "day"), [(61, "1900-03-01"), (43906, "2020-03-16")])
def test_days_after_the_leap_bug_are_those_shown(serial, day):
    assert xlsx._date(str(serial), dt.datetime(1899, 12, 30)) == ("d", day)


@pytest.mark.parametrize(
    ("reference", "index"), [("A1", 0), ("Z9", 25), ("AB7", 27), ("XFD1", 16383)]
)
def test_columns(reference, index):
    assert xlsx.column_index(reference) == index
