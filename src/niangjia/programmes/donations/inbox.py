"""What waits at the desks: kinds of inbox items of the donations programme."""

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.desk.public import inbox_kind

DECIDE = inbox_kind(
    "gift.adjust",
    name=_("Changes of gifts to decide on"),
    title=_("Gift %(number)s: a change waits to be decided"),
)
REFUSED = inbox_kind(
    "gift.adjust_refused",
    name=_("Changes of gifts sent back"),
    title=_("Gift %(number)s: the change was not approved"),
)
