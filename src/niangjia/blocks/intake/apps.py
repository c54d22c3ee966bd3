"""What came in, and what became of each row?"""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import RoomConfig


class IntakeConfig(RoomConfig):
    name = "niangjia.blocks.intake"
    label = "intake"
    verbose_name = _("Intake")
