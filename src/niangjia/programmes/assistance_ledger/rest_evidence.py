"""JSON: evidence files, where they belong, what a record has and lacks."""

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from niangjia.blocks.evidence.public import DocumentView, links_to, receive
from niangjia.programmes.assistance_ledger.selectors.evidence import (
    document_get,
    named_subjects,
    proposals,
    purchase_checklist,
)
from niangjia.programmes.assistance_ledger.services.evidence import (
    Placement,
    evidence_attach,
    evidence_detach,
)
from niangjia.programmes.assistance_ledger.views.evidence import file_answer
from niangjia.ui.page import actor_of
from niangjia.ui.rest import CHANGED, ONE, SIGNED_IN, Refusal

router = Router(tags=["evidence"])
Ref = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
Kind = Annotated[str, Field(max_length=20, pattern="^[a-z_]+$")]
Reason = Annotated[str, Field(max_length=200, pattern="^[^\\u0000]*$")]


class FileOut(Schema):
    """A file as received. problem: why nothing could be read off it; invoice: what an e-invoice
    says, money in fen; proves: subjects `purchase:<ref>` or `supplier:<ref>` that may be seen."""

    ref: str
    name: str
    format: str
    n_bytes: int
    sha256: str
    problem: str
    is_signed: bool
    n_pages: int
    numbers: list[str]
    invoice: dict[str, Any] | None
    received_at: dt.datetime
    erased_at: dt.datetime | None
    proves: list[str]


class CandidateOut(Schema):
    """A record that a file may belong to. why: `code`, `invoice` or `number`."""

    purchase: str
    product: str
    occurred_on: str
    amount_fen: int
    why: str


class UnplacedOut(Schema):
    """A file that proves nothing yet; kind: what it probably is, or empty."""

    ref: str
    name: str
    kind: str
    candidates: list[CandidateOut]


class UnplacedPage(Schema):
    """next: cursor for the page that follows, 0 on the last."""

    items: list[UnplacedOut]
    next: int


class LineOut(Schema):
    """A line of the checklist. kind: code, alternatives joined by `|`; files: refs."""

    kind: str
    needed: bool
    files: list[str]


class ChecklistOut(Schema):
    """What a record needs and has. missing: kinds that are needed and not there."""

    purchase: str
    missing: list[str]
    lines: list[LineOut]
    of_supplier: list[LineOut]


class PlaceIn(Schema):
    """That a file is evidence of this kind of a record."""

    file: Ref
    purchase: Ref
    kind: Kind


class TakeOffIn(PlaceIn):
    """reason: stays with the record."""

    reason: Reason


class Placed(Schema):
    """changed: False if it was so already."""

    changed: bool


def _file(request: HttpRequest, one: DocumentView) -> FileOut:
    links = links_to(one.ref)
    seen = named_subjects(actor_of(request), links)
    names = FileOut.model_fields.keys() - {"proves", "numbers"}
    return FileOut(
        **{name: getattr(one, name) for name in names},
        numbers=list(one.numbers),
        proves=sorted({link.subject for link in links if link.subject in seen}),
    )


@router.post(
    "", response={200: FileOut, 201: FileOut, **CHANGED, 413: Refusal}, operation_id="evidence_send"
)
def send(request: HttpRequest, file: File[UploadedFile]) -> tuple[int, FileOut]:
    """A file is brought: PDF, OFD, JPEG, PNG, .xlsx or an e-invoice's XML, at most 20 MB. The same
    bytes again are the same file (200)."""
    actor = actor_of(request)
    got = receive(actor, chunks=file.chunks(), name=file.name or "-")
    return (201 if got.is_new else 200), _file(request, document_get(actor, ref=got.ref))


@router.get("", response={200: UnplacedPage, **SIGNED_IN}, operation_id="evidence_unplaced")
def unplaced(
    request: HttpRequest, before: Annotated[int, Field(ge=0, le=2**53)] = 0
) -> UnplacedPage:
    """Files of one's own that prove nothing yet, newest first, with where they may belong."""
    found, more = proposals(actor_of(request), before=before)
    items = [
        UnplacedOut(
            ref=one.document.ref,
            name=one.document.name,
            kind=one.kind,
            candidates=[
                CandidateOut(
                    purchase=hit.ref,
                    product=hit.product,
                    occurred_on=hit.day,
                    amount_fen=hit.amount_fen,
                    why=hit.why,
                )
                for hit in one.candidates
            ],
        )
        for one in found
    ]
    return UnplacedPage(items=items, next=more)


@router.get("/of/{ref}", response={200: ChecklistOut, **ONE}, operation_id="evidence_checklist")
def checklist(request: HttpRequest, ref: Ref) -> ChecklistOut:
    """What a record needs, has and lacks."""
    missing, found = purchase_checklist(actor_of(request), ref=ref)
    own, of_supplier = (
        [
            LineOut(
                kind=line.kind,
                needed=line.is_needed,
                files=[link.document.ref for link in line.links],
            )
            for line in lines
        ]
        for lines in (found.lines, found.of_supplier)
    )
    return ChecklistOut(purchase=ref, missing=missing, lines=own, of_supplier=of_supplier)


@router.post("/attach", response={200: Placed, **CHANGED}, operation_id="evidence_attach")
def attach(request: HttpRequest, body: PlaceIn) -> Placed:
    """The file is evidence of the record."""
    placement = Placement(body.file, body.purchase, body.kind)
    return Placed(changed=evidence_attach(actor_of(request), placement=placement))


@router.post("/detach", response={200: Placed, **CHANGED}, operation_id="evidence_detach")
def detach(request: HttpRequest, body: TakeOffIn) -> Placed:
    """The file is no evidence of the record any more."""
    placement = Placement(body.file, body.purchase, body.kind)
    evidence_detach(actor_of(request), placement=placement, reason=body.reason)
    return Placed(changed=True)


@router.get("/{ref}", response={200: FileOut, **ONE}, operation_id="evidence_file")
def one(request: HttpRequest, ref: Ref) -> FileOut:
    """One file."""
    return _file(request, document_get(actor_of(request), ref=ref))


@router.get("/{ref}/bytes", response={200: None, **ONE}, operation_id="evidence_bytes")
def content(request: HttpRequest, ref: Ref) -> HttpResponse:
    """The bytes as received. A look at personal evidence is noted."""
    return file_answer(actor_of(request), ref, "file")
