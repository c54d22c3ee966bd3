"""Reads of rosters: whose they are, one page of one, how often a household was helped."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.households.public import (
    HouseholdView,
    KeyView,
    Look,
    RosterOf,
    RosterView,
    households_page,
    keys_of,
    looks_at,
    roster_of,
    roster_of_households,
    rosters_with,
)
from niangjia.blocks.orgs.public import organisation, organisation_names
from niangjia.blocks.places.public import region_names
from niangjia.core.actor import Actor
from niangjia.core.errors import Conflict, NotFound
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import helping, periods
from niangjia.programmes.assistance_ledger.models import HelpReview
from niangjia.programmes.assistance_ledger.selectors.reviews import group_of_review
from niangjia.programmes.assistance_ledger.selectors.scope import reviews_visible_to

PROGRAMME = "assistance_ledger"
_NONE = _("There is no such roster, or it is not yours to see.")


def review_of(actor: Actor, subject: str) -> HelpReview:
    """The review that a roster belongs to, in the actor's scope. Raises NotFound."""
    kind, _colon, ref = subject.partition(":")
    rows = reviews_visible_to(actor).select_related("case")
    row = rows.filter(ref=ref).first() if kind == "review" else None
    if row is None:
        raise NotFound(_("There is no such review, or it is not yours to see."))
    return row


def roster_place(actor: Actor, subject: str) -> RosterOf:
    """Where a roster of this material belongs. Raises NotFound, Conflict (decided already)."""
    row = review_of(actor, subject)
    if row.case.state in helping.STATES:
        raise Conflict(
            _("This was decided already; its roster stands as it was."), code="review_decided"
        )
    return RosterOf(
        programme=PROGRAMME,
        year=year_of(row),
        subject=subject,
        party=f"supplier:{organisation(row.supplier_id).ref}",
        county_code=row.county_code,
    )


def year_of(row: HelpReview) -> int:
    return periods.parse(row.period).first.year


def county_of(actor: Actor, subject: str) -> str:
    """Name of the county that a roster's households must be of."""
    code = review_of(actor, subject).county_code
    return region_names({code}).get(code, code)


@dataclass(frozen=True, slots=True)
class RosterDetail:
    """A roster with one page of its households, masked. next: where to go on, 0 at the end."""

    roster: RosterView
    review: HelpReview
    supplier: str
    county: str
    brought_by: str
    households: Sequence[HouseholdView]
    next: int
    looks: Sequence[Look]


def roster_get(actor: Actor, *, ref: str, after: int = 0, struck: bool = False) -> RosterDetail:
    """The roster of a review (`ref`: the review's). Raises NotSignedIn, Denied, NotFound."""
    authorise(actor, "rosters.see")
    row = review_of(actor, f"review:{ref}")
    roster = roster_of(f"review:{ref}")
    if roster is None:
        raise NotFound(_NONE)
    found, more = households_page(roster.ref, after=after, struck=struck)
    group = group_of_review(row)
    return RosterDetail(
        roster=roster,
        review=row,
        supplier=group.supplier.name,
        county=region_names({row.county_code}).get(row.county_code, row.county_code),
        brought_by=organisation_names({roster.organisation_id})[roster.organisation_id],
        households=found,
        next=more,
        looks=looks_at(roster.ref),
    )


@dataclass(frozen=True, slots=True)
class HelpedBy:
    """A roster that names a household, with the records that helped it."""

    review: HelpReview
    supplier: str
    n: int
    fen: int


def helped_by(actor: Actor, *, ref: str, household: str) -> Sequence[HelpedBy]:
    """The material that names this household, as far as the actor may see it: what was bought of
    it. Raises NotSignedIn, Denied, NotFound."""
    detail = roster_get(actor, ref=ref)
    refs = [
        one.subject.removeprefix("review:") for one in rosters_with(detail.roster.ref, household)
    ]
    if not refs:
        raise NotFound(_("There is no such household, or it is not yours to see."))
    rows = {one.ref: one for one in reviews_visible_to(actor).filter(ref__in=refs)}
    made = []
    for one in refs:
        if one in rows:
            group = group_of_review(rows[one])
            fens = list(group.records.values_list("amount_fen", flat=True))
            made.append(HelpedBy(rows[one], group.supplier.name, len(fens), sum(fens)))
    return made


def household_seen(actor: Actor, household: str) -> RosterView | None:
    """The roster in force that this entry stands in, if the actor may see it; else None."""
    if not actor.may("rosters.see"):
        return None
    roster = roster_of_households([household]).get(household)
    seen = reviews_visible_to(actor)
    if roster is None or not seen.filter(ref=roster.subject.removeprefix("review:")).exists():
        return None
    return roster


def reviews_naming(actor: Actor, household: str) -> Sequence[HelpReview]:
    """The material in the scope whose rosters name this household in the year; none if the actor
    may not see the entry itself."""
    roster = household_seen(actor, household)
    if roster is None:
        return []
    named = rosters_with(roster.ref, household)
    refs = [one.subject.removeprefix("review:") for one in named]
    return list(reviews_visible_to(actor).filter(ref__in=refs).order_by("id"))


def pseudonym_keys(actor: Actor) -> Sequence[KeyView]:
    """The keys by which households are counted once. Raises NotSignedIn, Denied."""
    authorise(actor, "heads.see")
    return keys_of(PROGRAMME)
