"""Gifts at the desk: the list, one, taking one down, changing one with a second person."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from niangjia.blocks.evidence.public import links_of
from niangjia.blocks.indicators.public import bulletins
from niangjia.blocks.ledger.public import history
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.core.service import authorise
from niangjia.programmes.donations.counting import INDICATOR
from niangjia.programmes.donations.forms.giving import ChangeForm, GiftForm
from niangjia.programmes.donations.pages import gifts as parts
from niangjia.programmes.donations.pages import goods as goods_parts
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.pages import spending as spending_parts
from niangjia.programmes.donations.pages.rules import pooled_rule
from niangjia.programmes.donations.pages.stages import disclosed_in, stages
from niangjia.programmes.donations.papers import KINDS
from niangjia.programmes.donations.selectors.gifts import GiftFilters, gift_get, gifts_page
from niangjia.programmes.donations.selectors.raisings import raising_get, raisings_of
from niangjia.programmes.donations.services import (
    change_ask,
    change_decide,
    donor_erase,
    gifts_record,
)
from niangjia.programmes.donations.services.looking import donor_open
from niangjia.ui.page import actor_of


def _number(text: str, most: int = 18) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= most else 0


def _filters(request: HttpRequest) -> GiftFilters:
    get = {name: str(value).replace("\0", "").strip()[:120] for name, value in request.GET.items()}
    state = get.get("state", "")
    return GiftFilters(
        slug=get.get("raising", ""),
        line=_number(get.get("line", ""), 1),
        state=state if state in shown.STATES else "",
        text=get.get("text", ""),
        first=_date(get.get("first", "")),
        last=_date(get.get("last", "")),
    )


def _date(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None


@never_cache
@require_GET
def gifts(request: HttpRequest) -> HttpResponse:
    """Gifts, the newest first, narrowed by what is asked for."""
    actor = authorise(actor_of(request), "donations.see")
    filters = _filters(request)
    before = _number(request.GET.get("before", ""))
    found, more = gifts_page(actor, filters=filters, before=before)
    query = request.GET.copy()
    query.pop("before", None)
    context = {
        "filters": filters,
        "narrowed": filters != GiftFilters(text=filters.text),
        "raisings": raisings_of(actor),
        "states": shown.STATES.items(),
        "lines": shown.LINES.items(),
        "table": parts.table(found),
        "empty": not found,
        "query": query.urlencode(),
        "next": more,
        "first": bool(before),
        "may_take": actor.may("gifts.take"),
    }
    return render(request, "donations/gifts.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def gift_new(request: HttpRequest, slug: str) -> HttpResponse:
    """A gift of money is taken down by hand."""
    actor = authorise(actor_of(request), "gifts.take")
    raising = raising_get(actor, slug=slug)
    form = GiftForm(request.POST or None)
    key = request.POST.get("key", "")[:40] or secrets.token_hex(16)
    if request.method == "POST" and form.is_valid():
        gift = form.gift(f"hand:{key}")
        try:
            taken = gifts_record(actor, slug=slug, rows=[gift])[gift.key]
        except (Invalid, Conflict) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The gift is in."))
            return redirect("donations:gift", ref=taken.ref)
    context = {"form": form, "raising": raising, "key": key}
    status = 422 if form.errors else 200
    return render(request, "donations/gift_new.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def gift(request: HttpRequest, ref: str) -> HttpResponse:
    """One gift: what it is, where it stands, its history; POST: a change is asked for."""
    actor = actor_of(request)
    form = ChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            change_ask(actor, gift_ref=ref, why=data["why"], fen=data["fen"], reason=data["reason"])
        except (Invalid, Conflict) as error:
            form.add_error("fen" if "fen" in getattr(error, "fields", {}) else None, str(error))
        else:
            messages.success(request, _("Asked for. A second person decides."))
            return redirect("donations:gift", ref=ref)
    return _gift_page(request, ref, form)


def _gift_page(
    request: HttpRequest, ref: str, form: ChangeForm, donor: Any = None, told: str = ""
) -> HttpResponse:
    actor = actor_of(request)
    found = gift_get(actor, ref=ref)
    one = found.row
    lines = history(f"gift:{ref}")
    index = next((line.index for line in lines if line.ref == found.fact_ref), None)
    counted = disclosed_in(found.received_at, index, bulletins(INDICATOR, one.slug))
    context = {
        "one": one,
        "found": found,
        "facts": [*parts.facts(found), (_("Stages"), stages(found, counted))],
        "state": shown.STATES[one.state],
        "tone": shown.TONES.get(one.state, "good"),
        "amount": parts.with_sign(one),
        "changes": parts.changes(found),
        "asks": parts.asks(found),
        "steps": parts.steps(lines),
        "items": parts.items(found),
        "flow": spending_parts.flow(found.went, linked=True) if found.went else None,
        "rule": pooled_rule(),
        "form": form,
        "donor": donor,
        "told": told,
        "may_ask": actor.may("gifts.ask_back") and one.kind == "cash" and bool(found.fact_ref),
        "may_decide": actor.may("gifts.decide"),
        "may_end": actor.may("gifts.take") and one.state == "pledged",
        "may_redirect": actor.may("gifts.take") and bool(found.fact_ref),
        "may_value": actor.may("gifts.ask_back") and bool(found.fact_ref),
        "may_document": actor.may("donations.document"),
        "files": goods_parts.files(links_of([f"gift:{ref}"])),
        "kinds": KINDS.items(),
        "may_erase": actor.may("donors.erase") and found.donor_kind == "person" and one.donor,
        "may_open": actor.may("donations.open_donor") and found.donor_kind == "person",
    }
    status = 422 if form.errors or told else 200
    return render(request, "donations/gift.html", context, status=status)


@require_POST
def gift_decide(request: HttpRequest, ref: str) -> HttpResponse:
    """A change that was asked for is booked, or not."""
    try:
        change_decide(
            actor_of(request),
            ask_ref=request.POST.get("ask", ""),
            step=request.POST.get("step", ""),
            version=_number(request.POST.get("version", ""), 9),
            reason=request.POST.get("reason", ""),
        )
    except (Invalid, Conflict, Denied) as error:
        messages.error(request, str(error))
    return redirect("donations:gift", ref=ref)


@require_POST
def gift_erase(request: HttpRequest, ref: str) -> HttpResponse:
    """The donor's name and phone are erased for good."""
    try:
        donor_erase(actor_of(request), gift_ref=ref, reason=request.POST.get("reason", ""))
        messages.success(request, _("Erased. What was given stays as it was."))
    except (Invalid, Conflict, Denied, NotFound) as error:
        messages.error(request, str(error))
    return redirect("donations:gift", ref=ref)


@never_cache
@require_POST
def gift_donor(request: HttpRequest, ref: str) -> HttpResponse:
    """The donor in the clear, with a reason that is journaled."""
    try:
        donor = donor_open(actor_of(request), gift_ref=ref, reason=request.POST.get("reason", ""))
    except Invalid as error:
        return _gift_page(request, ref, ChangeForm(), told=str(error))
    return _gift_page(request, ref, ChangeForm(), donor=donor)
