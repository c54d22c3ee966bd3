"""Reports of units: the own ones, one report, a step of its chain, its paper."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from niangjia.blocks.cases.public import state_name
from niangjia.blocks.desk.public import sheet_keep
from niangjia.core.actor import Actor
from niangjia.core.errors import DomainError, Invalid
from niangjia.lib import money
from niangjia.programmes.assistance_ledger import periods
from niangjia.programmes.assistance_ledger.exporting import REPORT, report_rows
from niangjia.programmes.assistance_ledger.forms import ReportDecisionForm
from niangjia.programmes.assistance_ledger.pages import printed, shown
from niangjia.programmes.assistance_ledger.pages import reports as parts
from niangjia.programmes.assistance_ledger.selectors import (
    ReportDetail,
    report_get,
    reports_own,
)
from niangjia.programmes.assistance_ledger.services import report_decide
from niangjia.ui.page import actor_of


@never_cache
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """The unit's own reports; an office is led to its collection."""
    actor = actor_of(request)
    if actor.may("reports.collect"):
        return redirect("assistance_ledger:collect")
    rows = reports_own(actor)
    context = {"table": parts.own_table(rows), "empty": not rows}
    return render(request, "assistance_ledger/reports.html", context)


@never_cache
@require_GET
def report(request: HttpRequest, ref: str) -> HttpResponse:
    """One report: figures, chain, decisions, and what the reader can do now."""
    actor = actor_of(request)
    detail = report_get(actor, ref=ref)
    form = ReportDecisionForm(
        initial={"version": detail.report.case.version, "note": detail.report.note}
    )
    return _report(request, actor, detail, form)


def _report(
    request: HttpRequest,
    actor: Actor,
    detail: ReportDetail,
    form: ReportDecisionForm,
    status: int = 200,
) -> HttpResponse:
    state = detail.report.case.state
    onward, asking = parts.split(detail.steps)
    first, last = periods.parse(detail.report.period_id).first, detail.report.period.last
    context: dict[str, Any] = {
        "detail": detail,
        "period": periods.name(detail.report.period_id),
        "state": state_name("report", state),
        "tone": parts.tone(state),
        "stages": parts.stages(state),
        "table": parts.figures_table(detail),
        "said": parts.decisions("report", detail.past, detail.who),
        "onward": onward,
        "asking": asking,
        "form": form,
        "empty": detail.content.sums.n == 0 and detail.content.sums.fen == 0,
        "waits": parts.waits_for(detail),
        "returned": parts.decisions("report", [detail.returned], detail.who)[0]
        if detail.returned
        else None,
        "records": f"first={first}&last={last}",
        "collects": actor.may("reports.collect"),
        "opened": form.data.get("step", ""),
    }
    return render(request, "assistance_ledger/report.html", context, status=status)


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, ref: str) -> HttpResponse:
    """A step of the report's chain; a refusal shows the page as it is now, with what was typed."""
    if request.method == "GET":
        return redirect("assistance_ledger:report", ref=ref)
    actor = actor_of(request)
    form = ReportDecisionForm(request.POST.dict())
    status = 422
    if form.is_valid():
        try:
            after = report_decide(
                actor,
                report_ref=ref,
                step=form.cleaned_data["step"],
                version=form.cleaned_data["version"],
                reason=form.cleaned_data["reason"],
                note=form.cleaned_data["note"],
                zero=form.cleaned_data["zero"],
                fields=form.reasons(),
            )
        except DomainError as error:
            if error.status in (401, 404):
                raise
            _take(form, error)
            status = error.status
        else:
            text = _("Done: %(state)s.") % {"state": state_name("report", after)}
            messages.success(request, text)
            return redirect("assistance_ledger:report", ref=ref)
    detail = report_get(actor, ref=ref)
    form.data = {**form.data, "version": str(detail.report.case.version)}
    return _report(request, actor, detail, form, status)


def _take(form: ReportDecisionForm, error: DomainError) -> None:
    """Show a refusal at its field, or above the form."""
    fields = error.fields if isinstance(error, Invalid) else {}
    for name, text in fields.items():
        form.add_error(name, text)
    if not fields:
        form.add_error(None, str(error))


@never_cache
@require_GET
def paper(request: HttpRequest, ref: str) -> HttpResponse:
    """The report as a sheet of A4 to be signed and sealed, with the code that verifies it."""
    actor = actor_of(request)
    detail = report_get(actor, ref=ref)
    period = periods.name(detail.report.period_id)
    title = _("%(period)s: report of purchases from assisted counties") % {"period": period}
    code, digest = sheet_keep(
        actor, kind=REPORT, title=f"{detail.unit_name} {title}", rows=report_rows(detail.report)
    )
    context = {
        **printed.proof(request, code, digest),
        "title": title,
        "detail": detail,
        "state": state_name("report", detail.report.case.state),
        "table": parts.paper_table(detail),
        "total": shown.yuan(detail.content.sums.fen),
        "confirmed": shown.yuan(detail.confirmed.fen),
        "capitals": money.capitals(detail.content.sums.fen),
        "signers": parts.signers(detail),
    }
    return render(request, "assistance_ledger/report_print.html", context)
