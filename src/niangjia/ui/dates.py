"""Days and moments as every page shows them: in the reader's language, in the city's zone."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings

from niangjia.ui.page import language_of


def day(value: dt.date) -> str:
    """`2020年3月16日` or `16 March 2020`."""
    if language_of().startswith("zh"):
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {value:%B %Y}"


def moment(value: dt.datetime) -> str:
    """Day and minute in the city's zone."""
    local = value.astimezone(ZoneInfo(settings.TIME_ZONE))
    return f"{day(local.date())} {local:%H:%M}"
