"""The chain of a unit's report: each step by another hand, on figures that stand still."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from django.db.models import F, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.cases.public import Matter, Opening, case_decide, cases_open
from niangjia.blocks.desk.public import Waiting, inbox_done, inbox_put, inbox_remind
from niangjia.blocks.orgs.public import (
    OrgRef,
    offices_above,
    organisation,
    predecessors_of,
)
from niangjia.core import clock
from niangjia.core.db.held import hold
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.service import FACT, JOURNAL, NOTHING, service
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger import (
    booking,
    chain,
    evidencing,
    helping,
    inbox,
    periods,
    rules,
    steps,
)
from niangjia.programmes.assistance_ledger.content import Content, Sums, content_of, units_counted
from niangjia.programmes.assistance_ledger.models import Purchase, Report, ReportingPeriod
from niangjia.programmes.assistance_ledger.selectors.scope import reports_visible_to
from niangjia.programmes.assistance_ledger.services.correcting import drafts_of
from niangjia.programmes.assistance_ledger.services.taking import booked

FIRM = frozenset({"check", "sign", "send", "accept"})  # steps on figures that must not have moved
MOST_REMINDED = 500
NO_FIELDS: Mapping[str, str] = {}


@service(permission="reports.prepare", records=NOTHING)
def reports_prepare(work: Work, /, *, period: str, units: Sequence[OrgRef]) -> int:
    """Each unit has a report to fill in; exempt ones stay exempt. Returns how many are new."""
    return prepare(work, ReportingPeriod.objects.get(pk=period), units)


def prepare(work: Work, row: ReportingPeriod, units: Sequence[OrgRef]) -> int:
    """The same, inside another Work; what was merged into a unit is counted with it."""
    ids = [unit.id for unit in units]
    have = set(Report.objects.filter(period=row, unit_id__in=ids).values_list("unit_id", flat=True))
    fresh = [unit for unit in units if unit.id not in have]
    last = Report.objects.filter(period__lt=row, unit_id__in=[unit.id for unit in fresh])
    states = dict(last.order_by("period_id").values_list("unit_id", "case__state"))
    refs = {unit.id: work.new_id() for unit in fresh}
    cases = cases_open(
        work,
        chain.REPORT.name,
        [
            Opening(
                subject=f"report:{refs[unit.id]}",
                organisation=unit,
                due_on=row.due_on,
                state="exempt" if states.get(unit.id) == "exempt" else "",
                href=_href(refs[unit.id]),
                params={"period": row.pk},
            )
            for unit in fresh
        ],
    )
    made = [
        Report(
            ref=refs[unit.id],
            period=row,
            unit_id=unit.id,
            case_id=cases[f"report:{refs[unit.id]}"],
            district_code=unit.district,
            line_code=unit.line,
        )
        for unit in fresh
    ]
    Report.objects.bulk_create(made, batch_size=60)
    count_merged(work, row, ids)
    return len(made)


def count_merged(work: Work, row: ReportingPeriod, unit_ids: Sequence[int]) -> None:
    """What was merged into these units, and has no report of the period, is counted with theirs."""
    merged = predecessors_of(unit_ids)
    below = {one.id: (one, head) for head, found in merged.items() for one in found}
    if not below:
        return
    of_period = Report.objects.filter(period=row)
    have = set(of_period.filter(unit_id__in=below).values_list("unit_id", flat=True))
    heads = dict(of_period.filter(unit_id__in=unit_ids).values_list("unit_id", "id"))
    fresh = {work.new_id(): below[pk] for pk in below.keys() - have}
    openings = [
        Opening(subject=f"report:{ref}", organisation=unit, state="merged")
        for ref, (unit, _head) in fresh.items()
    ]
    cases = cases_open(work, chain.REPORT.name, openings)
    made = [
        Report(
            ref=ref,
            period=row,
            unit_id=unit.id,
            case_id=cases[f"report:{ref}"],
            district_code=unit.district,
            line_code=unit.line,
            counted_with_id=heads[head],
        )
        for ref, (unit, head) in fresh.items()
    ]
    Report.objects.bulk_create(made, batch_size=60)


def _href(ref: str) -> str:
    return reverse("assistance_ledger:report", args=[ref])


@service(permission="reports.decide", records=FACT)
def report_decide(
    work: Work,
    /,
    *,
    report_ref: str,
    step: str,
    version: int,
    reason: str = "",
    fields: Mapping[str, str] | None = None,
    note: str = "",
    zero: bool = False,
) -> str:
    """The report has moved by `step` of chain.REPORT; returns its new state.

    version: of the case as the actor saw it; fields: reason by name of chain.REPORT_FIELDS; note:
    remarks, with `enter`; zero: confirms a report of nothing. Raises NotFound, Denied (role, four
    eyes), Conflict (moved, closed or changed meanwhile), Invalid (no reason, nothing to report).
    """
    hold(booking.NAME, alone=False)
    return decide(
        work,
        report_ref,
        step,
        version=version,
        reason=reason,
        fields=fields or {},
        note=note,
        zero=zero,
    )


def decide(
    work: Work,
    report_ref: str,
    step: str,
    *,
    version: int,
    reason: str = "",
    fields: Mapping[str, str] = NO_FIELDS,
    note: str = "",
    zero: bool = False,
) -> str:
    """The same, inside another Work that holds booking.NAME."""
    report = _held(work, report_ref)
    unit = organisation(report.unit_id)
    units = units_counted(report.unit_id, report.period_id)
    content = content_of(report.unit_id, report.period_id, units)
    if step == "enter":
        _enter(report, unit, content, note, zero=zero)
    elif step in FIRM:
        _check_firm(report, content)
    elif step == "carry":
        _carry_over(work, report, units, reason)
    before, matter = report.case.state, matter_of(report, unit, content)
    named = {name: text for name, text in fields.items() if name in chain.REPORT_FIELDS}
    after = case_decide(
        work, report.case, step, matter, version=version, reason=reason, fields=named
    )
    _tell_city(work, report, matter, before, after)
    return after


def matter_of(report: Report, unit: OrgRef, content: Content | None = None) -> Matter:
    """What a decision on the report is about; without content if nothing is decided on it."""
    return Matter(
        organisation=unit,
        href=_href(report.ref),
        period=report.period_id,
        content=asdict(content.sums) if content else {},
        content_sha256=content.sha256 if content else "",
        params={"period": report.period_id, "unit": unit.name},
    )


def _check_firm(report: Report, content: Content) -> None:
    if content.sha256 != report.content_sha256:
        raise Conflict(
            _(
                "The records behind this report changed after it was entered. Return it, so that "
                "it is entered anew with the figures of today."
            ),
            code="content_changed",
        )


def _held(work: Work, ref: str) -> Report:
    """The report, held until this transaction ends; its period is open."""
    mine = reports_visible_to(work.actor).select_for_update(of=("self",))
    report = mine.filter(ref=ref).first()  # its case and period are read after it is held
    if report is None:
        raise NotFound(_("There is no such report, or it is not yours to see."))
    if report.period.closed_at is not None:
        raise Conflict(
            _(
                "%(period)s was closed meanwhile, so its reports stand. What has to change is "
                "recorded now and counts in the next period with its explanation."
            ),
            code="period_closed",
            period=periods.name(report.period_id),
        )
    return report


def _enter(report: Report, unit: OrgRef, content: Content, note: str, *, zero: bool) -> None:
    if content.sums.n == 0 and content.sums.fen == 0 and not zero:
        message = _("No purchase counts in this period. Tick “nothing was bought” to report zero.")
        raise Invalid(message, code="zero_not_confirmed", fields={"zero": str(message)})
    for name, value in asdict(content.sums).items():
        setattr(report, name, value)
    report.content_sha256 = content.sha256
    report.note = note.strip()[:500]
    report.district_code, report.line_code = unit.district, unit.line
    report.save()


def _tell_city(work: Work, report: Report, matter: Matter, before: str, after: str) -> None:
    """The city hears of a report that left its sum; it is told no more once the report is back."""
    subject = f"dropped:{report.ref}"
    if (before, after) == ("accepted", "returned"):
        city = offices_above([report.unit_id])[report.unit_id].city
        inbox_put(
            work,
            [Waiting(inbox.DROPPED, subject, city, "city", matter.href, matter.params)],
        )
    elif after == "accepted":
        inbox_done(work, [subject])


def _carry_over(work: Work, report: Report, units: Sequence[int], reason: str) -> None:
    """What counts in the period is taken off in it and counts in the next open one."""
    refuse_running(report.period)
    following = periods.first_month(periods.after(report.period_id))
    later = booked(booking.Booking([report.unit_id]), report.unit_id, following)
    months = periods.parse(report.period_id).months
    of_units = Purchase.objects.filter(unit_id__in=units).select_related("unit", "supplier")
    counting = list(of_units.filter(month__in=months, reversed_at__isnull=True).order_by("id"))
    gone = of_units.filter(reversed_at__isnull=False).order_by("id")
    one_sided = [*gone.filter(month__in=months).exclude(reversed_month__in=months)]
    one_sided += gone.filter(reversed_month__in=months).exclude(month__in=months)
    _take_off(work, counting, reason)
    steps.insert_all(work, drafts_of(counting, reason, later))
    for one in one_sided:
        here = one.month in months
        counted, off = (later, one.month) if here else (one.reversed_month, later)
        _shift(work, one, reason, counted=counted, off=off)
    report.note, report.content_sha256 = "", ""
    for name, value in asdict(Sums()).items():
        setattr(report, name, value)
    report.save()


def _shift(work: Work, gone: Purchase, reason: str, *, counted: str, off: str) -> None:
    """A record that is out of force once more: counted in one month, taken off in the other."""
    draft = drafts_of([gone], reason, counted)[0]
    key = rules.moved_key(draft.key, work.new_id())
    (ref,) = steps.insert_all(work, [replace(draft, key=key)])
    rows = Purchase.objects.select_related("unit", "supplier")
    _take_off(work, [rows.get(ref=ref)], reason, off)


def _take_off(work: Work, purchases: Sequence[Purchase], reason: str, month: str = "") -> None:
    """They are out of force, taken off in their own month or the one given."""
    facts = [steps.reversed_fact(one, reason, month or one.month) for one in purchases]
    work.record_many(facts)
    for one in purchases:
        evidencing.on_reversed(work, one, reason, month or one.month)
    helping.on_reversed(work, purchases, reason, month)
    rows = Purchase.objects.filter(pk__in=[one.pk for one in purchases])
    rows.update(reversed_at=work.at, reversed_month=Value(month) if month else F("month"))


def refuse_running(period: ReportingPeriod) -> None:
    """Invalid while the period runs: what counts in it is not known yet."""
    if period.last >= clock.city_today():
        raise Invalid(
            _("%(period)s ends on %(day)s. Reports can be carried over after that day."),
            code="not_over",
            period=periods.name(period.code),
            day=period.last.isoformat(),
        )


@service(permission="reports.remind", records=JOURNAL)
def reports_remind(work: Work, /, *, report_refs: Sequence[str]) -> int:
    """Whom these reports wait for is reminded in the inbox, at most once in 12 hours each.

    Returns how many were. Raises Invalid: more than 500 at a time.
    """
    if len(report_refs) > MOST_REMINDED:
        raise Invalid(_("At most %(n)s at a time."), code="too_many_reminders", n=MOST_REMINDED)
    waiting = reports_visible_to(work.actor).filter(
        ref__in=report_refs, case__state__in=chain.NOT_REPORTED, period__closed_at__isnull=True
    )
    subjects = [f"report:{ref}" for ref in waiting.values_list("ref", flat=True)]
    n = inbox_remind(work, subjects)
    work.journal("reports.remind", asked=len(report_refs), reminded=n)
    return n
