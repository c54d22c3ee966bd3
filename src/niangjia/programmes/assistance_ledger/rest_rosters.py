"""JSON: rosters of help material, masked; a look in the clear; households counted once."""

import datetime as dt
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from niangjia.blocks.households.public import HouseholdView, household_of
from niangjia.programmes.assistance_ledger.pages import rosters as parts
from niangjia.programmes.assistance_ledger.selectors.households import (
    Counted,
    year_of_households,
)
from niangjia.programmes.assistance_ledger.selectors.rosters import roster_get
from niangjia.programmes.assistance_ledger.services.rosters import (
    roster_look,
    roster_strike,
)
from niangjia.ui.page import actor_of
from niangjia.ui.rest import CHANGED, ONE, SIGNED_IN

router = Router(tags=["rosters"])
households_router = Router(tags=["households"])
Ref = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
Reason = Annotated[str, Field(max_length=200, pattern="^[^\\u0000]*$")]
Kind = Literal["", "county", "district", "unit", "supplier"]


class CountOut(Schema):
    """Households counted once: as registered, and of what the county confirmed. left: year (or
    `yes`, `no`, empty for not said) -> households that left poverty then. Money in integer fen."""

    label: str
    name: str
    households: int
    people: int
    gain_fen: int
    confirmed_households: int
    confirmed_people: int
    confirmed_gain_fen: int
    left: dict[str, int]


class CountsOut(Schema):
    """whole: the widest line that the reader may see, null if there is none; kinds: of lines that
    may be asked for; lines: of `kind`, 50 a page, most households first; more: there are further
    pages; counted_at: null before the first count."""

    year: int
    counted_at: dt.datetime | None
    whole: CountOut | None
    kinds: list[str]
    kind: str
    lines: list[CountOut]
    more: bool


class PersonOut(Schema):
    """Masked, or in the clear after a look. fields: what else the roster says, by column."""

    name: str
    id_number: str
    relation: str
    fields: dict[str, str]


class HouseholdOut(Schema):
    """place: empty where masked; gain_fen: null if the roster does not say; struck: why it is not
    confirmed; n_rosters: rosters of the year that name it; erased: nobody can read it any more."""

    ref: str
    number: str
    place: str
    persons: list[PersonOut]
    n_people: int
    gain_fen: int | None
    left: str
    struck: str
    n_rosters: int
    erased: bool
    in_clear: bool


class LookOut(Schema):
    """A look in the clear. who: name, role and organisation as they are now."""

    at: dt.datetime
    who: str
    reason: str


class RosterOut(Schema):
    """A roster with 30 of its households, masked. next: to be sent as `after`, 0 on the last page;
    looks: the newest 50."""

    review: str
    supplier_name: str
    county: str
    brought_by: str
    year: int
    n_households: int
    n_people: int
    gain_fen: int
    n_struck: int
    taken_at: dt.datetime
    items: list[HouseholdOut]
    next: int
    looks: list[LookOut]


class LookIn(Schema):
    """reason: 2 to 200 characters; it is noted and shown to those who answer for the roster."""

    reason: Reason


class StrikeIn(Schema):
    """reason: why the county does not confirm it, 2 to 200 characters; empty: it does after all."""

    reason: Reason


@households_router.get("", response={200: CountsOut, **SIGNED_IN}, operation_id="households")
def households(
    request: HttpRequest,
    year: Annotated[int, Field(ge=1000, le=9999)],
    kind: Kind = "",
    page: Annotated[int, Field(ge=0, le=100_000)] = 0,
) -> CountsOut:
    """A year's households in the reader's scope, each counted once for each that helped it."""
    found = year_of_households(actor_of(request), year=year, kind=kind, page=page)
    return CountsOut(
        year=found.year,
        counted_at=found.counted_at,
        whole=_count(found.whole) if found.whole else None,
        kinds=list(found.kinds),
        kind=found.kind,
        lines=[_count(one) for one in found.lines],
        more=found.more,
    )


@router.get("/{ref}/roster", response={200: RosterOut, **ONE}, operation_id="roster")
def roster(
    request: HttpRequest,
    response: HttpResponse,
    ref: Ref,
    after: Annotated[int, Field(ge=0, le=2**53)] = 0,
    struck: bool = False,
) -> RosterOut:
    """The roster of a review, masked; struck: only what is not confirmed."""
    detail = roster_get(actor_of(request), ref=ref, after=after, struck=struck)
    response["Cache-Control"] = "no-store"
    same = ("year", "n_households", "n_people", "gain_fen", "n_struck", "taken_at")
    looks = zip(detail.looks, parts.looks(detail.looks), strict=True)
    return RosterOut(
        review=ref,
        supplier_name=detail.supplier,
        county=detail.roster.county_code,
        brought_by=detail.brought_by,
        items=[_household(one) for one in detail.households],
        next=detail.next,
        looks=[LookOut(at=one.at, who=who, reason=one.reason) for one, (_at, who, _why) in looks],
        **{name: getattr(detail.roster, name) for name in same},
    )


@router.post(
    "/{ref}/roster/households/{household}/look",
    response={200: HouseholdOut, **CHANGED},
    operation_id="roster_look",
)
def look(
    request: HttpRequest, response: HttpResponse, ref: Ref, household: Ref, body: LookIn
) -> HouseholdOut:
    """The household in the clear; the look is noted. A person's session only: no key for programs
    opens rosters."""
    seen = roster_look(actor_of(request), review_ref=ref, household=household, reason=body.reason)
    response["Cache-Control"] = "no-store"
    return _household(seen)


@router.post(
    "/{ref}/roster/households/{household}/strike",
    response={200: HouseholdOut, **CHANGED},
    operation_id="roster_strike",
)
def strike(
    request: HttpRequest, response: HttpResponse, ref: Ref, household: Ref, body: StrikeIn
) -> HouseholdOut:
    """The county does not confirm this household, or does after all. A person's session only."""
    actor, reason = actor_of(request), body.reason
    roster_strike(actor, review_ref=ref, household=household, reason=reason)
    response["Cache-Control"] = "no-store"
    return _household(household_of(roster_get(actor, ref=ref).roster.ref, household))


def _count(one: Counted) -> CountOut:
    return CountOut(**{name: getattr(one, name) for name in CountOut.model_fields})


def _household(one: HouseholdView) -> HouseholdOut:
    persons = [
        PersonOut(
            name=person.name,
            id_number=person.id_number,
            relation=person.relation,
            fields=dict(person.fields),
        )
        for person in one.persons
    ]
    same = [name for name in HouseholdOut.model_fields if name != "persons"]
    return HouseholdOut(persons=persons, **{name: getattr(one, name) for name in same})
