"""Whom did it help, each counted once?"""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import RoomConfig


class HouseholdsConfig(RoomConfig):
    name = "niangjia.blocks.households"
    label = "households"
    verbose_name = _("Households helped")
    grants = {"households.retain": frozenset()}
