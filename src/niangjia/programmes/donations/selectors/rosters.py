"""Rosters as their unit and the foundation see them."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise
from niangjia.programmes.donations.models import Raising
from niangjia.programmes.donations.roster_models import Roster
from niangjia.programmes.donations.selectors.raisings import seen_ids


def _seen(actor: Actor) -> QuerySet[Roster]:
    """Those of the raisings that the actor works on, and those of the actor's own unit."""
    seen = seen_ids(actor) if actor.may("donations.see") else []
    rows = Roster.objects.filter(
        Q(raising_id__in=seen) | Q(organisation_id=actor.organisation_id or 0)
    )
    return rows.select_related("raising", "pledge", "bank_line")


def rosters_of(actor: Actor, limit: int = 50) -> list[Roster]:
    """The newest rosters, without those that were given up."""
    authorise(actor, "gift_rosters.see")
    return list(_seen(actor).exclude(state="given_up").order_by("-id")[:limit])


def roster_get(actor: Actor, *, ref: str) -> Roster:
    """A roster. Raises NotFound."""
    authorise(actor, "gift_rosters.see")
    row = _seen(actor).filter(ref=ref).first()
    if row is None:
        raise NotFound(_("There is no such roster."))
    return row


def raisings_open(actor: Actor) -> list[Raising]:
    """Raisings that take gifts now."""
    authorise(actor, "gifts.give_for_unit")
    return list(Raising.objects.filter(state="open").order_by("-id"))
