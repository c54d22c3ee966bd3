"""What waits for me?"""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import MenuEntry, RoomConfig

OFFICE = frozenset(
    {
        "clerk",
        "checker",
        "head",
        "canteen",
        "reviewer",
        "supplier",
        "district",
        "city",
        "auditor",
        "secrecy",
        "leader",
    }
)


class DeskConfig(RoomConfig):
    name = "niangjia.blocks.desk"
    label = "desk"
    verbose_name = _("Desk")
    grants = {
        "desk.find": OFFICE,
        "desk.views": OFFICE,
        "desk.export": OFFICE,
    }
    menu = (MenuEntry(_("Units and suppliers"), "desk:organisations", "building", "orgs.see", 30),)
