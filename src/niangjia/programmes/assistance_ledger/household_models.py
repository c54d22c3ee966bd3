"""Households helped in a year, each counted once: by city, county, district, unit, supplier."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

KINDS = ("city", "county", "district", "supplier", "unit", "nobody")


class HouseholdCount(models.Model):
    """A count of a year. Counted anew by the worker; never a sum of others: a household that two
    units helped counts once for each of them, and once for the city.

    kind, label: for whom; `nobody`: gains of rosters whose goods no unit bought. confirmed: of
    material that the county confirmed only. gain_fen: gains attributed once, so that units and
    `nobody` add up to the city. left: year (or `yes`, `no`, empty) -> households.
    """

    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8)
    label = models.CharField(max_length=40, blank=True)
    confirmed = models.BooleanField()
    households = models.PositiveIntegerField()
    people = models.PositiveIntegerField()
    gain_fen = models.BigIntegerField()
    left = models.JSONField(default=dict)
    counted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["year", "kind", "label", "confirmed"], name="household_count_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="household_count_kind"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["year", "kind", "confirmed", "-households", "label"],
                name="household_count_most",
            )
        ]
