"""In which month a purchase counts: its own, or a later one once its period was reported.

A purchase counts in one month, and its reversal in one month, for ever: figures that were reported
or closed do not move. What comes late counts in the next open period with its explanation.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from niangjia.blocks.orgs.public import heads_of
from niangjia.core.db.held import hold
from niangjia.programmes.assistance_ledger import periods
from niangjia.programmes.assistance_ledger.models import Report, ReportingPeriod

NAME = "assistance_ledger.reporting"
UNDER_WAY = frozenset({"entered", "checked", "signed"})
SETTLED = frozenset({"reported", "accepted", "carried"})


@dataclass(frozen=True, slots=True)
class Place:
    """month: where it counts. why: empty if that is its own month; `late`: its period `period` was
    reported or closed; `under_way`: the report of `period` is being signed, nothing may change."""

    month: str
    why: str = ""
    period: str = ""


def _locked(reports: QuerySet[Report]) -> QuerySet[Report]:
    held = list(reports.order_by("id").select_for_update().values_list("id", flat=True))
    return Report.objects.filter(pk__in=held) if held else Report.objects.none()


class Booking:
    """Where purchases of some units count, as of this transaction; nobody closes meanwhile.

    foreseeing: only looked at, outside a transaction: it may be otherwise a moment later.
    """

    def __init__(self, unit_ids: Iterable[int], *, foreseeing: bool = False) -> None:
        if not foreseeing:
            hold(NAME, alone=False)
        listed = list(ReportingPeriod.objects.values_list("code", "closed_at"))
        self._closed = max((code for code, closed_at in listed if closed_at), default="")
        self._open = {code for code, closed_at in listed if not closed_at}
        self._heads = heads_of(unit_ids)
        units = self._heads.keys() | set(self._heads.values())
        reports = Report.objects.filter(unit_id__in=units, period__gt=self._closed)
        # Locked first and read after: the states are then those of whoever was here before us.
        states = reports if foreseeing else _locked(reports)
        states = states.filter(counted_with__isnull=True)  # else its successor's report says it
        columns = ("unit_id", "period_id", "case__state")
        self._states = {(unit, code): state for unit, code, state in states.values_list(*columns)}

    def _why(self, unit_id: int, period: str) -> str:
        if period <= self._closed:
            return "late"
        state = self._states.get((unit_id, period))
        if state is None:
            state = self._states.get((self._heads[unit_id], period), "")
        return "late" if state in SETTLED else "under_way" if state in UNDER_WAY else ""

    def place(self, unit_id: int, month: str) -> Place:
        """Where something of `month` (`2020-03`) counts now."""
        own = periods.of_month(month)
        period, why = own, self._why(unit_id, own)
        if why == "":
            return Place(month)
        while why == "late":
            period = periods.after(period)
            why = self._why(unit_id, period)
        if why == "under_way":
            return Place(month, "under_way", period)
        return Place(periods.first_month(period), "late", own)

    def unreported(self, booked: Iterable[tuple[int, str]]) -> set[str]:
        """Open periods in which one of these (unit id, month) counts, but has no report yet."""
        pairs = {(self._heads[unit_id], periods.of_month(month)) for unit_id, month in booked}
        return {code for unit_id, code in pairs - self._states.keys() if code in self._open}
