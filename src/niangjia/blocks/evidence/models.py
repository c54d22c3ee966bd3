"""Received files and what they prove; the bytes lie sealed on the disk."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Document(models.Model):
    """A file as it was received; its bytes and pictures lie sealed under a key of its own.

    sha256: of the received bytes; name: as the sender called it. problem: code of why nothing could
    be read off it, empty else. numbers, codes: invoice numbers and other texts found, joined by
    blanks; picture_hash: 64 bits of the look of a photo, hexadecimal; invoice: what an e-invoice
    says. n_links: of links in force.
    """

    ref = models.CharField(max_length=32, unique=True)
    organisation = models.ForeignKey(
        "orgs.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    sha256 = models.CharField(max_length=64)
    n_bytes = models.BigIntegerField()
    format = models.CharField(max_length=8)
    name = models.CharField(max_length=200)
    problem = models.CharField(max_length=40, blank=True)
    is_signed = models.BooleanField(default=False)
    n_pages = models.PositiveIntegerField(default=0)
    has_picture = models.BooleanField(default=False)
    picture_hash = models.CharField(max_length=16, blank=True)
    numbers = models.CharField(max_length=500, blank=True)
    codes = models.CharField(max_length=1000, blank=True)
    invoice = models.JSONField(null=True)
    n_links = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField()
    fact_ref = models.CharField(max_length=32)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "sha256"],
                condition=Q(erased_at__isnull=True),
                name="document_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "id"],
                name="document_unplaced",
                condition=Q(n_links=0, erased_at__isnull=True),
            ),
            models.Index(fields=["organisation", "id"], name="document_of"),
            models.Index(fields=["sha256"], name="document_sha256"),
            models.Index(
                fields=["picture_hash"], name="document_picture", condition=~Q(picture_hash="")
            ),
        ]


class Link(models.Model):
    """That a document proves something. subject: `purchase:<ref>`; unlinked_at: taken back."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="links")
    subject = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    linked_at = models.DateTimeField()
    unlinked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject", "document", "kind"],
                condition=Q(unlinked_at__isnull=True),
                name="link_once",
            )
        ]
