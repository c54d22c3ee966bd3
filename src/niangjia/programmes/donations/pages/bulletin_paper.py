"""A bulletin on paper: the figures of its document, nothing worked out anew."""

import io
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.utils.translation import gettext as _

from niangjia.programmes.donations.pages import bulletins as parts
from niangjia.programmes.donations.selectors.bulletins import BulletinView
from niangjia.programmes.donations.selectors.raisings import RaisingView

TEMPLATE = Path(__file__).parent.parent / "data" / "bulletin.typ"


def text(found: BulletinView, raising: RaisingView, address: str) -> dict[str, Any]:
    """What the paper says. address: what its code leads to."""
    page = parts.page(found)
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=2, scale=4)
    return {
        "title": f"{raising.title} · " + _("Bulletin %(n)s") % {"n": found.bulletin.number},
        "under": f"{raising.organisation} · " + _("As of %(as_of)s") % {"as_of": page["as_of"]},
        "head": [_("Line"), _("From how many"), _("In 10,000 yuan"), _("Exactly (yuan)")],
        "rows": [_row(one) for one in page["lines"]],
        "sums": [_row(one) for one in page["sums"]],
        "note": page["note"],
        "counts": [list(one) for one in page["counts"]],
        "told": [
            *(f"{said} {why}" for said, why, _number in page["notices"]),
            *page["changes"],
            *_explained(found),
        ],
        "rule": page["rule"],
        "facts": [[name, value] for name, value, _hash in page["facts"]],
        "proves": proves(),
        "operator": settings.NIANGJIA_TITLE,
        "qr": out.getvalue().decode("utf-8"),
    }


def _explained(found: BulletinView) -> list[str]:
    one = found.bulletin
    return [one.explanation] if one.explanation and not one.corrects else []


def _row(one: dict[str, str]) -> list[str]:
    count = f"{one['count']} {one['unit']}".strip()
    return [one["title"], count, one["wan"] + one["more"], one["yuan"]]


def proves() -> str:
    """What a bulletin proves, and what not."""
    return _(
        "It proves that every gift in the log is counted, none dropped, doubled or changed. It "
        "does not prove that all of them are real: that is what the bank's totals, official "
        "receipt numbers and the audit sample are for."
    )
