"""Where?"""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import RoomConfig


class PlacesConfig(RoomConfig):
    name = "niangjia.blocks.places"
    label = "places"
    verbose_name = _("Places")
    grants = {
        "places.load": frozenset({"operator"}),
        "places.import": frozenset({"city", "operator"}),
    }
