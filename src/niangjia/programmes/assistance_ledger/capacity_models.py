"""What suppliers say they can deliver in a year."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Capacity(models.Model):
    """The value of goods (商品价值量, fen) that a supplier can deliver of a product in a year; the
    newest line of these three counts. source: where it is said."""

    supplier = models.ForeignKey("orgs.Organisation", on_delete=models.PROTECT, related_name="+")
    product = models.CharField(max_length=200)
    year = models.PositiveSmallIntegerField()
    fen = models.BigIntegerField()
    county_code = models.CharField(max_length=6, blank=True)
    source = models.CharField(max_length=200)
    declared_at = models.DateTimeField()
    fact_ref = models.CharField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(fen__gt=0), name="capacity_positive")
        ]
        indexes: ClassVar = [
            models.Index(fields=["year", "supplier", "product", "-id"], name="capacity_newest")
        ]
