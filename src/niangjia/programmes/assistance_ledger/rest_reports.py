"""JSON: reports and their chain, reporting periods, proposals of releases."""

import datetime as dt
from dataclasses import asdict
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger.content import Sums
from niangjia.programmes.assistance_ledger.models import ReportBatch
from niangjia.programmes.assistance_ledger.rest import Code, Ref
from niangjia.programmes.assistance_ledger.selectors import (
    ReportFilters,
    batch_get,
    collection_get,
    periods_known,
    release_get,
    report_get,
    reports_chosen,
)
from niangjia.programmes.assistance_ledger.selectors.confirmed import (
    Confirmed,
    confirmed_by_period,
)
from niangjia.programmes.assistance_ledger.selectors.reports import Part as SummedPart
from niangjia.programmes.assistance_ledger.services import (
    period_adopt,
    period_close,
    period_open,
    release_decide,
    release_propose,
    report_decide,
    reports_batch_ask,
    reports_batch_propose,
    reports_batch_stop,
    reports_remind,
)
from niangjia.programmes.assistance_ledger.services.batches import STEPS
from niangjia.ui.page import actor_of
from niangjia.ui.rest import CHANGED, ONE, SIGNED_IN

router = Router(tags=["reports"])
periods_router = Router(tags=["periods"])
releases_router = Router(tags=["releases"])
Reason = Annotated[str, Field(max_length=500)]
Group = Literal["", "missing", "outside", "reported", "accepted", "exempt"]
Version = Annotated[int, Field(ge=0, le=1_000_000)]


class Figures(Schema):
    """Sums of a report. Money in integer fen."""

    n: int
    fen: int
    direct_fen: int
    helped_fen: int
    assisted_fen: int
    households: int
    people: int


class ConfirmedFigures(Schema):
    """What the assisted counties have confirmed of them by now. Money in integer fen."""

    fen: int
    direct_fen: int
    helped_fen: int
    assisted_fen: int
    households: int
    people: int


class ReportLine(Schema):
    """A report in the collection."""

    ref: str
    unit: str
    district: str
    state: str
    due_on: dt.date | None
    figures: Figures
    confirmed: ConfirmedFigures


class Part(Schema):
    """What was accepted in one part of the city."""

    code: str
    name: str
    n_units: int
    figures: Figures
    confirmed: ConfirmedFigures


class CollectionOut(Schema):
    """A period in the reader's scope. n: reports by group; next: `after` of the page that follows,
    0 on the last."""

    period: str
    due_on: dt.date
    closed: bool
    n: dict[str, int]
    total: Figures
    total_confirmed: ConfirmedFigures
    by_territory: list[Part]
    by_line: list[Part]
    items: list[ReportLine]
    next: int


class DecisionOut(Schema):
    """A step taken. fields: reason per field returned."""

    step: str
    who: str
    role: str
    at: dt.datetime
    reason: str
    fields: dict[str, str]


class ReportOut(Schema):
    """One report. version: to be sent with the next step; steps: what the reader can do now."""

    ref: str
    period: str
    unit: str
    state: str
    version: int
    figures: Figures
    confirmed: ConfirmedFigures
    content_sha256: str
    note: str
    steps: list[str]
    decisions: list[DecisionOut]


class Step(Schema):
    """A step of a report's chain. zero: confirms a report of nothing, with `enter`."""

    step: Annotated[str, Field(max_length=20)]
    version: Version
    reason: Reason = ""
    note: Reason = ""
    zero: bool = False
    fields: dict[str, Annotated[str, Field(max_length=200)]] = {}


class StateOut(Schema):
    state: str


class Chosen(Schema):
    refs: Annotated[list[Ref], Field(max_length=500)]


class Reminded(Schema):
    n: int


class OrderIn(Schema):
    """A step on every report that matches. reason: needed with `carry`."""

    period: Annotated[str, Field(max_length=10)]
    step: Literal["accept", "remind", "carry"]
    reason: Reason = ""
    group: Group = ""
    district: Code = ""
    line: Code = ""
    text: Code = ""


class OrderOut(Schema):
    """How far an order is. passed of n were gone through, of these done moved; told: the first
    that did not, each [unit, why]; why: it could not go on."""

    ref: str
    step: str
    n: int
    passed: int
    done: int
    failed: int
    ended: bool
    why: str
    told: list[list[str]]


class PeriodOut(Schema):
    """A reporting period. sums: what it was closed with; confirmed: of it, by now."""

    code: str
    first: dt.date
    last: dt.date
    due_on: dt.date
    closed: bool
    sums: dict[str, int]
    confirmed: ConfirmedFigures


class PeriodIn(Schema):
    period: Annotated[str, Field(max_length=10)]
    reason: Reason = ""


class ProposalIn(Schema):
    period: Annotated[str, Field(max_length=10)]
    note: Reason = ""


class ProposalStep(Schema):
    step: Annotated[str, Field(max_length=20)]
    version: Version
    reason: Reason = ""


class ProposalOut(Schema):
    """A release on its way. document: everything that the public would see."""

    ref: str
    period: str
    n_version: int
    state: str
    version: int
    sha256: str
    steps: list[str]
    decisions: list[DecisionOut]
    document: dict[str, Any]


def _figures(sums: Sums) -> Figures:
    return Figures(**{name: getattr(sums, name) for name in Figures.model_fields})


def _confirmed(found: Confirmed) -> ConfirmedFigures:
    return ConfirmedFigures(**asdict(found))


@router.get("", response={200: CollectionOut | None, **ONE}, operation_id="collection")
def collection(
    request: HttpRequest,
    period: Code = "",
    group: Group = "",
    district: Code = "",
    line: Code = "",
    text: Code = "",
    after: Annotated[int, Field(ge=0, le=1_000_000)] = 0,
) -> CollectionOut | None:
    """Where a period stands, 50 reports at a time; null while none was opened."""
    filters = ReportFilters(group=group, district=district, line=line, text=text)
    found = collection_get(actor_of(request), period=period, filters=filters, after=after)
    if found is None:
        return None
    return CollectionOut(
        period=found.period.code,
        due_on=found.period.due_on,
        closed=found.period.closed_at is not None,
        n=dict(found.n),
        total=_figures(found.total),
        total_confirmed=_confirmed(found.total_confirmed),
        by_territory=[_part(one) for one in found.by_territory],
        by_line=[_part(one) for one in found.by_line],
        items=[
            ReportLine(
                ref=row["ref"],
                unit=row["unit__name"],
                district=row["district_code"],
                state=row["case__state"],
                due_on=row["case__due_on"],
                figures=Figures(**{name: row[name] for name in Figures.model_fields}),
                confirmed=_confirmed(found.confirmed.get(row["id"], Confirmed())),
            )
            for row in found.rows
        ],
        next=found.next,
    )


def _part(one: SummedPart) -> Part:
    return Part(
        code=one.code,
        name=one.name,
        n_units=one.n_units,
        figures=_figures(one.sums),
        confirmed=_confirmed(one.confirmed),
    )


@router.post("/remind", response={200: Reminded, **CHANGED}, operation_id="reports_remind")
def remind(request: HttpRequest, given: Chosen) -> Reminded:
    """Remind whom these reports wait for, at most once in 12 hours each."""
    return Reminded(n=reports_remind(actor_of(request), report_refs=given.refs))


@router.post("/orders", response={200: OrderOut, **CHANGED}, operation_id="reports_order")
def order(request: HttpRequest, given: OrderIn) -> OrderOut:
    """Take a step on every report that matches: carried out by the worker, one by one."""
    actor = actor_of(request)
    filters = ReportFilters(given.group, "", given.district, given.line, given.text)
    states = STEPS[given.step].states
    carry = given.step == "carry"
    chosen = reports_chosen(
        actor, period=given.period, states=states, filters=filters, counting=carry
    )
    ref = reports_batch_propose(actor, period=given.period, step=given.step, chosen=chosen)
    reports_batch_ask(actor, batch_ref=ref, reason=given.reason)
    return _order(batch_get(actor, ref=ref))


@router.get("/orders/{ref}", response={200: OrderOut, **ONE}, operation_id="reports_order_state")
def order_state(request: HttpRequest, ref: Ref) -> OrderOut:
    """How far an order of the reader's office is."""
    return _order(batch_get(actor_of(request), ref=ref))


@router.post(
    "/orders/{ref}/stop", response={200: OrderOut, **CHANGED}, operation_id="reports_order_stop"
)
def order_stop(request: HttpRequest, ref: Ref) -> OrderOut:
    """The order ends at its next report; what was done stays done."""
    actor = actor_of(request)
    reports_batch_stop(actor, batch_ref=ref)
    return _order(batch_get(actor, ref=ref))


def _order(found: ReportBatch) -> OrderOut:
    names = ("ref", "step", "n", "passed", "done", "failed", "told", "why")
    values = {name: getattr(found, name) for name in names}
    return OrderOut(**values, ended=found.ended_at is not None)


@router.get("/{ref}", response={200: ReportOut, **ONE}, operation_id="report")
def report(request: HttpRequest, ref: Ref) -> ReportOut:
    """One report with its decisions."""
    found = report_get(actor_of(request), ref=ref)
    return ReportOut(
        ref=found.report.ref,
        period=found.report.period_id,
        unit=found.unit_name,
        state=found.report.case.state,
        version=found.report.case.version,
        figures=_figures(found.content.sums),
        confirmed=_confirmed(found.confirmed),
        content_sha256=found.content.sha256,
        note=found.report.note,
        steps=[step.name for step in found.steps],
        decisions=_decisions(found.past, found.who),
    )


def _decisions(past: Any, who: Any) -> list[DecisionOut]:
    return [
        DecisionOut(
            step=one.step,
            who=who.get(one.person_ref, ""),
            role=one.role,
            at=one.at,
            reason=one.reason,
            fields=dict(one.fields),
        )
        for one in past
    ]


@router.post("/{ref}/step", response={200: StateOut, **CHANGED}, operation_id="report_step")
def report_step(request: HttpRequest, ref: Ref, given: Step) -> StateOut:
    """Take a step of the report's chain; a report that moved meanwhile answers 409."""
    state = report_decide(actor_of(request), report_ref=ref, **given.dict())
    return StateOut(state=state)


@periods_router.get("", response={200: list[PeriodOut], **SIGNED_IN}, operation_id="periods")
def periods(request: HttpRequest) -> list[PeriodOut]:
    """Reporting periods, the newest first."""
    authorise(actor_of(request), "reports.see")
    rows = periods_known()
    confirmed = confirmed_by_period([one.code for one in rows])
    return [
        PeriodOut(
            code=one.code,
            first=one.first,
            last=one.last,
            due_on=one.due_on,
            closed=one.closed_at is not None,
            sums=one.sums,
            confirmed=_confirmed(confirmed[one.code]),
        )
        for one in rows
    ]


@periods_router.post("/open", response={200: StateOut, **CHANGED}, operation_id="period_open")
def open_period(request: HttpRequest, given: PeriodIn) -> StateOut:
    """Open a quarter: every unit gets its report to fill in."""
    period_open(actor_of(request), period=given.period)
    return StateOut(state="open")


@periods_router.post("/close", response={200: StateOut, **CHANGED}, operation_id="period_close")
def close_period(request: HttpRequest, given: PeriodIn) -> StateOut:
    """Close a quarter whose purchases all stand in the city sum."""
    period_close(actor_of(request), period=given.period, reason=given.reason)
    return StateOut(state="closed")


@periods_router.post("/adopt", response={200: StateOut, **CHANGED}, operation_id="period_adopt")
def adopt_period(request: HttpRequest, given: PeriodIn) -> StateOut:
    """Close a quarter that was reported elsewhere, as it stands."""
    period_adopt(actor_of(request), period=given.period, reason=given.reason)
    return StateOut(state="closed")


@releases_router.post("", response={200: ProposalOut, **CHANGED}, operation_id="release_propose")
def propose(request: HttpRequest, given: ProposalIn) -> ProposalOut:
    """Propose a period's figures as they are now."""
    ref = release_propose(actor_of(request), period=given.period, note=given.note)
    return _proposal(request, ref)


@releases_router.get("/{ref}", response={200: ProposalOut, **ONE}, operation_id="release")
def release(request: HttpRequest, ref: Ref) -> ProposalOut:
    """A release with its chain."""
    return _proposal(request, ref)


def _proposal(request: HttpRequest, ref: str) -> ProposalOut:
    found = release_get(actor_of(request), ref=ref)
    return ProposalOut(
        ref=found.ref,
        period=found.period,
        n_version=found.n_version,
        state=found.state,
        version=found.version,
        sha256=found.sha256,
        steps=[step.name for step in found.steps],
        decisions=_decisions(found.past, found.who),
        document=found.document,
    )


@releases_router.post(
    "/{ref}/step", response={200: StateOut, **CHANGED}, operation_id="release_step"
)
def release_step(request: HttpRequest, ref: Ref, given: ProposalStep) -> StateOut:
    """Take a step of the release's chain: clear, sign, return_clear, return_sign, withdraw."""
    return StateOut(state=release_decide(actor_of(request), release_ref=ref, **given.dict()))
