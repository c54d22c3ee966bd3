"""Is the site well, and who keeps it?"""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import RoomConfig

OPERATOR = frozenset({"operator"})


class SystemConfig(RoomConfig):
    name = "niangjia.config.system"
    label = "system"
    verbose_name = _("System")
    grants = {
        "system.look": OPERATOR,
        "system.backup": OPERATOR,
        "system.jobs": OPERATOR,
        "system.people": OPERATOR,
    }
