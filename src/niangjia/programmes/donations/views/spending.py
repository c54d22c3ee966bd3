"""Spending at the desk: the list, an application, its decisions, payment and signatures."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from niangjia.blocks.evidence.public import links_of
from niangjia.blocks.ledger.public import history
from niangjia.core.errors import Conflict, Denied, Invalid
from niangjia.core.service import authorise
from niangjia.programmes.donations.forms.giving import put_errors
from niangjia.programmes.donations.forms.spending import PayForm, SignForm, SpendingForm
from niangjia.programmes.donations.pages import gifts as gift_parts
from niangjia.programmes.donations.pages import goods as goods_parts
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.pages import spending as parts
from niangjia.programmes.donations.papers import KINDS
from niangjia.programmes.donations.selectors.raisings import raising_get, raisings_of
from niangjia.programmes.donations.selectors.spending import funds, spending_get, spending_page
from niangjia.programmes.donations.services import (
    spending_ask,
    spending_decide,
    spending_drop,
    spending_pay,
    spending_sign,
)
from niangjia.ui.page import actor_of


def _number(text: str, most: int = 18) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= most else 0


@never_cache
@require_GET
def spending(request: HttpRequest) -> HttpResponse:
    """What was asked for, approved, paid, signed for."""
    actor = authorise(actor_of(request), "donations.see")
    state = request.GET.get("state", "")
    state = state if state in parts.STATES else ""
    slug = request.GET.get("raising", "")
    before = _number(request.GET.get("before", ""))
    found, more = spending_page(actor, slug=slug, state=state, before=before)
    raisings = raisings_of(actor)
    context = {
        "table": parts.table(found),
        "empty": not found,
        "states": parts.STATES.items(),
        "state": state,
        "slug": slug,
        "next": more,
        "first": bool(before),
        "may_ask": actor.may("spending.ask"),
        "open": [one for one in raisings if one.state != "draft"],
    }
    return render(request, "donations/spending.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def spending_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Money is asked for."""
    actor = authorise(actor_of(request), "spending.ask")
    raising = raising_get(actor, slug=slug)
    form = SpendingForm(request.POST or None, listed=funds(slug))
    if request.method == "POST" and form.is_valid():
        try:
            ref = spending_ask(actor, slug=slug, spending=form.spending())
        except (Invalid, Conflict) as error:
            put_errors(form, error)
        else:
            messages.success(request, _("Asked for. A second person decides."))
            return redirect("donations:application", ref=ref)
    context = {"form": form, "raising": raising}
    status = 422 if form.errors else 200
    return render(request, "donations/spending_new.html", context, status=status)


@never_cache
@require_GET
def application(request: HttpRequest, ref: str) -> HttpResponse:
    """One application: what it is, where it stands, what may be done."""
    return _page(request, ref, None, None)


def _page(
    request: HttpRequest, ref: str, pay: PayForm | None, sign: SignForm | None
) -> HttpResponse:
    actor = actor_of(request)
    found = spending_get(actor, ref=ref)
    one = found.row
    left = (one.paid_fen or 0) - found.signed_fen
    context = {
        "one": one,
        "found": found,
        "facts": parts.facts(found),
        "state": parts.STATES[one.state],
        "tone": parts.TONES.get(one.state, ""),
        "amount": shown.yuan(one.fen if one.paid_fen is None else one.paid_fen),
        "signed": parts.signed(found),
        "left": shown.yuan(left) if one.paid_fen is not None and left else "",
        "steps": gift_parts.steps(history(f"spending:{ref}")),
        "pay": pay or PayForm(initial={"fen": shown.yuan(one.fen)}),
        "sign": sign or SignForm(initial={"fen": shown.yuan(left)}),
        "may_document": actor.may("donations.document"),
        "files": goods_parts.files(links_of([f"spending:{ref}"])),
        "kinds": KINDS.items(),
        "may_decide": actor.may("spending.approve") and one.state == "asked" and not found.mine,
        "may_pay": actor.may("spending.pay") and one.state == "approved",
        "may_sign": actor.may("spending.pay") and one.state == "paid",
        "may_drop": actor.may("spending.ask") and one.state in ("asked", "approved"),
    }
    bad = bool((pay and pay.errors) or (sign and sign.errors))
    return render(request, "donations/application.html", context, status=422 if bad else 200)


@require_POST
def application_decide(request: HttpRequest, ref: str) -> HttpResponse:
    """Approve, do not approve, or give up."""
    step = request.POST.get("step", "")
    version = _number(request.POST.get("version", ""), 9)
    reason = request.POST.get("reason", "")
    try:
        if step == "drop":
            spending_drop(actor_of(request), ref=ref, version=version, reason=reason)
        else:
            spending_decide(actor_of(request), ref=ref, step=step, version=version, reason=reason)
    except (Invalid, Conflict, Denied) as error:
        messages.error(request, str(error))
    return redirect("donations:application", ref=ref)


@never_cache
@require_POST
def application_pay(request: HttpRequest, ref: str) -> HttpResponse:
    """The payment is taken down."""
    form = PayForm(request.POST)
    if form.is_valid():
        try:
            spending_pay(
                actor_of(request),
                ref=ref,
                version=_number(request.POST.get("version", ""), 9),
                **form.cleaned_data,
            )
        except (Invalid, Conflict, Denied) as error:
            put_errors(form, error)
        else:
            messages.success(request, _("The payment is in the books."))
            return redirect("donations:application", ref=ref)
    return _page(request, ref, form, None)


@never_cache
@require_POST
def application_sign(request: HttpRequest, ref: str) -> HttpResponse:
    """Recipients' signatures are taken down."""
    form = SignForm(request.POST)
    if form.is_valid():
        try:
            spending_sign(actor_of(request), ref=ref, signed=form.signed())
        except (Invalid, Conflict, Denied) as error:
            put_errors(form, error)
        else:
            messages.success(request, _("Noted."))
            return redirect("donations:application", ref=ref)
    return _page(request, ref, None, form)
