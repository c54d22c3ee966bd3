"""Pages of the assistance ledger."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from niangjia.core.actor import Actor
from niangjia.core.clock import city_today
from niangjia.core.errors import DomainError, Invalid
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import periods
from niangjia.programmes.assistance_ledger.forms import CorrectionForm, FiltersForm, ReleaseForm
from niangjia.programmes.assistance_ledger.pages import kept, shown
from niangjia.programmes.assistance_ledger.pages import record as record_parts
from niangjia.programmes.assistance_ledger.pages import records as list_parts
from niangjia.programmes.assistance_ledger.pages.board import board_content
from niangjia.programmes.assistance_ledger.pages.releases import releases_table
from niangjia.programmes.assistance_ledger.selectors import (
    board_key,
    purchase_get,
    purchases_page,
    releases_list,
)
from niangjia.programmes.assistance_ledger.services import (
    figures_release,
    purchase_correct,
    purchase_reverse,
)
from niangjia.ui.page import actor_of, language_of, theme_of


@require_GET
def board(request: HttpRequest, period: str = "") -> HttpResponse:
    """The city's released figures; kept whole until the next release."""
    key = board_key(period)
    if key is None and period:
        raise Http404
    ref, newest = key or ("", 0)
    inside = f"board:{ref}:{newest}:{period}:{language_of()}"
    outside = f"{inside}:{theme_of(request)}:{actor_of(request).signed_in}"
    return kept.answer(request, outside, lambda: _board(request, period, inside))


def _board(request: HttpRequest, period: str, key: str) -> tuple[bytes, bool]:
    """The page, and whether it is final: what all themes and visitors share is made once."""
    (heading, content), lasting = kept.part(key, lambda: board_content(period))
    context = {"heading": heading, "content": content, "has_charts": bool(heading)}
    page = render_to_string("assistance_ledger/board.html", context, request)
    return page.encode("utf-8"), lasting


@never_cache
@require_GET
def records(request: HttpRequest) -> HttpResponse:
    """Records in the actor's scope, filtered, sorted, 20 at a time."""
    filters = FiltersForm(request.GET).filters()
    sort = request.GET.get("sort", "-recorded")
    after = request.GET.get("after", "")
    page = purchases_page(actor_of(request), filters=filters, sort=sort, after=after)
    context = {
        "table": list_parts.list_table(page, filters, sort),
        "filter_form": list_parts.filter_form(filters, sort),
        "counted": list_parts.counted(page),
        "empty": not page.rows,
        "next": list_parts.query_of(filters, sort, page.next) if page.next else "",
        "first": list_parts.query_of(filters, sort) if after else None,
    }
    return render(request, "assistance_ledger/records.html", context)


@never_cache
@require_GET
def record(request: HttpRequest, ref: str) -> HttpResponse:
    """One record: its facts, its history, what may be done next."""
    actor = actor_of(request)
    detail = purchase_get(actor, ref=ref)
    context = {
        "detail": detail,
        "amount": shown.yuan(detail.purchase.amount_fen),
        "facts": record_parts.facts(detail),
        "steps": record_parts.steps(detail.history),
        "flags": shown.flags(detail.purchase.flags),
        "may_correct": actor.may("purchases.correct") and not detail.purchase.reversed_at,
    }
    return render(request, "assistance_ledger/record.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, ref: str) -> HttpResponse:
    """The form that reverses a record with a reason and puts a corrected one in its place."""
    actor = authorise(actor_of(request), "purchases.correct")
    detail = purchase_get(actor, ref=ref)
    if detail.purchase.reversed_at and request.method == "GET":
        return redirect("assistance_ledger:record", ref=ref)
    form = CorrectionForm(request.POST or None, detail.purchase)
    if request.method == "POST" and form.is_valid():
        new = _carry_out(actor, ref, form, reverse="reverse" in request.POST)
        if new:
            messages.success(request, _("Done. The old record and the reason stay visible."))
            return redirect("assistance_ledger:record", ref=new)
    context = {"form": form, "detail": detail, "amount": shown.yuan(detail.purchase.amount_fen)}
    status = 422 if form.errors else 200
    return render(request, "assistance_ledger/correct.html", context, status=status)


def _carry_out(actor: Actor, ref: str, form: CorrectionForm, *, reverse: bool) -> str:
    """The record's ref after the correction; empty if it was refused, with the form saying why."""
    reason = form.cleaned_data["reason"]
    try:
        if reverse:
            return purchase_reverse(actor, purchase_ref=ref, reason=reason)
        return purchase_correct(actor, purchase_ref=ref, reason=reason, changes=form.changes())
    except DomainError as error:
        form.take(error.fields if isinstance(error, Invalid) else {}, str(error))
        return ""


@never_cache
@require_GET
def releases(request: HttpRequest) -> HttpResponse:
    """What was released so far; the city finds the button here."""
    return _releases(request, ReleaseForm(initial={"period": periods.of_day(city_today())}))


def _releases(request: HttpRequest, form: ReleaseForm) -> HttpResponse:
    actor = actor_of(request)
    found = releases_list(actor)
    context = {
        "table": releases_table(found),
        "empty": not found,
        "form": form,
        "may_release": actor.may("purchases.release"),
    }
    status = 422 if form.errors else 200
    return render(request, "assistance_ledger/releases.html", context, status=status)


@require_http_methods(["GET", "POST"])
def release(request: HttpRequest) -> HttpResponse:
    """The period's figures are on the public board."""
    if request.method == "GET":  # a reload, or the language changed, after a refusal
        return redirect("assistance_ledger:releases")
    form = ReleaseForm(request.POST)
    if form.is_valid():
        try:
            figures_release(actor_of(request), period=form.cleaned_data["period"])
        except Invalid as error:
            form.add_error("period", str(error))
        else:
            messages.success(request, _("Released. The public board shows these figures now."))
            return redirect("assistance_ledger:releases")
    return _releases(request, form)
