"""Numbers and words as the pages of donations show them."""

from django.utils.translation import gettext_lazy as _

from niangjia.lib import money
from niangjia.ui.dates import day, moment

LINES = {1: _("From people"), 2: _("From units"), 3: _("Goods")}
STATES = {
    "pledged": _("Pledged"),
    "received": _("Received"),
    "valued": _("Valued"),
    "stored": _("In store"),
    "allotted": _("Allotted"),
    "signed_for": _("Signed for"),
    "disclosed": _("Disclosed"),
    "fulfilled": _("Pledge fulfilled"),
    "withdrawn": _("Withdrawn"),
    "taken_back": _("Taken back"),
}
TONES = {"pledged": "warn", "withdrawn": "", "fulfilled": "", "taken_back": "bad"}
CHANNELS = {
    "online": _("Online"),
    "transfer": _("Bank transfer"),
    "roster": _("Roster of a unit"),
    "collection": _("Collected in a group"),
    "direct": _("Given by hand"),
    "pledge": _("Pledge"),
    "goods": _("Goods"),
}
WHY = {
    "refund": _("Refund"),
    "mistake": _("Taken down by mistake"),
    "revaluation": _("Another value"),
}
ASKS = {
    "asked": _("Waits for the decision"),
    "done": _("Approved and booked"),
    "returned": _("Not approved"),
}
RAISING_STATES = {"draft": _("Draft"), "open": _("Open for gifts"), "closed": _("Raising closed")}
WHY_OFF = {
    "not_open": _("The foundation has not opened it yet."),
    "closed": _("It is closed."),
    "no_qualification": _("The qualification for public raising is not recorded."),
    "qualification_lapsed": _("The qualification for public raising has lapsed."),
    "no_plan": _("The number of the filed plan is not recorded."),
    "no_platform": _("No designated platform is recorded."),
    "not_begun": _("Its period has not begun."),
    "ended": _("Its period is over."),
    "no_provider": _("This site is not connected to a payment provider."),
}
BASES = {
    "invoice": _("The donor's invoice"),
    "customs": _("Customs form"),
    "delivery_note": _("Delivery note"),
    "government_list": _("The government's price list"),
}

__all__ = [
    "ASKS",
    "BASES",
    "CHANNELS",
    "LINES",
    "RAISING_STATES",
    "STATES",
    "TONES",
    "WHY",
    "WHY_OFF",
    "day",
    "moment",
    "wan",
    "yuan",
]


def yuan(fen: int) -> str:
    """`1,234.56`, exact."""
    return money.format_yuan(fen)


def wan(fen: int) -> str:
    """Whole 万元, cut: `1,936`."""
    return f"{money.floor_wan(fen):,}"
