"""The front door."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import RoomConfig


class CoreConfig(RoomConfig):
    name = "niangjia.core"
    label = "core"
    verbose_name = _("Front door")
