"""The door of indicators."""

from niangjia.blocks.indicators.bulletin_types import (
    Calendar,
    Change,
    Contribution,
    Count,
    Figures,
    Gather,
    Gathered,
    Indicator,
    Line,
    PrintedLine,
    PublishedBulletin,
    Sampled,
    Subtotal,
    Words,
)
from niangjia.blocks.indicators.bulletins import (
    bulletin_as_of,
    bulletin_document,
    bulletin_get,
    bulletin_holds,
    bulletin_path,
    bulletin_printed,
    bulletins,
)
from niangjia.blocks.indicators.declaring import BadIndicator
from niangjia.blocks.indicators.declaring import parse as parse_indicators
from niangjia.blocks.indicators.declaring import read as read_indicators
from niangjia.blocks.indicators.drafting import Draft, bulletin_draft
from niangjia.blocks.indicators.figures import contributions_logged, figures_as_of, hour_of
from niangjia.blocks.indicators.projections import (
    SEPARATOR,
    ProjectionJob,
    declare,
    declared,
    differences,
    position,
    recount,
    stored,
)
from niangjia.blocks.indicators.receipts import receipt_file
from niangjia.blocks.indicators.registry import declare_indicator, indicator_at, indicators
from niangjia.blocks.indicators.rules import ROUNDING_NOTE, Due, due_dates, printed
from niangjia.blocks.indicators.selectors import snapshot, summed
from niangjia.blocks.indicators.steps import bulletin_publish, bulletin_sample, draft_publish
from niangjia.blocks.indicators.types import ZERO, Projection, Sums

__all__ = [
    "ROUNDING_NOTE",
    "SEPARATOR",
    "ZERO",
    "BadIndicator",
    "Calendar",
    "Change",
    "Contribution",
    "Count",
    "Draft",
    "Due",
    "Figures",
    "Gather",
    "Gathered",
    "Indicator",
    "Line",
    "PrintedLine",
    "Projection",
    "ProjectionJob",
    "PublishedBulletin",
    "Sampled",
    "Subtotal",
    "Sums",
    "Words",
    "bulletin_as_of",
    "bulletin_document",
    "bulletin_draft",
    "bulletin_get",
    "bulletin_holds",
    "bulletin_path",
    "bulletin_printed",
    "bulletin_publish",
    "bulletin_sample",
    "bulletins",
    "contributions_logged",
    "declare",
    "declare_indicator",
    "declared",
    "differences",
    "draft_publish",
    "due_dates",
    "figures_as_of",
    "hour_of",
    "indicator_at",
    "indicators",
    "parse_indicators",
    "position",
    "printed",
    "read_indicators",
    "receipt_file",
    "recount",
    "snapshot",
    "stored",
    "summed",
]
