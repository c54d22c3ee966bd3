"""Acting on many reports: at once where they are few, else by the worker with its progress."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from niangjia.core.actor import Actor
from niangjia.core.errors import Conflict, Invalid
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import batch_jobs, periods
from niangjia.programmes.assistance_ledger.forms import CarryForm, CollectionFiltersForm
from niangjia.programmes.assistance_ledger.pages import batches as parts
from niangjia.programmes.assistance_ledger.pages.collecting import query_of
from niangjia.programmes.assistance_ledger.selectors import (
    ReportFilters,
    batch_get,
    carrying,
    reports_chosen,
)
from niangjia.programmes.assistance_ledger.services import (
    reports_batch_ask,
    reports_batch_propose,
    reports_batch_stop,
    reports_move,
    reports_remind,
)
from niangjia.programmes.assistance_ledger.services.batches import STEPS, Moved
from niangjia.ui.page import actor_of

AT_ONCE = 50  # a page of the list
A_TURN = batch_jobs.AT_ONCE
SHOWN_FAILURES = 5
Chosen = list[tuple[str, int]]


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest) -> HttpResponse:
    """Accept, remind or carry over: the reports ticked, or all that the filters list."""
    if request.method == "GET":
        return redirect("assistance_ledger:collect")
    actor = authorise(actor_of(request), "reports.collect")
    period = request.POST.get("period", "")[:10]
    filters = CollectionFiltersForm(request.POST).filters()
    step = request.POST.get("act", "")
    if step not in STEPS:
        raise Invalid(_("Choose what to do with the reports."))
    authorise(actor, STEPS[step].permission)
    chosen = _chosen(request, actor, period, filters, step)
    if not chosen:
        messages.warning(request, _("No report was chosen. Tick the ones you mean, or take all."))
        return _back(period, filters)
    if step == "carry":
        ref = reports_batch_propose(actor, period=period, step=step, chosen=chosen)
        return redirect("assistance_ledger:order_confirm", ref=ref)
    _do(request, actor, period, step, chosen)
    return _back(period, filters)


def _chosen(
    request: HttpRequest, actor: Actor, period: str, filters: ReportFilters, step: str
) -> Chosen:
    refs = None if request.POST.get("all") == "1" else request.POST.getlist("ref")[:AT_ONCE]
    return reports_chosen(
        actor,
        period=period,
        states=STEPS[step].states,
        refs=refs,
        filters=filters,
        counting=step == "carry",
    )


def _back(period: str, filters: ReportFilters) -> HttpResponseRedirect:
    target = f"{reverse('assistance_ledger:collect')}?{query_of(period, filters)}"
    return HttpResponseRedirect(target)


def _do(request: HttpRequest, actor: Actor, period: str, step: str, chosen: Chosen) -> None:
    """A page of reports is moved while one waits; more than that is left to the worker."""
    if len(chosen) > AT_ONCE:
        try:
            ref = reports_batch_propose(actor, period=period, step=step, chosen=chosen)
            reports_batch_ask(actor, batch_ref=ref)
        except Conflict as error:
            messages.error(request, str(error))
        return
    if step == "remind":
        moved = [Moved(reports_remind(actor, report_refs=[ref for ref, _version in chosen]))]
    else:
        few = (chosen[at : at + A_TURN] for at in range(0, len(chosen), A_TURN))
        moved = [reports_move(actor, step=step, chosen=one) for one in few]
    told = tuple(line for one in moved for line in one.told)
    _say(request, step, Moved(sum(one.done for one in moved), told), len(chosen))


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, ref: str) -> HttpResponse:
    """What carrying these reports over would move, and the reason for it; then it is done."""
    actor = authorise(actor_of(request), "periods.manage")
    order = batch_get(actor, ref=ref)
    if order.asked_at is not None:
        return _back(order.period_id, ReportFilters())
    form = CarryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reports_batch_ask(actor, batch_ref=ref, reason=form.cleaned_data["reason"])
        except (Invalid, Conflict) as error:
            form.add_error("reason", str(error))
        else:
            return _back(order.period_id, ReportFilters())
    context: dict[str, Any] = {
        "form": form,
        "moving": parts.moving(carrying(actor, batch_ref=ref)),
        "press": parts.carry_press(order.n),
        "period": periods.name(order.period_id),
        "following": periods.name(periods.after(order.period_id)),
        "back": query_of(order.period_id, ReportFilters()),
    }
    status = 422 if form.errors else 200
    return render(request, "assistance_ledger/carry.html", context, status=status)


def _say(request: HttpRequest, step: str, moved: Moved, asked: int) -> None:
    text, told = parts.said(step, moved.done), moved.told
    if step == "remind" and moved.done < asked:
        text += " " + _("The others have reported, or were reminded within the last 12 hours.")
    if moved.done or step == "remind":
        messages.success(request, text)
    for unit, why in told[:SHOWN_FAILURES]:
        messages.error(request, f"{unit}: {why}")
    if more := len(told[SHOWN_FAILURES:]):
        text = ngettext("... and %(n)s more was left.", "... and %(n)s more were left.", more)
        messages.error(request, text % {"n": more})


@never_cache
@require_GET
def order(request: HttpRequest, ref: str) -> HttpResponse:
    """How far an order is: the part of the page that renews itself."""
    found = parts.running(batch_get(actor_of(request), ref=ref))
    response = render(request, "assistance_ledger/order_part.html", {"order": found})
    if found is not None and found.ended:
        response["HX-Refresh"] = "true"
    return response


@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, ref: str) -> HttpResponse:
    """An order is over; what was done stays done."""
    actor = actor_of(request)
    found = batch_get(actor, ref=ref)
    if request.method == "POST":
        reports_batch_stop(actor, batch_ref=ref)
        messages.success(request, _("It was stopped. What was done stays done."))
    return _back(found.period_id, ReportFilters())
