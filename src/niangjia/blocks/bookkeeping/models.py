"""Tables of the books. Transfers are insert-only: the database itself refuses the rest."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from niangjia.blocks.bookkeeping.types import MAX_AMOUNT


class Book(models.Model):
    """A set of accounts that only have transfers among themselves."""

    code = models.CharField(max_length=80, unique=True)
    opened_at = models.DateTimeField()


class Account(models.Model):
    """A holder of one asset; its sums are those of its transfers, kept in the same transaction.

    Which side it grows on, its asset and its floor never change.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="accounts")
    code = models.CharField(max_length=120)
    asset = models.CharField(max_length=60)
    normal = models.CharField(max_length=6)
    floored = models.BooleanField()
    title = models.CharField(max_length=120, blank=True)
    debits_posted = models.BigIntegerField(default=0)
    credits_posted = models.BigIntegerField(default=0)
    debits_pending = models.BigIntegerField(default=0)
    credits_pending = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["book", "code"], name="bookkeeping_one_account"),
            models.CheckConstraint(
                condition=Q(normal__in=("debit", "credit")), name="bookkeeping_normal_side"
            ),
            models.CheckConstraint(
                condition=Q(
                    debits_posted__gte=0,
                    credits_posted__gte=0,
                    debits_pending__gte=0,
                    credits_pending__gte=0,
                ),
                name="bookkeeping_sums_from_0",
            ),
            models.CheckConstraint(
                condition=Q(floored=False)
                | Q(normal="debit", debits_posted__gte=F("credits_posted") + F("credits_pending"))
                | Q(normal="credit", credits_posted__gte=F("debits_posted") + F("debits_pending")),
                name="bookkeeping_floor",
            ),
        ]


class Transfer(models.Model):
    """A leg of an order. kind: post, hold, settle or void.

    held: where it ends a hold (of_key: that order's key), what is pending no more; amount: what is
    posted, held or (void) released. debit_after, credit_after: the posted balance of either
    account after it, on its normal side.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=120)
    leg = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=6)
    debit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    credit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = models.BigIntegerField()
    held = models.BigIntegerField()
    of_key = models.CharField(max_length=120, blank=True)
    debit_after = models.BigIntegerField()
    credit_after = models.BigIntegerField()
    at = models.DateTimeField()
    fact_ref = models.CharField(max_length=32)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["debit", "id"], name="bookkeeping_by_debit"),
            models.Index(fields=["credit", "id"], name="bookkeeping_by_credit"),
            models.Index(fields=["fact_ref"], name="bookkeeping_by_fact"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["book", "key", "leg"], name="bookkeeping_key_once"),
            models.UniqueConstraint(
                fields=["book", "of_key", "leg"],
                condition=~Q(of_key=""),
                name="bookkeeping_hold_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("post", "hold"), amount__gte=1, held=0, of_key="")
                | (Q(kind="settle", amount__gte=0) & ~Q(of_key=""))
                | (Q(kind="void", amount=F("held")) & ~Q(of_key="")),
                name="bookkeeping_kinds",
            ),
            models.CheckConstraint(
                condition=Q(amount__lte=MAX_AMOUNT, held__lte=MAX_AMOUNT, held__gte=0),
                name="bookkeeping_amounts",
            ),
            models.CheckConstraint(
                condition=~Q(debit=F("credit")), name="bookkeeping_two_accounts"
            ),
        ]
