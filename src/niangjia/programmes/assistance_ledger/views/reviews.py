"""The county's review: lists, the material, a decision, many at once, the printed sheet."""

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

from niangjia.blocks.cases.public import state_name
from niangjia.blocks.desk.public import sheet_keep
from niangjia.blocks.evidence.public import MOST_BYTES
from niangjia.blocks.households.public import roster_of
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.errors import DomainError, Invalid
from niangjia.core.service import authorise
from niangjia.lib import money
from niangjia.programmes.assistance_ledger import periods
from niangjia.programmes.assistance_ledger.chain import REVIEW, REVIEW_FIELDS
from niangjia.programmes.assistance_ledger.exporting import SHEET
from niangjia.programmes.assistance_ledger.forms.reviews import (
    HelpMaterialForm,
    ReviewDecisionForm,
)
from niangjia.programmes.assistance_ledger.pages import evidence as evidence_parts
from niangjia.programmes.assistance_ledger.pages import findings as finding_parts
from niangjia.programmes.assistance_ledger.pages import printed, shown
from niangjia.programmes.assistance_ledger.pages import reports as report_parts
from niangjia.programmes.assistance_ledger.pages import reviews as parts
from niangjia.programmes.assistance_ledger.pages import rosters as roster_parts
from niangjia.programmes.assistance_ledger.selectors.findings import findings_of
from niangjia.programmes.assistance_ledger.selectors.reviews import (
    ReviewDetail,
    content_of,
    form_of,
    group_of,
    review_for,
    review_get,
    review_sheet_rows,
    reviews_page,
    unreviewed,
)
from niangjia.programmes.assistance_ledger.services.reviews import (
    Decision,
    review_decide,
    review_enter,
    reviews_confirm,
)
from niangjia.ui.page import actor_of

MOST = 100


@never_cache
@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    """Help material by where it stands; what is to be handed in stands first for those who do."""
    actor = authorise(actor_of(request), "reviews.see")
    may_decide, may_enter = actor.may("reviews.decide"), actor.may("reviews.enter")
    tab = request.GET.get("tab", "")
    if tab not in parts.TABS:
        tab = "submitted" if may_decide or not may_enter else "new"
    period = request.GET.get("period", "") or periods.of_day(clock.city_today())
    before = request.GET.get("before", "")
    cursor = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0
    told = ""
    try:
        groups = unreviewed(actor, period=period) if tab == "new" else []
        found, more = reviews_page(actor, states=parts.STATES[tab], before=cursor)
    except Invalid as error:
        told, groups, found, more = str(error), [], [], 0
    context = {
        "tabs": [(key, title) for key, title in parts.TABS.items() if key != "new" or may_enter],
        "tab": tab,
        "period": period,
        "period_name": "" if told else periods.name(periods.parse(period).code),
        "told": told,
        "groups": parts.open_groups(groups),
        "lines": parts.lines(found),
        "next": more,
        "first": bool(cursor),
        "may_confirm": may_decide and tab == "submitted" and bool(found),
    }
    return render(request, "assistance_ledger/reviews.html", context)


def _key(request: HttpRequest) -> tuple[str, str, str, str]:
    names = ("supplier", "product", "period", "county")
    values = [request.GET.get(name, "").replace("\0", "").strip()[:200] for name in names]
    return values[0], values[1], values[2], values[3]


@never_cache
@require_http_methods(["GET", "POST"])
def review_new(request: HttpRequest) -> HttpResponse:
    """The form of the help material, filled with what was handed in before."""
    actor = authorise(actor_of(request), "reviews.enter")
    supplier, product, period, county = _key(request)
    group = group_of(supplier, product, period, county)
    before = review_for(actor, group)
    form = HelpMaterialForm(request.POST or None, initial=_initial(before) if before else None)
    if request.method == "POST" and form.is_valid():
        try:
            ref = review_enter(
                actor,
                supplier_ref=supplier,
                product=product,
                period=period,
                county_code=county,
                form=form.form(),
                version=form.cleaned_data["version"],
            )
        except DomainError as error:
            form.take(error.fields if isinstance(error, Invalid) else {}, str(error))
        else:
            messages.success(request, _("Handed in; the county's department has it in its inbox."))
            return redirect("assistance_ledger:review", ref=ref)
    content = content_of(group)
    context = {
        "form": form,
        "title": f"{group.supplier.name} · {product}",
        "period": periods.name(group.period),
        "n": f"{content.n:,}",
        "yuan": shown.yuan(content.fen),
    }
    status = 422 if form.errors else 200
    return render(request, "assistance_ledger/review_new.html", context, status=status)


def _initial(detail: ReviewDetail) -> dict[str, Any]:
    form = form_of(detail.row)
    opinions = {f"opinion_{level}": text for level, text in (form.opinions or {}).items()}
    return {
        "version": detail.row.case.version,
        "mechanisms": list(form.mechanisms),
        "households": form.households or "",
        "people": form.people or "",
        "paid": f"{form.paid_fen / 100:.2f}",
        "public_first": detail.row.public_first,
        "public_last": detail.row.public_last,
        "note": form.note,
        **opinions,
    }


@never_cache
@require_GET
def review(request: HttpRequest, ref: str) -> HttpResponse:
    """One review: the material, its records, what was decided, what the reader can do."""
    actor = actor_of(request)
    detail = review_get(actor, ref=ref)
    form = ReviewDecisionForm(initial=_seen(detail))
    return _review(request, actor, detail, form)


def _seen(detail: ReviewDetail) -> dict[str, Any]:
    return {"version": detail.row.case.version, "content": detail.content.sha256}


def _review(
    request: HttpRequest,
    actor: Actor,
    detail: ReviewDetail,
    form: ReviewDecisionForm,
    status: int = 200,
) -> HttpResponse:
    row, state = detail.row, detail.row.case.state
    onward, asking = report_parts.split([step for step in detail.steps if step.name != "submit"])
    may_file = actor.may("reviews.enter") and state in ("draft", "submitted", "returned")
    context: dict[str, Any] = {
        "detail": detail,
        "period": periods.name(row.period),
        "state": state_name(REVIEW.name, state),
        "tone": parts.tone(state),
        "facts": parts.facts(detail),
        "yuan": shown.yuan(detail.content.fen),
        "confirmed": parts.confirmed(row),
        "units": [(name, f"{n:,}", shown.yuan(fen)) for name, n, fen in detail.units],
        "oddities": [str(parts.ODDITIES[code]) for code in detail.oddities],
        "files": parts.files(detail),
        "file_kinds": evidence_parts.kind_choices("review"),
        "may_file": may_file,
        "findings": [finding_parts.line(one) for one in findings_of(actor, f"review:{row.ref}")],
        "roster": _roster(actor, detail),
        "may_bring": may_file and actor.may("rosters.bring"),
        "most": MOST_BYTES,
        "again": _again(detail) if any(one.name == "submit" for one in detail.steps) else "",
        "onward": onward,
        "asking": asking,
        "form": form,
        "opened": form.data.get("step", ""),
        "due": shown.day(row.case.due_on) if state == "submitted" and row.case.due_on else "",
        "said": report_parts.decisions(REVIEW.name, detail.past, detail.who, REVIEW_FIELDS),
        "decided": state in ("confirmed", "partly", "refused", "returned"),
    }
    return render(request, "assistance_ledger/review.html", context, status=status)


def _roster(actor: Actor, detail: ReviewDetail) -> dict[str, str] | None:
    """The roster in short, without anybody in it, for those who may see it."""
    found = roster_of(f"review:{detail.row.ref}") if actor.may("rosters.see") else None
    if found is None:
        return None
    return {
        "households": f"{found.n_households:,}",
        "people": f"{found.n_people:,}",
        "differs": roster_parts.differs(found, detail.row),
    }


def _again(detail: ReviewDetail) -> str:
    """The address of the form, to hand it in anew."""
    query = {
        "supplier": detail.supplier.ref,
        "product": detail.row.product,
        "period": detail.row.period,
        "county": detail.row.county_code,
    }
    return f"{reverse('assistance_ledger:review_new')}?{urlencode(query)}"


@require_http_methods(["GET", "POST"])
def review_step(request: HttpRequest, ref: str) -> HttpResponse:
    """A step of the review; a refusal shows the page as it is now, with what was typed."""
    if request.method == "GET":
        return redirect("assistance_ledger:review", ref=ref)
    actor = actor_of(request)
    form = ReviewDecisionForm(request.POST.dict())
    status = 422
    if form.is_valid():
        try:
            after = review_decide(actor, decision=_decision(ref, form))
        except DomainError as error:
            if error.status in (401, 404):
                raise
            status = error.status
            _take(form, error)
        else:
            state = state_name(REVIEW.name, after)
            messages.success(request, _("Done: %(state)s.") % {"state": state})
            return redirect("assistance_ledger:review", ref=ref)
    detail = review_get(actor, ref=ref)
    seen = {name: str(value) for name, value in _seen(detail).items()}
    form.data = {**form.data, **seen}
    return _review(request, actor, detail, form, status)


def _decision(ref: str, form: ReviewDecisionForm) -> Decision:
    data = form.cleaned_data
    return Decision(
        review=ref,
        step=data["step"],
        version=data["version"],
        content_sha256=data["content"],
        confirmed=form.part(),
        reason=data["reason"],
        fields=form.reasons(),
    )


def _take(form: ReviewDecisionForm, error: DomainError) -> None:
    fields = error.fields if isinstance(error, Invalid) else {}
    for name, text in fields.items():
        form.add_error(name, text)
    if not fields:
        form.add_error(None, str(error))


@require_POST
def reviews_many(request: HttpRequest) -> HttpResponse:
    """Those ticked are confirmed as they were handed in; what cannot be says why."""
    actor = authorise(actor_of(request), "reviews.decide")
    decisions = []
    for key in request.POST.getlist("review")[:MOST]:
        ref, version, sha256 = (*key.split(":"), "", "")[:3]
        if version.isascii() and version.isdigit():
            decisions.append(Decision(ref[:32], "confirm", int(version[:9]), sha256[:64]))
    if not decisions:
        messages.warning(request, _("Tick at least one."))
        return redirect("assistance_ledger:reviews")
    left = reviews_confirm(actor, decisions=decisions)
    n = len(decisions) - len(left)
    if n:
        text = ngettext("%(n)s is confirmed.", "%(n)s are confirmed.", n)
        messages.success(request, text % {"n": n})
    for why in dict.fromkeys(left.values()):
        messages.warning(request, why)
    return redirect("assistance_ledger:reviews")


@never_cache
@require_GET
def review_print(request: HttpRequest, ref: str) -> HttpResponse:
    """The confirmation, or the return, as a sheet of A4 to be signed and sealed."""
    actor = actor_of(request)
    detail = review_get(actor, ref=ref)
    state = detail.row.case.state
    titles = {
        "returned": _("Return of help material"),
        "refused": _("Decision on help material: not confirmed"),
    }
    title = titles.get(state, _("Confirmation of help given"))
    name = f"{detail.supplier.name} {detail.row.product} {title}"
    code, digest = sheet_keep(actor, kind=SHEET, title=name, rows=review_sheet_rows(detail))
    fen = detail.row.confirmed_fen or 0
    said = report_parts.decisions(REVIEW.name, detail.past, detail.who, REVIEW_FIELDS)
    context = {
        **printed.proof(request, code, digest),
        "title": title,
        "detail": detail,
        "period": periods.name(detail.row.period),
        "state": state_name(REVIEW.name, state),
        "facts": parts.facts(detail),
        "confirmed": parts.confirmed(detail.row),
        "last": said[0] if said else None,
        "total": shown.yuan(fen),
        "capitals": money.capitals(fen),
    }
    return render(request, "assistance_ledger/review_print.html", context)
