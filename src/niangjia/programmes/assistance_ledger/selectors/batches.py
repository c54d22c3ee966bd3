"""Reads of steps on many reports: which are meant, what it would move, how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger.content import Sums, counting_reports, sums_by_unit
from niangjia.programmes.assistance_ledger.models import Report, ReportBatch
from niangjia.programmes.assistance_ledger.selectors.reports import ReportFilters, narrowed
from niangjia.programmes.assistance_ledger.selectors.scope import reports_visible_to

EVERY = ReportFilters()


def reports_chosen(
    actor: Actor,
    *,
    period: str,
    states: Sequence[str],
    refs: Sequence[str] | None = None,
    filters: ReportFilters = EVERY,
    counting: bool = False,
) -> list[tuple[str, int]]:
    """(ref, version of its case) of reports in the scope that are in one of the states: those named
    by `refs`, else all that match. counting: only those in which something counts."""
    authorise(actor, "reports.collect")
    rows = reports_visible_to(actor).filter(period=period, case__state__in=states)
    rows = rows.filter(counting_reports(period)[0]) if counting else rows
    rows = narrowed(rows, filters, period) if refs is None else rows.filter(ref__in=refs)
    return list(rows.order_by("district_code", "unit_id").values_list("ref", "case__version"))


@dataclass(frozen=True, slots=True)
class Moving:
    """What carrying reports over would move: reports, records and their fen."""

    n_reports: int
    n: int
    fen: int


def carrying(actor: Actor, *, batch_ref: str) -> Moving:
    """What would count in the next period if the order's reports were carried over."""
    authorise(actor, "periods.manage")
    order = ReportBatch.objects.get(pk=batch_get(actor, ref=batch_ref).pk)
    wanted = {ref for ref, _version in order.chosen}
    rows = Report.objects.filter(period=order.period_id).values_list("unit_id", "ref")
    units = {unit_id for unit_id, ref in rows if ref in wanted}
    total = Sums()
    for unit_id, sums in sums_by_unit(order.period_id).items():
        if unit_id in units:
            total = total.plus(sums)
    return Moving(len(units), total.n, total.fen)


def batch_latest(actor: Actor, *, period: str) -> ReportBatch | None:
    """What the actor's office asked for last in the period, without the list of its reports."""
    rows = ReportBatch.objects.filter(period=period, office_id=actor.organisation_id or 0)
    return rows.filter(asked_at__isnull=False).defer("chosen").order_by("-id").first()


def batch_get(actor: Actor, *, ref: str) -> ReportBatch:
    """A batch of the actor's office, without the list of its reports. Raises NotFound."""
    authorise(actor, "reports.collect")
    rows = ReportBatch.objects.filter(ref=ref, office_id=actor.organisation_id or 0)
    found = rows.defer("chosen").first()
    if found is None:
        raise NotFound(_("There is no such order, or it is not your office's."))
    return found
