"""What does it add up to, as of when, counted how?"""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import RoomConfig


class IndicatorsConfig(RoomConfig):
    name = "niangjia.blocks.indicators"
    label = "indicators"
    verbose_name = _("Indicators")
