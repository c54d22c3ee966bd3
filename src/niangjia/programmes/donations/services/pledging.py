"""Pledges: announced, received, withdrawn. A pledge stands outside every total."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from niangjia.core.errors import Invalid
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.donations import pledge_steps
from niangjia.programmes.donations.services.adjusting import gift_alone
from niangjia.programmes.donations.services.raisings import raising_of
from niangjia.programmes.donations.types import PledgeIn


@service(permission="gifts.take", records=FACT)
def gift_pledge(work: Work, /, *, slug: str, pledge: PledgeIn) -> str:
    """Somebody promised a gift; its ref.

    A pledge of money is held in the books as coming. Raises NotFound, Denied, Conflict, Invalid.
    """
    return pledge_steps.pledge_made(work, raising_of(work, slug), pledge).ref


@service(permission="gifts.take", records=FACT)
def pledge_receive(
    work: Work, /, *, gift_ref: str, fen: int, received_at: dt.datetime, source: str = ""
) -> None:
    """The pledged money arrived: less or more than was promised, it counts as it came.

    Raises NotFound, Denied, Conflict (not pledged), Invalid (amount, future).
    """
    pledge_steps.pledge_arrived(work, gift_alone(work, gift_ref), fen, received_at, source)


@service(permission="gifts.take", records=FACT)
def pledge_withdraw(work: Work, /, *, gift_ref: str, reason: str) -> None:
    """The promise no longer stands. Raises NotFound, Denied, Conflict, Invalid."""
    gift = gift_alone(work, gift_ref)
    if len(reason.strip()) < 2:
        message = str(_("Say in a few words why."))
        raise Invalid(message, code="reason_missing", fields={"reason": message})
    pledge_steps.pledge_ended(work, gift, reason)
