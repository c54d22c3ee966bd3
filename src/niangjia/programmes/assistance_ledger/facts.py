"""Facts of the assistance ledger. Which fields are open stands in data/policy.toml."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.facts import FactKind, declare
from niangjia.programmes.assistance_ledger import policy

_SEALED = (
    "amount_fen",
    "assisted",
    "contract_no",
    "corrects",
    "day",
    "flags",
    "households",
    "income_gain_fen",
    "invoice_code",
    "invoice_no",
    "measure",
    "note",
    "people",
    "price_milli",
    "product",
    "purchase",
    "quantity_milli",
    "reason",
    "recognition_no",
    "source",
    "spec",
    "supplier",
    "unit",
    "voucher_no",
)


def _kind(name: str, title: object, sealed: tuple[str, ...], **more: tuple[str, ...]) -> FactKind:
    """Version 1 of a kind. more: its personal slots."""
    policy_id, opened = policy.disclosure(f"{name}/1")
    return declare(
        FactKind(
            name=name,
            version=1,
            title=title,
            open=opened,
            sealed=sealed,
            personal=more,
            policy=policy_id,
        )
    )


RECORDED = _kind(
    "purchase.recorded",
    _("Purchase recorded"),
    _SEALED,
    contact=("contact_name", "contact_phone"),
)
REVERSED = _kind("purchase.reversed", _("Purchase reversed"), _SEALED)
FLAGGED = _kind("purchase.flagged", _("Purchase flagged for review"), ("other", "purchase"))
IMPORTED = _kind(
    "purchases.imported",
    _("Batch of purchases imported"),
    ("amount_fen", "file_sha256", "first_row", "last_row", "upload"),
)
RELEASED = _kind("figures.released", _("Figures released"), ("release",))
OPENED = _kind("period.opened", _("Reporting period opened"), ("n_units",))
CLOSED = _kind(
    "period.closed",
    _("Reporting period closed"),
    (
        "assisted_fen",
        "direct_fen",
        "fen",
        "helped_fen",
        "households",
        "n",
        "n_accepted",
        "n_exempt",
        "n_missing",
        "people",
        "reason",
    ),
)
TARGET = _kind("target.set", _("Yearly target set"), ("fen", "office", "reason"))
