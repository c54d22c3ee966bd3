"""Papers about gifts: official receipts that we file, certificates that we issue, sign-in codes."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class OfficialReceipt(models.Model):
    """A donation receipt of the finance authority's system (公益事业捐赠票据), filed with its gift.

    code, number, check_code: as printed; fen, issued_on: as printed. payer: as printed; a person's
    stays out, the gift knows who gave. voided_at: it was voided there; replaced by a further row.
    """

    ref = models.CharField(max_length=32, unique=True)
    gift = models.ForeignKey("donations.Gift", on_delete=models.PROTECT, related_name="receipts")
    code = models.CharField(max_length=20)
    number = models.CharField(max_length=20)
    check_code = models.CharField(max_length=20, blank=True)
    fen = models.BigIntegerField()
    issued_on = models.DateField()
    filed_at = models.DateTimeField()
    fact_ref = models.CharField(max_length=32)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "number"], name="official_receipt_once"),
            models.CheckConstraint(condition=Q(fen__gt=0), name="official_receipt_amount"),
        ]


class Certificate(models.Model):
    """A donation certificate (捐赠证书) of ours, by version; an old one stays traceable.

    sealed: personal (the name on it), purpose `the certificate can be printed again`, kept as long
    as the donor's row. fen: what the gift counted when it was issued. ended: empty while it is the
    one in force, else `replaced` or `voided`.
    """

    ref = models.CharField(max_length=32, unique=True)
    gift = models.ForeignKey(
        "donations.Gift", on_delete=models.PROTECT, related_name="certificates"
    )
    n = models.PositiveSmallIntegerField()
    sealed = models.BinaryField()
    fen = models.BigIntegerField()
    issued_at = models.DateTimeField()
    fact_ref = models.CharField(max_length=32)
    ended = models.CharField(max_length=8, blank=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gift", "n"], name="certificate_version"),
            models.UniqueConstraint(
                fields=["gift"], condition=Q(ended=""), name="certificate_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(ended__in=["", "replaced", "voided"]), name="certificate_ended"
            ),
        ]


class Code(models.Model):
    """A code sent to a phone, so that a donor finds their gifts without an account. A phone that
    nobody gave with has rows as well, so that time tells nothing: without the phone, never sent.

    sealed: personal (phone and code), purpose `sending it`, kept an hour. tries: wrong ones.
    """

    ref = models.CharField(max_length=32, unique=True)
    phone_digest = models.CharField(max_length=40, db_index=True)
    code_digest = models.CharField(max_length=40)
    sealed = models.BinaryField()
    made_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
