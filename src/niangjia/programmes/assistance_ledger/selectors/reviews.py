"""Reads of the county's review: groups to be reviewed, one review, lists by state."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.cases.public import CaseStep, Past, case_steps, past_of
from niangjia.blocks.evidence.public import LinkView, links_of
from niangjia.blocks.households.public import roster_of
from niangjia.blocks.orgs.public import (
    OrgRef,
    county_office,
    heads_of,
    organisation,
    organisation_names,
    organisation_with,
    people_named,
    scope_of,
)
from niangjia.blocks.places.public import region_names
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise
from niangjia.lib import canonical
from niangjia.programmes.assistance_ledger import periods, policy, reviewing
from niangjia.programmes.assistance_ledger.models import HelpReview, Purchase
from niangjia.programmes.assistance_ledger.selectors.scope import reviews_visible_to, visible_to

PER_PAGE = 30
LOOKED_BACK = 5  # quarters whose deadline may be ahead or was missed lately


@dataclass(frozen=True, slots=True)
class Group:
    """A supplier's product in a quarter. supplier: as it is today; ids: of it and of all merged
    into it."""

    supplier: OrgRef
    ids: tuple[int, ...]
    product: str
    period: str
    county_code: str

    @property
    def records(self) -> QuerySet[Purchase]:
        """Records in force that count in it."""
        return Purchase.objects.filter(
            supplier_id__in=self.ids,
            product=self.product,
            county_code=self.county_code,
            month__in=periods.parse(self.period).months,
            reversed_at__isnull=True,
        )


@dataclass(frozen=True, slots=True)
class Content:
    """What a review is about. sha256: over ref and amount of each record; records: (id, fen)."""

    n: int
    fen: int
    sha256: str
    records: Sequence[tuple[int, int]]


def group_of(supplier_ref: str, product: str, period: str, county_code: str) -> Group:
    """A group by its key. Raises NotFound (no such supplier), Invalid (no period)."""
    found = organisation_with(supplier_ref, category="supplier")
    if found is None:
        raise NotFound(_("There is no such supplier, or it is not yours to see."))
    return Group(found[0], found[1], product, periods.parse(period).code, county_code)


def group_of_review(row: HelpReview) -> Group:
    """The group that a review is about."""
    supplier = organisation(row.supplier_id)
    return group_of(supplier.ref, row.product, row.period, row.county_code)


def content_of(group: Group) -> Content:
    """The records of a group as they stand now."""
    rows = list(group.records.order_by("id").values_list("id", "ref", "amount_fen"))
    named = sorted((ref, fen) for _id, ref, fen in rows)
    digest = hashlib.sha256(canonical.encode([list(one) for one in named], limit=None)).hexdigest()
    records = [(pk, fen) for pk, _ref, fen in rows]
    return Content(len(rows), sum(fen for _id, fen in records), digest, records)


@dataclass(frozen=True, slots=True)
class Unreviewed:
    """A group that nobody has handed in material for. households, people: as the records say."""

    supplier: str
    supplier_ref: str
    product: str
    period: str
    county_code: str
    county: str
    n: int
    fen: int
    households: int
    people: int


def unreviewed(actor: Actor, *, period: str) -> list[Unreviewed]:
    """Groups of a quarter in the actor's own scope without material, largest first.

    Offices see none here: they look at the reviews. Raises NotSignedIn, Denied, Invalid.
    """
    authorise(actor, "reviews.see")
    if scope_of(actor).kind not in ("county", "supplier", "unit"):
        return []
    code = periods.parse(period).code
    columns = ("supplier_id", "product", "county_code")
    rows = visible_to(actor).filter(
        month__in=periods.parse(period).months, reversed_at__isnull=True, assisted=True
    )
    made = rows.order_by().values(*columns)
    made = made.annotate(n=Count("id"), fen=Sum("amount_fen"), h=Sum("households"), p=Sum("people"))
    sums: dict[tuple[int, str, str], list[int]] = {}
    found = list(made.values_list(*columns, "n", "fen", "h", "p"))
    heads = heads_of(row[0] for row in found)
    for supplier_id, product, county, *numbers in found:
        total = sums.setdefault((heads[supplier_id], product, county), [0, 0, 0, 0])
        total[:] = [a + (b or 0) for a, b in zip(total, numbers, strict=True)]
    have = HelpReview.objects.filter(period=code, supplier_id__in={key[0] for key in sums})
    for key in have.exclude(case__state="draft").values_list(*columns):
        sums.pop(key, None)
    return _named(sums, code)


def _named(sums: Mapping[tuple[int, str, str], Sequence[int]], code: str) -> list[Unreviewed]:
    names = organisation_names({key[0] for key in sums})
    counties = region_names({key[2] for key in sums})
    refs = {pk: organisation(pk).ref for pk in names}
    made = [
        Unreviewed(
            supplier=names[pk],
            supplier_ref=refs[pk],
            product=product,
            period=code,
            county_code=county,
            county=counties.get(county, county),
            n=n,
            fen=fen,
            households=households,
            people=people,
        )
        for (pk, product, county), (n, fen, households, people) in sums.items()
    ]
    return sorted(made, key=lambda one: (-one.fen, one.supplier, one.product))


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review in a list; sha256: of its records as they stand now is not known here."""

    row: HelpReview
    supplier: str
    county: str


def reviews_page(
    actor: Actor, *, states: Sequence[str], period: str = "", before: int = 0
) -> tuple[list[ReviewRow], int]:
    """(reviews in these states, those due first for the open ones, else newest; where to go on)."""
    authorise(actor, "reviews.see")
    rows = reviews_visible_to(actor).filter(case__state__in=states).select_related("case")
    if period:
        rows = rows.filter(period=periods.parse(period).code)
    if before:
        rows = rows.filter(id__lt=before)
    found = list(rows.order_by("-id")[: PER_PAGE + 1])
    names = organisation_names({one.supplier_id for one in found})
    counties = region_names({one.county_code for one in found})
    made = [
        ReviewRow(one, names[one.supplier_id], counties.get(one.county_code, one.county_code))
        for one in found[:PER_PAGE]
    ]
    return made, found[PER_PAGE - 1].pk if len(found) > PER_PAGE else 0


@dataclass(frozen=True, slots=True)
class ReviewDetail:
    """One review. content: the records now; changed: they differ from those decided on, or handed
    in; outside: records since the decision that it does not cover; office: the county's department,
    empty if none is registered; oddities: codes of reviewing.oddities. units: (name,
    n, fen) of who bought."""

    row: HelpReview
    supplier: OrgRef
    county: str
    content: Content
    changed: bool
    outside: int
    office: str
    oddities: Sequence[str]
    units: Sequence[tuple[str, int, int]]
    files: Sequence[LinkView]
    steps: Sequence[CaseStep]
    past: Sequence[Past]
    who: Mapping[str, str]


def review_get(actor: Actor, *, ref: str) -> ReviewDetail:
    """One review in the actor's scope. Raises NotSignedIn, Denied, NotFound."""
    authorise(actor, "reviews.see")
    row = reviews_visible_to(actor).select_related("case").filter(ref=ref).first()
    if row is None:
        raise NotFound(_("There is no such review, or it is not yours to see."))
    group = group_of_review(row)
    content = content_of(group)
    past = past_of(row.case_id)
    decided = row.case.state in ("confirmed", "partly", "refused")
    office = county_office(row.county_code)
    covered = row.lines.filter(ended_at__isnull=True).count() if decided else 0
    return ReviewDetail(
        row=row,
        supplier=group.supplier,
        county=region_names({row.county_code}).get(row.county_code, row.county_code),
        content=content,
        changed=content.sha256 != row.content_sha256,
        outside=content.n - covered if decided else 0,
        office=office.name if office else "",
        oddities=reviewing.oddities(form_of(row), content.fen),
        units=_units(actor, group),
        files=links_of([f"review:{ref}"]),
        steps=_steps(actor, row, group),
        past=past,
        who=people_named({one.person_ref for one in past}),
    )


def may_take(actor: Actor, row: HelpReview, group: Group, step: str) -> bool:
    """Whose organisation handed material in may take it back; whose did that, or brought the
    roster, may not decide on it."""
    own = heads_of([actor.organisation_id])[actor.organisation_id] if actor.organisation_id else 0
    entered = heads_of([row.entered_at_id])[row.entered_at_id] if row.entered_at_id else 0
    if step == "recall":
        return own == entered
    roster = roster_of(f"review:{row.ref}")
    brought = heads_of([roster.organisation_id])[roster.organisation_id] if roster else 0
    return step == "submit" or own not in (entered, group.supplier.id, brought)


def _steps(actor: Actor, row: HelpReview, group: Group) -> list[CaseStep]:
    return [one for one in case_steps(actor, row.case) if may_take(actor, row, group, one.name)]


def review_for(actor: Actor, group: Group) -> ReviewDetail | None:
    """The review of a group, if material was handed in and the actor may see it."""
    rows = reviews_visible_to(actor).filter(
        supplier_id=group.supplier.id,
        product=group.product,
        period=group.period,
        county_code=group.county_code,
    )
    ref = rows.values_list("ref", flat=True).first()
    return review_get(actor, ref=ref) if ref else None


def review_sheet_rows(detail: ReviewDetail) -> list[tuple[str, int]]:
    """(ref, fen) of the records that a printed sheet speaks of: those decided on, else of now."""
    lines = detail.row.lines.filter(ended_at__isnull=True).order_by("id")
    covered = list(lines.values_list("purchase__ref", "purchase__amount_fen"))
    if covered:
        return covered
    records = group_of_review(detail.row).records.order_by("id")
    return list(records.values_list("ref", "amount_fen"))


def _units(actor: Actor, group: Group) -> list[tuple[str, int, int]]:
    """Who bought how much, as far as the actor may see the records."""
    seen = visible_to(actor).filter(pk__in=group.records.values("pk"))
    rows = seen.order_by().values("unit__name").annotate(n=Count("id"), fen=Sum("amount_fen"))
    return sorted(rows.values_list("unit__name", "n", "fen"), key=lambda one: -one[2])


def form_of(row: HelpReview) -> reviewing.HelpForm:
    """The form as it was handed in."""

    def day(value: Any) -> str:
        return value.isoformat() if value else ""

    return reviewing.HelpForm(
        mechanisms=tuple(row.mechanisms),
        households=row.households,
        people=row.people,
        paid_fen=row.paid_fen,
        public_first=day(row.public_first),
        public_last=day(row.public_last),
        opinions=row.opinions,
        note=row.note,
    )


def unconfirmed(period: str, county: str = "") -> dict[str, dict[tuple[int, str], set[int]]]:
    """County -> (supplier, product) -> units that bought it in the quarter and no decision on its
    help says anything of. Of one county, if it is named."""
    rows = Purchase.objects.filter(
        month__in=periods.parse(period).months, assisted=True, reversed_at__isnull=True, help=""
    )
    rows = rows.filter(county_code=county) if county else rows
    found: dict[str, dict[tuple[int, str], set[int]]] = {}
    columns = ("county_code", "supplier_id", "product", "unit_id")
    listed = list(rows.order_by().values_list(*columns).distinct())
    heads = heads_of({row[1] for row in listed})
    for code, supplier, product, unit in listed:
        found.setdefault(code, {}).setdefault((heads[supplier], product), set()).add(unit)
    return found


@dataclass(frozen=True, slots=True)
class ReviewerCard:
    """What a county's reviewer looks at first. nearest: the open review due first, if any.

    quarter: the one whose help is due to be confirmed next, with n_open products of suppliers left
    and due_on; empty if none. n_decided to people: what was confirmed since the quarter began.
    """

    n_waiting: int
    n_late: int
    nearest: HelpReview | None
    quarter: str
    n_open: int
    due_on: dt.date | None
    n_decided: int
    fen: int
    households: int
    people: int


def reviewer_card(actor: Actor) -> ReviewerCard:
    """The numbers of the actor's county. Raises NotSignedIn, Denied."""
    authorise(actor, "reviews.decide")
    today = clock.city_today()
    rows = reviews_visible_to(actor)
    waiting = rows.filter(case__state="submitted")
    since = periods.parse(periods.of_day(today)).first
    first = dt.datetime.combine(since, dt.time(), clock.zone())
    decided = rows.filter(case__state__in=("confirmed", "partly"), case__moved_at__gte=first)
    sums = decided.aggregate(
        n=Count("id"),
        fen=Sum("confirmed_fen", default=0),
        households=Sum("confirmed_households", default=0),
        people=Sum("confirmed_people", default=0),
    )
    quarter, n_open, due_on = _next_quarter(scope_of(actor).code, today)
    return ReviewerCard(
        n_waiting=waiting.count(),
        n_late=waiting.filter(case__due_on__lt=today).count(),
        nearest=waiting.select_related("case").order_by("case__due_on", "id").first(),
        quarter=quarter,
        n_open=n_open,
        due_on=due_on,
        n_decided=sums["n"],
        fen=sums["fen"],
        households=sums["households"],
        people=sums["people"],
    )


def _next_quarter(county: str, today: dt.date) -> tuple[str, int, dt.date | None]:
    """The oldest quarter of the last year with help left to be confirmed: (code, how many, day)."""
    for code in reversed(periods.before(today, LOOKED_BACK)):
        last = periods.parse(code).last
        rule = policy.reviewing_on(last)
        left = unconfirmed(code, county).get(county, {}) if rule and county else {}
        if left and rule:
            return code, len(left), reviewing.deadline(last, rule.days)
    return "", 0, None
