"""Bulletins before they are published, reminders of disclosures, and audit samples."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Proposal(models.Model):
    """A bulletin that a clerk prepared; a second person signs it, which publishes it.

    as_of: its cut-off. log_size: entries that it sees, so that what is signed is to the fen what
    was prepared. corrects: ref of the bulletin that it takes the place of. tree_root, n, sums,
    counts, late, adjusted: the figures as they were shown. waits: it is not decided yet; one of a
    raising at a time. bulletin_ref: once it is published.
    """

    ref = models.CharField(max_length=32, unique=True)
    raising = models.ForeignKey(
        "donations.Raising", on_delete=models.PROTECT, related_name="proposals"
    )
    as_of = models.DateTimeField()
    log_size = models.BigIntegerField()
    corrects = models.CharField(max_length=32, blank=True)
    explanation = models.CharField(max_length=1000, blank=True)
    tree_root = models.CharField(max_length=64)
    n = models.BigIntegerField()
    sums = models.JSONField()
    counts = models.JSONField()
    late = models.JSONField()
    adjusted = models.JSONField()
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="+")
    waits = models.BooleanField(default=True)
    prepared_at = models.DateTimeField()
    prepared_by = models.CharField(max_length=32)
    bulletin_ref = models.CharField(max_length=32, blank=True, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["raising"], condition=Q(waits=True), name="proposal_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(corrects="") | ~Q(explanation=""), name="proposal_correction_explains"
            ),
            models.CheckConstraint(
                condition=Q(waits=False) | Q(bulletin_ref=""), name="proposal_published_is_over"
            ),
        ]


class DisclosureReminder(models.Model):
    """The foundation was reminded of a disclosure, once for each mark: so many days before; 0: it
    is overdue."""

    raising = models.ForeignKey(
        "donations.Raising", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    due_on = models.DateField()
    mark = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["raising", "due_on", "mark"], name="disclosure_reminder_once"
            )
        ]


class Sample(models.Model):
    """An audit sample of a bulletin, drawn by the auditor's own seed. drawn_by: random id."""

    ref = models.CharField(max_length=32, unique=True)
    bulletin_ref = models.CharField(max_length=32, db_index=True)
    raising = models.ForeignKey(
        "donations.Raising", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    seed = models.CharField(max_length=200)
    drawn_at = models.DateTimeField()
    drawn_by = models.CharField(max_length=32)


class SampleItem(models.Model):
    """A position of a sample and the gift behind it. found: empty, seen (its voucher is there),
    missing, differs (then with a note)."""

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="items")
    place = models.PositiveSmallIntegerField()
    position = models.BigIntegerField()
    log_index = models.BigIntegerField()
    gift = models.ForeignKey("donations.Gift", on_delete=models.PROTECT, db_index=False)
    fen = models.BigIntegerField()
    found = models.CharField(max_length=7, blank=True)
    note = models.CharField(max_length=200, blank=True)
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sample", "place"], name="sample_item_place"),
            models.CheckConstraint(
                condition=Q(found__in=["", "seen", "missing", "differs"]), name="sample_item_found"
            ),
            models.CheckConstraint(
                condition=~Q(found="differs") | ~Q(note=""), name="sample_item_says_how"
            ),
        ]


class BoardVersion(models.Model):
    """How often a consent to be named on a raising's board has changed: what is kept of the board
    was made with an older number, and is not shown again."""

    raising = models.OneToOneField(
        "donations.Raising", on_delete=models.PROTECT, related_name="board_version"
    )
    n = models.PositiveBigIntegerField(default=0)
