"""The cross-checks run beside the worker's round: hourly where the log went on, and when asked."""

import datetime as dt
from collections.abc import Mapping
from itertools import islice
from typing import Any

from django.db import transaction

from niangjia.blocks.ledger.public import log_size
from niangjia.core import clock, jobs
from niangjia.core.actor import system_actor
from niangjia.core.outbox import Interrupted, handles, put
from niangjia.programmes.assistance_ledger import policy
from niangjia.programmes.assistance_ledger.crosschecks.checks import CHECKS
from niangjia.programmes.assistance_ledger.services.findings import (
    BATCH,
    RUN,
    asked,
    findings_found,
    findings_gone,
)

SYSTEM = system_actor("cross-checks")
_seen: list[int | None] = [None]  # size of the log at the last look
# Year -> when its newest whole run began. In memory: after a restart a run is made once too often.
_checked: dict[int, dt.datetime] = {}


@handles(RUN, slow=True)
def run(payload: Mapping[str, Any]) -> None:
    """The year is checked, unless that was done since the message was left."""
    year, began = int(payload["year"]), clock.real_now()
    done = _checked.get(year)
    if done is not None and "at" in payload and done > dt.datetime.fromisoformat(payload["at"]):
        return
    check_year(year)
    _checked[year] = began


def check_year(year: int) -> None:
    """Everything that does not fit in the year stands as a finding, and nothing else does.

    Raises Interrupted where the worker stops.
    """
    limits = policy.crosschecks_on(clock.city_today())
    for kinds, check in CHECKS.items():
        keys: dict[str, set[str]] = {kind: set() for kind in kinds}
        found = check(year, limits)
        while batch := list(islice(found, BATCH)):
            if jobs.stopping():
                raise Interrupted
            findings_found(SYSTEM, year=year, found=batch)
            for one in batch:
                keys[one.kind].add(f"{year}:{one.key}")
        for kind, there in keys.items():
            while findings_gone(SYSTEM, kind=kind, year=year, but=there):
                if jobs.stopping():
                    raise Interrupted


def refresh() -> int:
    """This and the last year are to be checked, if the log went on since the last look (a start of
    the worker is the first); nothing is left to be done at once, so 0."""
    size, last = log_size(), _seen[0]
    _seen[0] = size
    if last in (None, size):
        return 0
    year = clock.city_today().year
    with transaction.atomic():
        for one in (year - 1, year):
            put(RUN, asked(one))
    return 0
