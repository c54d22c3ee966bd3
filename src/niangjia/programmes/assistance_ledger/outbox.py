"""After the commit: a release goes out as a file; an opened period gets its reports."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from niangjia.blocks.orgs.public import buyers_closed, buyers_in_force
from niangjia.core import jobs
from niangjia.core.actor import system_actor
from niangjia.core.outbox import Interrupted, handles
from niangjia.programmes.assistance_ledger import (
    batch_jobs,
    household_jobs,
    import_jobs,
    periods,
    review_jobs,
)
from niangjia.programmes.assistance_ledger.looking import MATCH
from niangjia.programmes.assistance_ledger.matching import ORDER, PAYMENT
from niangjia.programmes.assistance_ledger.models import (
    Purchase,
    Release,
    Report,
    ReportingPeriod,
)
from niangjia.programmes.assistance_ledger.services import reports_prepare
from niangjia.programmes.assistance_ledger.services.sourcing import sources_match

SYSTEM = system_actor("reporting periods")
SYSTEM_MATCHING = system_actor("matching of sources")
PREPARED = 400

__all__ = [
    "batch_jobs",
    "household_jobs",
    "import_jobs",
    "match",
    "prepare",
    "publish",
    "review_jobs",
]


@handles("figures.publish")
def publish(payload: Mapping[str, Any]) -> None:
    """`NIANGJIA_HOME/published/figures-<period>-<version>.json` holds the released bytes."""
    release = Release.objects.get(ref=payload["release"])
    folder = Path(settings.NIANGJIA_HOME) / "published"
    folder.mkdir(exist_ok=True)
    path = folder / f"figures-{release.period}-{release.version}.json"
    fresh = path.with_suffix(".part")
    with fresh.open("wb") as out:
        out.write(bytes(release.document))
        out.flush()
        os.fsync(out.fileno())
    fresh.rename(path)


@handles(MATCH)
def match(payload: Mapping[str, Any]) -> None:
    """A unit's lines of other sources are looked for among its records."""
    for source in (ORDER, PAYMENT):
        while sources_match(SYSTEM_MATCHING, unit_id=payload["unit"], source=source):
            if jobs.stopping():
                raise Interrupted


@handles("reports.prepare")
def prepare(payload: Mapping[str, Any]) -> None:
    """Every unit in force has its report of the period, while it is open.

    So has a unit that was closed before, if records of it came late.
    """
    period = payload["period"]
    row = ReportingPeriod.objects.filter(pk=period, closed_at__isnull=True).first()
    if row is None:
        return
    have = set(Report.objects.filter(period=period).values_list("unit_id", flat=True))
    units = [unit for unit in buyers_in_force(row.first) if unit.id not in have]
    closed = [unit for unit in buyers_closed(row.first) if unit.id not in have]
    late = Purchase.objects.filter(month__in=periods.parse(period).months)
    with_records = set(
        late.filter(unit_id__in=[unit.id for unit in closed]).values_list("unit_id", flat=True)
    )
    units += [unit for unit in closed if unit.id in with_records]
    for at in range(0, len(units), PREPARED):
        if jobs.stopping():
            raise Interrupted
        reports_prepare(SYSTEM, period=period, units=units[at : at + PREPARED])
