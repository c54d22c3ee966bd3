"""Tables of the assistance ledger: purchases, claims on invoices, released figures."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

ORGANISATION = "orgs.Organisation"


class Purchase(models.Model):
    """One purchase as recorded; never edited: a correction reverses it and records another.

    key: what it is known by (rules.key_of), unique among those in force; digest: all its values.
    amount_fen, income_gain_fen: fen; quantity_milli: thousandths; price_milli: thousandths of a
    yuan. district, line: as resolved when recorded. flags: codes joined by commas.
    """

    ref = models.CharField(max_length=32, unique=True)
    key = models.CharField(max_length=40)
    digest = models.CharField(max_length=40)
    unit = models.ForeignKey(
        ORGANISATION, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    supplier = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey("orgs.Contact", null=True, on_delete=models.PROTECT, db_index=False)
    occurred_on = models.DateField()
    channel = models.CharField(max_length=30, blank=True)
    mode = models.CharField(max_length=6)
    product = models.CharField(max_length=200)
    category = models.CharField(max_length=60, blank=True)
    recognition_no = models.CharField(max_length=60, blank=True)
    county_code = models.CharField(max_length=6)
    assisted = models.BooleanField()
    district_code = models.CharField(max_length=12)
    line_code = models.CharField(max_length=20)
    spec = models.CharField(max_length=100, blank=True)
    measure = models.CharField(max_length=20, blank=True)
    quantity_milli = models.BigIntegerField(null=True)
    price_milli = models.BigIntegerField(null=True)
    amount_fen = models.BigIntegerField()
    contract_no = models.CharField(max_length=80, blank=True)
    invoice_code = models.CharField(max_length=20, blank=True)
    invoice_no = models.CharField(max_length=30, blank=True)
    voucher_no = models.CharField(max_length=80, blank=True)
    households = models.PositiveIntegerField(null=True)
    people = models.PositiveIntegerField(null=True)
    income_gain_fen = models.BigIntegerField(null=True)
    note = models.CharField(max_length=1000, blank=True)
    flags = models.CharField(max_length=120, blank=True)
    upload_ref = models.CharField(max_length=32, blank=True)
    sheet = models.CharField(max_length=60, blank=True)
    row_no = models.PositiveIntegerField(default=0)
    fact_ref = models.CharField(max_length=32)
    corrects = models.CharField(max_length=32, blank=True)
    recorded_at = models.DateTimeField()
    reversed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(reversed_at__isnull=True), name="purchase_once"
            ),
            models.CheckConstraint(
                condition=Q(mode__in=["direct", "helped"]), name="purchase_mode"
            ),
            models.CheckConstraint(
                condition=Q(people__isnull=True)
                | Q(households__isnull=True)
                | Q(people__gte=models.F("households")),
                name="purchase_people_households",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["occurred_on", "id"], name="purchase_day"),
            models.Index(fields=["amount_fen", "id"], name="purchase_amount"),
            models.Index(fields=["unit", "id"], name="purchase_unit"),
            models.Index(fields=["county_code", "id"], name="purchase_county"),
            models.Index(fields=["district_code", "id"], name="purchase_district"),
            models.Index(
                fields=["invoice_no"],
                name="purchase_invoice",
                condition=~Q(invoice_no=""),
            ),
            models.Index(
                fields=["key"],
                name="purchase_reversed",
                condition=Q(reversed_at__isnull=False),
            ),
            models.Index(fields=["corrects"], name="purchase_corrects", condition=~Q(corrects="")),
            models.Index(fields=["flags", "id"], name="purchase_flags", condition=~Q(flags="")),
        ]


class InvoiceClaim(models.Model):
    """An invoice that some record names; its row makes claims queue, so that none is missed."""

    invoice = models.CharField(max_length=60, primary_key=True)


class Release(models.Model):
    """Figures of a period as they were published; document is canonical JSON, never changed.

    others: labels merged under `*`, by table; never public, they stay merged in later releases.
    """

    ref = models.CharField(max_length=32, unique=True)
    period = models.CharField(max_length=10)
    version = models.PositiveIntegerField()
    document = models.BinaryField()
    others = models.JSONField()
    sha256 = models.CharField(max_length=64)
    log_size = models.BigIntegerField()
    fact_ref = models.CharField(max_length=32)
    released_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["period", "version"], name="release_once")
        ]


class ReleaseCell(models.Model):
    """The unmerged sums behind a release; never public: the next one is compared with them."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="cells")
    key = models.CharField(max_length=300)
    n = models.BigIntegerField()
    fen = models.BigIntegerField()
