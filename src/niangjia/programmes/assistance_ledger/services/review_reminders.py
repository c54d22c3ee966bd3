"""Reminders of the county's review: before a quarter's deadline, and when something is overdue."""

import datetime as dt
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from niangjia.blocks.desk.public import Waiting, inbox_done, inbox_put, inbox_remind
from niangjia.blocks.orgs.public import county_office, offices_above, organisation_names
from niangjia.blocks.places.public import region_names
from niangjia.core import clock
from niangjia.core.db.bulk import insert_rows
from niangjia.core.service import JOURNAL, service
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger import inbox, periods, policy, reviewing
from niangjia.programmes.assistance_ledger.models import HelpReview, Purchase, ReviewReminder
from niangjia.programmes.assistance_ledger.selectors.reviews import group_of_review, unconfirmed

BATCH = 100
Groups = Mapping[tuple[int, str], set[int]]  # (supplier, product) -> units that bought


@service(permission="reviews.remind", records=JOURNAL)
def quarter_remind(work: Work, /, *, period: str, mark: int) -> int:
    """Every county with something unconfirmed of the quarter has it in its inbox, counted as of
    now; the districts of who bought too, once it is overdue. Once for each mark; returns how many
    counties. mark: see reviewing.mark_of.
    """
    made = [(period, mark, work.at)]
    insert_rows(ReviewReminder, ("period", "mark", "sent_at"), made, ignore_conflicts=True)
    if ReviewReminder.objects.filter(period=period, mark=mark).exclude(sent_at=work.at).exists():
        work.repeated()
        return 0
    found = unconfirmed(period)
    names = region_names(set(found))
    inbox_done(work, [subject_of(period, county) for county in found])
    waiting: list[Waiting] = []
    for county, groups in found.items():
        waiting += _of_county(period, county, groups)
        if mark == reviewing.OVERDUE:
            waiting += _of_districts(period, county, names.get(county, county), groups)
    inbox_put(work, waiting)
    work.journal("reviews.remind", period=period, mark=mark, counties=len(found))
    return len(found)


def subject_of(period: str, county: str) -> str:
    """What the inbox names a county's quarter by."""
    return f"help:{period}:{county}"


def _due(period: str) -> dt.date | None:
    span = periods.parse(period)
    rule = policy.reviewing_on(span.last)
    return reviewing.deadline(span.last, rule.days) if rule else None


def _of_county(period: str, county: str, groups: Groups) -> list[Waiting]:
    office = county_office(county)
    if office is None:
        return []
    href = f"{reverse('assistance_ledger:reviews')}?{urlencode({'tab': 'new', 'period': period})}"
    params: dict[str, str | int] = {"period": period, "n": len(groups)}
    return [
        Waiting(
            inbox.REVIEW_QUARTER,
            subject_of(period, county),
            office.id,
            "reviewer",
            href,
            params,
            _due(period),
        )
    ]


def _of_districts(period: str, county: str, name: str, groups: Groups) -> list[Waiting]:
    """An item for each district, with how many of the products its own units bought."""
    above = offices_above({unit for units in groups.values() for unit in units})
    n: dict[int, int] = {}
    for units in groups.values():
        for district in {above[unit].district for unit in units if unit in above} - {0}:
            n[district] = n.get(district, 0) + 1
    return [
        Waiting(
            inbox.REVIEW_QUARTER_LATE,
            subject_of(period, county),
            district,
            "district",
            _where(period, county),
            {"period": period, "county": name, "n": count},
            _due(period),
        )
        for district, count in sorted(n.items())
    ]


def _where(period: str, county: str) -> str:
    """The figures of a county and quarter, confirmed and not, by unit: what a district may see."""
    months = periods.parse(period).months
    asked = {
        "rows": "unit",
        "columns": "",
        "measure": "confirmed",
        "county": county,
        "first": months[0],
        "last": months[-1],
    }
    return f"{reverse('assistance_ledger:pivot')}?{urlencode(asked)}"


def late_reviews() -> QuerySet[HelpReview]:
    """Reviews whose deadline was missed, and nobody was told yet."""
    late = HelpReview.objects.filter(case__state="submitted", case__due_on__lt=clock.city_today())
    untold = Q(late_told_on__isnull=True) | ~Q(late_told_on=F("case__due_on"))
    return late.filter(untold)


@service(permission="reviews.remind", records=JOURNAL)
def late_remind(work: Work, /) -> int:
    """At most 100 overdue reviews: the county is reminded, the districts of who bought have it in
    their inbox. Once for each deadline missed; returns how many."""
    ids = list(late_reviews().order_by("id").values_list("id", flat=True)[:BATCH])
    held = list(HelpReview.objects.select_for_update().filter(pk__in=ids).order_by("id"))
    rows = list(late_reviews().filter(pk__in=[one.pk for one in held]).select_related("case"))
    if not rows:
        work.repeated()
        return 0
    names = organisation_names({row.supplier_id for row in rows})
    inbox_remind(work, [f"review:{row.ref}" for row in rows])
    for row in rows:
        params = {
            "period": row.period,
            "supplier": names[row.supplier_id],
            "product": row.product,
        }
        units = group_of_review(row).records.values_list("unit_id", flat=True).distinct()
        inbox_put(work, list(_late(row, units, params)))
        HelpReview.objects.filter(pk=row.pk).update(late_told_on=row.case.due_on)
    work.journal("reviews.late_remind", reviews=len(rows))
    return len(rows)


def _late(row: HelpReview, units: Iterable[int], params: dict[str, str]) -> Iterable[Waiting]:
    districts = {one.district for one in offices_above(units).values()} - {0}
    for district in sorted(districts):
        yield Waiting(
            inbox.REVIEW_LATE,
            f"review:{row.ref}",
            district,
            "district",
            _where(row.period, row.county_code),
            params,
            row.case.due_on,
        )


def close_reminders(work: Work, row: HelpReview) -> None:
    """Where nothing of the county's quarter is unconfirmed any more, nothing of it waits."""
    open_ones = Purchase.objects.filter(
        county_code=row.county_code,
        month__in=periods.parse(row.period).months,
        assisted=True,
        reversed_at__isnull=True,
        help="",
    )
    if not open_ones.exists():
        inbox_done(work, [subject_of(row.period, row.county_code)])
