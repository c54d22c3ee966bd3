"""Two clocks: the city's (business time; fixed to a day in the demonstration) and the real one."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings


def real_now() -> dt.datetime:
    """The instant now, UTC: sessions, journals, checkpoints."""
    return dt.datetime.now(dt.UTC)


def zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def city_now() -> dt.datetime:
    """The city's instant: in the demonstration its fixed day with the running time of day."""
    now = real_now().astimezone(zone())
    day: str = settings.NIANGJIA_CITY_DATE
    if day:
        now = dt.datetime.combine(dt.date.fromisoformat(day), now.timetz())
    return now.astimezone(dt.UTC)


def day_of(at: dt.datetime) -> dt.date:
    """The date of an instant in the city's zone."""
    return at.astimezone(zone()).date()


def city_today() -> dt.date:
    """The city's date in the city's zone."""
    return day_of(city_now())
