"""Tables of the front door: keys (own database), journal, outbox."""

import secrets
from typing import ClassVar

from django.db import models


def new_ref() -> str:
    """32 random hexadecimal digits."""
    return secrets.token_hex(16)


class SealKey(models.Model):
    """A data key of one owner, wrapped by the installation's master key; lives in `keys`.

    owner: `org:<id>`, `person:<id>`, `contact:<id>`. Erasing clears `wrapped` for ever.
    ref: random; the fact of an erasure names it, and says nothing about whose key it was.
    """

    ref = models.CharField(max_length=32, unique=True, default=new_ref)
    owner = models.CharField(max_length=120, unique=True)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)


class JournalEntry(models.Model):
    """A private act: sign-in, export, look at masked data. Append-only; kept 3 years."""

    at = models.DateTimeField(db_index=True)
    login_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, blank=True, db_index=True)
    detail = models.JSONField(default=dict)


class OutboxMessage(models.Model):
    """An effect outside the database, left in the service's transaction; done by the worker."""

    topic = models.CharField(max_length=60)
    payload = models.JSONField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="outbox_due", condition=models.Q(failed_at__isnull=True)
            )
        ]
