"""Writes of the desk, one module per use case."""

from niangjia.blocks.desk.services.exports import export_ask, export_drop, export_note
from niangjia.blocks.desk.services.saved import view_delete, view_rename, view_save
from niangjia.blocks.desk.services.sheets import sheet_keep

__all__ = [
    "export_ask",
    "export_drop",
    "export_note",
    "sheet_keep",
    "view_delete",
    "view_rename",
    "view_save",
]
