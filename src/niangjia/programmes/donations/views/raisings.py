"""Raisings at the desk: the list, one, setting up, changing, opening, closing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from niangjia.core.errors import Conflict, Invalid
from niangjia.core.service import authorise
from niangjia.programmes.donations.forms.giving import RaisingForm, put_errors
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.selectors.raisings import (
    RaisingView,
    raising_get,
    raising_sums,
    raisings_of,
)
from niangjia.programmes.donations.services import (
    raising_change,
    raising_close,
    raising_make,
    raising_open,
)
from niangjia.ui.page import actor_of


@never_cache
@require_GET
def raisings(request: HttpRequest) -> HttpResponse:
    """Every raising that the actor works on."""
    actor = actor_of(request)
    listed = [
        {
            "one": one,
            "state": shown.RAISING_STATES[one.state],
            "tone": {"open": "good", "draft": "warn"}.get(one.state, ""),
            "period": _period(one),
        }
        for one in raisings_of(actor)
    ]
    context = {"listed": listed, "may_make": actor.may("raisings.manage")}
    return render(request, "donations/raisings.html", context)


def _period(one: RaisingView) -> str:
    last = shown.day(one.last_on) if one.last_on else _("open end")
    return f"{shown.day(one.first_on)} – {last}"


@never_cache
@require_http_methods(["GET", "POST"])
def raising_new(request: HttpRequest) -> HttpResponse:
    """A raising is set up as a draft."""
    actor = authorise(actor_of(request), "raisings.manage")
    form = RaisingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            slug = raising_make(actor, raising=form.raising())
        except (Invalid, Conflict) as error:
            put_errors(form, error)
        else:
            messages.success(request, _("Saved as a draft. Open it when all is recorded."))
            return redirect("donations:raising", slug=slug)
    return render(
        request, "donations/raising_form.html", {"form": form}, status=422 if form.errors else 200
    )


@never_cache
@require_http_methods(["GET", "POST"])
def raising_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """A raising is changed, once it is open with a reason."""
    actor = authorise(actor_of(request), "raisings.manage")
    one = raising_get(actor, slug=slug)
    form = RaisingForm(request.POST or None, initial=_initial(one))
    form.fields["slug"].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            raising_change(
                actor,
                slug=slug,
                raising=form.raising(),
                version=_number(request.POST.get("version", "")),
                reason=form.cleaned_data["reason"],
            )
        except (Invalid, Conflict) as error:
            put_errors(form, error)
        else:
            messages.success(request, _("Saved. What changed stands in the log."))
            return redirect("donations:raising", slug=slug)
    context = {"form": form, "one": one}
    status = 422 if form.errors else 200
    return render(request, "donations/raising_form.html", context, status=status)


def _initial(one: RaisingView) -> dict[str, Any]:
    found = {name: getattr(one, name) for name in RaisingForm.base_fields if name != "reason"}
    goal = one.goal_fen
    return {**found, "goal_fen": "" if goal is None else shown.yuan(goal)}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@never_cache
@require_GET
def raising(request: HttpRequest, slug: str) -> HttpResponse:
    """One raising: what is recorded, how it stands in the books, what may be done."""
    actor = actor_of(request)
    one = raising_get(actor, slug=slug)
    context = {
        "one": one,
        "state": shown.RAISING_STATES[one.state],
        "period": _period(one),
        "facts": _facts(one),
        "sums": _sums(slug),
        "reasons": [shown.WHY_OFF[code] for code in one.why_off],
        "may_manage": actor.may("raisings.manage"),
        "may_take": actor.may("gifts.take") and one.state != "draft",
    }
    return render(request, "donations/raising.html", context)


def _facts(one: RaisingView) -> list[tuple[str, str]]:
    until = one.qualification_until
    rows = [
        (_("Foundation"), one.organisation),
        (_("Purpose"), one.purpose),
        (_("Who benefits, and where"), one.area),
        (_("Restrictions"), one.restrictions),
        (_("Raising period"), _period(one)),
        (_("Goal (yuan)"), "" if one.goal_fen is None else shown.yuan(one.goal_fen)),
        (_("Number of the public-raising qualification"), one.qualification_no),
        (_("Qualification valid until"), shown.day(until) if until else ""),
        (_("Number of the filed plan"), one.plan_no),
        (_("Designated platform for giving online"), one.platform),
    ]
    return [(name, value) for name, value in rows if value]


def _sums(slug: str) -> list[tuple[str, str]]:
    sums = raising_sums(slug)
    rows = [
        (_("In the bank"), sums.bank),
        (_("With the platform, not paid out yet"), sums.platform),
        (_("Kept as fees"), sums.fees),
        (_("Common pool"), sums.pool),
        (_("Directed money"), sums.directed),
        (_("Worth of goods"), sums.goods),
        (_("Pledged money, not yet here"), sums.coming),
    ]
    shown_rows = [(name, shown.yuan(fen)) for name, fen in rows]
    if sums.left is not None:
        shown_rows.append((_("Left to the goal"), shown.yuan(sums.left)))
    return shown_rows


@require_POST
def raising_act(request: HttpRequest, slug: str) -> HttpResponse:
    """Open or close a raising."""
    actor = actor_of(request)
    version = _number(request.POST.get("version", ""))
    try:
        if request.POST.get("act") == "close":
            raising_close(actor, slug=slug, version=version, reason=request.POST.get("reason", ""))
        else:
            raising_open(actor, slug=slug, version=version)
    except (Invalid, Conflict) as error:
        messages.error(request, str(error))
    return redirect("donations:raising", slug=slug)
