"""The leader's page as shown: its figures in words, and the same as one page of PDF or .docx."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from niangjia.programmes.assistance_ledger import periods
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.selectors import Brief, Part
from niangjia.ui import paper

TEMPLATE = Path(__file__).parent.parent / "data" / "brief.typ"
RANKED = 20  # what one page holds; a city has 16 districts or fewer


@dataclass(frozen=True, slots=True)
class Meter:
    """A part of a whole. percent: as shown, may be above 100; width: of the bar, 0 to 100."""

    title: str
    percent: str
    width: int
    note: str = ""


def percent(part: int, whole: int) -> str:
    """`62.4%`, cut; empty if there is no whole."""
    return f"{part * 1000 // whole / 10:.1f}%" if whole > 0 else ""


def meters(found: Brief) -> list[Meter]:
    """Against the target and the calendar; and the share of paired counties."""
    made = []
    if found.target_fen:
        text = _("%(done)s of %(target)s (10,000 yuan)") % {
            "done": shown.wan(found.year_fen),
            "target": shown.wan(found.target_fen),
        }
        text += f" · {shown.help_of(found.year_fen, found.year_confirmed_fen)}"
        title = _("Yearly target")
        made.append(_meter(title, found.year_fen, found.target_fen, text))
    made.append(_meter(_("Calendar"), found.gone, 1000, _("of the year is over")))
    made.append(
        _meter(
            _("From paired counties"),
            found.paired_fen,
            found.quarter_fen,
            _("%(fen)s (10,000 yuan) this quarter") % {"fen": shown.wan(found.paired_fen)}
            + f" · {shown.help_of(found.paired_fen, found.paired_confirmed_fen)}",
        )
    )
    return made


def _meter(title: str, part: int, whole: int, note: str) -> Meter:
    width = max(0, min(100, part * 100 // whole)) if whole > 0 else 0
    return Meter(title, percent(part, whole) or "—", width, note)


def change(now: int, was: int | None) -> str:
    """`+12.3%` against an earlier amount; empty if there is none."""
    if not was or was <= 0:
        return ""
    tenths = (now - was) * 1000 // was
    return f"{'+' if tenths >= 0 else '-'}{abs(tenths) // 10}.{abs(tenths) % 10}%"


def compared(found: Brief) -> list[tuple[str, Part, str]]:
    """(period, amounts, change against it) of earlier quarters that are known."""
    return [
        (periods.name(code), part, change(found.quarter_fen, part.fen))
        for code, part in ((found.before, found.before_part), (found.same, found.same_part))
        if part is not None
    ]


def _pair(fen: int, confirmed_fen: int) -> str:
    return f"{shown.wan(fen)} / {shown.wan(confirmed_fen)}"


def behind(found: Brief) -> str:
    """How the year's amount stands against the calendar, in words; empty without a target."""
    if not found.target_fen:
        return ""
    ahead = found.year_fen * 1000 // found.target_fen - found.gone
    if ahead >= 0:
        return _("Ahead of the calendar by %(n)s points") % {"n": f"{ahead / 10:.1f}"}
    return _("Behind the calendar by %(n)s points") % {"n": f"{-ahead / 10:.1f}"}


def sheet(found: Brief) -> dict[str, Any]:
    """What the one-page brief says, ready for both file formats."""
    unit = _("10,000 yuan")
    lines = [
        (_("Purchased this quarter"), _pair(found.quarter_fen, found.confirmed_fen), unit),
        (_("Direct purchase"), _pair(found.direct_fen, found.direct_confirmed_fen), unit),
        (_("Helped sale"), _pair(found.helped_fen, found.helped_confirmed_fen), unit),
        (_("Purchases"), f"{found.n:,}", ""),
        (_("Purchased this year"), _pair(found.year_fen, found.year_confirmed_fen), unit),
    ]
    return {
        "title": _("Brief on purchases from assisted counties"),
        "office": found.office,
        "period": periods.name(found.quarter),
        "as_of": _(
            "As of %(moment)s, log size %(size)s. Internal, not released. Amounts are cut after "
            "two decimals, not rounded."
        )
        % {"moment": shown.moment(found.as_of), "size": f"{found.size:,}"},
        "lines": [list(one) for one in lines],
        "meters": [[one.title, one.percent, one.note] for one in meters(found)],
        "behind": behind(found),
        "both": _("Amounts: as registered / of it confirmed by the assisted counties"),
        "compared": [
            [name, _pair(part.fen, part.confirmed_fen), text]
            for name, part, text in compared(found)
        ],
        "compared_title": _("Against earlier quarters"),
        "ranks_title": _("Districts"),
        "ranks": [
            [str(one.place), one.name, _pair(one.fen, one.confirmed_fen)]
            for one in found.ranks[:RANKED]
        ],
        "reports_title": _("Reports"),
        "reports": _("%(all)s units report; %(in)s in the city sum, %(missing)s not reported yet.")
        % {
            "all": f"{found.n_units:,}",
            "in": f"{found.n_accepted:,}",
            "missing": f"{found.n_missing:,}",
        },
    }


def pdf(found: Brief) -> bytes:
    """The brief as one page of A4. Raises Unavailable: no Chinese font on this machine."""
    return paper.pdf(TEMPLATE, sheet(found))


def docx(found: Brief) -> bytes:
    """The brief as .docx, one page, to be edited."""
    text = sheet(found)
    document = Document()
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.2)
        section.top_margin = section.bottom_margin = Cm(1.8)
    style = document.styles["Normal"]
    style.font.size, style.font.name = Pt(10.5), "SimSun"
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "SimSun")
    head = document.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = head.add_run(text["title"])
    run.bold, run.font.size = True, Pt(18)
    under = document.add_paragraph(f"{text['office']} · {text['period']}")
    under.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(text["both"])
    _grid(document, text["lines"])
    _grid(document, text["meters"])
    if text["behind"]:
        document.add_paragraph(text["behind"])
    _titled(document, text, "compared")
    _titled(document, text, "ranks")
    document.add_paragraph(f"{text['reports_title']}：{text['reports']}")
    document.add_paragraph(text["as_of"]).runs[0].font.size = Pt(9)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _titled(document: Any, text: Mapping[str, Any], name: str) -> None:
    if text[name]:
        document.add_paragraph().add_run(text[f"{name}_title"]).bold = True
        _grid(document, text[name])


def _grid(document: Any, rows: list[list[str]]) -> None:
    table = document.add_table(rows=0, cols=3)
    table.style = "Table Grid"
    for row in rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = value
    document.add_paragraph().paragraph_format.space_after = Pt(2)
