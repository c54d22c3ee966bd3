"""Findings: what does not fit, and what was said of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

STATES = ("open", "explained", "faulty")


class Finding(models.Model):
    """Something that does not fit, for a person to look at; nothing is dropped for it.

    programme, kind, key: what it is; a check finds the same thing under the same key. params: what
    its title says; subjects: `purchase:<ref>` and the like, the first 50. county_code: whose county
    may see it, empty for none. gone_at: it fits again. reason, person_ref, role, decided_at: of the
    newest decision; version grows with each change.
    """

    ref = models.CharField(max_length=32, unique=True)
    programme = models.CharField(max_length=40)
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=120)
    params = models.JSONField(default=dict)
    subjects = models.JSONField(default=list)
    county_code = models.CharField(max_length=6, blank=True)
    state = models.CharField(max_length=10, default="open")
    version = models.PositiveIntegerField(default=0)
    found_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    person_ref = models.CharField(max_length=32, blank=True)
    role = models.CharField(max_length=20, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["programme", "kind", "key"], name="finding_once"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="finding_state"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["programme", "state", "-id"], name="finding_of_state"),
        ]


class FindingParty(models.Model):
    """An organisation that a finding is about: it and those above it may see it."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(
        "orgs.Organisation", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["finding", "organisation"], name="finding_party_once")
        ]


class FindingSubject(models.Model):
    """What a finding names, to be found from there: all of them."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="named")
    subject = models.CharField(max_length=80, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["finding", "subject"], name="finding_subject_once")
        ]
