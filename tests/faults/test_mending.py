"""What comes back from an import can be mended and sent again; a clerk stays with their unit."""

import zipfile

import openpyxl
import pytest
from stdnum.cn import uscc as standard

from niangjia.blocks.indicators.public import differences, stored
from niangjia.blocks.intake.public import differences_workbook, problems_workbook
from niangjia.blocks.ledger.public import audit
from niangjia.config import cli
from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.importing import Import, bridge_holds
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.projections import PURCHASES
from niangjia.programmes.assistance_ledger.selectors import changes_of
from niangjia.programmes.assistance_ledger.sheet import schema
from niangjia.programmes.assistance_ledger.tests import given

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
COLUMNS = (
    "unit_name",
    "unit_uscc",
    "occurred_on",
    "mode",
    "channel",
    "product",
    "category",
    "province",
    "county",
    "amount_fen",
    "supplier_name",
    "supplier_uscc",
    "contract_no",
    "invoice_code",
    "invoice_no",
    "note",
)


def whole(code):
    """The code with the check character that belongs to it."""
    return code[:17] + standard.calc_check_digit(code[:17])


UNITS = {name: whole(code) for name, code in given.UNITS.items()}
PLACED = {"uscc:" + given.UNITS[name]: "uscc:" + code for name, code in UNITS.items()}
SUPPLIER = whole("931306270000000001")


@pytest.fixture(autouse=True)
def city(monkeypatch):
    for name, code in UNITS.items():
        monkeypatch.setitem(given.UNITS, name, code)
    for who, at in given.CAST.items():
        monkeypatch.setitem(given.CAST, who, PLACED.get(at, at))
    monkeypatch.setenv("NIANGJIA_LANGUAGE", "en")
    given.city()


def line(number, unit="甲", **changes):
    values = {
        "unit_name": f"示例{unit}工会",
        "unit_uscc": UNITS[unit],
        "occurred_on": "2020-02-10",
        "mode": "直接采购",
        "channel": "食堂",
        "product": "小米",
        "category": "粮油",
        "province": "河北省",
        "county": "唐县",
        "amount_fen": 100 + number,
        "supplier_name": "唐县示例合作社",
        "supplier_uscc": SUPPLIER,
        "contract_no": f"HT-{number}",
        "invoice_code": "011001900104",
        "invoice_no": f"{number:08d}",
        "note": "",
    } | changes
    return [values[key] for key in COLUMNS]


def sheet(path, *lines):
    headers = {column.key: column.header for column in schema().columns}
    book = openpyxl.Workbook()
    book.active.append([headers[key] for key in COLUMNS])
    for one in lines:
        book.active.append(one)
    book.save(path)
    return path


def run(path, who="city", **more):
    work = Import(given.actor(who), path, path.name, **more)
    work.run()
    jobs.settle()
    return work, work.result()


def total():
    assert differences(PURCHASES)[1] == [] and audit().faults == ()
    return sum(cell.fen for cell in stored("purchases").values())


def no_formulas(path):
    with zipfile.ZipFile(path) as archive:
        parts = [archive.read(name) for name in archive.namelist() if "sheet" in name]
    return not any(b"<f>" in part or b"<f " in part for part in parts)


def test_mended_cells_are_taken_and_what_was_in_is_skipped(tmp_path):
    bad = line(3, amount_fen="一百", note='=HYPERLINK("http://127.0.0.1")')
    path = sheet(tmp_path / "office.xlsx", line(1), line(2), bad, line(4, county="无此县"))
    work, found = run(path)
    assert (found["accepted_rows"], found["more"]["refused_rows"]) == (2, 2)
    assert bridge_holds(found) and total() == 10_100 + 10_200
    back = tmp_path / "problems.xlsx"
    problems_workbook(back, schema(), work.outcome.refused)
    assert no_formulas(back)

    book = openpyxl.load_workbook(back)
    page = book.active
    headers = {column.key: column.header for column in schema().columns}
    fixes = {headers["amount_fen"]: 103, headers["county"]: "唐县"}
    marked = [
        cell
        for row in page.iter_rows(min_row=2)
        for cell in row
        if cell.fill.fgColor.rgb == "FFFDE2E2"
    ]
    assert len(marked) == 2
    for cell in marked:
        cell.value = fixes[page.cell(1, cell.column).value]
    book.save(back)

    _work, mended = run(back)
    assert (mended["accepted_rows"], mended["more"]["refused_rows"]) == (2, 0)
    assert bridge_holds(mended) and total() == 10_100 + 10_200 + 10_300 + 10_400
    _work, again = run(path)
    assert (again["accepted_rows"], again["skipped"]["row_repeated"]) == (0, 2)
    assert bridge_holds(again) and total() == 41_000


def test_corrections_are_listed_then_taken_with_a_reason_and_the_old_stays_visible(tmp_path):
    run(sheet(tmp_path / "first.xlsx", line(1), line(2)))
    path = sheet(tmp_path / "second.xlsx", line(1, amount_fen=150), line(2))
    work, found = run(path)
    assert (found["accepted_rows"], found["more"]["changed_rows"]) == (0, 1)
    assert bridge_holds(found) and total() == 20_300
    changed = work.outcome.changed[0]
    changes = list(changes_of(work.actor, ref=changed.ref, row=changed.purchase))
    assert [("101" in old, "150" in new) for _name, old, new in changes] == [(True, True)]
    out = tmp_path / "corrections.xlsx"
    differences_workbook(out, "Corrections", ["a", "b", "c"], [*changes, ("=1+1", "+1", "@x")])
    assert no_formulas(out)

    _work, taken = run(path, accept_corrections="发票金额更正")
    assert taken["more"]["corrected_rows"] == 1
    assert bridge_holds(taken) and total() == 15_000 + 10_200
    old = Purchase.objects.get(ref=changed.ref)
    assert old.reversed_at is not None and old.amount_fen == 10_100
    assert Purchase.objects.count() == 3
    assert Purchase.objects.filter(reversed_at__isnull=True).count() == 2


def test_a_clerk_takes_their_own_rows_and_others_are_refused_with_the_reason(tmp_path):
    path = sheet(tmp_path / "mixed.xlsx", line(1), line(2, unit="乙"), line(3))
    work, found = run(path, who="clerk")
    assert (found["accepted_rows"], found["error"]) == (2, {"not_your_unit": 1})
    problem = work.outcome.refused[0][1][0]
    assert problem.row_no == 3
    assert "示例乙工会" in problem.text and "示例甲工会" in problem.text
    assert bridge_holds(found) and total() == 10_100 + 10_300
    assert not Purchase.objects.filter(invoice_no="00000002").exists()


def test_the_command_lists_corrections_in_a_workbook_and_takes_them_with_a_reason(tmp_path, capsys):
    first = sheet(tmp_path / "first.xlsx", line(1), line(2))
    second, out = sheet(tmp_path / "second.xlsx", line(1, amount_fen=150)), tmp_path / "out.xlsx"
    take = ["purchases", "import", "--as", "city"]
    assert cli.main([*take, str(first)]) == 0
    assert cli.main([*take, str(second), "--corrections", str(out)]) == 1
    assert "--accept-corrections" in capsys.readouterr().out and total() == 20_300
    rows = list(openpyxl.load_workbook(out).active.iter_rows(values_only=True))
    assert any("101" in str(row) and "150" in str(row) for row in rows[1:])
    assert cli.main([*take, str(second), "--accept-corrections", "发票金额更正"]) == 0
    assert total() == 15_000 + 10_200


@pytest.mark.parametrize(
    ("place", "told"), [("", "it is a folder"), ("nowhere/out.xlsx", "no such folder")]
)
def test_a_place_for_the_answer_is_tried_before_any_row_is_taken(tmp_path, capsys, place, told):
    path = sheet(tmp_path / "office.xlsx", line(1))
    asked = ["purchases", "import", str(path), "--as", "city", "--problems", str(tmp_path / place)]
    assert cli.main(asked) != 0
    assert told in capsys.readouterr().err
    assert not Purchase.objects.exists()


def test_a_place_that_cannot_be_written_is_an_error_of_the_place(tmp_path):
    with pytest.raises(FileNotFoundError):
        problems_workbook(tmp_path / "nowhere" / "out.xlsx", schema(), [])
