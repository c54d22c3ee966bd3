"""Rosters of help material: taken part by part, withdrawn, looked at, struck, erased, counted."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.households.public import (
    Fresh,
    HouseholdView,
    Named,
    Once,
    household_erase,
    household_look,
    household_strike,
    roster_end,
    roster_of,
    roster_take,
)
from niangjia.core.errors import Conflict, Denied, NotFound
from niangjia.core.service import FACT, JOURNAL, NOTHING, service
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger import helping
from niangjia.programmes.assistance_ledger.counting import Label
from niangjia.programmes.assistance_ledger.household_models import HouseholdCount
from niangjia.programmes.assistance_ledger.selectors.rosters import (
    review_of,
    roster_place,
    year_of,
)
from niangjia.programmes.assistance_ledger.selectors.scope import reviews_visible_to
from niangjia.programmes.assistance_ledger.services.taking import reason_of

COUNT = "households.count"


def recount(work: Work, year: int) -> None:
    """Households of a year are counted again after the commit."""
    work.send(COUNT, {"year": year, "at": work.at.isoformat()})


def _hold_review(work: Work, subject: str) -> None:
    """Nobody decides on the review meanwhile; it is held before the year's turn, never after."""
    held = reviews_visible_to(work.actor).select_for_update(of=("self",))
    list(held.filter(ref=subject.removeprefix("review:")).values_list("pk"))


@service(permission="rosters.bring", records=FACT)
def roster_take_part(
    work: Work,
    /,
    *,
    subject: str,
    public: str,
    households: Sequence[Named],
    file_sha256: str,
) -> list[Fresh]:
    """At most 200 households join the roster of a review; of each, which persons are new.

    Raises NotFound, Conflict (decided already, key destroyed), Unavailable (another key).
    """
    _hold_review(work, subject)
    of = roster_place(work.actor, subject)
    became = roster_take(work, of=of, public=public, households=households, file_sha256=file_sha256)
    recount(work, of.year)
    return became


def _roster(work: Work, review_ref: str) -> str:
    review_of(work.actor, f"review:{review_ref}")
    found = roster_of(f"review:{review_ref}")
    if found is None:
        raise NotFound(_("There is no such roster, or it is not yours to see."))
    return found.ref


@service(permission="rosters.bring", records=FACT)
def roster_withdraw(work: Work, /, *, review_ref: str, reason: str) -> None:
    """The roster is gone with everybody in it; its totals stay on record. Raises NotFound, Denied
    (another brought it), Conflict (decided already), Invalid (no reason)."""
    _hold_review(work, f"review:{review_ref}")
    roster = _roster(work, review_ref)
    row = review_of(work.actor, f"review:{review_ref}")
    if row.case.state in helping.STATES:
        raise Conflict(
            _("This was decided already; its roster stands as it was."), code="review_decided"
        )
    brought = roster_of(f"review:{review_ref}")
    if brought is None or brought.organisation_id != work.actor.organisation_id:
        raise Denied(_("Only whoever brought the roster can withdraw it."))
    roster_end(work, roster_ref=roster, reason=reason_of(reason))
    recount(work, year_of(row))


@service(permission="rosters.open", records=JOURNAL)
def roster_look(work: Work, /, *, review_ref: str, household: str, reason: str) -> HouseholdView:
    """One household in the clear; the look is noted where those who answer for the roster see it.

    Raises NotFound, Invalid (no reason).
    """
    roster = _roster(work, review_ref)
    return household_look(work, roster_ref=roster, household_ref=household, reason=reason)


@service(permission="rosters.strike", records=FACT)
def roster_strike(work: Work, /, *, review_ref: str, household: str, reason: str) -> None:
    """The county does not confirm this household (an empty reason: it does after all).

    Raises NotFound, Conflict (it is so already), Invalid.
    """
    roster = _roster(work, review_ref)
    household_strike(work, roster_ref=roster, household_ref=household, reason=reason)
    recount(work, year_of(review_of(work.actor, f"review:{review_ref}")))


@service(permission="rosters.erase", records=FACT)
def roster_erase(work: Work, /, *, review_ref: str, household: str, reason: str) -> None:
    """Nobody can read who this household is any more; it still counts once. Raises NotFound,
    Conflict, Invalid."""
    roster = _roster(work, review_ref)
    household_erase(work, roster_ref=roster, household_ref=household, reason=reason)


@service(permission="rosters.count", records=NOTHING)
def households_counted(
    work: Work,
    /,
    *,
    year: int,
    at: dt.datetime,
    registered: Mapping[Label, Once],
    confirmed: Mapping[Label, Once],
) -> None:
    """The year's counts are these, as of `at`; older ones that come late change nothing."""
    rows = HouseholdCount.objects.filter(year=year)
    if rows.filter(counted_at__gt=at).exists():
        return
    rows.delete()
    HouseholdCount.objects.bulk_create(
        [
            HouseholdCount(
                year=year,
                kind=kind,
                label=label,
                confirmed=is_confirmed,
                households=one.households,
                people=one.people,
                gain_fen=one.gain_fen,
                left=dict(one.left),
                counted_at=at,
            )
            for is_confirmed, found in ((False, registered), (True, confirmed))
            for (kind, label), one in found.items()
        ],
        batch_size=500,
    )
