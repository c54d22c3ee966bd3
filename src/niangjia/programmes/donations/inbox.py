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
APPROVE = inbox_kind(
    "spending.approve",
    name=_("Payments to approve"),
    title=_("%(payee)s: %(yuan)s yuan wait to be approved"),
)
PAY = inbox_kind(
    "spending.pay",
    name=_("Payments to make"),
    title=_("%(payee)s: %(yuan)s yuan are approved, to be paid"),
)
SIGN = inbox_kind(
    "spending.sign",
    name=_("Payments to be signed for"),
    title=_("%(payee)s: the recipients sign for %(yuan)s yuan"),
)
RETURNED = inbox_kind(
    "spending.returned",
    name=_("Payments not approved"),
    title=_("%(payee)s: %(yuan)s yuan were not approved"),
)
SHORT = inbox_kind(
    "goods.short",
    name=_("Goods that are short"),
    title=_("%(recipient)s: %(n)s pieces did not arrive, to be explained"),
)
REMAINDER = inbox_kind(
    "bank.remainder",
    name=_("Transfers that wait to be matched"),
    title=_("%(title)s: %(n)s transfers wait, %(yuan)s yuan; the oldest since %(day)s"),
)
