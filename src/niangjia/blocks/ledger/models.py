"""The ledger's tables. Facts and entries are insert-only: the database itself refuses the rest."""

from typing import ClassVar

from django.db import models


class StoredFact(models.Model):
    """One fact: the canonical bytes that are hashed, and what finds it again.

    body: canonical JSON (lib.canonical). business, personal: sealed parts; see envelope.py.
    """

    ref = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, db_index=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    body = models.BinaryField()
    reverses = models.CharField(max_length=32, blank=True)
    sealed_business = models.BinaryField()
    sealed_personal = models.JSONField(default=dict)


class Pending(models.Model):
    """A fact that is not yet an entry; deleted in the commit that makes it one."""

    fact = models.OneToOneField(
        StoredFact, primary_key=True, on_delete=models.PROTECT, related_name="pending"
    )


class Entry(models.Model):
    """A place in the log. index: gap-free from 0; root: tree root over entries 0..index."""

    index = models.BigIntegerField(primary_key=True)
    fact = models.OneToOneField(StoredFact, on_delete=models.PROTECT, related_name="entry")
    leaf_hash = models.BinaryField()
    root = models.BinaryField()
    sequenced_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(index__gte=0), name="entry_index_from_0")
        ]


class Head(models.Model):
    """Where the log stands: size and frontier; one row, moved only from the size it was read at."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)
    frontier = models.BinaryField(default=b"")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="ledger_one_head")
        ]
