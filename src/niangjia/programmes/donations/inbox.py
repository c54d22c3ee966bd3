"""What waits at the desks: kinds of inbox items of the donations programme."""

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.desk.public import inbox_kind
from niangjia.ui.dates import day, moment


def shown_as_of(params: Mapping[str, object]) -> Mapping[str, object]:
    """With the cut-off as the reader's language writes it."""
    return {**params, "as_of": moment(dt.datetime.fromisoformat(str(params["as_of"])))}


def shown_due(params: Mapping[str, object]) -> Mapping[str, object]:
    """With the day as the reader's language writes it."""
    return {**params, "due_on": day(dt.date.fromisoformat(str(params["due_on"])))}


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
BULLETIN = inbox_kind(
    "bulletin.sign",
    name=_("Bulletins to sign"),
    title=_("%(title)s: the bulletin as of %(as_of)s waits to be signed"),
    shown=shown_as_of,
)
BULLETIN_RETURNED = inbox_kind(
    "bulletin.returned",
    name=_("Bulletins sent back"),
    title=_("%(title)s: the bulletin as of %(as_of)s was not signed"),
    shown=shown_as_of,
)
DISCLOSURE = inbox_kind(
    "disclosure.due",
    name=_("Disclosures that come due"),
    title=_("%(title)s: publish its bulletin by %(due_on)s"),
    shown=shown_due,
)
ODD = inbox_kind(
    "payment.odd",
    name=_("Payments that do not fit"),
    title=_("Payment %(ref)s of %(yuan)s yuan: the provider says something else (%(why)s)"),
)
