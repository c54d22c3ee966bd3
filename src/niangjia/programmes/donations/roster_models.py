"""A roster: who gave how much under one sum that a unit handed in."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Roster(models.Model):
    """A workbook of people who gave together.

    unit_name: the unit, a business value. stated_fen: the one sum that was received; the rows add
    up to it or nothing is taken. received_at: when that sum came, for every row. pledge: the unit's
    promise that it fulfils. state: checking, checked, taking, taken, given_up. sealed_edits: what
    was mended on the page, personal (names, numbers), purpose `reading the roster`, kept until it
    is taken. problems: JSON of rows that are kept out: row, column, code; nothing of what stood
    there. n_done: rows taken; each batch moves it in the transaction that takes its gifts.
    """

    ref = models.CharField(max_length=32, unique=True)
    raising = models.ForeignKey("donations.Raising", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        "orgs.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    unit_name = models.CharField(max_length=120)
    stated_fen = models.BigIntegerField()
    received_at = models.DateTimeField(null=True)
    pledge = models.OneToOneField(
        "donations.Gift", null=True, on_delete=models.PROTECT, related_name="roster"
    )
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    upload_ref = models.CharField(max_length=32)
    state = models.CharField(max_length=8, default="checking")
    version = models.PositiveIntegerField(default=1)
    sealed_edits = models.BinaryField(default=b"")
    problems = models.JSONField(default=list)
    n_problems = models.PositiveIntegerField(default=0)
    n_rows = models.PositiveIntegerField(default=0)
    n_people = models.PositiveIntegerField(default=0)
    sum_fen = models.BigIntegerField(default=0)
    n_done = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    brought_by = models.CharField(max_length=32)
    brought_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["checking", "checked", "taking", "taken", "given_up"]),
                name="roster_state",
            ),
            models.CheckConstraint(condition=Q(stated_fen__gt=0), name="roster_stated"),
            models.CheckConstraint(
                condition=~Q(state__in=["taking", "taken"])
                | Q(sum_fen=models.F("stated_fen"), received_at__isnull=False, n_problems=0),
                name="roster_adds_up",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["raising", "state"], name="roster_waiting")]
