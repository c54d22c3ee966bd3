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


def _kind(
    name: str,
    title: object,
    sealed: tuple[str, ...],
    version: int = 1,
    **more: tuple[str, ...],
) -> FactKind:
    """A version of a kind. more: its personal slots."""
    policy_id, opened = policy.disclosure(f"{name}/{version}")
    return declare(
        FactKind(
            name=name,
            version=version,
            title=title,
            open=opened,
            sealed=sealed,
            personal=more,
            policy=policy_id,
        )
    )


_CONTACT = ("contact_name", "contact_phone")
RECORDED_1 = _kind("purchase.recorded", _("Purchase recorded"), _SEALED, contact=_CONTACT)
RECORDED = _kind(
    "purchase.recorded",
    _("Purchase recorded"),
    tuple(sorted((*_SEALED, "order_no"))),
    version=2,
    contact=_CONTACT,
)
REVERSED = _kind("purchase.reversed", _("Purchase reversed"), _SEALED)
FLAGGED = _kind("purchase.flagged", _("Purchase flagged for review"), ("other", "purchase"))
_MATCH = ("day", "file_sha256", "fen", "line", "number", "purchase", "unit", "why")
MATCHED = _kind("purchase.matched", _("Purchase found in another source"), _MATCH)
PARTED = _kind(
    "purchase.parted", _("Purchase parted from a source"), tuple(sorted((*_MATCH, "reason")))
)
NOTED = _kind("purchase.noted", _("Note attached"), ("purchase", "reason", "unit"))
IMPORTED = _kind(
    "purchases.imported",
    _("Batch of purchases imported"),
    ("amount_fen", "file_sha256", "first_row", "last_row", "upload"),
)
REVERSED_TOGETHER = _kind(
    "purchases.reversed", _("Batch of purchases reversed"), ("amount_fen", "batch", "reason")
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
