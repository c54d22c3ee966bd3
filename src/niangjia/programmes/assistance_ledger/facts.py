"""Facts of the assistance ledger. Open fields follow data/policy.toml, part `disclosure`."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.facts import FactKind, declare

_OPEN = ("category", "channel", "county", "district", "line", "mode", "month")
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

RECORDED = declare(
    FactKind(
        name="purchase.recorded",
        version=1,
        title=_("Purchase recorded"),
        open=_OPEN,
        sealed=_SEALED,
        personal={"contact": ("contact_name", "contact_phone")},
    )
)
REVERSED = declare(
    FactKind(
        name="purchase.reversed",
        version=1,
        title=_("Purchase reversed"),
        open=_OPEN,
        sealed=_SEALED,
    )
)
FLAGGED = declare(
    FactKind(
        name="purchase.flagged",
        version=1,
        title=_("Purchase flagged for review"),
        open=("flag",),
        sealed=("other", "purchase"),
    )
)
IMPORTED = declare(
    FactKind(
        name="purchases.imported",
        version=1,
        title=_("Batch of purchases imported"),
        open=("n",),
        sealed=("amount_fen", "file_sha256", "first_row", "last_row", "upload"),
    )
)
RELEASED = declare(
    FactKind(
        name="figures.released",
        version=1,
        title=_("Figures released"),
        open=(
            "counted_fen",
            "cut_off",
            "direct_fen",
            "document_sha256",
            "helped_fen",
            "log_size",
            "n",
            "period",
            "policy",
            "recorded_fen",
            "version",
        ),
        sealed=("release",),
    )
)
