"""What happened, provably."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import RoomConfig


class LedgerConfig(RoomConfig):
    name = "niangjia.blocks.ledger"
    label = "ledger"
    verbose_name = _("Ledger")
    grants = {
        "ledger.policy": frozenset({"operator"}),
        "ledger.witness": frozenset({"operator"}),
        "ledger.sm3": frozenset(),
        "ledger.repair": frozenset({"operator"}),
        "ledger.pack": frozenset({"auditor", "city"}),
        # Whole packs of a unit; whose records they hold is the programme's to check.
        "packs.make": frozenset(
            {"auditor", "city", "district", "clerk", "canteen", "checker", "head"}
        ),
    }
