"""What narrows a list to an invoice, a file of evidence, a household, or one record with its
corrections.

Each has an index of the records themselves; the caller's rows are in the reader's scope already.
"""

from typing import Protocol

from django.db.models import Q, QuerySet

from niangjia.blocks.evidence.public import links_to
from niangjia.core.actor import Actor
from niangjia.programmes.assistance_ledger.models import Purchase, ReviewLine
from niangjia.programmes.assistance_ledger.selectors.evidence import documents_with
from niangjia.programmes.assistance_ledger.selectors.reviews import group_of_review
from niangjia.programmes.assistance_ledger.selectors.rosters import reviews_naming

MOST_CORRECTIONS = 50  # of one record, one after the other
Rows = QuerySet[Purchase]


class Asked(Protocol):
    """listing.Filters, as far as it is read here."""

    @property
    def invoice(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def record(self) -> str: ...
    @property
    def household(self) -> str: ...


def narrowed(actor: Actor, rows: Rows, asked: Asked) -> Rows | None:
    """The rows of an invoice, a file, a household and a record, of all that are given; None if none
    is."""
    found = None
    if asked.invoice:
        found = of_invoice(rows, asked.invoice)
    if asked.file:
        found = of_file(actor, rows if found is None else found, asked.file)
    if asked.household:
        found = (rows if found is None else found).filter(of_household(actor, asked.household))
    if asked.record:
        refs = corrections_of(rows, asked.record)
        found = (rows if found is None else found).filter(ref__in=refs)
    return found


def of_invoice(rows: Rows, invoice: str) -> Rows:
    """invoice: a number, or code and number with a blank between."""
    code, _blank, number = invoice.strip().rpartition(" ")
    found = rows.exclude(invoice_no="").filter(invoice_no=number)  # so the index is used
    return found.filter(invoice_code=code.strip()) if code else found


def of_file(actor: Actor, rows: Rows, sha256: str) -> Rows:
    """What the files with this SHA-256 prove: records, all of a supplier, those of a review."""
    subjects: dict[str, set[str]] = {"purchase": set(), "supplier": set(), "review": set()}
    for one in documents_with(actor, sha256=sha256) if len(sha256) == 64 else ():
        for link in links_to(one.ref):
            kind, _colon, ref = link.subject.partition(":")
            subjects.setdefault(kind, set()).add(ref)
    lines = ReviewLine.objects.filter(review__ref__in=subjects["review"], ended_at__isnull=True)
    proved = Q(ref__in=subjects["purchase"]) | Q(pk__in=lines.values("purchase_id"))
    return rows.filter(proved | Q(supplier__ref__in=subjects["supplier"]))


def of_household(actor: Actor, ref: str) -> Q:
    """The records in force behind every roster of the year that names the household, as far as the
    actor may see the material; nothing for those who may not see rosters."""
    proved = Q(pk__in=())
    for row in reviews_naming(actor, ref):
        proved |= Q(pk__in=group_of_review(row).records.values("pk"))
    return proved


def corrections_of(rows: Rows, ref: str) -> list[str]:
    """The refs of a record, of what it corrects and of what corrects it, oldest first."""
    chain = list(rows.filter(ref=ref).values_list("ref", "corrects"))
    while chain and chain[0][1] and len(chain) < MOST_CORRECTIONS:
        earlier = rows.filter(ref=chain[0][1]).values_list("ref", "corrects").first()
        if earlier is None:
            break
        chain.insert(0, earlier)
    while chain and len(chain) < MOST_CORRECTIONS:
        rows_after = rows.exclude(corrects="").filter(corrects=chain[-1][0])
        later = rows_after.values_list("ref", "corrects").first()
        if later is None:
            break
        chain.append(later)
    return [one for one, _corrects in chain]
