"""What a unit gave and announced, as its own clerk sees it."""

from niangjia.blocks.orgs.public import organisation
from niangjia.core.actor import Actor
from niangjia.core.service import authorise
from niangjia.programmes.donations.donors import unit_donor
from niangjia.programmes.donations.models import Gift


def unit_gifts(actor: Actor, limit: int = 50) -> list[Gift]:
    """The unit's own gifts and announced transfers, the newest first."""
    authorise(actor, "gifts.give_for_unit")
    if actor.organisation_id is None:
        return []
    donor = unit_donor(organisation(actor.organisation_id))
    if donor is None:
        return []
    rows = Gift.objects.filter(donor=donor).select_related("raising", "roster", "direction")
    return list(rows.order_by("-id")[:limit])
