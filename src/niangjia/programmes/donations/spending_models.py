"""What money was spent on: applications, the payment of each, and who signed for it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Application(models.Model):
    """Somebody asks for money of a raising (拨付申请); approved by a second person, then paid.

    direction: whose directed money, null for the common pool. payee: the organisation that is paid;
    payee_account: last 4 digits only. fen: as asked; paid_fen: as paid, at most that, null before.
    state of its case: asked, approved, paid, settled (signed for), returned, dropped.
    """

    ref = models.CharField(max_length=32, unique=True)
    number = models.CharField(max_length=16, unique=True)
    raising = models.ForeignKey(
        "donations.Raising", on_delete=models.PROTECT, related_name="applications"
    )
    direction = models.ForeignKey(
        "donations.Direction", null=True, on_delete=models.PROTECT, db_index=False
    )
    payee = models.CharField(max_length=120)
    payee_account = models.CharField(max_length=4, blank=True)
    purpose = models.CharField(max_length=500)
    beneficiaries = models.CharField(max_length=200)
    fen = models.BigIntegerField()
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=32)
    hold_ref = models.CharField(max_length=32, blank=True)
    paid_fen = models.BigIntegerField(null=True)
    paid_at = models.DateTimeField(null=True)
    voucher = models.CharField(max_length=80, blank=True)
    fact_ref = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(fen__gt=0), name="application_amount"),
            models.CheckConstraint(
                condition=Q(paid_fen__isnull=True, paid_at__isnull=True)
                | Q(paid_fen__gt=0, paid_fen__lte=models.F("fen"), paid_at__isnull=False),
                name="application_paid",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["raising", "id"], name="application_raising"),
            models.Index(fields=["fact_ref"], name="application_fact"),
        ]


class SignFor(models.Model):
    """Recipients signed for what a payment brought (签领): one row per sheet or person.

    sealed: personal (name, phone), purpose `proof that the money arrived`, kept 10 years, then its
    key is erased. n_people: of a sheet. fen: what they got. how: sheet, in person, by the office.
    """

    ref = models.CharField(max_length=32, unique=True)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="signatures"
    )
    sealed = models.BinaryField(default=b"")
    n_people = models.PositiveIntegerField(default=1)
    fen = models.BigIntegerField()
    how = models.CharField(max_length=10)
    note = models.CharField(max_length=200, blank=True)
    signed_on = models.DateField()
    recorded_at = models.DateTimeField()
    fact_ref = models.CharField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(fen__gt=0), name="sign_for_amount"),
            models.CheckConstraint(condition=Q(n_people__gte=1), name="sign_for_people"),
        ]
