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
