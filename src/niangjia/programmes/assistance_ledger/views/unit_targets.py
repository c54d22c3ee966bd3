"""The yearly assessment: an office's list, a unit's target, its form, decisions."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from niangjia.blocks.desk.public import export_ask
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.errors import DomainError, Invalid
from niangjia.core.service import authorise
from niangjia.lib import money
from niangjia.programmes.assistance_ledger import assessment
from niangjia.programmes.assistance_ledger.chain import TARGET, TARGET_FIELDS
from niangjia.programmes.assistance_ledger.exporting import TARGETS
from niangjia.programmes.assistance_ledger.forms.unit_targets import (
    TargetDecisionForm,
    UnitTargetForm,
)
from niangjia.programmes.assistance_ledger.pages import reports as report_parts
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.pages import unit_targets as parts
from niangjia.programmes.assistance_ledger.selectors.unit_targets import (
    TargetDetail,
    own_target,
    target_get,
    targets_page,
    year_of,
)
from niangjia.programmes.assistance_ledger.services.unit_targets import (
    TargetDecision,
    target_decide,
    target_file,
    targets_decide,
    targets_remind,
)
from niangjia.programmes.assistance_ledger.target_files import filters_of
from niangjia.ui.page import actor_of

MOST = 200
NAMES = ("year", "state", "district", "text", "sort")


@never_cache
@require_GET
def targets(request: HttpRequest) -> HttpResponse:
    """Units in the reader's scope: state, progress against target and calendar, place."""
    actor = authorise(actor_of(request), "unit_targets.see")
    filters = filters_of(request.GET.dict())
    page = request.GET.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    found = targets_page(actor, filters=filters, page=number)
    may_accept, may_remind = actor.may("unit_targets.accept"), actor.may("unit_targets.remind")
    query = {name: getattr(filters, name) for name in NAMES if getattr(filters, name)}
    today = clock.city_today().year
    context = {
        "found": found,
        "lines": parts.lines(found.lines),
        "states": [(one, parts.state(one), found.counts.get(one, 0)) for one in parts.STATES],
        "years": range(assessment.first_year(), today + 2),
        "target": shown.yuan(found.target_fen),
        "counted": shown.yuan(found.counted_fen),
        "help": shown.help_of(found.counted_fen, found.confirmed_fen, shown.yuan),
        "gone": f"{found.gone / 10:.1f}%",
        "as_of": shown.moment(clock.city_now()),
        "rule": assessment.assessment_of(filters.year),
        "rule_text": assessment.in_words(assessment.assessment_of(filters.year)),
        "own": own_target(actor, year=filters.year),
        "may_file": actor.may("unit_targets.file"),
        "may_accept": may_accept,
        "may_remind": may_remind,
        "may_tick": may_accept or may_remind,
        "query": urlencode(query),
    }
    return render(request, "assistance_ledger/targets.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def target_new(request: HttpRequest) -> HttpResponse:
    """The form of the actor's own unit, filled with its newest version."""
    actor = authorise(actor_of(request), "unit_targets.file")
    year = year_of(request.GET.get("year", ""))
    row = own_target(actor, year=year)
    detail = target_get(actor, ref=row.ref) if row and row.n else None
    is_change = detail is not None and detail.row.case.state in ("filed", "accepted")
    first = _initial(detail) if detail else {"version": 0}
    data = request.POST if request.method == "POST" else None
    form = UnitTargetForm(data, initial=first, year=year, is_change=is_change)
    if data is not None and form.is_valid():
        try:
            ref = target_file(
                actor,
                year=year,
                form=form.target(actor),
                reason=form.cleaned_data.get("reason", ""),
                version=form.cleaned_data["version"] or 0,
            )
        except DomainError as error:
            form.take(error.fields if isinstance(error, Invalid) else {}, str(error))
        else:
            messages.success(request, _("Filed; your superior has it in the inbox."))
            return redirect("assistance_ledger:unit_target", ref=ref)
    rule = assessment.assessment_of(year)
    context = {
        "form": form,
        "year": year,
        "is_change": is_change,
        "unit": actor.organisation_name,
        "rule_text": f"{assessment.in_words(rule)} ({rule.id})",
    }
    status = 422 if form.errors else 200
    return render(request, "assistance_ledger/target_new.html", context, status=status)


def _initial(detail: TargetDetail) -> dict[str, Any]:
    one = detail.version
    return {
        "version": detail.row.case.version,
        "canteen": one.canteen,
        "food": f"{one.food_fen / 100:.2f}",
        "filed_with": one.filed_with.name if one.filed_with else "",
        "members": one.members,
        "gift": f"{one.gift_fen / 100:.2f}",
        "exempt": one.exempt,
        "exempt_reason": one.exempt_reason,
        "note": one.note,
    }


@never_cache
@require_GET
def unit_target(request: HttpRequest, ref: str) -> HttpResponse:
    """One target: what it says, how far it is, its versions, its sealed sheets."""
    actor = actor_of(request)
    detail = target_get(actor, ref=ref)
    form = TargetDecisionForm(initial={"version": detail.row.case.version})
    return _target(request, actor, detail, form, 200)


def _target(
    request: HttpRequest, actor: Actor, detail: TargetDetail, form: TargetDecisionForm, status: int
) -> HttpResponse:
    is_own = detail.row.unit_id == actor.organisation_id and actor.may("unit_targets.file")
    state = detail.row.case.state
    context = {
        "detail": detail,
        "form": form,
        "opened": form.data.get("step", ""),
        "state": parts.state(state),
        "tone": parts.TONES.get(state, ""),
        "facts": parts.said(detail.version),
        "policy": parts.policy_of(detail.version),
        "capitals": money.capitals(detail.version.target_fen),
        "bar": parts.bar(detail.progress),
        "counted": shown.yuan(detail.progress.counted_fen),
        "help": shown.help_of(detail.progress.counted_fen, detail.confirmed_fen, shown.yuan),
        "parts": parts.parts(detail.parts),
        "due": shown.yuan(detail.progress.due_fen),
        "gap": shown.yuan(detail.progress.gap_fen),
        "gone": f"{detail.progress.gone / 10:.1f}%",
        "older": [
            (one.n, shown.moment(one.filed_at), one.reason, parts.said(one))
            for one in detail.versions
        ],
        "sheets": parts.sheets(detail.sheets),
        "may_file": is_own,
        "accept": [one for one in detail.steps if not one.returns],
        "asking": [one for one in detail.steps if one.returns],
        "said": report_parts.decisions(TARGET.name, detail.past, detail.who, TARGET_FIELDS),
    }
    return render(request, "assistance_ledger/unit_target.html", context, status=status)


@require_http_methods(["GET", "POST"])
def target_act(request: HttpRequest, ref: str) -> HttpResponse:
    """The target is accepted or returned; a refusal shows the page with what was typed."""
    if request.method == "GET":
        return redirect("assistance_ledger:unit_target", ref=ref)
    actor = actor_of(request)
    form = TargetDecisionForm(request.POST.dict())
    status = 422
    if form.is_valid():
        data = form.cleaned_data
        try:
            after = target_decide(
                actor,
                decision=TargetDecision(
                    ref, data["step"], data["version"], data["reason"], form.reasons()
                ),
            )
        except DomainError as error:
            if error.status in (401, 404):
                raise
            status = error.status
            fields = error.fields if isinstance(error, Invalid) else {}
            form.add_error("reason" if "reason" in fields else None, str(error))
        else:
            messages.success(request, _("Done: %(state)s.") % {"state": parts.state(after)})
            return redirect("assistance_ledger:unit_target", ref=ref)
    detail = target_get(actor, ref=ref)
    form.data = {**form.data, "version": str(detail.row.case.version)}
    return _target(request, actor, detail, form, status)


@require_POST
def targets_many(request: HttpRequest) -> HttpResponse:
    """Those ticked are accepted, returned or reminded; what cannot be says why."""
    actor = authorise(actor_of(request), "unit_targets.see")
    act = request.POST.get("act", "")
    ticked = [one.split(":") for one in request.POST.getlist("unit")[:MOST]]
    back = redirect(f"{reverse('assistance_ledger:targets')}?{request.POST.get('query', '')[:500]}")
    if not ticked:
        messages.warning(request, _("Tick at least one."))
        return back
    if act == "remind":
        filters = filters_of(request.POST.dict())
        n = targets_remind(actor, year=filters.year, unit_refs=[one[0][:32] for one in ticked])
        text = ngettext("%(n)s unit was reminded.", "%(n)s units were reminded.", n)
        messages.success(request, text % {"n": n})
        return back
    reason = request.POST.get("reason", "").replace("\0", "")
    step = "return" if act == "return" else "accept"
    decisions = [
        TargetDecision(one[1][:32], step, int(one[2][:9]), reason)
        for one in ticked
        if len(one) == 3 and one[2].isascii() and one[2].isdigit()
    ]
    _decide_many(request, actor, decisions)
    return back


def _decide_many(request: HttpRequest, actor: Actor, decisions: list[TargetDecision]) -> None:
    left = targets_decide(actor, decisions=decisions) if decisions else {}
    n = len(decisions) - len(left)
    text = ngettext("%(n)s target was decided on.", "%(n)s targets were decided on.", n)
    (messages.success if n else messages.warning)(request, text % {"n": n})
    for why in dict.fromkeys(left.values()):
        messages.warning(request, why)


@require_POST
def targets_export(request: HttpRequest) -> HttpResponse:
    """The list as a workbook that is made in the background."""
    actor = authorise(actor_of(request), "unit_targets.see")
    params = {name: request.POST.get(name, "")[:100] for name in NAMES}
    found = targets_page(actor, filters=filters_of(params))
    title = _("Assessment %(year)s") % {"year": found.filters.year}
    title = f"{actor.organisation_name} {title}"
    export_ask(actor, kind=TARGETS, title=title, params=params, n_expected=found.n)
    messages.success(request, _("The file is being made; it will stand here."))
    return redirect("desk:exports")
