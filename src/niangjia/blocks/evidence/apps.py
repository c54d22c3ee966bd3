"""What proves it?"""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import RoomConfig

SENDERS = frozenset(
    {"clerk", "canteen", "supplier", "reviewer", "district", "city", "foundation", "treasurer"}
)


class EvidenceConfig(RoomConfig):
    name = "niangjia.blocks.evidence"
    label = "evidence"
    verbose_name = _("Evidence")
    grants = {
        "evidence.send": SENDERS,
        "evidence.erase": frozenset({"city"}),
    }
