"""JSON: what does not fit, and what a person says of it."""

import datetime as dt
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from niangjia.blocks.cases.public import FindingView
from niangjia.programmes.assistance_ledger.pages import findings as parts
from niangjia.programmes.assistance_ledger.selectors.findings import (
    finding_get,
    findings_list,
)
from niangjia.programmes.assistance_ledger.services.findings import finding_say
from niangjia.ui.page import actor_of
from niangjia.ui.rest import CHANGED, ONE, SIGNED_IN

router = Router(tags=["findings"])
Ref = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
Kind = Literal["", "capacity", "gain", "roster", "person", "invoices", "round", "photo"]


class FindingOut(Schema):
    """state: `gone` if it fits again; params: what the check found, money in fen; text: the same in
    the request's language; subjects: `purchase:<ref>` and the like, the first 50; version: to be
    sent with a verdict; reason, person, decided_at: of the newest verdict."""

    ref: str
    kind: str
    state: str
    text: str
    params: dict[str, str | int]
    subjects: list[str]
    county: str
    version: int
    found_at: dt.datetime
    gone_at: dt.datetime | None
    reason: str
    person: str
    decided_at: dt.datetime | None


class FindingsOut(Schema):
    """next: cursor for the page that follows, 0 on the last."""

    items: list[FindingOut]
    next: int


class VerdictIn(Schema):
    """version: of the finding as the caller saw it."""

    verdict: Literal["open", "explained", "faulty"]
    reason: Annotated[str, Field(max_length=500, pattern="^[^\\u0000]*$")]
    version: Annotated[int, Field(ge=0, le=1_000_000)]


@router.get("", response={200: FindingsOut, **SIGNED_IN}, operation_id="findings")
def listed(
    request: HttpRequest,
    state: Literal["open", "explained", "faulty", "gone"] = "open",
    kind: Kind = "",
    before: Annotated[int, Field(ge=0, le=2**53)] = 0,
) -> FindingsOut:
    """Findings in the reader's scope, newest first; `before` is the cursor."""
    found, more = findings_list(actor_of(request), state=state, kind=kind, before=before)
    return FindingsOut(items=[_out(one) for one in found], next=more)


@router.get("/{ref}", response={200: FindingOut, **ONE}, operation_id="finding")
def finding(request: HttpRequest, ref: Ref) -> FindingOut:
    """One finding."""
    return _out(finding_get(actor_of(request), ref=ref))


@router.post("/{ref}", response={200: FindingOut, **CHANGED}, operation_id="finding_say")
def say(request: HttpRequest, ref: Ref, body: VerdictIn) -> FindingOut:
    """It is explained, faulty, or open again; the reason stays for ever. A person's session only:
    no key for programs decides this."""
    actor = actor_of(request)
    finding_say(actor, ref=ref, verdict=body.verdict, reason=body.reason, version=body.version)
    return _out(finding_get(actor, ref=ref))


def _out(one: FindingView) -> FindingOut:
    same = ("ref", "kind", "version", "found_at", "gone_at", "reason", "person", "decided_at")
    return FindingOut(
        state=parts.state_of(one),
        text=parts.text_of(one),
        params=dict(one.params),
        subjects=list(one.subjects),
        county=one.county_code,
        **{name: getattr(one, name) for name in same},
    )
