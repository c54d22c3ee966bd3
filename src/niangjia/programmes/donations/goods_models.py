"""Goods that were given: what they are, how many, what they are worth and how that is known."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

BASES = ("invoice", "customs", "delivery_note", "government_list")


class GoodsItem(models.Model):
    """One kind of thing in a gift of goods. n: counted units, as received.

    value_fen: of all of them, null while unvalued (未估值; it then adds 0). basis: the donor's
    invoice, the customs form, the delivery note or the government's list, with its number.
    """

    ref = models.CharField(max_length=32, unique=True)
    gift = models.ForeignKey("donations.Gift", on_delete=models.PROTECT, related_name="items")
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    spec = models.CharField(max_length=120, blank=True)
    measure = models.CharField(max_length=20)
    n = models.PositiveIntegerField()
    value_fen = models.BigIntegerField(null=True)
    basis = models.CharField(max_length=20, blank=True)
    basis_no = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gift", "place"], name="goods_item_place"),
            models.CheckConstraint(condition=Q(n__gte=1), name="goods_item_counted"),
            models.CheckConstraint(
                condition=Q(value_fen__isnull=True, basis="")
                | (Q(value_fen__gt=0) & Q(basis__in=BASES)),
                name="goods_item_value_has_basis",
            ),
        ]


class HandOver(models.Model):
    """Goods on their way from the foundation to who gets them (物资交接单).

    direction: what its goods are directed to, null where none of them is. state: sent, arrived.
    sealed: personal (who handed over, carried, received, their phone), purpose `custody of the
    goods`, kept 10 years, then its key is erased.
    """

    ref = models.CharField(max_length=32, unique=True)
    number = models.CharField(max_length=16, unique=True)
    raising = models.ForeignKey(
        "donations.Raising", on_delete=models.PROTECT, related_name="hand_overs"
    )
    direction = models.ForeignKey(
        "donations.Direction", null=True, on_delete=models.PROTECT, db_index=False
    )
    recipient = models.CharField(max_length=120)
    place = models.CharField(max_length=200, blank=True)
    sealed = models.BinaryField(default=b"")
    state = models.CharField(max_length=8, default="sent")
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=32)
    sent_ref = models.CharField(max_length=32)
    arrived_at = models.DateTimeField(null=True)
    arrived_ref = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="sent", arrived_at__isnull=True)
                | Q(state="arrived", arrived_at__isnull=False),
                name="hand_over_state",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["raising", "id"], name="hand_over_raising")]


class HandOverLine(models.Model):
    """An item of a hand-over. n_arrived: null until it arrived; what is short is a discrepancy.

    outcome: of a discrepancy: empty while open, found, returned, lost.
    """

    hand_over = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="lines")
    item = models.ForeignKey(GoodsItem, on_delete=models.PROTECT, related_name="lines")
    n_sent = models.PositiveIntegerField()
    n_arrived = models.PositiveIntegerField(null=True)
    outcome = models.CharField(max_length=8, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    explained_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hand_over", "item"], name="hand_over_line_once"),
            models.CheckConstraint(condition=Q(n_sent__gte=1), name="hand_over_line_sent"),
            models.CheckConstraint(
                condition=Q(n_arrived__isnull=True) | Q(n_arrived__lte=models.F("n_sent")),
                name="hand_over_line_arrived",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", "found", "returned", "lost"]),
                name="hand_over_line_outcome",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["id"],
                name="hand_over_line_short",
                condition=Q(outcome="", n_arrived__lt=models.F("n_sent")),
            )
        ]


class Redirection(models.Model):
    """A donor agreed that a gift is used otherwise than it was directed.

    how: in writing, by phone, in person; given_on: the day of the consent. moved_fen: money that
    went to the other fund.
    """

    ref = models.CharField(max_length=32, unique=True)
    gift = models.ForeignKey(
        "donations.Gift", on_delete=models.PROTECT, related_name="redirections"
    )
    before = models.ForeignKey(
        "donations.Direction", null=True, on_delete=models.PROTECT, related_name="+"
    )
    after = models.ForeignKey(
        "donations.Direction", null=True, on_delete=models.PROTECT, related_name="+"
    )
    moved_fen = models.BigIntegerField(default=0)
    how = models.CharField(max_length=10)
    given_on = models.DateField()
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    fact_ref = models.CharField(max_length=32)
