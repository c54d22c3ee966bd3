"""Bad files: refused in words before anything is taken; odd but honest ones are read."""

import re
import subprocess
import zipfile

import pytest
import xlsxwriter
from bench.workbook import write

from niangjia.blocks.intake.mending import problems_workbook
from niangjia.blocks.intake.public import Workbook
from niangjia.blocks.intake.reader import stream
from niangjia.core.errors import DomainError, Invalid, TooLarge
from niangjia.programmes.assistance_ledger.sheet import schema

SHEET = "xl/worksheets/sheet1.xml"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
HEADER = "日期,采购单位名称,产品名称,金额,供应商名称,采购单位统一社会信用代码,县,省\n"
LINE = "2020-02-03,示例工会,小米,12.00,示例合作社,,唐县,河北省\n"


def read(path):
    book = Workbook(path, path.name, schema())
    return list(book), book


def code_of(path):
    """The code of the refusal; its text has no marks left unfilled."""
    with pytest.raises(DomainError) as caught:
        read(path)
    assert isinstance(caught.value, Invalid | TooLarge)
    assert len(str(caught.value)) > 20 and "%(" not in str(caught.value)
    return caught.value.code


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.xlsx"
    write(path, 5)
    return path


def changed(good, change, part=SHEET):
    """The good workbook with one part rewritten; None leaves the part out."""
    path = good.with_name("changed.xlsx")
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            data = change(data) if name == part else data
            if data is not None:
                new.writestr(name, data)
    return path


@pytest.mark.parametrize("mib", [51, 100])
def test_too_large_is_refused_before_a_process_is_started(tmp_path, monkeypatch, mib):
    def started(*_args, **_more):
        raise AssertionError("a file too large must not be parsed")

    monkeypatch.setattr(subprocess, "Popen", started)
    path = tmp_path / "large.xlsx"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(mib * 1024 * 1024)
    with pytest.raises(TooLarge, match=rf"{mib} MB.*at most 50 MB.*split"):
        read(path)


DOCTYPES = {
    "outside": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "laughs": '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
    "parameter": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
}


@pytest.mark.parametrize("kind", DOCTYPES)
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml"])
def test_document_types_and_entities_are_refused(good, tmp_path, kind, part):
    if part == "xl/sharedStrings.xml":
        good = shared_book(tmp_path, 40)

    def declare(data):
        head, mark, rest = data.partition(b"?>")
        return head + mark + DOCTYPES[kind].encode() + rest

    assert code_of(changed(good, declare, part)) == "file_has_entities"


def shared_book(tmp_path, n):
    path = tmp_path / "shared.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER.strip().split(","))
        for number in range(1, n):
            sheet.write_row(number, 0, LINE.strip().split(","))
    return path


FORMULAS = ('=HYPERLINK("http://127.0.0.1","x")', "+cmd|' /C calc'!A0", "-1+1", "@SUM(1)", "\t=1+1")


@pytest.mark.parametrize("text", FORMULAS)
def test_what_looks_like_a_formula_stays_text_and_goes_back_as_text(tmp_path, text):
    path, back = tmp_path / "formulas.csv", tmp_path / "problems.xlsx"
    quoted = '"' + text.replace('"', '""') + '"'
    path.write_text(HEADER + LINE.replace("小米", quoted), "utf-8")
    rows, _book = read(path)
    assert rows[0].values["product"] == text.strip()
    problems_workbook(back, schema(), [(row, row.problems) for row in rows])
    with zipfile.ZipFile(back) as archive:
        parts = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/work")]
    assert not any(re.search(r"<f[ >/]|<hyperlink", part) for part in parts)
    again, _book = read(back)
    assert again[0].values["product"] == text.strip()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_that_offices_use_are_read(tmp_path, encoding):
    path = tmp_path / "list.csv"
    path.write_bytes((HEADER + LINE).encode(encoding))
    rows, _book = read(path)
    assert (rows[0].values["product"], rows[0].values["amount_fen"]) == ("小米", 1200)


TABLE = (HEADER + LINE).encode()
FILES = {
    "neither.csv": (TABLE + b"\xff\xfe\x81\n", "broken_encoding"),
    "sixteen.csv": ((HEADER + LINE).encode("utf-16"), "file_not_a_workbook"),
    "late-nul.csv": (TABLE + LINE.encode() * 100 + b"a\0b\n", "file_not_a_workbook"),
    "empty.xlsx": (b"", "file_empty"),
    "empty.csv": (b"", "file_empty"),
    "header-only.csv": (HEADER.encode(), "no_rows"),
    "no-header.csv": ("一,二,三\n1,2,3\n".encode(), "header_not_found"),
    "picture.xlsx": (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "file_is_picture"),
    "paper.xlsx": (b"%PDF-1.4\n", "file_is_picture"),
    "page.xls": (b"<html><table><tr><td>1</td></tr></table>", "file_not_a_workbook"),
    "page.xlsx": (b"<html><table></table></html>", "file_not_a_workbook"),
    "noise.xlsx": (b"\x01\0\x02" * 50, "file_damaged"),
    "old.xls": (OLE2 + "Workbook".encode("utf-16-le"), "file_damaged"),
    "locked.xlsx": (OLE2 + b"\0" * 5_000_000 + stream.ENCRYPTED, "file_encrypted"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_table_is_refused_by_what_it_is(tmp_path, name):
    content, expected = FILES[name]
    path = tmp_path / name
    path.write_bytes(content)
    assert code_of(path) == expected


def test_a_document_called_a_workbook_is_refused(tmp_path):
    path = tmp_path / "letter.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    assert code_of(path) == "file_not_a_workbook"


def test_a_workbook_called_csv_is_read_as_what_it_is(good):
    path = good.rename(good.with_name("list.csv"))
    assert len(read(path)[0]) == 5


@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.95, 0.999])
def test_a_file_cut_off_is_refused(good, part):
    data = good.read_bytes()
    good.write_bytes(data[: int(len(data) * part)])
    assert code_of(good) == "file_damaged"


DAMAGES = {
    "cut part": lambda data: data[: len(data) // 2],
    "no part": lambda data: None,
    "control": lambda data: data.replace(b"<v>", b"<v>\x00", 1),
    "no column": lambda data: data.replace(b'r="A2"', b'r="2"', 1),
    "style": lambda data: data.replace(b'r="A2"', b'r="A2" s="x"', 1),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_sheet_is_refused_and_never_left_out(good, name):
    assert code_of(changed(good, DAMAGES[name])) == "file_damaged"


@pytest.mark.parametrize("part", ["xl/_rels/workbook.xml.rels", "xl/workbook.xml"])
def test_a_missing_part_is_refused(good, part):
    assert code_of(changed(good, lambda data: None, part)) in (
        "file_damaged",
        "file_not_a_workbook",
    )


def test_flipped_bytes_inside_a_part_are_refused(good):
    data = bytearray(good.read_bytes())
    with zipfile.ZipFile(good) as archive:
        start = archive.getinfo(SHEET).header_offset
    data[start + 200 : start + 260] = b"\xff" * 60
    good.write_bytes(bytes(data))
    assert code_of(good) == "file_damaged"


def test_a_text_that_the_workbook_lost_is_not_taken_as_empty(tmp_path):
    path = changed(
        shared_book(tmp_path, 3), lambda data: data.replace(b"<v>8</v>", b"<v>9999</v>", 1)
    )
    assert code_of(path) == "file_damaged"


def test_a_cell_in_the_last_corner_is_refused_with_its_place(good):
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    path = changed(good, lambda data: data.replace(b"</sheetData>", far))
    with pytest.raises(Invalid, match=r"Row 1048576 .* column 16384"):
        read(path)


def test_a_false_dimension_and_rows_out_of_order_lose_nothing(good):
    def shuffle(data):
        data = re.sub(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1:XFD1048576"/>', data)
        rows = re.findall(rb"<row .*?</row>", data, re.DOTALL)
        return data.replace(b"".join(rows[1:]), b"".join(reversed(rows[1:])))

    rows, _book = read(changed(good, shuffle))
    assert sorted(row.row_no for row in rows) == [2, 3, 4, 5, 6]


def test_hundreds_of_sheets_are_read_and_those_without_a_table_named(tmp_path):
    path = tmp_path / "sheets.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for number in range(300):
            sheet = book.add_worksheet(f"页{number}")
            if number == 299:
                sheet.write_row(0, 0, HEADER.strip().split(","))
                sheet.write_row(1, 0, LINE.strip().split(","))
    rows, found = read(path)
    assert len(rows) == 1 and len(found.summary.sheets_without_header) == 299


def test_a_very_long_text_keeps_its_row_out_and_says_so(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text(HEADER + LINE.replace("小米", "米" * 32_767) + LINE, "utf-8")
    rows, _book = read(path)
    assert [p.code for p in rows[0].problems if p.key == "product"] == ["text_too_long"]
    assert not [p for p in rows[1].problems if p.key == "product"]
