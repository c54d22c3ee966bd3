"""Facts of the donations programme. Which fields are open stands in data/policy.toml."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.facts import FactKind, declare
from niangjia.programmes.donations import policy


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


_DONOR = ("donor_name", "donor_phone")
SET = _kind(
    "raising.set",
    _("Raising set up or changed"),
    (
        "area",
        "organisation",
        "postings",
        "purpose",
        "qualification_until",
        "reason",
        "restrictions",
    ),
)
PLEDGED = _kind(
    "gift.pledged",
    _("Gift pledged"),
    (
        "direction",
        "donor",
        "fen",
        "gift",
        "kind",
        "line",
        "pledged_at",
        "postings",
        "referrer",
        "unit_name",
        "unit_uscc",
        "what",
    ),
    donor=_DONOR,
)
UNPLEDGED = _kind("gift.unpledged", _("Pledge withdrawn"), ("gift", "postings", "reason"))
RECEIVED = _kind(
    "gift.received",
    _("Gift received"),
    (
        "channel",
        "direction",
        "donor",
        "fee_fen",
        "gift",
        "kind",
        "n_people",
        "n_times",
        "pledge",
        "postings",
        "received_at",
        "referrer",
        "show_amount",
        "show_name",
        "source",
        "unit_name",
        "unit_uscc",
        "unvalued",
        "what",
    ),
    donor=_DONOR,
)
ADJUSTED = _kind(
    "gift.adjusted",
    _("Gift changed: refund, value or mistake"),
    ("adjusted_at", "adjustment", "gift", "postings", "reason"),
)
CHANGE_ASKED = _kind(
    "gift.change_asked", _("Change of a gift asked for"), ("fen", "gift", "reason", "why")
)
TAKEN = _kind(
    "gifts.taken",
    _("Batch of gifts taken"),
    ("fen", "file_sha256", "first_row", "last_row", "source"),
)
CONSENTED = _kind(
    "gift.consented", _("Donor agreed or no longer agrees"), ("gift", "show_amount", "show_name")
)
SPENDING_ASKED = _kind(
    "spending.asked",
    _("Payment asked for"),
    ("application", "beneficiaries", "fen", "fund", "payee", "purpose"),
)
SPENDING_HELD = _kind(
    "spending.approved", _("Payment approved"), ("application", "fen", "postings")
)
SPENT = _kind(
    "spending.paid",
    _("Payment made"),
    ("application", "beneficiaries", "paid_at", "payee", "postings", "purpose", "voucher"),
)
SPENDING_DROPPED = _kind(
    "spending.dropped", _("Payment given up"), ("application", "postings", "reason")
)
SIGNED_FOR = _kind(
    "spending.signed_for",
    _("Recipients signed for it"),
    ("application", "fen", "how", "n_people", "note", "signed_on"),
    recipient=("recipient_name", "recipient_phone"),
)
RECEIPT_FILED = _kind(
    "receipt.filed",
    _("Official receipt filed"),
    ("check_code", "code", "fen", "gift", "issued_on", "number"),
)
RECEIPT_VOIDED = _kind(
    "receipt.voided", _("Official receipt voided"), ("code", "gift", "number", "reason")
)
CERTIFIED = _kind(
    "certificate.issued",
    _("Donation certificate issued"),
    ("certificate", "fen", "gift", "n", "reason"),
    donor=("name_on_it",),
)
UNCERTIFIED = _kind(
    "certificate.voided", _("Donation certificate voided"), ("certificate", "gift", "n", "reason")
)
GOODS_SENT = _kind(
    "goods.sent",
    _("Goods handed over, on their way"),
    ("direction", "hand_over", "lines", "place", "postings", "recipient", "sent_at"),
    parties=("carrier", "sender"),
)
GOODS_ARRIVED = _kind(
    "goods.arrived",
    _("Goods arrived and were signed for"),
    ("arrived_at", "hand_over", "lines", "postings", "short"),
    parties=("receiver", "receiver_phone"),
)
GOODS_EXPLAINED = _kind(
    "goods.explained",
    _("Shortage of goods explained"),
    ("hand_over", "item", "n", "outcome", "postings", "reason"),
)
REDIRECTED = _kind(
    "gift.redirected",
    _("Donor agreed to another use"),
    ("after", "before", "gift", "given_on", "how", "moved_fen", "postings", "reason"),
)
DOCUMENTED = _kind(
    "donations.documented", _("Paper or photo attached"), ("document", "document_sha256", "subject")
)
ERASED = _kind("donor.erased", _("Donor's name and phone erased"), ("donor", "key", "reason"))
STATEMENT_TAKEN = _kind(
    "statement.taken",
    _("Statement of an account taken"),
    (
        "account",
        "closing_fen",
        "expense_fen",
        "fee_fen",
        "file_sha256",
        "first_on",
        "income_fen",
        "last_on",
        "n_known",
        "opening_fen",
    ),
)
MATCHED = _kind(
    "transfer.matched",
    _("Transfer matched"),
    ("fee_fen", "fen", "file_sha256", "gift", "how", "line", "postings", "reason", "roster"),
)
PREPARED = _kind(
    "bulletin.prepared",
    _("Bulletin prepared"),
    ("as_of", "corrects", "explanation", "log_size", "proposal", "tree_root"),
)
CHECKED = _kind(
    "sample.checked",
    _("Audit sample checked"),
    ("found", "gift", "note", "place", "sample"),
)
