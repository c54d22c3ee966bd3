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
_EVIDENCE = (
    "amount_fen",
    "assisted",
    "category",
    "channel",
    "complete",
    "county",
    "district",
    "document",
    "document_sha256",
    "line",
    "mode",
    "month",
    "purchase",
    "unit",
)
EVIDENCED = _kind("purchase.evidenced", _("Evidence attached"), _EVIDENCE)
UNEVIDENCED = _kind(
    "purchase.unevidenced", _("Evidence taken off"), tuple(sorted((*_EVIDENCE, "reason")))
)
SUPPLIER_EVIDENCED = _kind(
    "supplier.evidenced",
    _("Evidence of a supplier attached"),
    ("document", "document_sha256", "supplier"),
)
SUPPLIER_UNEVIDENCED = _kind(
    "supplier.unevidenced",
    _("Evidence of a supplier taken off"),
    ("document", "document_sha256", "reason", "supplier"),
)
HELP_REVIEWED = _kind(
    "purchase.help_reviewed",
    _("Help reviewed by the assisted county"),
    (
        "assisted",
        "category",
        "channel",
        "county",
        "district",
        "fen",
        "households",
        "line",
        "mode",
        "month",
        "people",
        "purchase",
        "reason",
        "review",
        "state",
        "unit",
    ),
)
REVIEW_ENTERED = _kind(
    "review.entered",
    _("Help material entered"),
    (
        "content_sha256",
        "fen",
        "households",
        "mechanisms",
        "n",
        "note",
        "opinions",
        "paid_fen",
        "people",
        "product",
        "public_first",
        "public_last",
        "review",
        "supplier",
    ),
)
REVIEW_DECIDED = _kind(
    "review.decided",
    _("Help material decided on"),
    (
        "confirmed_fen",
        "confirmed_households",
        "confirmed_people",
        "content_sha256",
        "fields",
        "n",
        "product",
        "reason",
        "review",
        "step",
        "supplier",
    ),
)
REVIEW_FILED = _kind(
    "review.filed",
    _("File of the help material"),
    ("document", "document_sha256", "reason", "review", "taken_off"),
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
CAPACITY = _kind(
    "capacity.declared",
    _("Yearly capacity declared"),
    ("fen", "product", "source", "supplier"),
)
TARGET = _kind("target.set", _("Yearly target set"), ("fen", "office", "reason"))
UNIT_TARGET_FILED = _kind(
    "unit_target.filed",
    _("Yearly target of a unit filed"),
    (
        "canteen",
        "content_sha256",
        "exempt",
        "exempt_reason",
        "filed_with",
        "floor_fen",
        "food_fen",
        "gift_fen",
        "gift_part_fen",
        "members",
        "n",
        "note",
        "policy",
        "reason",
        "reserved_fen",
        "target",
        "target_fen",
        "unit",
    ),
)
SHEET_SEALED = _kind(
    "unit_target.sealed",
    _("Sealed assessment sheet received"),
    ("code", "document", "document_sha256", "n", "reason", "target", "unit"),
)
