"""JSON: lines of other sources, what each may be, and what a person decides.

Files come in by `/imports` with `kind` order or payment.
"""

import datetime as dt
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from niangjia.programmes.assistance_ledger.models import Purchase, SourceLine
from niangjia.programmes.assistance_ledger.selectors import sources as selectors
from niangjia.programmes.assistance_ledger.services import (
    sources_aside,
    sources_back,
    sources_choose,
    sources_other,
    sources_part,
    sources_same,
)
from niangjia.ui.page import actor_of
from niangjia.ui.rest import ONE, SIGNED_IN, Refusal

router = Router(tags=["sources"])
Ref = Annotated[str, Field(max_length=40, pattern="^[0-9A-Za-z_-]*$")]
Refs = Annotated[list[Ref], Field(min_length=1, max_length=200)]
Reason = Annotated[str, Field(max_length=200, pattern="^[^\\u0000]*$")]
State = Literal["open", "proposed", "matched", "aside", "cancelled"]
WRITE = {**ONE, 409: Refusal}


class LineOut(Schema):
    """A line of a platform's export (`order`) or of a bank's or card's file (`payment`)."""

    ref: str
    source: str
    unit: str
    number: str
    occurred_on: dt.date
    amount_fen: int
    party: str
    text: str
    aside: str


class ProposalOut(Schema):
    """Lines and records that are (`matched`) or may be (`proposed`) one purchase. gap_fen: lines
    less records; score: 0 to 100."""

    proposal: str
    why: str
    score: int
    gap_fen: int
    lines: list[LineOut]
    purchases: list[str]


class LinesOut(Schema):
    """next: cursor for the page that follows, 0 on the last."""

    items: list[LineOut]
    proposals: list[ProposalOut]
    next: int


class LeftOut(Schema):
    """Records that no line of the source accounts for, by ref."""

    items: list[str]
    next: int


class ProposalsIn(Schema):
    """Proposals, by their ids."""

    proposals: Refs


class LinesIn(Schema):
    """Lines, by ref. reason: why they are set aside or parted."""

    lines: Refs
    reason: Reason = ""


class ChooseIn(Schema):
    """These lines are these records."""

    lines: Refs
    purchases: Refs


class Done(Schema):
    """How many it concerned."""

    n: int


@router.get("", response={200: LinesOut, **SIGNED_IN}, operation_id="source_lines")
def lines(
    request: HttpRequest,
    state: State = "open",
    source: Literal["", "order", "payment"] = "",
    after: Annotated[int, Field(ge=0, le=2**53)] = 0,
) -> LinesOut:
    """Lines in a state, 30 at a time, with what they are or may be."""
    found, more = selectors.lines_page(
        actor_of(request), unit_id=None, source=source, state=state, after=after
    )
    verdict = "proposed" if state == "proposed" else "same"
    groups = selectors.matches_of([one.id for one in found], verdict)
    made = {one.together: one for listed in groups.values() for one in listed}
    proposals = [
        ProposalOut(
            proposal=one.together,
            why=one.why,
            score=one.score,
            gap_fen=one.gap_fen,
            lines=[_line(line) for line in one.lines],
            purchases=[purchase.ref for purchase in one.purchases],
        )
        for one in made.values()
    ]
    return LinesOut(items=[_line(one) for one in found], proposals=proposals, next=more)


def _line(one: SourceLine) -> LineOut:
    names = LineOut.model_fields.keys() - {"unit"}
    return LineOut(unit=one.unit.name, **{name: getattr(one, name) for name in names})


@router.get("/left", response={200: LeftOut, **SIGNED_IN}, operation_id="source_left")
def left(
    request: HttpRequest,
    source: Literal["order", "payment"],
    after: Annotated[int, Field(ge=0, le=2**53)] = 0,
) -> LeftOut:
    """Records within the days of the source's files that no line of it accounts for."""
    found: list[Purchase]
    found, more = selectors.records_without(
        actor_of(request), unit_id=None, source=source, after=after
    )
    return LeftOut(items=[one.ref for one in found], next=more)


@router.post("/same", response={200: Done, **WRITE}, operation_id="source_same")
def same(request: HttpRequest, body: ProposalsIn) -> Done:
    """The proposals hold; those decided or changed meanwhile are passed over."""
    return Done(n=sources_same(actor_of(request), proposals=body.proposals))


@router.post("/other", response={200: Done, **WRITE}, operation_id="source_other")
def other(request: HttpRequest, body: ProposalsIn) -> Done:
    """The proposals do not hold and do not come again."""
    return Done(n=sources_other(actor_of(request), proposals=body.proposals))


@router.post("/choose", response={200: Done, **WRITE}, operation_id="source_choose")
def choose(request: HttpRequest, body: ChooseIn) -> Done:
    """A person says which records lines are."""
    sources_choose(actor_of(request), lines=body.lines, purchases=body.purchases)
    return Done(n=len(set(body.lines)))


@router.post("/part", response={200: Done, **WRITE}, operation_id="source_part")
def part(request: HttpRequest, body: LinesIn) -> Done:
    """Lines are not what they were matched with."""
    parted: set[str] = set()
    for ref in body.lines:
        if ref not in parted:  # else with another line of the same purchase
            parted.update(sources_part(actor_of(request), line_ref=ref, reason=body.reason))
    return Done(n=len(parted))


@router.post("/aside", response={200: Done, **WRITE}, operation_id="source_aside")
def aside(request: HttpRequest, body: LinesIn) -> Done:
    """Lines are no purchase to be recorded, with the reason."""
    return Done(n=sources_aside(actor_of(request), lines=body.lines, reason=body.reason))


@router.post("/back", response={200: Done, **WRITE}, operation_id="source_back")
def back(request: HttpRequest, body: LinesIn) -> Done:
    """Lines set aside count again."""
    return Done(n=sources_back(actor_of(request), lines=body.lines))
