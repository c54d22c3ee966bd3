"""What follows for records and reports when a unit or supplier is merged, split, moved or closed.

Records are never touched. A report of an open period is counted with the successor's, as long as
nobody signed either; reports of closed periods stand.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.blocks.cases.public import case_decide, past_of, state_name
from niangjia.blocks.desk.public import Waiting, inbox_done, inbox_put
from niangjia.blocks.orgs.public import Change, Kept, OrgRef, offices_above
from niangjia.core.db.held import hold
from niangjia.core.errors import Conflict
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger import booking, chain, inbox, periods
from niangjia.programmes.assistance_ledger.content import Sums, counting_in
from niangjia.programmes.assistance_ledger.looking import look_again
from niangjia.programmes.assistance_ledger.models import Purchase, Report, ReportingPeriod
from niangjia.programmes.assistance_ledger.services.reporting import (
    count_merged,
    matter_of,
    prepare,
)

BEGUN = booking.UNDER_WAY | {"reported", "accepted"}
LISTED = 8
LISTED_BY = {"buyer": "unit", "supplier": "supplier"}  # name of the list's filter


def kept(one: OrgRef, category: str) -> Kept:
    """Records in force of a unit or supplier, and its newest reports."""
    name = LISTED_BY.get(category)
    if name is None:
        return Kept()
    rows = Purchase.objects.filter(**{f"{name}_id": one.id}, reversed_at__isnull=True)
    found = rows.aggregate(
        n=Count("id"), fen=Sum("amount_fen"), first=Min("occurred_on"), last=Max("occurred_on")
    )
    reports = Report.objects.filter(unit_id=one.id).order_by("-period_id")
    columns = ("ref", "period_id", "case__state", "fen", "counted_with__ref")
    return Kept(
        n=found["n"],
        fen=found["fen"] or 0,
        first=found["first"],
        last=found["last"],
        href=f"{reverse('assistance_ledger:records')}?{name}={one.ref}",
        links=_links(one, name),
        lines=tuple(
            (
                periods.name(code),
                state_name(chain.REPORT.name, state),
                reverse("assistance_ledger:report", args=[counted or ref]),
                fen,
            )
            for ref, code, state, fen, counted in reports.values_list(*columns)[:LISTED]
        ),
    )


def _links(one: OrgRef, name: str) -> tuple[tuple[str, str, str, str], ...]:
    """name: of the filter that lists by it."""
    trace = f"{reverse('assistance_ledger:trace')}?{name}={one.ref}"
    pack = f"{reverse('assistance_ledger:packs')}?unit={one.uscc or one.ref}"
    links = [(str(_("Trace")), trace, "trace", "purchases.see")]
    if name == "unit":
        links.append((str(_("Audit pack")), pack, "witnessed", "packs.make"))
    return tuple(links)


def obstacles(change: Change) -> list[str]:
    """Signed figures that a merge or a split would move, by period, with what to do."""
    if change.into is None or change.category != "buyer":
        return []  # suppliers report nothing
    found = []
    for period in _open_periods():
        states = _states(period, [change.organisation.id, change.into.id])
        text = (_against_merge if change.kind == "merged" else _against_split)(
            change, period, states
        )
        if text:
            found.append(text)
    return found


def _open_periods() -> QuerySet[ReportingPeriod]:
    return ReportingPeriod.objects.filter(closed_at__isnull=True).order_by("code")


def _states(period: ReportingPeriod, units: Sequence[int]) -> dict[int, str]:
    """State of the own report of each unit, by unit."""
    rows = Report.objects.filter(period=period, unit_id__in=units, counted_with__isnull=True)
    return dict(rows.values_list("unit_id", "case__state"))


def _n_counting(period: ReportingPeriod, units: Sequence[int]) -> int:
    """How many records of these units count, or are taken off, in the period."""
    rows = counting_in(periods.parse(period.code).months)
    return sum(one.filter(unit_id__in=units).count() for one in rows)


def _against_merge(change: Change, period: ReportingPeriod, states: Mapping[int, str]) -> str:
    own, into = change.organisation, change.into or change.organisation
    told = {
        "period": periods.name(period.code),
        "name": own.name,
        "state": state_name(chain.REPORT.name, states.get(own.id, "draft")),
        "into": into.name,
        "into_state": state_name(chain.REPORT.name, states.get(into.id, "draft")),
    }
    if states.get(own.id) in BEGUN:
        if states.get(into.id) in BEGUN:
            return (
                _(
                    "%(period)s: both have a report under way, “%(name)s” (%(state)s) and "
                    "“%(into)s” (%(into_state)s). Withdraw or return the one of “%(name)s” "
                    "first, then merge."
                )
                % told
            )
        return (
            _(
                "%(period)s: “%(name)s” has a report under way (%(state)s). Withdraw or return it "
                "first, or let “%(name)s” stay and merge “%(into)s” into it."
            )
            % told
        )
    n = _n_counting(period, change.ids) if states.get(into.id) in BEGUN else 0
    if n:
        return _(
            "%(period)s: the report of “%(into)s” is under way (%(into_state)s), and %(n)s "
            "records of “%(name)s” would be added to it. Withdraw or return it first, then merge."
        ) % {**told, "n": n}
    return ""


def _against_split(change: Change, period: ReportingPeriod, states: Mapping[int, str]) -> str:
    into = change.into or change.organisation
    if states.get(into.id) not in BEGUN:
        return ""
    n = _n_counting(period, change.ids)
    if not n:
        return ""
    return _(
        "%(period)s: the report of “%(into)s” (%(state)s) contains %(n)s records of “%(name)s”. "
        "Withdraw or return it first, then split."
    ) % {
        "period": periods.name(period.code),
        "into": into.name,
        "state": state_name(chain.REPORT.name, states[into.id]),
        "n": n,
        "name": change.organisation.name,
    }


def follow(work: Work, changes: Sequence[Change]) -> None:
    """Reports of open periods follow what became of their units."""
    for change in changes:
        act = _ACTS.get(change.kind)
        if act is not None:
            hold(booking.NAME, alone=True)
            act(work, change)


def _merged(work: Work, change: Change) -> None:
    if change.into is None or change.category != "buyer":
        return
    if found := obstacles(change):  # who reports meanwhile is waited for
        raise Conflict(" ".join(found), code="obstacle")
    look_again(work, [change.into.id])
    for period in _open_periods():
        prepare(work, period, [change.into])
        head = Report.objects.get(period=period, unit_id=change.into.id)
        own = _of(period, change.organisation)
        if own is not None and own.case.state in chain.UNSTARTED:
            _step(work, own, "merge", change)
            Report.objects.filter(counted_with=own).update(counted_with=head)
            _empty(own, head)
        count_merged(work, period, [change.into.id])


def _split(work: Work, change: Change) -> None:
    if change.into is None or change.category != "buyer":
        return
    if found := obstacles(change):
        raise Conflict(" ".join(found), code="obstacle")
    look_again(work, [change.organisation.id, change.into.id])
    for period in _open_periods():
        own = _of(period, change.organisation)
        if own is None:
            work.send("reports.prepare", {"period": period.code})
        elif own.counted_with_id is not None:
            _empty(own, None)
            _step(work, own, "split", change)
            below = Report.objects.filter(period=period, unit_id__in=change.ids)
            below.filter(counted_with__unit_id=change.into.id).update(counted_with=own)


def _of(period: ReportingPeriod, unit: OrgRef) -> Report | None:
    rows = Report.objects.select_related("case").filter(period=period, unit_id=unit.id)
    return rows.first()


def _empty(report: Report, counted_with: Report | None) -> None:
    """The report says nothing of its own, and whose report its records count in."""
    report.content_sha256, report.counted_with = "", counted_with
    for name, value in asdict(Sums()).items():
        setattr(report, name, value)
    report.save()


def _step(work: Work, report: Report, step: str, change: Change) -> None:
    case_decide(
        work,
        report.case,
        step,
        matter_of(report, change.organisation),
        version=report.case.version,
        reason=change.reason,
        consequence=True,
    )


def _moved(work: Work, change: Change) -> None:
    """What nobody signed is listed where the unit stands now; what waits there follows it."""
    unit = change.organisation
    path = Q(unit_id=unit.id) | Q(unit__territory_path__contains=f"/{unit.id}/")
    rows = Report.objects.filter(path, period__closed_at__isnull=True, counted_with__isnull=True)
    for report in rows.filter(case__state__in=chain.UNSTARTED).select_related("unit"):
        Report.objects.filter(pk=report.pk).update(
            district_code=report.unit.district_code, line_code=report.unit.line_code
        )
    for report in rows.filter(case__state="reported").select_related("case", "unit"):
        subject = f"report:{report.ref}"
        office = offices_above([report.unit_id])[report.unit_id]
        at, role = (office.district, "district") if office.district else (office.city, "city")
        inbox_done(work, [subject])
        href = reverse("assistance_ledger:report", args=[report.ref])
        params = {"period": report.period_id, "unit": report.unit.name}
        waiting = Waiting(inbox.ACCEPT, subject, at, role, href, params, report.case.due_on)
        inbox_put(work, [waiting])


def _closed(work: Work, change: Change) -> None:
    """Periods that begin after its last day are no longer waited for, if nothing counts in them."""
    unit = change.organisation
    rows = Report.objects.select_related("case").filter(
        unit_id=unit.id,
        period__closed_at__isnull=True,
        period__first__gt=change.last_day,
        case__state__in=("draft", "returned"),
    )
    for report in rows:
        if not _n_counting(report.period, [unit.id]):
            _step(work, report, "close", change)


def _opened(work: Work, change: Change) -> None:
    """It reports again: what was let go when it was closed, and what it has no report of."""
    if change.category != "buyer":
        return
    rows = Report.objects.select_related("case").filter(
        unit_id=change.organisation.id, period__closed_at__isnull=True, case__state="exempt"
    )
    for report in rows:
        past = past_of(report.case_id)
        if past and past[-1].step == "close":
            _step(work, report, "reopen", change)
    for period in _open_periods():
        work.send("reports.prepare", {"period": period.code})


_ACTS: Mapping[str, Callable[[Work, Change], None]] = {
    "merged": _merged,
    "split": _split,
    "moved": _moved,
    "closed": _closed,
    "reopened": _opened,
    "registered": _opened,
}
