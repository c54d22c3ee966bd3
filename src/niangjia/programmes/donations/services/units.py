"""A unit gives: it announces a transfer, so that the money finds its promise when it comes."""

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs.public import organisation
from niangjia.core.errors import Denied, NotFound
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.donations import pledge_steps
from niangjia.programmes.donations.models import Raising
from niangjia.programmes.donations.types import DirectionIn, DonorIn, PledgeIn


@service(permission="gifts.give_for_unit", records=FACT)
def unit_pledge(
    work: Work,
    /,
    *,
    slug: str,
    key: str,
    fen: int,
    of_people: bool = False,
    direction: DirectionIn | None = None,
) -> str:
    """The actor's unit announced a transfer; the pledge's ref. of_people: a roster follows, so it
    will count as people's. Raises NotFound, Conflict (not open), Invalid (amount).
    """
    if work.actor.organisation_id is None:
        raise Denied(_("Only who acts for a unit can announce its transfer."))
    raising = Raising.objects.select_related("organisation").filter(slug=slug).first()
    if raising is None or raising.state == "draft":
        raise NotFound(_("There is no such raising."))
    unit = organisation(work.actor.organisation_id)
    pledge = PledgeIn(
        key=f"unit:{unit.ref}:{key}",
        donor=DonorIn("unit", unit.name, uscc=unit.uscc),
        kind="cash",
        line=1 if of_people else 2,
        fen=fen,
        direction=direction,
    )
    return pledge_steps.pledge_made(work, raising, pledge).ref
