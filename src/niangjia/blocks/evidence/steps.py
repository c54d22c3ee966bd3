"""Parts of other rooms' services: what a document proves, and that it proves it no more."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.evidence.models import Document, Link
from niangjia.core.db.bulk import insert_rows
from niangjia.core.errors import Conflict, NotFound
from niangjia.core.work import Work

COLUMNS = ("document_id", "subject", "kind", "linked_at", "unlinked_at")


def link(work: Work, *, subject: str, kind: str, document_ref: str) -> bool:
    """The document proves this of the subject; False if it did already. Raises NotFound, Conflict
    (its bytes were erased). The caller has checked that the actor may see both."""
    document = Document.objects.filter(ref=document_ref).first()
    if document is None:
        raise NotFound(_("There is no such file, or it is not yours to see."))
    if document.erased_at is not None:
        raise Conflict(_("This file was erased; it can prove nothing new."), code="evidence_erased")
    _link, is_new = Link.objects.get_or_create(
        document=document,
        subject=subject,
        kind=kind,
        unlinked_at=None,
        defaults={"linked_at": work.at},
    )
    if is_new:
        Document.objects.filter(pk=document.pk).update(n_links=F("n_links") + 1)
    return is_new


def unlink(work: Work, *, subject: str, kind: str, document_ref: str) -> None:
    """The document does not prove this any more. Raises NotFound if it did not."""
    rows = Link.objects.filter(
        document__ref=document_ref, subject=subject, kind=kind, unlinked_at__isnull=True
    )
    if rows.update(unlinked_at=work.at) != 1:
        raise NotFound(_("This file was taken off already. Nothing was changed."))
    Document.objects.filter(ref=document_ref).update(n_links=F("n_links") - 1)


def carry(work: Work, moves: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    """What proves the old subject proves the new one too (old -> new); returns the kinds that each
    new subject has by it, those with none left out."""
    old = Link.objects.filter(subject__in=list(moves), unlinked_at__isnull=True).order_by("id")
    links = list(old.values_list("document_id", "subject", "kind"))
    insert_rows(Link, COLUMNS, [(pk, moves[of], kind, work.at, None) for pk, of, kind in links])
    for pk, n in sorted(Counter(pk for pk, _of, _kind in links).items()):
        Document.objects.filter(pk=pk).update(n_links=F("n_links") + n)
    kinds: dict[str, dict[str, None]] = {}
    for _pk, of, kind in links:
        kinds.setdefault(moves[of], {})[kind] = None
    return {subject: tuple(found) for subject, found in kinds.items()}


def kinds_there(subjects: Iterable[str]) -> Mapping[str, Collection[str]]:
    """subject -> kinds that some document proves of it; those with none are left out."""
    found: dict[str, set[str]] = {}
    rows = Link.objects.filter(subject__in=list(subjects), unlinked_at__isnull=True)
    for subject, kind in rows.values_list("subject", "kind"):
        found.setdefault(subject, set()).add(kind)
    return found
