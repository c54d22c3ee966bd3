"""The door of intake."""

from niangjia.blocks.intake.mending import differences_workbook, problems_workbook
from niangjia.blocks.intake.reader.limits import Limits
from niangjia.blocks.intake.rows import Workbook
from niangjia.blocks.intake.steps import upload_close, upload_open
from niangjia.blocks.intake.types import Column, Problem, Schema, SheetRow, Summary, Value

__all__ = [
    "Column",
    "Limits",
    "Problem",
    "Schema",
    "SheetRow",
    "Summary",
    "Value",
    "Workbook",
    "differences_workbook",
    "problems_workbook",
    "upload_close",
    "upload_open",
]
