"""The donation certificate: its page that the QR leads to, and the paper."""

import io
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.utils.translation import gettext as _

from niangjia.core import clock
from niangjia.lib.money import capitals
from niangjia.programmes.donations import rules
from niangjia.programmes.donations.donors import masked_name
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.selectors.mine import CertificateView
from niangjia.programmes.donations.types import DonorIn

TEMPLATE = Path(__file__).parent.parent / "data" / "certificate.typ"


def page(found: CertificateView, gift: Gift) -> dict[str, Any]:
    """Whether a certificate holds; the name on it only as much as tells a forgery."""
    return {
        "found": found,
        "name": masked_name(DonorIn("person", found.name)),
        "yuan": shown.yuan(found.fen),
        "title": gift.raising.title,
        "organisation": gift.raising.organisation.name,
        "number": rules.shown_number(gift.number),
        "issued": shown.moment(found.issued_at),
        "ended": shown.moment(found.ended_at) if found.ended_at else "",
    }


def paper(found: CertificateView, gift: Gift, address: str) -> dict[str, str]:
    """What the certificate says. address: what its QR leads to."""
    out = io.BytesIO()
    segno.make(address, error="q").save(out, kind="svg", border=2, scale=4)
    received = clock.day_of(gift.received_at or found.issued_at)
    said = gift.what if gift.kind == "goods" else _("money")
    worth = f"¥ {shown.yuan(found.fen)}（{capitals(found.fen)}）" if found.fen else _("unvalued")
    ended = {"": "", "replaced": _("Replaced by a later version"), "voided": _("Voided")}
    return {
        "heading": _("Donation certificate"),
        "name": found.name,
        "thanks": _("gave to “%(title)s” on %(day)s: %(what)s, %(worth)s. We thank you.")
        % {
            "title": gift.raising.title,
            "day": shown.day(received),
            "what": said,
            "worth": worth,
        },
        "organisation": gift.raising.organisation.name,
        "day": shown.day(clock.day_of(found.issued_at)),
        "number": f"{_('Number of the receipt')} {rules.shown_number(gift.number)} · "
        + _("version %(n)s") % {"n": found.n},
        "note": _(
            "This is no official donation receipt; that one is issued in the finance authority's "
            "system. Whether this certificate holds is said by the page behind the code."
        ),
        "operator": settings.NIANGJIA_TITLE,
        "ended": str(ended[found.ended]),
        "qr": out.getvalue().decode("utf-8"),
    }
