"""After the commit, and hourly where the log went on: a year's households are counted anew."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from niangjia.blocks.households.public import KEPT_YEARS, years_of
from niangjia.blocks.ledger.public import log_size
from niangjia.core import clock
from niangjia.core.actor import system_actor
from niangjia.core.outbox import handles, put
from niangjia.programmes.assistance_ledger.counting import counted
from niangjia.programmes.assistance_ledger.household_models import HouseholdCount
from niangjia.programmes.assistance_ledger.selectors.rosters import PROGRAMME
from niangjia.programmes.assistance_ledger.services.rosters import COUNT, households_counted

SYSTEM = system_actor("household counts")
_seen: dict[int, int] = {}


@handles(COUNT, slow=True)
def count(payload: Mapping[str, Any]) -> None:
    """The year is counted, unless that was done since the message was left."""
    asked = dt.datetime.fromisoformat(payload["at"])
    if not HouseholdCount.objects.filter(year=payload["year"], counted_at__gt=asked).exists():
        count_year(payload["year"])


def count_year(year: int) -> None:
    """The year's households stand as they are now; those of a year whose rosters are kept no more
    stay as they were."""
    if year < clock.city_today().year - KEPT_YEARS:
        return
    at = clock.city_now()
    registered, confirmed = counted(year, confirmed=False), counted(year, confirmed=True)
    households_counted(SYSTEM, year=year, at=at, registered=registered, confirmed=confirmed)


def refresh() -> int:
    """Years with rosters are to be counted if the log went on since: purchases come and are taken
    back. Returns how many are."""
    size, n = log_size(), 0
    for year in years_of(PROGRAMME):
        if _seen.get(year) != size:
            _seen[year] = size
            n += 1
            with transaction.atomic():
                put(COUNT, {"year": year, "at": clock.city_now().isoformat()})
    return n
