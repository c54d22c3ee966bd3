"""Looks at what is sealed: a donor's name and phone, each look journaled with its reason."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.errors import Invalid, NotFound
from niangjia.core.service import JOURNAL, service
from niangjia.core.work import Work
from niangjia.programmes.donations import donors
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.selectors.raisings import seen_ids
from niangjia.programmes.donations.types import DonorIn


@service(permission="donations.open_donor", records=JOURNAL)
def donor_open(work: Work, /, *, gift_ref: str, reason: str) -> DonorIn:
    """A donor's name and phone in the clear. Raises NotFound, Invalid (no reason)."""
    rows = Gift.objects.select_related("donor").filter(ref=gift_ref)
    row = rows.filter(raising_id__in=seen_ids(work.actor)).first()
    if row is None or row.donor is None:
        raise NotFound(_("There is no such gift."))
    if len(reason.strip()) < 2:
        message = str(_("Say in a few words why."))
        raise Invalid(message, code="reason_missing", fields={"reason": message})
    work.journal("donor.open", f"gift:{gift_ref}", reason=reason.strip()[:200])
    return donors.opened(row.donor)
