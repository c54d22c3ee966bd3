"""Tables of the assistance ledger: purchases, claims, source lines, reports, released figures."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

# Django finds tables through this module.
from niangjia.programmes.assistance_ledger import unit_target_models  # noqa: F401

ORGANISATION = "orgs.Organisation"


class Purchase(models.Model):
    """One purchase as recorded; never edited: a correction reverses it and records another.

    key: what it is known by (rules.key_of), unique among those in force; digest: all its values.
    amount_fen, income_gain_fen: fen; quantity_milli: thousandths; price_milli: thousandths of a
    yuan. district, line: as resolved when recorded. flags: codes joined by commas. month: the one
    it counts in, later than its own where its period had been reported; reversed_month: the one its
    reversal is taken off in, empty while it is in force. missing: kinds of evidence that are needed
    and not there, joined by commas. help: what the assisted county says of its help: empty (not
    confirmed yet), `confirmed`, `partly`, `refused`.
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
    order_no = models.CharField(max_length=40, blank=True)
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
    month = models.CharField(max_length=7)
    reversed_month = models.CharField(max_length=7, blank=True)
    recorded_at = models.DateTimeField()
    reversed_at = models.DateTimeField(null=True)
    missing = models.CharField(max_length=120, blank=True)
    help = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(reversed_at__isnull=True, reversed_month="")
                | (Q(reversed_at__isnull=False) & ~Q(reversed_month="")),
                name="purchase_reversed_month",
            ),
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
            models.Index(fields=["month", "unit"], name="purchase_month"),
            models.Index(
                fields=["reversed_month", "unit"],
                name="purchase_taken_off",
                condition=~Q(reversed_month=""),
            ),
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
            models.Index(fields=["id"], name="purchase_missing", condition=~Q(missing="")),
            models.Index(fields=["id"], name="purchase_complete", condition=Q(missing="")),
            models.Index(
                fields=["upload_ref", "id"], name="purchase_upload", condition=~Q(upload_ref="")
            ),
            models.Index(
                fields=["unit", "order_no"], name="purchase_order", condition=~Q(order_no="")
            ),
        ]


class InvoiceClaim(models.Model):
    """An invoice that some record names; its row makes claims queue, so that none is missed."""

    invoice = models.CharField(max_length=60, primary_key=True)


class SourceLine(models.Model):
    """A line of a buying platform's export or of a bank or card file: a purchase seen from there.

    source: `order` or `payment`. key: what the line is known by within its unit, so that files that
    overlap are taken once. party: the supplier as the file names it, masked where it is a person.
    text: goods or purpose. aside: why it is no purchase to be recorded, empty while it counts;
    cancelled: the platform took the order back. Kept while the unit's records of its year are.
    """

    ref = models.CharField(max_length=32, unique=True)
    source = models.CharField(max_length=10)
    key = models.CharField(max_length=40)
    unit = models.ForeignKey(
        ORGANISATION, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    number = models.CharField(max_length=64, blank=True)
    occurred_on = models.DateField()
    amount_fen = models.BigIntegerField()
    party = models.CharField(max_length=120, blank=True)
    party_uscc = models.CharField(max_length=18, blank=True)
    text = models.CharField(max_length=200, blank=True)
    spec = models.CharField(max_length=100, blank=True)
    measure = models.CharField(max_length=20, blank=True)
    quantity_milli = models.BigIntegerField(null=True)
    price_milli = models.BigIntegerField(null=True)
    category = models.CharField(max_length=60, blank=True)
    county_code = models.CharField(max_length=6, blank=True)
    channel = models.CharField(max_length=30, blank=True)
    invoice_no = models.CharField(max_length=30, blank=True)
    cancelled = models.BooleanField(default=False)
    aside = models.CharField(max_length=200, blank=True)
    upload_ref = models.CharField(max_length=32)
    sheet = models.CharField(max_length=60, blank=True)
    row_no = models.PositiveIntegerField(default=0)
    taken_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "source", "key"], name="source_line_once"),
            models.CheckConstraint(
                condition=Q(source__in=["order", "payment"]), name="source_line_source"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["unit", "source", "occurred_on"], name="source_line_day"),
            models.Index(fields=["upload_ref"], name="source_line_upload"),
        ]


class SourceMatch(models.Model):
    """A line and a purchase: `proposed`, the `same`, or said to be `other`.

    together: pairs decided as one. why: code of matching.Proposal, or `chosen` by a person; fen:
    how much of the line belongs to the purchase; gap_fen: lines less records, of all together.
    """

    line = models.ForeignKey(SourceLine, on_delete=models.PROTECT, related_name="matches")
    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="matches")
    verdict = models.CharField(max_length=8)
    together = models.CharField(max_length=32, db_index=True)
    why = models.CharField(max_length=20)
    score = models.PositiveSmallIntegerField(default=0)
    fen = models.BigIntegerField()
    gap_fen = models.BigIntegerField(default=0)
    decided_at = models.DateTimeField()
    fact_ref = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["line", "purchase"],
                condition=~Q(verdict="proposed"),
                name="source_match_once",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=["proposed", "same", "other"]), name="source_match_verdict"
            ),
        ]


class ReportingPeriod(models.Model):
    """A quarter that units report. open until the city closes it; then nothing counts in it anew.

    due_on: last day for units. sums: what the city closed with, in counts and fen.
    """

    code = models.CharField(max_length=10, primary_key=True)
    first = models.DateField()
    last = models.DateField()
    due_on = models.DateField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    sums = models.JSONField(default=dict)
    fact_ref = models.CharField(max_length=32)


class Report(models.Model):
    """What a unit reports of a period; its state stands in its case.

    Sums in fen and counts as they were at the last step; content_sha256 names the records they were
    summed from; empty until the report was entered. assisted_fen: of recognised origin.
    counted_with: the unit was merged, and its records count in the report of its successor.
    """

    ref = models.CharField(max_length=32, unique=True)
    period = models.ForeignKey(ReportingPeriod, on_delete=models.PROTECT, db_index=False)
    unit = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="+")
    district_code = models.CharField(max_length=12)
    line_code = models.CharField(max_length=20)
    n = models.IntegerField(default=0)
    fen = models.BigIntegerField(default=0)
    direct_fen = models.BigIntegerField(default=0)
    helped_fen = models.BigIntegerField(default=0)
    assisted_fen = models.BigIntegerField(default=0)
    households = models.BigIntegerField(default=0)
    people = models.BigIntegerField(default=0)
    content_sha256 = models.CharField(max_length=64, blank=True)
    note = models.CharField(max_length=500, blank=True)
    counted_with = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="counted_here"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["period", "unit"], name="report_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["period", "district_code"], name="report_district")
        ]


class ReportBatch(models.Model):
    """One step on many reports, asked for by an office and carried out by the worker one by one.

    chosen: [ref, version of its case as the office saw it] in order; passed: how many of these it
    has gone through; done, failed: of these; told: [unit, why] of the first that failed. asked_at:
    null while the office has only been shown (shown_at) what it would do. why: it could not go on.
    """

    ref = models.CharField(max_length=32, unique=True)
    period = models.ForeignKey(ReportingPeriod, on_delete=models.PROTECT, db_index=False)
    office = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=10)
    reason = models.CharField(max_length=500, blank=True)
    chosen = models.JSONField()
    n = models.PositiveIntegerField()
    passed = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    told = models.JSONField(default=list)
    why = models.CharField(max_length=500, blank=True)
    shown_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    stop = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["period", "office"],
                condition=Q(ended_at__isnull=True, asked_at__isnull=False),
                name="report_batch_one_running",
            ),
        ]


class HelpReview(models.Model):
    """The assisted county's review of the help that a supplier's product gave in a period.

    period: a quarter. mechanisms to note: the form as submitted; entered_by, entered_at_id: the
    person (random id) and the organisation that did. n, fen, content_sha256: the records it was
    decided on. confirmed_*: what the county confirms, null until it does. applying: the worker is
    still at handing a decision on to the records. late_told_on: the case's deadline that its
    districts were told was missed.
    """

    ref = models.CharField(max_length=32, unique=True)
    supplier = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    product = models.CharField(max_length=200)
    period = models.CharField(max_length=10)
    county_code = models.CharField(max_length=6)
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="+")
    mechanisms = models.JSONField(default=list)
    households = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    paid_fen = models.BigIntegerField(default=0)
    public_first = models.DateField(null=True)
    public_last = models.DateField(null=True)
    opinions = models.JSONField(default=dict)
    note = models.CharField(max_length=500, blank=True)
    entered_by = models.CharField(max_length=32, blank=True)
    entered_at = models.ForeignKey(
        ORGANISATION, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    n = models.IntegerField(default=0)
    fen = models.BigIntegerField(default=0)
    content_sha256 = models.CharField(max_length=64, blank=True)
    confirmed_fen = models.BigIntegerField(null=True)
    confirmed_households = models.PositiveIntegerField(null=True)
    confirmed_people = models.PositiveIntegerField(null=True)
    applying = models.BooleanField(default=False)
    late_told_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["county_code", "period", "supplier", "product"], name="review_once"
            ),
            models.CheckConstraint(
                condition=Q(people__gte=models.F("households")), name="review_people_households"
            ),
        ]


class ReviewLine(models.Model):
    """A record's share of a confirmation, whole numbers that add up to it exactly.

    applied_at: the record and the log say so; ended_at: the confirmation was withdrawn, or the
    record taken back; undone_at: the record and the log say that.
    """

    review = models.ForeignKey(HelpReview, on_delete=models.PROTECT, related_name="lines")
    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="help_lines")
    fen = models.BigIntegerField()
    households = models.IntegerField()
    people = models.IntegerField()
    applied_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["purchase"], condition=Q(ended_at__isnull=True), name="review_line_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["review", "id"],
                name="review_line_due",
                condition=Q(applied_at__isnull=True, ended_at__isnull=True)
                | Q(applied_at__isnull=False, ended_at__isnull=False, undone_at__isnull=True),
            )
        ]


class ReviewReminder(models.Model):
    """The counties were reminded of a quarter's help, once. mark: days before the deadline; 0: it
    was over."""

    period = models.CharField(max_length=10)
    mark = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["period", "mark"], name="review_reminded_once")
        ]


class YearTarget(models.Model):
    """What an office means to reach in a year. fen; the newest row of an office and year counts."""

    office = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    fen = models.BigIntegerField()
    set_at = models.DateTimeField()
    fact_ref = models.CharField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(fen__gt=0), name="target_positive")
        ]


class Release(models.Model):
    """Figures of a period: proposed, then published or withdrawn; its state stands in its case.

    document: canonical JSON, never changed but for the instant it is given when it is published.
    others: labels merged under `*`, by table; never public, they stay merged in later releases.
    case: null for what was published before there was a chain.
    """

    ref = models.CharField(max_length=32, unique=True)
    period = models.CharField(max_length=10)
    version = models.PositiveIntegerField()
    document = models.BinaryField()
    others = models.JSONField()
    sha256 = models.CharField(max_length=64)
    log_size = models.BigIntegerField()
    case = models.OneToOneField("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, default="open")
    note = models.CharField(max_length=500, blank=True)
    proposed_at = models.DateTimeField()
    fact_ref = models.CharField(max_length=32, blank=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["period", "version"],
                condition=Q(state="published"),
                name="release_once",
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="open"), name="release_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "published", "withdrawn"]), name="release_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(released_at__isnull=False),
                name="release_published_at",
            ),
        ]


class ReleaseCell(models.Model):
    """The unmerged sums behind a release; never public: the next one is compared with them.

    confirmed_*: what the counties had confirmed; null where the release knew nothing of it.
    """

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="cells")
    key = models.CharField(max_length=300)
    n = models.BigIntegerField()
    fen = models.BigIntegerField()
    confirmed_fen = models.BigIntegerField(null=True)
    confirmed_households = models.BigIntegerField(null=True)
    confirmed_people = models.BigIntegerField(null=True)
