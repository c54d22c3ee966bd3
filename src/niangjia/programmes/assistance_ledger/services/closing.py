"""Reporting periods: opened for all units, closed once every purchase stands in the city sum."""

import datetime as dt
from dataclasses import asdict

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.desk.public import inbox_done
from niangjia.blocks.orgs.public import buyers_in_force
from niangjia.core import clock
from niangjia.core.db.held import hold
from niangjia.core.errors import Conflict, Invalid
from niangjia.core.facts import BUSINESS, Fact
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger import booking, periods, policy
from niangjia.programmes.assistance_ledger.content import Sums, counting_reports, sums_by_unit
from niangjia.programmes.assistance_ledger.facts import CLOSED, OPENED
from niangjia.programmes.assistance_ledger.models import Report, ReportingPeriod
from niangjia.programmes.assistance_ledger.periods import Period

SUMMED = tuple(asdict(Sums()))


@service(permission="periods.manage", records=FACT)
def period_open(work: Work, /, *, period: str) -> str:
    """Units can report the quarter; each gets its report to fill in. Returns the period's code.

    Raises Invalid (no quarter, not begun, before the rule of reporting), Conflict (opened already,
    a later one was closed).
    """
    span = _quarter(period)
    hold(booking.NAME, alone=True)
    if span.first > clock.city_today():
        raise Invalid(
            _("The period %(period)s has not begun."), code="future", period=periods.name(span.code)
        )
    _refuse_known(span)
    due_on = span.last + dt.timedelta(days=_rule(span).days)
    n_units = len(buyers_in_force(span.first))
    values = {"period": span.code, "due_on": due_on.isoformat(), "n_units": n_units}
    fact_ref = work.record(_fact(work, OPENED, span, values))
    ReportingPeriod.objects.create(
        code=span.code,
        first=span.first,
        last=span.last,
        due_on=due_on,
        opened_at=work.at,
        fact_ref=fact_ref,
    )
    work.send("reports.prepare", {"period": span.code})
    return span.code


def _quarter(code: str) -> Period:
    span = periods.parse(code)
    if "Q" not in span.code:
        raise Invalid(_("Units report by the quarter. Write 2020Q1."), code="not_a_quarter")
    return span


def _rule(span: Period) -> policy.Reporting:
    try:
        return policy.reporting_on(span.first)
    except LookupError as error:
        raise Invalid(
            _("No rule of reporting is in force for %(period)s."),
            code="no_rule",
            period=periods.name(span.code),
        ) from error


def _refuse_known(span: Period) -> None:
    if ReportingPeriod.objects.filter(pk=span.code).exists():
        raise Conflict(
            _("%(period)s was opened already."), code="period_known", period=periods.name(span.code)
        )
    later = ReportingPeriod.objects.filter(pk__gt=span.code, closed_at__isnull=False)
    if later.exists():
        raise Conflict(
            _("A later period was closed already, so %(period)s is closed too."),
            code="later_closed",
            period=periods.name(span.code),
        )


def _fact(work: Work, kind: object, span: Period, values: dict[str, object]) -> Fact:
    owner = work.actor.organisation_ref
    return Fact(
        kind,  # type: ignore[arg-type]
        f"period:{span.code}",
        work.at,
        values,  # type: ignore[arg-type]
        {BUSINESS: f"org:{owner}" if owner else "system"},
    )


@service(permission="periods.manage", records=FACT)
def period_close(work: Work, /, *, period: str, reason: str = "") -> dict[str, int]:
    """Nothing can count in the quarter any more; returns what it was closed with.

    Raises Invalid (not over; reports are missing and no reason is given), Conflict (an earlier one
    is open, purchases stand outside the city sum).
    """
    span = _quarter(period)
    hold(booking.NAME, alone=True)
    row = ReportingPeriod.objects.select_for_update().filter(pk=span.code).first()
    if row is None or row.closed_at is not None:
        raise Conflict(
            _("%(period)s is not open."), code="period_not_open", period=periods.name(span.code)
        )
    _refuse_early(span)
    found = _accepted(span)
    text = reason.strip()[:500]
    if found["n_missing"] and len(text) < 2:
        message = _("%(n)s units have not reported. Say why the period is closed without them.") % {
            "n": found["n_missing"]
        }
        raise Invalid(message, code="reports_missing", fields={"reason": str(message)})
    fact = _fact(work, CLOSED, span, {**found, "period": span.code, "reason": text or None})
    work.record(fact)
    row.closed_at, row.sums = work.at, found
    row.save(update_fields=["closed_at", "sums"])
    waiting = Report.objects.filter(period=row).exclude(case__state="accepted")
    subjects = [f"report:{ref}" for ref in waiting.values_list("ref", flat=True)]
    for at in range(0, len(subjects), 500):
        inbox_done(work, subjects[at : at + 500])
    return found


def _refuse_early(span: Period) -> None:
    if span.last >= clock.city_today():
        raise Invalid(
            _("%(period)s ends on %(day)s. It can be closed after that day."),
            code="not_over",
            period=periods.name(span.code),
            day=span.last.isoformat(),
        )
    earlier = ReportingPeriod.objects.filter(pk__lt=span.code, closed_at__isnull=True)
    if first := earlier.order_by("code").first():
        raise Conflict(
            _("Close %(period)s first: periods are closed in their order."),
            code="earlier_open",
            period=periods.name(first.code),
        )


def _accepted(span: Period) -> dict[str, int]:
    """Sums and counts of the reports; Conflict if they are not all that counts in the period."""
    waiting = Report.objects.filter(period=span.code, counted_with__isnull=True)
    waiting = waiting.exclude(case__state__in=("accepted", "carried"))
    if n_waiting := waiting.filter(counting_reports(span.code)[1]).count():
        raise _outside(span, n_waiting)  # known at once, before everything is added up
    counted = sums_by_unit(span.code)
    outside = {unit_id for unit_id, sums in counted.items() if sums != Sums()}
    total, n = Sums(), dict.fromkeys(("accepted", "exempt", "missing", "carried"), 0)
    columns = ("unit_id", "case__state", *SUMMED)
    reports = Report.objects.filter(period=span.code, counted_with__isnull=True)
    for unit_id, state, *numbers in reports.values_list(*columns):
        n[state if state in n else "missing"] += 1
        if state == "accepted":
            total = total.plus(Sums(*numbers))
            stands = Sums(*numbers) == counted.get(unit_id, Sums())
            (outside.discard if stands else outside.add)(unit_id)
    if outside:
        raise _outside(span, len(outside))
    return {
        **asdict(total),
        "n_accepted": n["accepted"],
        "n_exempt": n["exempt"],
        "n_missing": n["missing"],
    }


def _outside(span: Period, n: int) -> Conflict:
    return Conflict(
        _(
            "%(n)s units have purchases in %(period)s that are not in the city sum. Accept "
            "their reports, or carry them over to the next period."
        ),
        code="outside_the_sum",
        n=n,
        period=periods.name(span.code),
    )


@service(permission="periods.manage", records=FACT)
def period_adopt(work: Work, /, *, period: str, reason: str) -> dict[str, int]:
    """A quarter that was reported before there was this chain is closed as it stands.

    Raises Invalid (not over, no reason), Conflict (it, or one before it, was opened here).
    """
    span = _quarter(period)
    hold(booking.NAME, alone=True)
    _refuse_known(span)
    _refuse_early(span)
    rule = _rule(span)
    text = reason.strip()[:500]
    if len(text) < 2:
        message = _("Say where this period was reported.")
        raise Invalid(message, code="reason_missing", fields={"reason": str(message)})
    total, n_units = Sums(), 0
    for sums in sums_by_unit(span.code).values():
        total, n_units = total.plus(sums), n_units + 1
    found = {**asdict(total), "n_accepted": n_units, "n_exempt": 0, "n_missing": 0}
    fact_ref = work.record(
        _fact(work, CLOSED, span, {**found, "period": span.code, "reason": text})
    )
    ReportingPeriod.objects.create(
        code=span.code,
        first=span.first,
        last=span.last,
        due_on=span.last + dt.timedelta(days=rule.days),
        opened_at=work.at,
        closed_at=work.at,
        sums={**found, "adopted": 1},
        fact_ref=fact_ref,
    )
    return found
