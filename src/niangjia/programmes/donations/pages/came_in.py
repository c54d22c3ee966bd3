"""Words of what came in: what a line is, why that is likely, states."""

from django.utils.translation import gettext_lazy as _

HOW = {
    "gift": _("A new gift"),
    "collection": _("A collection of several people"),
    "pledge": _("A pledge that arrived"),
    "hand": _("A gift taken down before"),
    "payout": _("A payout of the platform"),
    "roster": _("The sum of a roster"),
    "other": _("No gift"),
}
WHY = {
    "code": _("the remark names its number"),
    "waits": _("its list of who gave is still to come"),
    "hand": _("same amount, donor and days"),
    "hand_amount": _("same amount and days"),
    "pledge": _("same donor and amount"),
    "pledge_name": _("same donor, another amount"),
    "roster": _("same sum"),
    "payout": _("equals what the platform holds"),
    "payout_part": _("the payer is a platform"),
    "unit": _("a unit, by the payer's name"),
    "person": _("a person, by the payer's name"),
    "anonymous": _("the payer is not named"),
    "twin": _("may be the same transfer as one of another file"),
    "no_gift": _("interest or money that came back"),
}
STATES = {
    "open": _("To be matched"),
    "matched": _("Matched"),
    "out": _("Money that went out"),
}
STATEMENT_STATES = {"read": _("Read, not taken yet"), "taken": _("Taken")}
KINDS = {"table": _("Table of a bank or wallet"), "mt940": "MT940"}
ROSTER_STATES = {
    "checking": _("Being checked"),
    "checked": _("Roster checked"),
    "taking": _("Being taken"),
    "taken": _("Taken"),
    "given_up": _("Given up"),
}
