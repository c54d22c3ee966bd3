"""The offices' side: a period's collection, acting on many reports, opening and closing."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from niangjia.blocks.orgs.public import nodes
from niangjia.core.actor import Actor
from niangjia.core.clock import city_today
from niangjia.core.errors import DomainError, Invalid
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import chain
from niangjia.programmes.assistance_ledger import periods as known
from niangjia.programmes.assistance_ledger.forms import CollectionFiltersForm, PeriodForm
from niangjia.programmes.assistance_ledger.pages import collecting as parts
from niangjia.programmes.assistance_ledger.selectors import (
    ReportFilters,
    collection_get,
    periods_known,
    refs_listed,
    versions_of,
)
from niangjia.programmes.assistance_ledger.services import (
    period_adopt,
    period_close,
    period_open,
    report_decide,
    reports_remind,
)
from niangjia.ui.page import actor_of

MOST = 500
SHOWN_FAILURES = 5


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
        in_all = found.total
        context |= {
            "period": known.name(found.period.code),
            "tiles": parts.tiles(found, filters),
            "choices": parts.choices(found),
            "table": parts.list_table(found, districts),
            "by_territory": parts.sums_table(
                _("By district"), _("District"), found.by_territory, in_all
            ),
            "by_line": parts.sums_table(_("By system"), _("System"), found.by_line, in_all),
            "filters": filters,
            "districts": districts.items(),
            "lines": nodes("line", "virtual_line"),
            "states": chain.REPORT.states.items(),
            "may_accept": actor.may("reports.accept"),
            "may_remind": actor.may("reports.remind"),
            "query": parts.query_of(found.period.code, filters),
            "next": parts.query_of(found.period.code, filters, found.next) if found.next else "",
            "after": after,
        }
    return render(request, "assistance_ledger/collect.html", context)


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest) -> HttpResponse:
    """Accept or remind: the reports chosen, or all that the filters list."""
    if request.method == "GET":
        return redirect("assistance_ledger:collect")
    actor = authorise(actor_of(request), "reports.collect")
    period = request.POST.get("period", "")[:10]
    filters = CollectionFiltersForm(request.POST).filters()
    what = request.POST.get("act", "")
    states = {"accept": ("reported",), "remind": chain.NOT_REPORTED}.get(what)
    if states is None:
        raise Invalid(_("Choose what to do with the reports."))
    refs = request.POST.getlist("ref")[:MOST]
    if request.POST.get("all") == "1":
        refs = refs_listed(actor, period=period, filters=filters, states=states, most=MOST)
    if not refs:
        messages.warning(request, _("No report was chosen. Tick the ones you mean, or take all."))
    elif what == "remind":
        _remind(request, actor, refs)
    else:
        _accept(request, actor, refs)
    return _back(period, filters)


def _back(period: str, filters: ReportFilters) -> HttpResponseRedirect:
    target = f"{reverse('assistance_ledger:collect')}?{parts.query_of(period, filters)}"
    return HttpResponseRedirect(target)


def _remind(request: HttpRequest, actor: Actor, refs: list[str]) -> None:
    n = reports_remind(actor, report_refs=refs)
    text = ngettext("%(n)s unit was reminded.", "%(n)s units were reminded.", n) % {"n": n}
    if n < len(refs):
        text += " " + _("The others have reported, or were reminded within the last 12 hours.")
    messages.success(request, text)


def _accept(request: HttpRequest, actor: Actor, refs: list[str]) -> None:
    """Each report by itself: what is refused says why and leaves the others."""
    done, failed = 0, []
    for ref, unit, version in versions_of(actor, refs=refs):
        try:
            report_decide(actor, report_ref=ref, step="accept", version=version)
            done += 1
        except DomainError as error:
            failed.append(f"{unit}: {error}")
    if done:
        text = ngettext("%(n)s report is accepted.", "%(n)s reports are accepted.", done)
        messages.success(request, text % {"n": done})
    for line in failed[:SHOWN_FAILURES]:
        messages.error(request, line)
    if len(failed) > SHOWN_FAILURES:
        text = _("... and %(n)s more were not accepted.") % {"n": len(failed) - SHOWN_FAILURES}
        messages.error(request, text)


@never_cache
@require_GET
def periods(request: HttpRequest) -> HttpResponse:
    """Reporting periods; the city opens and closes them here."""
    authorise(actor_of(request), "reports.collect")
    return _periods(request, PeriodForm(initial={"period": known.of_day(city_today())}))


def _periods(request: HttpRequest, form: PeriodForm, status: int = 200) -> HttpResponse:
    rows = periods_known()
    context = {
        "table": parts.periods_table(rows),
        "empty": not rows,
        "form": form,
        "open": [(one.code, known.name(one.code)) for one in rows if one.closed_at is None],
        "may_manage": actor_of(request).may("periods.manage"),
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
        return _periods(request, form, error.status)
    messages.success(request, said % {"period": given["period"]})
    return redirect("assistance_ledger:periods")
