"""The hall: how every page looks."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import RoomConfig


class UiConfig(RoomConfig):
    name = "niangjia.ui"
    label = "ui"
    verbose_name = _("Hall")
