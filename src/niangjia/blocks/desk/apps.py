"""What waits for me?"""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import RoomConfig


class DeskConfig(RoomConfig):
    name = "niangjia.blocks.desk"
    label = "desk"
    verbose_name = _("Desk")
