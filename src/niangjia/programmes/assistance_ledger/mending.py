"""Edits made from what a clerk chose on the page: alike rows in one go, one row by itself."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from niangjia.blocks.intake.public import (
    KEPT_PROBLEMS,
    Edit,
    Problem,
    ProblemLine,
    SheetRow,
    Stored,
    file_of,
    problem_rows,
    problems_page,
    problems_workbook,
    store,
    template_workbook,
    upload_get,
)
from niangjia.core.actor import Actor
from niangjia.core.errors import Invalid, NotFound
from niangjia.programmes.assistance_ledger import policy
from niangjia.programmes.assistance_ledger.filekinds import schema_of
from niangjia.programmes.assistance_ledger.forms.imports import cell_problem
from niangjia.programmes.assistance_ledger.importing import DAY, HELD_BACK, Reading
from niangjia.programmes.assistance_ledger.roster_sheet import roster_schema
from niangjia.programmes.assistance_ledger.sheet import schema
from niangjia.programmes.assistance_ledger.wizard import reading_of

CHUNK = 1024 * 1024
HINTS = {
    "unit_name": "填单位全称，与登记库一致",
    "unit_uscc": "18位，末位为校验码",
    "occurred_on": "例：2020-03-16",
    "mode": "直接采购或帮助销售；不填按直接采购",
    "product": "照发票填写",
    "county": "填县（市、区、旗）全称；一行只填一个县",
    "quantity_milli": "只填数字，例：50",
    "price_milli": "单位：元，例：31.10",
    "amount_fen": "单位：元；等于数量×单价，精确到分；退货时数量和金额都填负数",
    "supplier_name": "填供应商全称",
    "invoice_code": "10位或12位，保留前面的0",
    "invoice_no": "8位或20位；一行只填一个号码",
    "households": "整数",
    "people": "整数，不少于户数",
}

ROSTER_HINTS = {
    "household_no": "同一户各成员填同一个编号；用扶贫信息系统的户编号，不要另编",
    "id_number": "18位，末位为数字或X；整列设为文本格式",
    "n_people": "全户人口数，整数",
    "exit": "已脱贫、未脱贫或返贫",
    "exit_year": "例：2019",
    "gain_fen": "单位：元；本次带动给这一户的增收，只填一行",
}


def alike_edit(
    actor: Actor, *, ref: str, key: str, code: str, stood: str, offer: str | None, value: str
) -> Edit:
    """One value for all rows with alike problems. Raises Invalid if it cannot stand there."""
    rows = _rows(actor, ref, key, code, stood, offer)
    kind = upload_get(actor, ref=ref).kind
    problem = cell_problem(kind, key, value, rows[0][1])
    if problem:
        raise Invalid(problem, code="value_refused")
    cells = tuple((sheet, row_no, value) for sheet, row_no, _offer in rows)
    return Edit(key=key, code=code, stood=stood, value=value, cells=cells)


def offered_edit(actor: Actor, *, ref: str, key: str, code: str) -> Edit:
    """Each row of a kind of problem gets what is offered for it; rows without an offer stay."""
    rows = _rows(actor, ref, key, code, None, None)
    cells = tuple((sheet, row_no, offer) for sheet, row_no, offer in rows if offer)
    if not cells:
        raise NotFound(_("Nothing is offered for these rows any more. Look at the page again."))
    return Edit(key=key, code=code, cells=cells)


def left_out_edit(
    actor: Actor, *, ref: str, key: str, code: str, stood: str, offer: str | None, reason: str
) -> Edit:
    """All rows with alike problems are left out, with the reason. Raises Invalid without one."""
    found = _rows(actor, ref, key, code, stood, offer)
    rows = tuple((sheet, row_no) for sheet, row_no, _offer in found)
    return Edit(key=key, code=code, stood=stood, reason=reason_of(reason), rows=rows)


def reason_of(text: str) -> str:
    """The reason for leaving rows out. Raises Invalid if it says nothing."""
    if len(text) < 2:
        raise Invalid(_("Please say in a few words why these rows are left out."), code="reason")
    return text[:200]


def _rows(
    actor: Actor, ref: str, key: str, code: str, stood: str | None, offer: str | None
) -> list[tuple[str, int, str]]:
    rows = problem_rows(actor, ref=ref, key=key, code=code, stood=stood, offer=offer)
    if not rows:
        raise NotFound(
            _("These rows are mended already, perhaps in another window. Look at the page again.")
        )
    return rows


def row_read(actor: Actor, *, ref: str, sheet: str, row_no: int) -> SheetRow:
    """One row of the file as it stands now. Raises NotFound."""
    for row, _item in reading_of(actor, upload_get(actor, ref=ref)).rows():
        if (row.sheet, row.row_no) == (sheet, row_no):
            return row
    raise NotFound(_("There is no such row in this file."))


def row_edits(
    kind: str, row: SheetRow, texts: Mapping[str, str]
) -> tuple[list[Edit], dict[str, str]]:
    """(edits of the cells whose text is another now, why a text cannot stand by column)."""
    edits, problems = [], {}
    for column in schema_of(kind).columns:
        new = texts.get(column.key)
        if new is None or column.personal or new == cell_text_of(row, column.key):
            continue
        problem = cell_problem(kind, column.key, new, row.row_no)
        if problem:
            problems[column.key] = problem
        stood = row.stood(column.key)[:200]
        cells = ((row.sheet, row.row_no, new),)
        edits.append(Edit(key=column.key, stood=stood, value=new, cells=cells))
    return edits, problems


def cell_text_of(row: SheetRow, key: str) -> str:
    """What stands in a cell now, mended or not; money of a column in 万元 in yuan."""
    value = row.values.get(key)
    if key in row.wan and isinstance(value, int):
        return f"{value / 100:.2f}"
    position = row.at.get(key, -1)
    cell = row.raw[position] if 0 <= position < len(row.raw) else None
    return "" if cell is None else cell[1] if isinstance(cell, tuple) else str(cell)


def report_into(path: Path, actor: Actor, *, ref: str) -> int:
    """The workbook of rows to be mended, with the reasons, lies at `path`; how many rows.

    Raises NotFound (the file is not kept any more).
    """
    view = upload_get(actor, ref=ref)
    if not file_of(ref).exists():
        raise NotFound(
            _("The file itself is not kept any more. Bring the rows again in a new file.")
        )
    held = {(one.sheet, one.row_no): one for one in _held_back(actor, ref)}
    work = reading_of(actor, view)
    problems_workbook(path, schema_of(view.kind), _refused(work, held))
    return work.outcome.n_refused + len(held)


def _held_back(actor: Actor, ref: str) -> list[ProblemLine]:
    """Good rows that the ledger did not take when the file was taken: late, or under way."""
    return [
        line
        for code in HELD_BACK
        for line in problems_page(actor, ref=ref, key=DAY, code=code, n=KEPT_PROBLEMS)[0]
    ]


def _refused(
    work: Reading[Any], held: Mapping[tuple[str, int], ProblemLine]
) -> Iterator[tuple[SheetRow, list[Problem]]]:
    """Rows that are kept out, one by one: a file may hold many."""
    for row, item in work.rows():
        if item is None and not row.left_out:
            work.outcome.refused.clear()
            yield row, [one for one in row.problems if not one.hint]
        elif line := held.get((row.sheet, row.row_no)):
            header = work.book.headers.get(DAY, "")
            told = Problem(row.sheet, row.row_no, DAY, header, line.code, line.text, "")
            yield row, [told]


def report_stored(actor: Actor, *, ref: str) -> tuple[Stored, str]:
    """The workbook of rows to be mended is stored as a file of its own; its name."""
    name = upload_get(actor, ref=ref).name.rpartition(".")[0]
    name = _("%(name)s, to be mended.xlsx") % {"name": name}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        if not report_into(path, actor, ref=ref):
            raise NotFound(_("No row of this file is left to be mended."))
        with path.open("rb") as file:
            return store(iter(lambda: file.read(CHUNK), b""), name), name


def template_into(path: Path) -> None:
    """An empty workbook with the official columns and drop-downs lies at `path`."""
    lists = {
        "mode": list(policy.mode_names().values()),
        "channel": policy.channels(),
        "category": policy.categories(),
    }
    template_workbook(path, schema(), lists, HINTS)


def roster_template_into(path: Path) -> None:
    """An empty roster with the columns of data/roster.toml lies at `path`."""
    template_workbook(path, roster_schema(), {}, ROSTER_HINTS)
