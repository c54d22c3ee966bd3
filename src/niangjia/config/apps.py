"""The meter room: joins the rooms; knows everyone, decides nothing."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import RoomConfig


class MeterRoomConfig(RoomConfig):
    name = "niangjia.config"
    label = "config"
    verbose_name = _("Meter room")
