"""Goods at the desk: the stock, taking them in, sending them off, what arrived, what is short."""

import secrets
from collections.abc import Mapping
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from niangjia.blocks.evidence.public import links_of
from niangjia.blocks.ledger.public import history
from niangjia.core.actor import Actor
from niangjia.core.errors import Conflict, Denied, Invalid
from niangjia.core.service import authorise
from niangjia.programmes.donations.forms.giving import put_errors
from niangjia.programmes.donations.forms.goods import (
    ROWS,
    ArrivalForm,
    ConsentForm,
    GoodsForm,
    HandOverForm,
    ItemForm,
    ValueForm,
)
from niangjia.programmes.donations.pages import gifts as gift_parts
from niangjia.programmes.donations.pages import goods as parts
from niangjia.programmes.donations.papers import KINDS
from niangjia.programmes.donations.selectors.gifts import gift_get
from niangjia.programmes.donations.selectors.goods import (
    directions,
    hand_over_get,
    hand_overs,
)
from niangjia.programmes.donations.selectors.goods import stock as stock_of
from niangjia.programmes.donations.selectors.raisings import raising_get, raisings_of
from niangjia.programmes.donations.services import (
    gift_redirect,
    goods_arrive,
    goods_receive,
    goods_send,
    shortage_explain,
    value_ask,
)
from niangjia.ui.page import actor_of


def _number(text: str, most: int = 9) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= most else 0


@never_cache
@require_GET
def stock(request: HttpRequest) -> HttpResponse:
    """What came, lies in store, is on its way, with recipients, or short."""
    actor = authorise(actor_of(request), "donations.see")
    slug = request.GET.get("raising", "")
    lines = stock_of(actor, slug=slug)
    context = {
        "table": parts.stock_table(lines),
        "empty": not lines,
        "hand_overs": parts.hand_over_rows(hand_overs(actor, slug=slug)),
        "open": [one for one in raisings_of(actor) if one.state != "draft"],
        "may_move": actor.may("goods.move"),
        "left_over": [one for one in lines if one.left and one.direction and one.arrived],
    }
    return render(request, "donations/goods.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def goods_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Goods that a donor brought are taken in, with what they are worth or without."""
    actor = authorise(actor_of(request), "gifts.take")
    raising = raising_get(actor, slug=slug)
    data = request.POST or None
    pledge = request.POST.get("pledge", request.GET.get("pledge", ""))[:32]
    form = GoodsForm(data, initial=_promised(actor, pledge))
    items = [ItemForm(data, prefix=f"i{n}") for n in range(ROWS)]
    key = request.POST.get("key", "")[:40] or secrets.token_hex(16)
    if request.method == "POST" and all([form.is_valid(), *(one.is_valid() for one in items)]):
        made = [one.item() for one in items if one.cleaned_data.get("name")]
        try:
            taken = goods_receive(
                actor, slug=slug, goods=form.goods(f"hand:{key}", tuple(made), pledge)
            )
        except (Invalid, Conflict) as error:
            put_errors(form, error)
        else:
            messages.success(request, _("The gift is in."))
            return redirect("donations:gift", ref=taken.ref)
    context = {"form": form, "items": items, "raising": raising, "key": key, "pledge": pledge}
    bad = form.errors or any(one.errors for one in items)
    return render(request, "donations/goods_new.html", context, status=422 if bad else 200)


def _promised(actor: Actor, ref: str) -> dict[str, Any]:
    """What is known of the donor from the pledge that the goods fulfil."""
    if not ref:
        return {}
    found = gift_get(actor, ref=ref)
    kind = "person" if found.donor_kind == "person" else "unit"
    return {
        "donor_kind": kind,
        "name": found.row.donor if kind == "unit" else "",
        "show_name": found.show_name,
    }


@never_cache
@require_http_methods(["GET", "POST"])
def hand_over_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Goods are sent off to who gets them, of one direction at a time."""
    actor = authorise(actor_of(request), "goods.move")
    raising = raising_get(actor, slug=slug)
    direction_n = _number(request.POST.get("direction", request.GET.get("direction", "")))
    listed = [
        one
        for one in stock_of(actor, slug=slug)
        if one.left and one.direction_n in (0, direction_n)
    ]
    form = HandOverForm(request.POST or None)
    counts = {one.ref: _number(request.POST.get(f"n-{one.ref}", "")) for one in listed}
    if request.method == "POST" and form.is_valid():
        try:
            ref = goods_send(actor, slug=slug, hand_over=form.hand_over(counts, direction_n))
        except (Invalid, Conflict) as error:
            put_errors(form, error)
        else:
            messages.success(request, _("Sent off; print the sheet for the three parties."))
            return redirect("donations:hand_over", ref=ref)
    context = {
        "form": form,
        "raising": raising,
        "direction": direction_n,
        "directions": directions(slug),
        "listed": [(one, counts[one.ref] or "") for one in listed],
    }
    status = 422 if form.errors else 200
    return render(request, "donations/hand_over_new.html", context, status=status)


@never_cache
@require_GET
def hand_over(request: HttpRequest, ref: str) -> HttpResponse:
    """One hand-over: its parties, its items, what arrived."""
    return _page(request, ref, None)


def _page(request: HttpRequest, ref: str, form: ArrivalForm | None) -> HttpResponse:
    actor = actor_of(request)
    found = hand_over_get(actor, ref=ref)
    context = {
        "found": found,
        "facts": parts.facts(found),
        "lines": parts.lines(found),
        "state": parts.STATES[found.state],
        "files": parts.files(links_of([f"hand_over:{ref}"])),
        "kinds": KINDS.items(),
        "outcomes": parts.OUTCOMES.items(),
        "steps": gift_parts.steps(history(f"hand_over:{ref}")),
        "form": form or ArrivalForm(),
        "may_arrive": actor.may("goods.move") and found.state == "sent",
        "may_explain": actor.may("goods.explain") and not found.mine,
        "may_document": actor.may("donations.document"),
    }
    status = 422 if form and form.errors else 200
    return render(request, "donations/hand_over.html", context, status=status)


@never_cache
@require_POST
def hand_over_act(request: HttpRequest, ref: str) -> HttpResponse:
    """The recipient signed, or a shortage is explained."""
    actor = actor_of(request)
    if "item" in request.POST:
        try:
            shortage_explain(
                actor,
                ref=ref,
                item_ref=request.POST["item"],
                outcome=request.POST.get("outcome", ""),
                reason=request.POST.get("reason", ""),
            )
            messages.success(request, _("Noted."))
        except (Invalid, Conflict, Denied) as error:
            messages.error(request, str(error))
        return redirect("donations:hand_over", ref=ref)
    form = ArrivalForm(request.POST)
    if form.is_valid():
        try:
            short = goods_arrive(actor, ref=ref, arrived=_counts(request), **form.cleaned_data)
        except (Invalid, Conflict) as error:
            put_errors(form, error)
        else:
            told = _("Signed for. %(n)s pieces are short; the treasurer is told.")
            messages.success(request, told % {"n": short} if short else _("Signed for."))
            return redirect("donations:hand_over", ref=ref)
    return _page(request, ref, form)


def _counts(request: HttpRequest) -> Mapping[str, int]:
    return {
        name.removeprefix("n-"): _number(str(value)) if str(value).isdigit() else -1
        for name, value in request.POST.items()
        if name.startswith("n-")
    }


@never_cache
@require_GET
def hand_over_print(request: HttpRequest, ref: str) -> HttpResponse:
    """The sheet that the three parties sign and seal."""
    actor = actor_of(request)
    found = hand_over_get(actor, ref=ref)
    address = request.build_absolute_uri(f"/desk/donations/handovers/{ref}")
    context = {"found": found, "facts": parts.facts(found), "lines": parts.lines(found)}
    code = segno.make(address, error="m").svg_data_uri(scale=3, dark="#000", light="#fff")
    more = {"address": address, "qr": code}
    return render(request, "donations/hand_over_print.html", context | more)


@never_cache
@require_http_methods(["GET", "POST"])
def value(request: HttpRequest, ref: str) -> HttpResponse:
    """Another value of an item is asked for."""
    actor = authorise(actor_of(request), "gifts.ask_back")
    line = next((one for one in stock_of(actor) if one.ref == ref), None)
    if line is None:
        return redirect("donations:goods")
    form = ValueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            value_ask(actor, item_ref=ref, **form.cleaned_data)
        except (Invalid, Conflict) as error:
            put_errors(form, error)
        else:
            messages.success(request, _("Asked for. A second person decides."))
            return redirect("donations:gift", ref=line.gift_ref)
    context: dict[str, Any] = {"form": form, "line": line}
    status = 422 if form.errors else 200
    return render(request, "donations/value.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def redirect_gift(request: HttpRequest, ref: str) -> HttpResponse:
    """The donor agreed to another use; that is recorded before anything is used so."""
    actor = authorise(actor_of(request), "gifts.take")
    found = gift_get(actor, ref=ref)
    form = ConsentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            gift_redirect(actor, gift_ref=ref, consent=form.consent())
        except (Invalid, Conflict) as error:
            put_errors(form, error)
        else:
            messages.success(request, _("Recorded: the rest of the gift is for this now."))
            return redirect("donations:gift", ref=ref)
    context = {"form": form, "one": found.row, "direction": found.direction}
    status = 422 if form.errors else 200
    return render(request, "donations/redirect.html", context, status=status)
