"""Reads of the reporting chain: one report, a period's list, its sums by territory and line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.cases.public import CaseStep, Past, case_steps, past_of
from niangjia.blocks.orgs.public import (
    nodes,
    organisation,
    people_named,
    predecessors_of,
    roles_filled,
    scope_of,
)
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import booking, chain, periods
from niangjia.programmes.assistance_ledger.content import (
    Content,
    Sums,
    content_of,
    counting_reports,
)
from niangjia.programmes.assistance_ledger.models import Report, ReportingPeriod
from niangjia.programmes.assistance_ledger.selectors.confirmed import (
    Confirmed,
    confirmed_by_own_report,
    confirmed_by_report,
    confirmed_of,
    total_of,
)
from niangjia.programmes.assistance_ledger.selectors.scope import reports_visible_to

PER_PAGE = 50
OWN = 40  # reports of a unit that its list shows: ten years
SUMMED = tuple(one.name for one in fields(Sums))
# States as one line of the collection counts them.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "missing": chain.NOT_REPORTED,
    # of these, the ones in which something counts: they hold up the closing
    "outside": (*chain.NOT_REPORTED, "reported", "exempt"),
    "reported": ("reported",),
    "accepted": ("accepted",),
    "exempt": ("exempt", "carried"),
}


@dataclass(frozen=True, slots=True)
class ReportDetail:
    """One report as its page shows it.

    content: what it says now; confirmed: what the counties have confirmed of it by now, and of the
    report `before`; moved: that differs from what was entered. steps: what the actor can
    do; past: decisions, oldest first, with the people's names by ref in `who`. unfilled: roles that
    the next steps need and nobody at the unit holds.
    """

    report: Report
    unit_name: str
    district_name: str
    line_name: str
    content: Content
    confirmed: Confirmed
    steps: Sequence[CaseStep]
    past: Sequence[Past]
    who: Mapping[str, str]
    moved: bool
    unfilled: Sequence[str]
    returned: Past | None = None
    before: Report | None = None
    before_confirmed: Confirmed | None = None


def report_get(actor: Actor, *, ref: str) -> ReportDetail:
    """One report in the actor's scope. Raises NotSignedIn, Denied, NotFound."""
    authorise(actor, "reports.see")
    rows = reports_visible_to(actor).select_related("case", "period")
    report = rows.filter(ref=ref).first()
    if report is None:
        raise NotFound(_("There is no such report, or it is not yours to see."))
    closed = report.period.closed_at is not None
    past = past_of(report.case_id)
    content = content_of(report.unit_id, report.period_id)
    state, before = report.case.state, _before(report)
    firm = state in ("entered", "checked", "signed", "reported", "accepted")
    unit = organisation(report.unit_id)
    return ReportDetail(
        report=report,
        unit_name=unit.name,
        district_name=_name("district", report.district_code),
        line_name=_name("line", report.line_code),
        content=content,
        confirmed=confirmed_of(report.unit_id, report.period_id),
        steps=() if closed else case_steps(actor, report.case),
        past=past,
        who=people_named({one.person_ref for one in past}),
        moved=firm and content.sha256 != report.content_sha256,
        unfilled=_unfilled(report),
        returned=past[-1] if state == "returned" and past else None,
        before=before,
        before_confirmed=confirmed_of(before.unit_id, before.period_id) if before else None,
    )


def _name(kind: str, code: str) -> str:
    return dict(nodes(kind, f"virtual_{kind}")).get(code, code)


def _unfilled(report: Report) -> list[str]:
    if report.case.state in ("reported", "accepted", "exempt", "carried"):
        return []
    filled = roles_filled(report.unit_id)
    return [role for role in ("checker", "head") if role not in filled]


def _before(report: Report) -> Report | None:
    """The unit's report of the period before, if it was summed."""
    rows = Report.objects.filter(
        unit_id=report.unit_id, period__lt=report.period_id, case__state="accepted"
    )
    return rows.order_by("-period_id").first()


@dataclass(frozen=True, slots=True)
class Part:
    """What was accepted of a district or a line. n_units: reports; confirmed: as of now."""

    code: str
    name: str
    n_units: int
    sums: Sums
    confirmed: Confirmed


@dataclass(frozen=True, slots=True)
class Collection:
    """Where a period stands in the actor's scope. n: by group of GROUPS, and `all`, `overdue`.

    by_territory, by_line: what was accepted; both add up to `total`. confirmed: by id of a report,
    as of now. rows: one page of reports; next: place of the following page, or 0.
    """

    period: ReportingPeriod
    n: Mapping[str, int]
    total: Sums
    total_confirmed: Confirmed
    by_territory: Sequence[Part]
    by_line: Sequence[Part]
    confirmed: Mapping[int, Confirmed]
    rows: Sequence[Mapping[str, Any]]
    next: int
    n_listed: int
    periods: Sequence[ReportingPeriod] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReportFilters:
    """What the collection's list is narrowed to; empty means all. text: part of a unit's name."""

    group: str = ""
    state: str = ""
    district: str = ""
    line: str = ""
    text: str = ""


def periods_known() -> list[ReportingPeriod]:
    """All reporting periods, the newest first."""
    return list(ReportingPeriod.objects.order_by("-code"))


def collection_get(
    actor: Actor, *, period: str = "", filters: ReportFilters, after: int = 0
) -> Collection | None:
    """A period's reports in the actor's scope; None if no period was opened yet.

    Without a period: the open one that ends first, else the newest.
    Raises NotSignedIn, Denied, NotFound.
    """
    authorise(actor, "reports.collect")
    known = periods_known()
    if not known:
        return None
    running = [one for one in known if one.closed_at is None]
    row = next((one for one in known if one.code == period), None)
    if period and row is None:
        raise NotFound(_("This period was not opened."))
    row = row or (running[-1] if running else known[0])
    scope = reports_visible_to(actor).filter(period=row)
    listed = narrowed(scope, filters, row.code)
    columns = ("id", "ref", "case__state", "case__due_on", "unit__name", "district_code", *SUMMED)
    page = listed.order_by("district_code", "unit_id").values("case__moved_at", *columns)
    rows = list(page[after : after + PER_PAGE + 1])
    accepted = scope.filter(case__state="accepted")
    confirmed = confirmed_by_report(row.code)
    placed = list(accepted.order_by().values_list("id", "district_code", "line_code"))
    return Collection(
        period=row,
        n=_counts(scope, row),
        total=_total(accepted),
        total_confirmed=total_of(confirmed.get(pk, Confirmed()) for pk, _d, _l in placed),
        by_territory=_by(
            accepted, "district", _gathered((confirmed.get(pk), code) for pk, code, _l in placed)
        ),
        by_line=_by(
            accepted, "line", _gathered((confirmed.get(pk), code) for pk, _d, code in placed)
        ),
        confirmed=confirmed,
        rows=rows[:PER_PAGE],
        next=after + PER_PAGE if len(rows) > PER_PAGE else 0,
        n_listed=listed.count(),
        periods=known,
    )


def narrowed(rows: QuerySet[Report], filters: ReportFilters, period: str) -> QuerySet[Report]:
    """Of these reports of the period, those that match."""
    if filters.group in GROUPS:
        rows = rows.filter(case__state__in=GROUPS[filters.group])
    if filters.group == "outside":
        rows = rows.filter(counting_reports(period)[0])
    if filters.state in chain.REPORT.states:
        rows = rows.filter(case__state=filters.state)
    if filters.district:
        rows = rows.filter(district_code=filters.district)
    if filters.line:
        rows = rows.filter(line_code=filters.line)
    if filters.text:
        rows = rows.filter(unit__name__contains=filters.text)
    return rows


def _counts(scope: QuerySet[Report], period: ReportingPeriod) -> dict[str, int]:
    states = dict(scope.order_by().values_list("case__state").annotate(n=Count("id")))
    found = {
        group: sum(states.get(state, 0) for state in members) for group, members in GROUPS.items()
    }
    late = period.closed_at is None and clock.city_today() > period.due_on
    if period.closed_at is None:
        waiting = scope.filter(case__state__in=GROUPS["outside"])
        found["outside"] = waiting.filter(counting_reports(period.code)[0]).count()
    return found | {
        "all": sum(states.values()),
        "overdue": found["missing"] if late else 0,
        "returned": states.get("returned", 0),
    }


_SUMS = {f"{name}_": Sum(name, default=0) for name in SUMMED}


def _total(rows: QuerySet[Report]) -> Sums:
    found = rows.aggregate(**_SUMS)
    return Sums(*(found[f"{name}_"] for name in SUMMED))


def _gathered(parts: Iterable[tuple[Confirmed | None, str]]) -> dict[str, Confirmed]:
    found: dict[str, Confirmed] = {}
    for one, code in parts:
        if one is not None:
            found[code] = found.get(code, Confirmed()).plus(one)
    return found


def _by(rows: QuerySet[Report], kind: str, confirmed: Mapping[str, Confirmed]) -> list[Part]:
    """kind: `district` or `line`."""
    names = dict(nodes(kind, f"virtual_{kind}"))
    column = f"{kind}_code"
    grouped = rows.order_by(column).values(column).annotate(units_=Count("id"), **_SUMS)
    return [
        Part(
            one[column],
            names.get(one[column], one[column]),
            one["units_"],
            Sums(*(one[f"{name}_"] for name in SUMMED)),
            confirmed.get(one[column], Confirmed()),
        )
        for one in grouped
    ]


def reports_own(actor: Actor) -> list[dict[str, Any]]:
    """Reports of the actor's own unit, the newest period first.

    before: name of the unit that was merged into it since and reported by itself then; confirmed:
    what the counties have confirmed of it by now.
    """
    authorise(actor, "reports.see")
    if actor.organisation_id is None:
        return []
    rows = reports_visible_to(actor)
    if scope_of(actor).kind != "unit":
        rows = rows.filter(unit_id=actor.organisation_id)
    columns = ("ref", "period_id", "period__due_on", "period__closed_at", "case__state", *SUMMED)
    own = Q(unit_id=actor.organisation_id)
    before = Case(When(own, then=Value("")), default="unit__name")
    rows = rows.annotate(before=before).order_by("-period_id", "before")
    found = list(rows.values("before", "id", *columns)[:OWN])
    merged = predecessors_of([actor.organisation_id]).get(actor.organisation_id, ())
    refs = [actor.organisation_ref or "", *(one.ref for one in merged)]
    confirmed = confirmed_by_own_report(sorted({one["period_id"] for one in found}), refs)
    return [one | {"confirmed": confirmed.get(one["id"], Confirmed())} for one in found]


def settled_periods(actor: Actor) -> list[str]:
    """Names of periods whose records are late now: closed, or reported by the actor's own unit."""
    closed = set(
        ReportingPeriod.objects.filter(closed_at__isnull=False).values_list("code", flat=True)
    )
    own = reports_visible_to(actor).filter(
        unit_id=actor.organisation_id or 0, case__state__in=booking.SETTLED
    )
    return [
        periods.name(code) for code in sorted(closed | set(own.values_list("period_id", flat=True)))
    ]
