"""Parts of a programme's services on one household: looked at, struck, erased."""

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.households import facts, sealing
from niangjia.blocks.households.models import Household
from niangjia.blocks.households.selectors import view_of
from niangjia.blocks.households.steps import FORGET, count_again, hold_year_of, owners_of
from niangjia.blocks.households.types import HouseholdView
from niangjia.core import seal
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import Fact, Value
from niangjia.core.work import Work

LOOKED = "roster.looked"


def _held(roster_ref: str, household_ref: str) -> Household:
    row = (
        Household.objects.select_for_update(of=("self",))
        .select_related("roster__organisation")
        .filter(ref=household_ref, roster__ref=roster_ref, roster__ended_at__isnull=True)
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such household, or it is not yours to see."))
    return row


def reason_of(text: str) -> str:
    """The reason, 2 to 200 characters. Raises Invalid."""
    plain = text.replace("\0", "").strip()
    if not 2 <= len(plain) <= 200:
        raise Invalid(
            _("Say why (2 to 200 characters)."), fields={"reason": str(_("2 to 200 characters"))}
        )
    return plain


def household_look(
    work: Work, *, roster_ref: str, household_ref: str, reason: str
) -> HouseholdView:
    """The household in the clear; the look is in the journal, where whoever answers for the roster
    sees it. Raises NotFound, Invalid (no reason)."""
    row, why = _held(roster_ref, household_ref), reason_of(reason)
    work.journal(LOOKED, f"roster:{roster_ref}", reason=why, household=row.ref)
    return view_of(row, in_clear=True)


def household_strike(work: Work, *, roster_ref: str, household_ref: str, reason: str) -> None:
    """The county does not confirm this household; an empty reason says that it does after all.

    Raises NotFound, Invalid (reason), Conflict (it is so already).
    """
    hold_year_of(roster_ref)
    row = _held(roster_ref, household_ref)
    why = reason_of(reason) if reason else ""
    if bool(row.struck) == bool(why):
        raise Conflict(
            _("Somebody else did this meanwhile. Look at the page again."),
            code="changed_meanwhile",
        )
    values: dict[str, Value] = {
        "gain_fen": row.gain_fen or 0,
        "household": row.ref,
        "n_people": row.n_people,
        "reason": why or row.struck,
        "roster": roster_ref,
        "sign": -1 if why else 1,
        "year": row.roster.year,
    }
    subject = f"roster:{roster_ref}"
    work.record(Fact(facts.STRUCK, subject, work.at, values, owners_of(row.roster)))
    Household.objects.filter(pk=row.pk).update(struck=why)
    count_again(row.roster)


def household_erase(work: Work, *, roster_ref: str, household_ref: str, reason: str) -> None:
    """Nobody can read who this household is any more, here or in a copy; it still counts once.

    Raises NotFound, Invalid (no reason), Conflict (erased before).
    """
    hold_year_of(roster_ref)
    row, why = _held(roster_ref, household_ref), reason_of(reason)
    if row.erased_at is not None:
        raise Conflict(_("This household was erased before."), code="erased")
    key = seal.key_ref(sealing.owner_of(row.ref)) or ""
    values: dict[str, Value] = {
        "household": row.ref,
        "key": key,
        "reason": why,
        "roster": roster_ref,
    }
    subject = f"roster:{roster_ref}"
    work.record(Fact(facts.ERASED, subject, work.at, values, owners_of(row.roster)))
    Household.objects.filter(pk=row.pk).update(erased_at=work.at, sealed=b"")
    work.send(FORGET, {"households": [row.ref]})
