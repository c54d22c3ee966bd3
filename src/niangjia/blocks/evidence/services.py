"""Receiving a file, and taking back one that proves nothing."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.evidence import facts
from niangjia.blocks.evidence.looking.types import Looked
from niangjia.blocks.evidence.models import Document
from niangjia.blocks.evidence.storage import owner_of, remove
from niangjia.blocks.evidence.types import Stored
from niangjia.core import seal
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.outbox import handles
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.lib.einvoice.types import Invoice

FORGET = "evidence.forget"


@service(permission="evidence.send", records=FACT)
def evidence_receive(work: Work, /, *, stored: Stored, name: str, looked: Looked) -> str:
    """The file is a document of the actor's organisation; its ref. If the very same bytes are one
    already, that one's ref: then the caller drops what it stored. Raises Denied (no organisation).
    """
    organisation_id = work.actor.organisation_id
    if organisation_id is None:
        raise Denied(_("Choose a role of your unit first: evidence belongs to a unit."))
    row = Document(
        ref=stored.ref,
        organisation_id=organisation_id,
        sha256=stored.sha256,
        n_bytes=stored.n_bytes,
        format=stored.format,
        name=name.strip()[-200:],
        problem=looked.problem,
        is_signed=looked.is_signed,
        n_pages=looked.n_pages,
        has_picture=bool(looked.preview),
        picture_hash=looked.picture_hash,
        numbers=_joined(_numbers(looked), 500),
        codes=_joined(looked.qr_texts, 1000),
        invoice=_invoice_values(looked.invoice),
        received_at=work.at,
        fact_ref=work.new_id(),
    )
    Document.objects.bulk_create([row], ignore_conflicts=True)
    kept: str = Document.objects.values_list("ref", flat=True).get(
        organisation_id=organisation_id, sha256=stored.sha256, erased_at__isnull=True
    )
    if kept != stored.ref:
        work.repeated()
        return kept
    values: dict[str, Value] = {
        "document": stored.ref,
        "format": stored.format,
        "n_bytes": stored.n_bytes,
        "sha256": stored.sha256,
    }
    owners = {BUSINESS: f"org:{work.actor.organisation_ref}"}
    work.record(
        Fact(facts.RECEIVED, f"document:{stored.ref}", work.at, values, owners, ref=row.fact_ref)
    )
    return kept


# What of an e-invoice stays sealed in its file alone: free text that may name people.
LEFT_OUT = ("note", "check_code")


def _invoice_values(invoice: Invoice | None) -> dict[str, object] | None:
    """What an e-invoice says, as plain values: fen, thousandths, days as ISO texts."""
    if invoice is None:
        return None
    found = asdict(invoice)
    found["issued_on"] = invoice.issued_on.isoformat() if invoice.issued_on else ""
    return {name: value for name, value in found.items() if name not in LEFT_OUT}


def _numbers(looked: Looked) -> tuple[str, ...]:
    """Invoice numbers found, the e-invoice's own first."""
    own = (looked.invoice.number,) if looked.invoice else ()
    return tuple(dict.fromkeys((*own, *looked.numbers)))


def _joined(parts: tuple[str, ...], most: int) -> str:
    """The parts that fit, joined by blanks; none is cut."""
    text = ""
    for part in ("".join(one.split()) for one in parts):
        if part and len(text) + len(part) < most:
            text = f"{text} {part}".strip()
    return text


@service(permission="evidence.send", records=FACT)
def evidence_discard(work: Work, /, *, document_ref: str, reason: str) -> None:
    """A file of one's own that proves nothing is gone for good; that it was there stays said.

    Raises NotFound, Conflict (it proves something), Invalid (no reason).
    """
    row = Document.objects.filter(
        ref=document_ref,
        organisation_id=work.actor.organisation_id or 0,
        erased_at__isnull=True,
    ).first()
    if row is None:
        raise NotFound(_("There is no such file, or it is not yours to see."))
    if row.n_links:
        raise Conflict(
            _("This file is evidence of a record. Take it off there first."), code="evidence_in_use"
        )
    _erase(work, row, reason)


@service(permission="evidence.erase", records=FACT)
def evidence_erase(work: Work, /, *, document_ref: str, reason: str) -> None:
    """Nobody can read the file any more, here or in a copy; its hash and what it proved stay.

    Raises NotFound, Invalid (no reason).
    """
    row = Document.objects.filter(ref=document_ref, erased_at__isnull=True).first()
    if row is None:
        raise NotFound(_("There is no such file, or it is not yours to see."))
    _erase(work, row, reason)


def _erase(work: Work, row: Document, reason: str) -> None:
    text = reason.strip()
    if not 2 <= len(text) <= 200:
        raise Invalid(
            _("Say why it is erased (2 to 200 characters)."),
            fields={"reason": str(_("2 to 200 characters"))},
        )
    key = seal.key_ref(owner_of(row.ref)) or ""
    values = {"document": row.ref, "key": key, "reason": text, "sha256": row.sha256}
    owner = f"org:{row.organisation.ref}"
    work.record(Fact(facts.ERASED, f"document:{row.ref}", work.at, values, {BUSINESS: owner}))
    Document.objects.filter(pk=row.pk).update(
        erased_at=work.at, name="", numbers="", codes="", invoice=None, picture_hash=""
    )
    work.send(FORGET, {"document": row.ref})


@handles(FORGET)
def forget(payload: Mapping[str, Any]) -> None:
    """The file and its key are gone; again and again with the same outcome."""
    remove(str(payload["document"]))
