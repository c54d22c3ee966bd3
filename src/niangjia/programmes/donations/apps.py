"""Seed S7: donations whose every yuan can be followed."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import MenuEntry, RoomConfig

STAFF = frozenset({"foundation", "treasurer"})
SEES = STAFF | {"city", "auditor", "leader"}


class DonationsConfig(RoomConfig):
    name = "niangjia.programmes.donations"
    label = "donations"
    verbose_name = _("Donations")
    grants = {
        "donations.see": SEES,
        "donations.open_donor": frozenset({"foundation", "treasurer", "auditor"}),
        "donors.erase": frozenset({"treasurer"}),
        "raisings.manage": frozenset({"foundation"}),
        "gifts.take": frozenset({"foundation"}),
        "gifts.give_for_unit": frozenset({"clerk", "head"}),
        "gift_rosters.see": SEES | {"clerk", "head"},
        "gift_rosters.mend": frozenset({"foundation", "clerk", "head"}),
        "gifts.ask_back": frozenset({"foundation"}),
        "gifts.decide": frozenset({"treasurer"}),
        "spending.ask": frozenset({"foundation"}),
        "spending.approve": frozenset({"treasurer"}),
        "spending.pay": frozenset({"foundation"}),
        "goods.move": frozenset({"foundation"}),
        "goods.explain": frozenset({"treasurer"}),
        "donations.document": frozenset({"foundation", "treasurer"}),
        "receipts.file": frozenset({"foundation", "treasurer"}),
        "bulletins.prepare": frozenset({"foundation"}),
        "bulletins.sign": frozenset({"treasurer"}),
        "bulletins.sample": frozenset({"auditor"}),
        "disclosures.remind": frozenset(),
        "payments.settle": frozenset(),
    }
    scopes = {
        "read": frozenset({"donations.see"}),
        "import": frozenset({"gifts.take", "donations.see"}),
    }
    menu = (
        MenuEntry(_("Donations"), "donations:gifts", "gift", "donations.see", 16),
        MenuEntry(_("Goods given"), "donations:goods", "home", "donations.see", 17),
        MenuEntry(_("Money that came in"), "donations:bank", "import", "donations.see", 16),
        MenuEntry(_("Our unit gives"), "donations:unit_gifts", "gift", "gifts.give_for_unit", 16),
        MenuEntry(_("Money spent"), "donations:spending", "release", "donations.see", 17),
        MenuEntry(_("Bulletins"), "donations:desk_bulletins", "chart", "donations.see", 18),
    )
    public_menu = (MenuEntry(_("Donations"), "donations:raisings_public", "gift", "", 20),)
