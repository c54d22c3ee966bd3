"""Cases and the decisions taken on them. A case moves by a conditional update, never by an edit."""

from typing import ClassVar

from django.db import models

ORGANISATION = "orgs.Organisation"


class Case(models.Model):
    """Something that is decided step by step. subject: `report:<ref>`; organisation: whose it is.

    version: grows with every decision, so that two who decide at once do not both succeed.
    round: how often it was returned or withdrawn.
    """

    ref = models.CharField(max_length=32, unique=True)
    type = models.CharField(max_length=30)
    subject = models.CharField(max_length=80, unique=True)
    organisation = models.ForeignKey(
        ORGANISATION, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=20)
    version = models.PositiveIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=0)
    due_on = models.DateField(null=True)
    opened_at = models.DateTimeField()
    moved_at = models.DateTimeField()


class Decision(models.Model):
    """One step taken. person_ref: random id of who took it; fields: reason per field returned.

    content_sha256: what it was decided on; fact_ref: the fact that says so for ever.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    n = models.PositiveIntegerField()
    step = models.CharField(max_length=20)
    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    round = models.PositiveSmallIntegerField()
    person_ref = models.CharField(max_length=32, blank=True)
    role = models.CharField(max_length=20, blank=True)
    organisation_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    fields = models.JSONField(default=dict)
    content_sha256 = models.CharField(max_length=64, blank=True)
    fact_ref = models.CharField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "n"], name="decision_once")
        ]
