"""What is it worth, and who holds it?"""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import RoomConfig


class BookkeepingConfig(RoomConfig):
    name = "niangjia.blocks.bookkeeping"
    label = "bookkeeping"
    verbose_name = _("Bookkeeping")
    grants = {"books.see": frozenset({"city", "auditor", "foundation", "treasurer"})}
    scopes = {"read": frozenset({"books.see"})}
