"""Who may act, and for whom?"""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import RoomConfig


class OrgsConfig(RoomConfig):
    name = "niangjia.blocks.orgs"
    label = "orgs"
    verbose_name = _("Organisations")
    grants = {
        "orgs.set_up": frozenset({"operator"}),
        "orgs.appoint": frozenset({"city"}),
        "orgs.manage": frozenset({"city", "district"}),
        "people.erase": frozenset({"city", "operator"}),
        "orgs.see": frozenset({"city", "district", "auditor", "leader"}),
    }
    scopes = {"organisations": frozenset({"orgs.see", "orgs.manage", "orgs.appoint"})}
