"""What can have papers, which kinds there are, and who may see them."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.errors import NotFound
from niangjia.programmes.donations.goods_models import HandOver
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.spending_models import Application

KINDS = {
    "sheet": _("Signed list"),
    "photo": _("Photo"),
    "voucher": _("Voucher of the bank"),
    "invoice": _("Invoice or delivery note"),
    "consent": _("Consent of the donor"),
    "receipt": _("Official receipt (scan)"),
    "other": _("Other paper"),
}
_OF = {"hand_over": HandOver, "spending": Application, "gift": Gift}


def raising_of_subject(subject: str) -> str:
    """The short name of the raising that a subject belongs to. Raises NotFound."""
    kind, _colon, ref = subject.partition(":")
    rows = _OF[kind]._default_manager.filter(ref=ref) if kind in _OF else None
    slug = None if rows is None else rows.values_list("raising__slug", flat=True).first()
    if slug is None:
        raise NotFound(_("There is nothing here that papers belong to."))
    return str(slug)
