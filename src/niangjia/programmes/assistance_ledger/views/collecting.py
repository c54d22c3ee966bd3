"""The offices' side: a period's collection, opening and closing periods."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from niangjia.blocks.orgs.public import nodes
from niangjia.core.clock import city_today
from niangjia.core.errors import DomainError, Invalid
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import chain
from niangjia.programmes.assistance_ledger import periods as known
from niangjia.programmes.assistance_ledger.forms import CollectionFiltersForm, PeriodForm
from niangjia.programmes.assistance_ledger.pages import batches as order_parts
from niangjia.programmes.assistance_ledger.pages import collecting as parts
from niangjia.programmes.assistance_ledger.selectors import (
    batch_latest,
    collection_get,
    periods_known,
)
from niangjia.programmes.assistance_ledger.selectors.confirmed import confirmed_by_period
from niangjia.programmes.assistance_ledger.services import (
    period_adopt,
    period_close,
    period_open,
)
from niangjia.programmes.assistance_ledger.services.batches import STEPS
from niangjia.ui.page import actor_of


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


@never_cache
@require_GET
def collect(request: HttpRequest) -> HttpResponse:
    """Where a period stands in the reader's scope."""
    actor = actor_of(request)
    filters = CollectionFiltersForm(request.GET).filters()
    code = request.GET.get("period", "").replace("\0", "")[:10]
    after = _place(request.GET.get("after", ""))
    found = collection_get(actor, period=code, filters=filters, after=after)
    context: dict[str, Any] = {"found": found, "may_manage": actor.may("periods.manage")}
    if found is not None:
        districts = dict(nodes("district", "virtual_district"))
        in_all, order = (
            (found.total, found.total_confirmed),
            batch_latest(actor, period=found.period.code),
        )
        context |= {
            "period": known.name(found.period.code),
            "tiles": parts.tiles(found, filters),
            "choices": parts.choices(found),
            "n_listed": f"{found.n_listed:,}",
            "table": parts.list_table(found, districts),
            "by_territory": parts.sums_table(
                _("By district"), _("District"), found.by_territory, *in_all
            ),
            "by_line": parts.sums_table(_("By system"), _("System"), found.by_line, *in_all),
            "filters": filters,
            "districts": districts.items(),
            "lines": nodes("line", "virtual_line"),
            "states": chain.REPORT.states.items(),
            "may_accept": actor.may("reports.accept"),
            "may_remind": actor.may("reports.remind"),
            "may_carry": actor.may("periods.manage") and found.period.last < city_today(),
            "order": order_parts.running(order),
            "may_stop": order is not None and actor.may(STEPS[order.step].permission),
            "query": parts.query_of(found.period.code, filters),
            "next": parts.query_of(found.period.code, filters, found.next) if found.next else "",
            "after": after,
        }
    return render(request, "assistance_ledger/collect.html", context)


@never_cache
@require_GET
def periods(request: HttpRequest) -> HttpResponse:
    """Reporting periods; the city opens and closes them here."""
    authorise(actor_of(request), "reports.collect")
    return _periods(request, PeriodForm(initial={"period": known.of_day(city_today())}))


def _periods(
    request: HttpRequest, form: PeriodForm, status: int = 200, outside: str = ""
) -> HttpResponse:
    rows = periods_known()
    context = {
        "table": parts.periods_table(rows, confirmed_by_period([one.code for one in rows])),
        "empty": not rows,
        "form": form,
        "open": [(one.code, known.name(one.code)) for one in rows if one.closed_at is None],
        "may_manage": actor_of(request).may("periods.manage"),
        "outside": outside,
    }
    return render(request, "assistance_ledger/periods.html", context, status=status)


@require_http_methods(["GET", "POST"])
def period_act(request: HttpRequest) -> HttpResponse:
    """A quarter is opened, closed, or closed as it stands."""
    if request.method == "GET":
        return redirect("assistance_ledger:periods")
    form = PeriodForm(request.POST)
    acts: dict[str, tuple[Callable[..., Any], Any]] = {
        "open": (period_open, _("%(period)s is open. Every unit gets its report to fill in.")),
        "close": (
            period_close,
            _("%(period)s is closed. What comes late counts in the next period."),
        ),
        "adopt": (period_adopt, _("%(period)s is closed as it stands.")),
    }
    chosen = acts.get(request.POST.get("act", ""))
    if chosen is None or not form.is_valid():
        return _periods(request, form, 422)
    call, said = chosen
    given = {"period": form.cleaned_data["period"]}
    if call is not period_open:
        given["reason"] = form.cleaned_data["reason"]
    try:
        call(actor_of(request), **given)
    except DomainError as error:
        if error.status in (401, 403):
            raise
        fields = error.fields if isinstance(error, Invalid) else {}
        for name, text in (fields or {"period": str(error)}).items():
            form.add_error(name, text)
        outside = given["period"] if error.code == "outside_the_sum" else ""
        return _periods(request, form, error.status, outside)
    messages.success(request, said % {"period": known.name(given["period"])})
    return redirect("assistance_ledger:periods")
