"""What is decided, by whom, by when?"""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import RoomConfig


class CasesConfig(RoomConfig):
    name = "niangjia.blocks.cases"
    label = "cases"
    verbose_name = _("Cases")
