"""Is the site well, and who keeps it?"""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import MenuEntry, RoomConfig

OPERATOR = frozenset({"operator"})


class SystemConfig(RoomConfig):
    name = "niangjia.config.system"
    label = "system"
    verbose_name = _("Site operation")
    grants = {
        "system.look": OPERATOR,
        "system.backup": OPERATOR,
        "system.jobs": OPERATOR,
        "system.people": OPERATOR,
    }
    menu = (MenuEntry(_("Site keeping"), "system:system", "gauge", "system.look", 90),)
