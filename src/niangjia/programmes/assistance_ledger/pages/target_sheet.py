"""The yearly assessment sheet: one or more pages of A4 to be signed, sealed and scanned."""

import io
from pathlib import Path

import segno
from django.utils.translation import gettext as _

from niangjia.core import clock
from niangjia.lib.money import capitals
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.pages import unit_targets as parts
from niangjia.programmes.assistance_ledger.selectors.unit_targets import TargetDetail
from niangjia.ui import paper

TEMPLATE = Path(__file__).parent.parent / "data" / "target_sheet.typ"


def sheet(found: TargetDetail, title: str, address: str, code: str) -> dict[str, object]:
    """What the sheet says. address: what its QR leads to; code: the same to be typed."""
    version, done = found.version, found.progress
    bar = parts.bar(done)
    out = io.BytesIO()
    segno.make(address, error="q").save(out, kind="svg", border=4, scale=4)
    progress = [
        (_("Counted (yuan)"), shown.yuan(done.counted_fen)),
        (_("Of the target"), bar.percent if bar else "—"),
        (_("Calendar"), f"{done.gone / 10:.1f}%"),
        (_("Still to buy (yuan)"), shown.yuan(done.gap_fen) if bar else "—"),
    ]
    return {
        "title": title.partition(" ")[0],
        "unit": version.unit_name,
        "version": _("Version %(n)s, filed on %(day)s")
        % {"n": version.n, "day": shown.moment(version.filed_at)},
        "state": parts.state(found.row.case.state),
        "said": [list(one) for one in parts.said(version)],
        "capitals": [_("Target in capitals"), capitals(version.target_fen)],
        "progress_title": _("As of %(moment)s") % {"moment": shown.moment(clock.city_now())},
        "progress": [list(one) for one in progress],
        "policy": f"{_('Rule of assessment')}：{parts.policy_of(version)}",
        "seals": [_("Filled in by"), _("Checked by"), _("Head of the unit"), _("Unit (seal)")],
        "superior": [_("Superior's opinion"), _("Superior (seal)")],
        "day": _("Date:        year    month    day"),
        "qr": out.getvalue().decode("utf-8"),
        "code": code,
        "sha256": version.content_sha256,
        "proof": _("The code ties this paper, sealed and scanned, to the version printed."),
        "page": _("Page X of Y"),
    }


def pdf(text: dict[str, object]) -> bytes:
    """The sheet as PDF. Raises Unavailable: no Chinese font on this machine."""
    return paper.pdf(TEMPLATE, text)
