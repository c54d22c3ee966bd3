"""Reads: documents and what they prove. Who may see them is the caller's to decide."""

import hashlib
from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from niangjia.blocks.evidence.models import Document, Link
from niangjia.blocks.evidence.types import DocumentView, LinkView
from niangjia.core.actor import Actor

PAGE = 20


def view_of(row: Document) -> DocumentView:
    """A document as other rooms see it."""
    return DocumentView(
        ref=row.ref,
        name=row.name,
        format=row.format,
        n_bytes=row.n_bytes,
        sha256=row.sha256,
        problem=row.problem,
        is_signed=row.is_signed,
        n_pages=row.n_pages,
        has_picture=row.has_picture,
        numbers=tuple(row.numbers.split()),
        codes=tuple(row.codes.split()),
        invoice=row.invoice,
        organisation_id=row.organisation_id,
        received_at=row.received_at,
        erased_at=row.erased_at,
        n_links=row.n_links,
    )


def document(ref: str) -> DocumentView | None:
    """A document by its ref; None if there is none."""
    row = Document.objects.filter(ref=ref).first()
    return view_of(row) if row else None


def same_bytes(actor: Actor, plain: bytes) -> str:
    """The ref of the document of the actor's organisation with these very bytes; empty if none."""
    rows = Document.objects.filter(
        organisation_id=actor.organisation_id or 0,
        sha256=hashlib.sha256(plain).hexdigest(),
        erased_at__isnull=True,
    )
    return rows.values_list("ref", flat=True).first() or ""


def documents_hashed(sha256: str, most: int = 50) -> list[DocumentView]:
    """The documents whose SHA-256 is this, or begins with it: hexadecimal, small letters."""
    rows = Document.objects.filter(sha256__gte=sha256, sha256__lt=f"{sha256}g").order_by("id")
    return [view_of(one) for one in rows[:most]]


def links_of(subjects: Iterable[str]) -> list[LinkView]:
    """What proves these, oldest first."""
    rows = Link.objects.filter(subject__in=list(subjects), unlinked_at__isnull=True)
    return _views(rows)


def links_to(ref: str) -> list[LinkView]:
    """What a document proves."""
    return _views(Link.objects.filter(document__ref=ref, unlinked_at__isnull=True))


def _views(rows: QuerySet[Link]) -> list[LinkView]:
    return [
        LinkView(view_of(one.document), one.subject, one.kind, one.linked_at)
        for one in rows.select_related("document").order_by("id")
    ]


def unplaced(
    organisation_id: int, *, before: int = 0, n: int = PAGE
) -> tuple[list[DocumentView], int]:
    """(documents of an organisation that prove nothing yet, newest first; where to go on, or 0)."""
    rows = Document.objects.filter(
        organisation_id=organisation_id, n_links=0, erased_at__isnull=True
    ).order_by("-id")
    if before:
        rows = rows.filter(id__lt=before)
    found = list(rows[: n + 1])
    return [view_of(one) for one in found[:n]], found[n - 1].pk if len(found) > n else 0


def n_unplaced(organisation_id: int, most: int = 1000) -> int:
    """How many documents prove nothing yet, counted up to `most`."""
    rows = Document.objects.filter(
        organisation_id=organisation_id, n_links=0, erased_at__isnull=True
    )
    return rows[:most].count()


def pictures_of(
    kinds: Collection[str], prefix: str
) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """(document -> its look, document -> subjects) of photos that prove one of `kinds` of subjects
    that begin with `prefix`; erased ones and those without a look are left out."""
    rows = Link.objects.filter(
        kind__in=list(kinds), subject__startswith=prefix, unlinked_at__isnull=True
    ).exclude(document__picture_hash="")
    looks: dict[str, str] = {}
    subjects: dict[str, list[str]] = {}
    values = rows.order_by("id").values_list("document__ref", "document__picture_hash", "subject")
    for ref, look, subject in values.iterator(chunk_size=2_000):
        looks[ref] = look
        subjects.setdefault(ref, []).append(subject)
    return looks, {ref: tuple(dict.fromkeys(named)) for ref, named in subjects.items()}
