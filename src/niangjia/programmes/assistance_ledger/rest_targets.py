"""JSON: yearly targets of units, their progress and place."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from niangjia.programmes.assistance_ledger.assessing import TargetForm
from niangjia.programmes.assistance_ledger.rest import Code, Ref
from niangjia.programmes.assistance_ledger.selectors.unit_targets import (
    TargetFilters,
    TargetLine,
    target_get,
    targets_page,
    year_of,
)
from niangjia.programmes.assistance_ledger.services.unit_targets import (
    TargetDecision,
    target_decide,
    target_file,
    targets_remind,
)
from niangjia.ui.page import actor_of
from niangjia.ui.rest import CHANGED, ONE, SIGNED_IN

router = Router(tags=["targets"])
Year = Annotated[int, Field(ge=1000, le=9999)]
Fen = Annotated[int, Field(ge=0, le=10**13)]
Version = Annotated[int, Field(ge=0, le=1_000_000)]
Reason = Annotated[str, Field(max_length=500, pattern="^[^\\u0000]*$")]
Short = Annotated[str, Field(max_length=200, pattern="^[^\\u0000]*$")]


class TargetOut(Schema):
    """A unit's year. ref: empty while nothing is filed; confirmed_fen: of what counts, by the
    assisted counties; permille: of the target, null where nothing
    is owed; gone: thousandths of the year; place: 0 for none."""

    unit: str
    unit_ref: str
    ref: str
    state: str
    exempt: bool
    policy: str
    target_fen: int
    counted_fen: int
    confirmed_fen: int
    permille: int | None
    gone: int
    due_fen: int
    gap_fen: int
    place: int


class TargetsOut(Schema):
    """50 units a page. counts: units by state in the reader's whole scope."""

    year: int
    n: int
    page: int
    n_pages: int
    counts: dict[str, int]
    n_behind: int
    items: list[TargetOut]


class TargetVersionOut(Schema):
    """A version as it was filed. Money in integer fen."""

    n: int
    canteen: str
    food_fen: int
    members: int
    gift_fen: int
    exempt: str
    reserved_fen: int
    floor_fen: int
    gift_part_fen: int
    target_fen: int
    policy: str
    reason: str
    content_sha256: str


class TargetPartOut(Schema):
    """Progress of a part. name: `canteen`, `gifts`, `other` (channels of neither); permille: null
    where nothing is owed. Money in integer fen."""

    name: str
    target_fen: int
    counted_fen: int
    confirmed_fen: int
    permille: int | None


class OneTarget(Schema):
    """One target. version: to be sent with the next step; accepted_n: the version in force, 0 if
    none; sealed: verdict on each sealed sheet, newest first. counted_fen: registered purchases that
    count; confirmed_fen: of them confirmed by the assisted counties."""

    ref: str
    unit: str
    year: int
    state: str
    version: int
    accepted_n: int
    permille: int | None
    counted_fen: int
    confirmed_fen: int
    parts: list[TargetPartOut]
    place: int
    versions: list[TargetVersionOut]
    sealed: list[str]


class TargetIn(Schema):
    """The target of the caller's own unit. version: of its case as the caller saw it."""

    year: Year
    version: Version = 0
    canteen: Literal["own", "outsourced", "shared", "none"]
    food_fen: Fen = 0
    filed_with: Ref = ""
    members: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    gift_fen: Fen = 0
    exempt: Code = ""
    exempt_reason: Short = ""
    note: Reason = ""
    reason: Reason = ""


class TargetRef(Schema):
    ref: str


class TargetStep(Schema):
    step: Literal["accept", "return"]
    version: Version
    reason: Reason = ""
    fields: dict[str, Short] = {}


class TargetState(Schema):
    state: str


class TargetReminder(Schema):
    year: Year
    units: Annotated[list[Ref], Field(max_length=200)]


class TargetReminded(Schema):
    n: int


def _out(one: TargetLine) -> TargetOut:
    done = one.progress
    return TargetOut(
        unit=one.unit.name,
        unit_ref=one.unit.ref,
        ref=one.target.ref if one.target else "",
        state=one.state,
        exempt=one.is_exempt,
        policy=one.version.policy if one.version else "",
        target_fen=done.target_fen,
        counted_fen=done.counted_fen,
        confirmed_fen=one.confirmed_fen,
        permille=done.permille,
        gone=done.gone,
        due_fen=done.due_fen,
        gap_fen=done.gap_fen,
        place=one.place,
    )


@router.get("", response={200: TargetsOut, **SIGNED_IN}, operation_id="targets")
def targets(
    request: HttpRequest,
    year: Year | None = None,
    state: Literal["", "draft", "filed", "accepted", "returned", "behind", "exempt"] = "",
    district: Code = "",
    text: Code = "",
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1,
) -> TargetsOut:
    """Units in the reader's scope by place, those without one last."""
    asked = year_of(str(year) if year else "")
    filters = TargetFilters(asked, state, district, text)
    found = targets_page(actor_of(request), filters=filters, page=page)
    return TargetsOut(
        year=asked,
        n=found.n,
        page=found.page,
        n_pages=found.n_pages,
        counts=dict(found.counts),
        n_behind=found.n_behind,
        items=[_out(one) for one in found.lines],
    )


@router.post("", response={200: TargetRef, **CHANGED}, operation_id="target_file")
def file_target(request: HttpRequest, body: TargetIn) -> TargetRef:
    """The target of the caller's unit is filed, or changed with a reason."""
    said = body.dict(exclude={"year", "version", "reason"})
    ref = target_file(
        actor_of(request),
        year=body.year,
        form=TargetForm(**said),
        reason=body.reason,
        version=body.version,
    )
    return TargetRef(ref=ref)


@router.post("/remind", response={200: TargetReminded, **SIGNED_IN}, operation_id="targets_remind")
def remind(request: HttpRequest, body: TargetReminder) -> TargetReminded:
    """Units that have not filed are told in their inbox, at most once in 12 hours."""
    year = year_of(str(body.year))
    return TargetReminded(n=targets_remind(actor_of(request), year=year, unit_refs=body.units))


@router.get("/{ref}", response={200: OneTarget, **ONE}, operation_id="target")
def one_target(request: HttpRequest, ref: Ref) -> OneTarget:
    """One target with all of its versions."""
    found = target_get(actor_of(request), ref=ref)
    names = TargetVersionOut.model_fields
    return OneTarget(
        ref=ref,
        unit=found.unit.name,
        year=found.row.year,
        state=found.row.case.state,
        version=found.row.case.version,
        accepted_n=found.row.accepted_n,
        permille=found.progress.permille,
        counted_fen=found.progress.counted_fen,
        confirmed_fen=found.confirmed_fen,
        parts=[
            TargetPartOut(
                name=one.name,
                target_fen=one.progress.target_fen,
                counted_fen=one.progress.counted_fen,
                confirmed_fen=one.confirmed_fen,
                permille=one.progress.permille,
            )
            for one in found.parts
        ],
        place=found.place,
        versions=[
            TargetVersionOut(**{name: getattr(one, name) for name in names})
            for one in found.versions
        ],
        sealed=[one.verdict for one in found.sheets],
    )


@router.post("/{ref}/steps", response={200: TargetState, **CHANGED}, operation_id="target_step")
def step(request: HttpRequest, ref: Ref, body: TargetStep) -> TargetState:
    """The target is accepted, or returned with a reason."""
    decision = TargetDecision(ref, body.step, body.version, body.reason, body.fields)
    return TargetState(state=target_decide(actor_of(request), decision=decision))
