"""Rosters: who was helped, sealed; and the pseudonyms by which a household is counted once.

Pseudonyms stand here and in no other table, export or fact.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

PSEUDONYM = 64  # hexadecimal digits


class PseudonymKey(models.Model):
    """The key of a programme's year, which a department holds. Its row is the year's turn: whoever
    takes or ends a roster holds it. public: pinned at the first use."""

    programme = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    public = models.CharField(max_length=64)
    first_used_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["programme", "year"], name="pseudonym_key_once")
        ]


class Roster(models.Model):
    """Households that a party says it helped. Its totals stay when its households are gone.

    organisation: who brought it; ended_at: withdrawn, or kept long enough.
    """

    ref = models.CharField(max_length=32, unique=True)
    programme = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    subject = models.CharField(max_length=60)
    party = models.CharField(max_length=60)
    county_code = models.CharField(max_length=6)
    organisation = models.ForeignKey(
        "orgs.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    n_households = models.PositiveIntegerField(default=0)
    n_people = models.PositiveIntegerField(default=0)
    gain_fen = models.BigIntegerField(default=0)
    n_struck = models.PositiveIntegerField(default=0)
    taken_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(ended_at__isnull=True), name="roster_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["programme", "year"], name="roster_year")]


class Household(models.Model):
    """An entry of a roster. sealed: who it is, under a key of its own (`household:<ref>`); its
    purpose is the county's check of help given, kept five years after the roster's.

    number: pseudonym of its national number, empty if it has none; one: ref that all entries of the
    same household share in a programme's year. left: see types.HouseholdIn; struck: why the county
    does not confirm it.
    """

    ref = models.CharField(max_length=32, unique=True)
    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="households")
    number = models.CharField(max_length=PSEUDONYM, blank=True, db_index=True)
    one = models.CharField(max_length=32, db_index=True)
    sealed = models.BinaryField()
    n_people = models.PositiveIntegerField()
    gain_fen = models.BigIntegerField(null=True)
    left = models.CharField(max_length=4, blank=True)
    struck = models.CharField(max_length=200, blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(n_people__gte=1), name="household_people")
        ]


class Member(models.Model):
    """A person of a household, by pseudonym."""

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="members")
    pseudonym = models.CharField(max_length=PSEUDONYM, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["household", "pseudonym"], name="member_once")
        ]
