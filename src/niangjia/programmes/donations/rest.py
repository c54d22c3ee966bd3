"""JSON: raisings, live totals, bulletins and receipts, open to everyone."""

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from niangjia.blocks.indicators.public import PublishedBulletin
from niangjia.programmes.donations import counted, limits
from niangjia.programmes.donations.selectors import board
from niangjia.programmes.donations.selectors.bulletins import bulletin_view, raising_bulletins
from niangjia.programmes.donations.selectors.raisings import raising_public, raisings_public
from niangjia.ui.rest import OPEN, Refusal

router = Router(tags=["donations"], auth=None)
Slug = Annotated[str, Field(max_length=40, pattern="^[0-9a-z-]+$")]
Number = Annotated[int, Field(ge=1, le=1_000_000)]


class RaisingOut(Schema):
    """A raising that was opened. online: giving online is on."""

    slug: str
    title: str
    organisation: str
    purpose: str
    first_on: dt.date
    last_on: dt.date | None
    goal_fen: int | None
    state: str
    qualification_no: str
    plan_no: str
    platform: str
    online: bool


class LineTotal(Schema):
    """line: 1 people, 2 units, 3 goods. n: gifts; fen: net."""

    line: int
    n: int
    fen: int


class TotalsOut(Schema):
    """Live totals over the first `log_size` entries; witnessed: all of these are."""

    log_size: int
    witnessed: bool
    lines: list[LineTotal]
    fen: int


class BulletinOut(Schema):
    """A bulletin as published. sums: fen of each of `lines`; hashes in hexadecimal; corrects,
    previous: numbers, null for none."""

    number: int
    as_of: dt.datetime
    published_at: dt.datetime
    log_size: int
    log_root: str
    tree_root: str
    n: int
    lines: list[int]
    sums: list[int]
    counts: dict[str, int]
    policy: str
    corrects: int | None
    previous: int | None
    explanation: str
    document_sha256: str


class ReceiptIn(Schema):
    """number: of a receipt, as printed."""

    number: Annotated[str, Field(max_length=20)]


@router.get("", response={200: list[RaisingOut], **OPEN}, operation_id="raisings")
def raisings(request: HttpRequest) -> list[RaisingOut]:
    """Raisings that were opened, the newest first."""
    names = [name for name in RaisingOut.model_fields if name != "online"]
    return [
        RaisingOut(online=not one.why_off, **{name: getattr(one, name) for name in names})
        for one in raisings_public()
    ]


@router.get("/{slug}/totals", response={200: TotalsOut, **OPEN}, operation_id="raising_totals")
def totals(request: HttpRequest, slug: Slug) -> TotalsOut:
    """Live totals of a raising."""
    raising_public(slug)
    found = board.totals(slug)
    lines = [LineTotal(line=line, n=one.n, fen=one.fen) for line, one in found.lines.items()]
    return TotalsOut(log_size=found.size, witnessed=found.witnessed, lines=lines, fen=found.fen)


@router.get(
    "/{slug}/bulletins", response={200: list[BulletinOut], **OPEN}, operation_id="bulletins"
)
def bulletins(request: HttpRequest, slug: Slug) -> list[BulletinOut]:
    """Bulletins of a raising, the newest first."""
    listed = raising_bulletins(slug)
    numbers = {one.ref: one.number for one in listed}
    return [_bulletin(one, numbers) for one in listed]


@router.get(
    "/{slug}/bulletins/{number}", response={200: BulletinOut, **OPEN}, operation_id="bulletin"
)
def bulletin(request: HttpRequest, slug: Slug, number: Number) -> BulletinOut:
    """One bulletin."""
    numbers = {one.ref: one.number for one in raising_bulletins(slug)}
    return _bulletin(bulletin_view(slug, number).bulletin, numbers)


@router.post(
    "/{slug}/bulletins/{number}/receipt",
    response={200: dict[str, Any], **OPEN, 409: Refusal, 429: Refusal},
    operation_id="receipt_proof",
)
def receipt(
    request: HttpRequest, response: HttpResponse, slug: Slug, number: Number, body: ReceiptIn
) -> HttpResponse:
    """The file by which `niangjia-verify --receipt` checks that the gift is counted."""
    limits.check(request, "receipt", most=60, within_s=600)
    gift = counted.gift_of(slug, body.number)
    data = counted.proof_file(gift, bulletin_view(slug, number).bulletin)
    return HttpResponse(data, content_type="application/json")


def _bulletin(one: PublishedBulletin, numbers: dict[str, int]) -> BulletinOut:
    same = ("number", "as_of", "published_at", "log_size", "policy", "explanation")
    return BulletinOut(
        **{name: getattr(one, name) for name in same},
        log_root=one.log_root.hex(),
        tree_root=one.root.hash.hex(),
        n=one.root.n,
        lines=list(one.lines),
        sums=list(one.root.sums),
        counts=dict(one.counts),
        corrects=numbers.get(one.corrects),
        previous=numbers.get(one.previous),
        document_sha256=one.document_sha256,
    )
