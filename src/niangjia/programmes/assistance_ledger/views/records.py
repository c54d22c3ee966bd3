"""Records: the list, one record, its correction."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from niangjia.blocks.desk.public import lag, views_of, wanted_of
from niangjia.blocks.evidence.public import MOST_BYTES
from niangjia.blocks.ledger.public import pack_make
from niangjia.core.actor import Actor
from niangjia.core.errors import DomainError, Invalid
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger.forms import CorrectionForm, FiltersForm
from niangjia.programmes.assistance_ledger.pages import evidence as evidence_parts
from niangjia.programmes.assistance_ledger.pages import findings as finding_parts
from niangjia.programmes.assistance_ledger.pages import record as record_parts
from niangjia.programmes.assistance_ledger.pages import records as list_parts
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.pages.packs import zip_of
from niangjia.programmes.assistance_ledger.selectors import (
    purchase_get,
    purchases_page,
    purchases_total,
)
from niangjia.programmes.assistance_ledger.selectors.evidence import checklist_of
from niangjia.programmes.assistance_ledger.selectors.findings import findings_of
from niangjia.programmes.assistance_ledger.selectors.sources import sources_of
from niangjia.programmes.assistance_ledger.services import (
    purchase_correct,
    purchase_note,
    purchase_reverse,
)
from niangjia.programmes.assistance_ledger.tracing.pages import traces_of
from niangjia.ui.page import actor_of

PAGE = "assistance_ledger:records"


@never_cache
@require_GET
def records(request: HttpRequest) -> HttpResponse:
    """Records in the actor's scope, filtered, sorted, 20 at a time."""
    filters = FiltersForm(request.GET).filters()
    sort = request.GET.get("sort", "-recorded")
    after = request.GET.get("after", "")
    actor = actor_of(request)
    page = purchases_page(actor, filters=filters, sort=sort, after=after)
    total = purchases_total(actor, filters=filters) if "sum" in request.GET else None
    context = {
        "table": list_parts.list_table(page, filters, sort),
        "filter_form": list_parts.filter_form(filters, sort),
        "mixed": filters.state == "all",
        "counted": list_parts.counted(page, total),
        "may_enter": actor_of(request).may("purchases.import"),
        "chips": list_parts.chips(filters, sort, page.names),
        "views": views_of(actor, page=PAGE),
        "here": list_parts.query_of(filters, sort),
        "page_refs": " ".join(row["ref"] for row in page.rows),
        "actions": list_parts.actions(actor.may("purchases.correct")),
        "behind": f"{lag():,}" if lag() else "",
        "empty": not page.rows,
        "unreadable": bool(filters.text) and not wanted_of(filters.text),
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
        "traces": traces_of(detail.purchase),
        "flags": shown.flags(detail.purchase.flags),
        "may_enter": actor.may("purchases.import"),
        "evidence": evidence_parts.panel(checklist_of(detail.purchase)),
        "may_attach": actor.may("evidence.attach") and not detail.purchase.reversed_at,
        "may_attach_supplier": actor.may("evidence.attach_supplier"),
        "most": MOST_BYTES,
        "findings": [finding_parts.line(one) for one in findings_of(actor, f"purchase:{ref}")],
        "sources": record_parts.sources(sources_of(detail.purchase)),
        "may_pack": actor.may("ledger.pack"),
        "may_note": actor.may("purchases.correct"),
        "may_correct": actor.may("purchases.correct") and not detail.purchase.reversed_at,
    }
    return render(request, "assistance_ledger/record.html", context)


@require_POST
def pack(request: HttpRequest, ref: str) -> HttpResponseBase:
    """The evidence pack of a record, with those that it corrects or that correct it."""
    actor = authorise(actor_of(request), "ledger.pack")
    detail = purchase_get(actor, ref=ref)
    refs = [one for one in (detail.corrects, ref, detail.corrected_by) if one]
    made = pack_make(
        actor,
        subjects=[f"purchase:{one}" for one in refs],
        title=f"{detail.unit_name}　{detail.purchase.product}",
    )
    return zip_of(made)


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


@require_POST
def note(request: HttpRequest, ref: str) -> HttpResponse:
    """A note is attached to the record; its page shows it in the history."""
    actor = authorise(actor_of(request), "purchases.correct")
    try:
        purchase_note(actor, purchase_ref=ref, text=request.POST.get("text", "").replace("\0", ""))
        messages.success(request, _("The note is attached and stays with the record."))
    except Invalid as error:
        messages.warning(request, str(error))
    return redirect("assistance_ledger:record", ref=ref)


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
