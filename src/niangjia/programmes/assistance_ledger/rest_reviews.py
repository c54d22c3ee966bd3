"""JSON: help material and the assisted county's review of it."""

import datetime as dt
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from niangjia.programmes.assistance_ledger.models import HelpReview
from niangjia.programmes.assistance_ledger.pages.reviews import STATES
from niangjia.programmes.assistance_ledger.reviewing import HelpForm
from niangjia.programmes.assistance_ledger.selectors import reviews as selectors
from niangjia.programmes.assistance_ledger.services.reviews import (
    Confirmed,
    Decision,
    review_decide,
    review_enter,
)
from niangjia.ui.page import actor_of
from niangjia.ui.rest import CHANGED, ONE, SIGNED_IN

router = Router(tags=["reviews"])
Ref = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
Text = Annotated[str, Field(max_length=500, pattern="^[^\\u0000]*$")]
Quarter = Annotated[str, Field(pattern="^20[0-9]{2}Q[1-4]$")]
County = Annotated[str, Field(pattern="^[0-9]{6}$")]
Count = Annotated[int, Field(ge=0, le=9_999_999)]
Fen = Annotated[int, Field(ge=0, le=10**14)]


class GroupOut(Schema):
    """A supplier's product in a quarter without material; households, people: as records say."""

    supplier: str
    supplier_name: str
    product: str
    period: str
    county: str
    n: int
    fen: int
    households: int
    people: int


class ReviewLine(Schema):
    """A review. n, fen: of its records when it was handed in or decided; confirmed_*: null until it
    is decided; version: of its case."""

    ref: str
    supplier_name: str
    product: str
    period: str
    county: str
    state: str
    version: int
    due_on: dt.date | None
    n: int
    fen: int
    households: int
    people: int
    paid_fen: int
    confirmed_fen: int | None
    confirmed_households: int | None
    confirmed_people: int | None


class ReviewOut(ReviewLine):
    """content_sha256: of the records as they stand now, to be sent with a decision; changed: they
    differ from those handed in or decided on; outside: how many a decision does not cover."""

    mechanisms: list[str]
    content_sha256: str
    changed: bool
    outside: int
    oddities: list[str]
    steps: list[str]


class ReviewsOut(Schema):
    """next: cursor for the page that follows, 0 on the last."""

    items: list[ReviewLine]
    next: int


class EnterIn(Schema):
    """The form of the help material; version: of the case as it was seen, 0 if it is new."""

    supplier: Ref
    product: Annotated[str, Field(min_length=1, max_length=200, pattern="^[^\\u0000]*$")]
    period: Quarter
    county: County
    mechanisms: list[Literal["purchase", "work", "dividend", "transfer"]]
    households: Count
    people: Count
    paid_fen: Fen = 0
    public_first: dt.date | None = None
    public_last: dt.date | None = None
    note: Text = ""
    version: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class PartIn(Schema):
    """What is confirmed, with the step `partly`."""

    fen: Fen
    households: Count
    people: Count


class DecideIn(Schema):
    """A step on a review as it was seen. fields: reason by field, with `return`."""

    step: Literal["recall", "confirm", "partly", "refuse", "return", "withdraw"]
    version: Annotated[int, Field(ge=0, le=1_000_000)]
    content_sha256: Annotated[str, Field(max_length=64, pattern="^[0-9a-f]*$")] = ""
    confirmed: PartIn | None = None
    reason: Text = ""
    fields: dict[str, Text] = {}


class StateOut(Schema):
    """Where the review stands now."""

    ref: str
    state: str


@router.get("", response={200: ReviewsOut, **SIGNED_IN}, operation_id="reviews")
def listed(
    request: HttpRequest,
    tab: Literal["submitted", "returned", "decided"] = "submitted",
    before: Annotated[int, Field(ge=0, le=2**53)] = 0,
) -> ReviewsOut:
    """Reviews in the reader's scope, newest first, 30 at a time."""
    found, more = selectors.reviews_page(actor_of(request), states=STATES[tab], before=before)
    return ReviewsOut(items=[_line(one.row, one.supplier) for one in found], next=more)


@router.get("/open", response={200: list[GroupOut], **SIGNED_IN}, operation_id="reviews_open")
def unreviewed(request: HttpRequest, period: Quarter) -> list[GroupOut]:
    """What of one's own is to be handed in for a quarter, largest first."""
    return [
        GroupOut(
            supplier=one.supplier_ref,
            supplier_name=one.supplier,
            product=one.product,
            period=one.period,
            county=one.county_code,
            n=one.n,
            fen=one.fen,
            households=one.households,
            people=one.people,
        )
        for one in selectors.unreviewed(actor_of(request), period=period)
    ]


@router.post("", response={200: StateOut, **CHANGED}, operation_id="review_enter")
def enter(request: HttpRequest, body: EnterIn) -> StateOut:
    """The material of a supplier's product in a quarter is handed in."""
    form = HelpForm(
        mechanisms=tuple(dict.fromkeys(body.mechanisms)),
        households=body.households,
        people=body.people,
        paid_fen=body.paid_fen,
        public_first=body.public_first.isoformat() if body.public_first else "",
        public_last=body.public_last.isoformat() if body.public_last else "",
        note=body.note,
    )
    ref = review_enter(
        actor_of(request),
        supplier_ref=body.supplier,
        product=body.product,
        period=body.period,
        county_code=body.county,
        form=form,
        version=body.version,
    )
    return StateOut(ref=ref, state="submitted")


@router.get("/{ref}", response={200: ReviewOut, **ONE}, operation_id="review")
def one(request: HttpRequest, ref: Ref) -> ReviewOut:
    """One review with its records as they stand now."""
    detail = selectors.review_get(actor_of(request), ref=ref)
    return ReviewOut(
        **_line(detail.row, detail.supplier.name).dict(),
        mechanisms=list(detail.row.mechanisms),
        content_sha256=detail.content.sha256,
        changed=detail.changed,
        outside=detail.outside,
        oddities=list(detail.oddities),
        steps=[step.name for step in detail.steps],
    )


@router.post("/{ref}/decide", response={200: StateOut, **CHANGED}, operation_id="review_decide")
def decide(request: HttpRequest, ref: Ref, body: DecideIn) -> StateOut:
    """The review moves by a step; what is confirmed reaches its records in a moment."""
    part = body.confirmed
    decision = Decision(
        review=ref,
        step=body.step,
        version=body.version,
        content_sha256=body.content_sha256,
        confirmed=Confirmed(part.fen, part.households, part.people) if part else None,
        reason=body.reason,
        fields=body.fields,
    )
    return StateOut(ref=ref, state=review_decide(actor_of(request), decision=decision))


def _line(row: HelpReview, supplier: str) -> ReviewLine:
    same = ("ref", "product", "period", "n", "fen", "households", "people", "paid_fen")
    confirmed = ("confirmed_fen", "confirmed_households", "confirmed_people")
    return ReviewLine(
        supplier_name=supplier,
        county=row.county_code,
        state=row.case.state,
        version=row.case.version,
        due_on=row.case.due_on if row.case.state == "submitted" else None,
        **{name: getattr(row, name) for name in (*same, *confirmed)},
    )
