"""Rosters as pages show them, and the template."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter
from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.programmes.donations import rules
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.pages.came_in import ROSTER_STATES
from niangjia.programmes.donations.roster_models import Roster
from niangjia.programmes.donations.roster_sheet import TEXTS, schema
from niangjia.ui.parts import Column, Table

SHOWN = 100
MENDABLE = {"fen", "phone", "staff_no", "show_name", "name"}


def table(found: Sequence[Roster]) -> Table:
    """The list of rosters."""
    columns = (
        Column(_("Unit"), '<a href="{0}">{1}</a><small>{2}</small>', lead=True),
        Column(_("Rows"), "{3}", numeric=True),
        Column(_("Sum received (yuan)"), "{4}", numeric=True),
        Column(_("To be mended"), "{5}", numeric=True),
        Column(_("State"), '<span class="tag {6}">{7}</span>'),
    )
    rows = [
        (
            reverse("donations:roster", args=[one.ref]),
            one.unit_name,
            one.raising.title,
            f"{one.n_rows:,}",
            shown.yuan(one.stated_fen),
            f"{one.n_problems:,}",
            "good" if one.state == "taken" else "warn",
            ROSTER_STATES[one.state],
        )
        for one in found
    ]
    return Table(_("Rosters"), columns, rows)


def facts(row: Roster) -> list[tuple[str, str]]:
    """(name, value) of what is known of a roster."""
    at = row.received_at
    rows = [
        (_("Raising"), row.raising.title),
        (_("File"), row.name),
        (_("Rows"), f"{row.n_rows:,}"),
        (_("People"), f"{row.n_people:,}"),
        (_("Money received"), shown.moment(at) if at else _("not yet")),
        (_("Code of the transfer"), rules.shown_number(row.pledge.number) if row.pledge else ""),
    ]
    return [(name, value) for name, value in rows if value]


def bridge(row: Roster) -> list[tuple[str, str, str]]:
    """(sign, name, yuan): rows against the sum."""
    gap = row.sum_fen - row.stated_fen
    return [
        ("", _("The rows add up to"), shown.yuan(row.sum_fen)),
        ("−", _("Sum received"), shown.yuan(row.stated_fen)),
        ("=", _("Difference (yuan)"), shown.yuan(gap)),
    ]


def ready(row: Roster) -> bool:
    """Whether it can be taken now."""
    whole = row.state == "checked" and not row.n_problems and row.n_rows > 0
    return whole and row.sum_fen == row.stated_fen and row.received_at is not None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A row to be mended. cell, out: names of the form's fields."""

    row_no: int
    header: str
    text: str
    cell: str
    out: str


def problems(row: Roster) -> list[BadLine]:
    """The first rows that are kept out, and why."""
    return [
        BadLine(
            row_no,
            header,
            str(TEXTS[code]),
            f"cell|{sheet}|{row_no}|{key}" if key in MENDABLE else "",
            f"out|{sheet}|{row_no}",
        )
        for sheet, row_no, key, header, code in row.problems[:SHOWN]
    ]


@dataclass(frozen=True, slots=True)
class UnitGift:
    """A unit's gift or announced transfer, as its own page shows it."""

    ref: str
    title: str
    code: str
    yuan: str
    state: str
    tone: str
    when: str
    directed: str
    roster: str
    roster_state: str
    may_roster: bool


def unit_gifts(found: Sequence[Gift]) -> list[UnitGift]:
    return [_unit_gift(one) for one in found]


def _unit_gift(one: Gift) -> UnitGift:
    where = one.direction
    parts = (where.beneficiary, where.area, where.use) if where else ()
    roster = getattr(one, "roster", None)
    fen = one.pledged_fen if one.state in ("pledged", "withdrawn") else one.fen + one.changed_fen
    return UnitGift(
        ref=one.ref,
        title=one.raising.title,
        code=rules.shown_number(one.number),
        yuan=shown.yuan(fen or 0),
        state=str(shown.STATES[one.state]),
        tone=shown.TONES.get(one.state, "good"),
        when=shown.moment(one.received_at or one.pledged_at or one.recorded_at),
        directed=" · ".join(part for part in parts if part),
        roster=roster.ref if roster else "",
        roster_state=str(ROSTER_STATES[roster.state]) if roster else "",
        may_roster=one.state == "pledged" and one.line == 1 and roster is None,
    )


def template() -> io.BytesIO:
    """A workbook with the columns of a roster and a sheet that says how to fill it in."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    sheet = book.add_worksheet("名单")
    for place, column in enumerate(schema().columns):
        sheet.set_column(place, place, 16, text if column.kind == "code" else None)
        sheet.write_string(0, place, column.header, bold)
    how = book.add_worksheet("填写说明")
    how.set_column(0, 0, 90)
    for number, line in enumerate(HOW_TO):
        how.write_string(number, 0, line)
    book.close()
    out.seek(0)
    return out


HOW_TO = (
    "每人一行；列的顺序和名称可以不同，没有的列可以删去，“金额”一列必填。",
    "各行金额之和必须等于转账金额，否则不能入账。",
    "“工号”或“手机”用来分辨同名的人；两者都没有时，每一行算作一个人。",
    "“捐款时间”只供本单位核对：全部捐赠的到账时间以转账到账时间为准。",
    "“是否公开姓名”填“是”才会公开，空着就是不公开。",
)
