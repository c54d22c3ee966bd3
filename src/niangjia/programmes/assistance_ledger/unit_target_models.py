"""Tables of the yearly assessment: targets of units, their versions, sealed sheets."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

ORGANISATION = "orgs.Organisation"


class UnitTarget(models.Model):
    """What a unit has to reach in a year. n: its newest version; accepted_n: the one in force, 0
    while none was accepted."""

    ref = models.CharField(max_length=32, unique=True)
    unit = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="+")
    n = models.PositiveIntegerField(default=0)
    accepted_n = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "unit"], name="unit_target_once"),
            models.CheckConstraint(
                condition=Q(accepted_n__lte=F("n")), name="unit_target_in_force"
            ),
        ]


class UnitTargetVersion(models.Model):
    """A target as it was filed; never edited. *_fen: fen; members: heads that get gifts; policy: id
    of the assessment's rule; content_sha256: over all of it; unit_name: as it was called then."""

    ref = models.CharField(max_length=32, unique=True)
    target = models.ForeignKey(UnitTarget, on_delete=models.PROTECT, related_name="versions")
    n = models.PositiveIntegerField()
    unit_name = models.CharField(max_length=200)
    canteen = models.CharField(max_length=10)
    food_fen = models.BigIntegerField()
    filed_with = models.ForeignKey(
        ORGANISATION, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    members = models.PositiveIntegerField()
    gift_fen = models.BigIntegerField()
    exempt = models.CharField(max_length=20, blank=True)
    exempt_reason = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    policy = models.CharField(max_length=40)
    reserved_fen = models.BigIntegerField()
    floor_fen = models.BigIntegerField()
    gift_part_fen = models.BigIntegerField()
    target_fen = models.BigIntegerField()
    content_sha256 = models.CharField(max_length=64)
    filed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["target", "n"], name="unit_target_version_once"),
            models.CheckConstraint(
                condition=Q(target_fen=F("reserved_fen") + F("gift_part_fen")),
                name="unit_target_adds_up",
            ),
        ]


class SealedSheet(models.Model):
    """A signed and sealed sheet, scanned. version: the one that its code names, null if it names
    none of this target; code: found in the scan, empty if none was; reason: a person's word."""

    target = models.ForeignKey(UnitTarget, on_delete=models.PROTECT, related_name="sheets")
    version = models.ForeignKey(
        UnitTargetVersion, null=True, on_delete=models.PROTECT, related_name="+"
    )
    document_ref = models.CharField(max_length=32)
    code = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    received_at = models.DateTimeField()
    fact_ref = models.CharField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["target", "document_ref"], name="sealed_sheet_once")
        ]
