"""How far a gift has come, promised to disclosed: read from what happened, not set by hand."""

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from niangjia.blocks.indicators.public import PublishedBulletin
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.selectors.gifts import GiftView

SENT = ("allotted", "signed_for")


def disclosed_in(
    received_at: dt.datetime | None, index: int | None, published: Sequence[PublishedBulletin]
) -> int:
    """Number of the first bulletin that counts the gift, 0 for none yet. index: its log entry."""
    if received_at is None or index is None:
        return 0
    seeing = [one.number for one in published if received_at <= one.as_of and index < one.log_size]
    return min(seeing, default=0)


def stages(found: GiftView, bulletin: int) -> str:
    """Pledged → received → valued → in store → allotted → signed for → disclosed, as far as it is.

    bulletin: number of the one that counts it first, 0 for none.
    """
    state = found.row.state
    valued = any(one.value_fen is not None for one in found.items)
    reached = {
        "pledged": found.pledged_at is not None,
        "received": found.received_at is not None,
        "valued": valued,
        "stored": bool(found.items),
        "allotted": state in SENT,
        "signed_for": state == "signed_for",
    }
    words = [str(shown.STATES[name]) for name, there in reached.items() if there]
    if bulletin:
        words.append(_("Disclosed in bulletin %(n)s") % {"n": bulletin})
    return " → ".join(words)
