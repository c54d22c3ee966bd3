"""Seed S4: what units buy from assisted counties, looked up, assessed and traced."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import MenuEntry, RoomConfig

UNIT = frozenset({"clerk", "canteen"})
STAFF = frozenset({"clerk", "checker", "head", "canteen", "district", "city", "auditor"})


class AssistanceLedgerConfig(RoomConfig):
    name = "niangjia.programmes.assistance_ledger"
    label = "assistance_ledger"
    verbose_name = _("Assistance ledger")
    grants = {
        "purchases.import": UNIT | {"city"},
        "purchases.see": STAFF | {"supplier", "reviewer"},
        "purchases.correct": UNIT | {"city"},
        "purchases.release": frozenset({"city"}),
        "releases.see": frozenset({"city", "district", "auditor"}),
    }
    menu = (
        MenuEntry(_("Imports"), "assistance_ledger:imports", "import", "purchases.import", 15),
        MenuEntry(_("Ledger records"), "assistance_ledger:records", "ledger", "purchases.see", 10),
        MenuEntry(_("Releases"), "assistance_ledger:releases", "release", "releases.see", 20),
    )
