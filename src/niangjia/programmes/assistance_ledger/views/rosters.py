"""Rosters of help material, and households counted once."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from niangjia.blocks.households.public import HouseholdView, has_key_holder, household_of
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.errors import Conflict, Denied, Invalid
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import helping, periods
from niangjia.programmes.assistance_ledger.pages import rosters as parts
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.selectors.households import (
    KINDS,
    year_of_households,
    years_counted,
)
from niangjia.programmes.assistance_ledger.selectors.rosters import (
    RosterDetail,
    helped_by,
    pseudonym_keys,
    roster_get,
)
from niangjia.programmes.assistance_ledger.services.rosters import (
    roster_erase,
    roster_look,
    roster_strike,
    roster_withdraw,
)
from niangjia.ui.page import actor_of


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@never_cache
@require_http_methods(["GET", "POST"])
def roster(request: HttpRequest, ref: str) -> HttpResponse:
    """The households of a roster, masked; withdrawn on POST."""
    actor = actor_of(request)
    if request.method == "POST":
        try:
            roster_withdraw(actor, review_ref=ref, reason=_reason(request))
        except (Conflict, Invalid) as error:
            return _roster_page(request, actor, ref, str(error), error.status)
        messages.success(request, _("Withdrawn; nobody of it is kept."))
        return redirect("assistance_ledger:review", ref=ref)
    return _roster_page(request, actor, ref)


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").replace("\0", "").strip()[:500]


def _roster_page(
    request: HttpRequest, actor: Actor, ref: str, refusal: str = "", status: int = 200
) -> HttpResponse:
    after, struck = _number(request.GET.get("after", "")), "struck" in request.GET
    detail = roster_get(actor, ref=ref, after=after, struck=struck)
    context = {
        **_head(detail),
        "lines": [parts.line(one) for one in detail.households],
        "next": detail.next,
        "first": bool(after),
        "struck": struck,
        "looks": parts.looks(detail.looks),
        "may_withdraw": actor.may("rosters.bring")
        and detail.roster.organisation_id == actor.organisation_id
        and detail.review.case.state not in helping.STATES,
        "may_bring": actor.may("rosters.bring") and detail.review.case.state not in helping.STATES,
        "refusal": refusal,
        "reason": _reason(request),
    }
    return render(request, "assistance_ledger/roster.html", context, status=status)


def _head(detail: RosterDetail) -> dict[str, Any]:
    roster = detail.roster
    return {
        "detail": detail,
        "period": periods.name(detail.review.period),
        "households": f"{roster.n_households:,}",
        "people": f"{roster.n_people:,}",
        "gain": shown.yuan(roster.gain_fen),
        "n_struck": f"{roster.n_struck:,}",
        "differs": parts.differs(roster, detail.review),
        "taken": shown.moment(roster.taken_at),
    }


@never_cache
@require_http_methods(["GET", "POST"])
def household(request: HttpRequest, ref: str, household: str) -> HttpResponse:
    """One household, masked: who helped it. A look in the clear, a strike, an erasure on POST."""
    actor = actor_of(request)
    if request.method == "GET":
        return _household_page(request, actor, ref, household)
    do, reason = request.POST.get("do", ""), _reason(request)
    named = {"review_ref": ref, "household": household, "reason": reason}
    try:
        if do == "look":
            seen = roster_look(actor, **named)
            return _household_page(request, actor, ref, household, seen=seen)
        if do in ("strike", "unstrike"):
            roster_strike(actor, **{**named, "reason": _strike_reason(do, reason)})
            told = _("Not confirmed.") if do == "strike" else _("Confirmed again.")
        elif do == "erase":
            roster_erase(actor, **named)
            told = _("Erased: nobody can read who this household is. It still counts once.")
        else:
            raise Invalid(_("Nothing was chosen."))
    except (Conflict, Invalid, Denied) as error:
        page = _household_page(request, actor, ref, household, refusal=str(error))
        page.status_code = error.status
        return page
    messages.success(request, told)
    return redirect("assistance_ledger:household", ref=ref, household=household)


def _strike_reason(do: str, reason: str) -> str:
    """The reason; empty to take a strike back. Raises Invalid where one is missing."""
    if do == "strike" and len(reason) < 2:
        raise Invalid(_("Say why (2 to 200 characters)."))
    return reason if do == "strike" else ""


def _household_page(
    request: HttpRequest,
    actor: Actor,
    ref: str,
    household: str,
    *,
    seen: HouseholdView | None = None,
    refusal: str = "",
) -> HttpResponse:
    detail = roster_get(actor, ref=ref)
    helpers = helped_by(actor, ref=ref, household=household)
    masked = household_of(detail.roster.ref, household)
    context = {
        **_head(detail),
        "line": parts.line(masked),
        "seen": parts.in_clear(seen) if seen else [],
        "place": seen.place if seen else "",
        "erased": masked.erased,
        "helpers": [
            {
                "href": reverse("assistance_ledger:review", args=[one.review.ref]),
                "title": f"{one.supplier} · {one.review.product}",
                "detail": periods.name(one.review.period),
                "n": one.n,
                "yuan": shown.yuan(one.fen),
            }
            for one in helpers
        ],
        "hidden": masked.n_rosters - len(helpers),
        "traces": actor.may("purchases.see") and any(one.n for one in helpers),
        "may_look": actor.may("rosters.open") and not masked.erased,
        "may_strike": actor.may("rosters.strike"),
        "may_erase": actor.may("rosters.erase") and not masked.erased,
        "refusal": refusal,
        "did": request.POST.get("do", ""),
        "reason": _reason(request),
    }
    return render(request, "assistance_ledger/household.html", context)


@never_cache
@require_GET
def households(request: HttpRequest) -> HttpResponse:
    """A year's households, each counted once: for the city, and for each that helped it."""
    actor = authorise(actor_of(request), "heads.see")
    years = years_counted() or [clock.city_today().year]
    year = _number(request.GET.get("year", "")[:4]) or years[0]
    kind = request.GET.get("kind", "")
    page = _number(request.GET.get("page", "")[:4])
    found = year_of_households(actor, year=year, kind=kind if kind in KINDS else "", page=page)
    context = {
        "year": year,
        "years": years,
        "found": found,
        "whole": parts.count_line(found.whole) if found.whole else None,
        "exits": parts.exits(found.whole.left) if found.whole else [],
        "kinds": [(one, parts.KIND_NAMES[one]) for one in found.kinds],
        "lines": [parts.count_line(one) for one in found.lines],
        "page": page,
        "next": page + 1 if found.more else 0,
        "counted": shown.moment(found.counted_at) if found.counted_at else "",
        "nobody": shown.yuan(found.nobody_fen) if found.nobody_fen else "",
        "keys": [
            (one, shown.day(one.first_used_at.date()), one.public[:16])
            for one in pseudonym_keys(actor)
        ],
        "has_holder": has_key_holder(),
    }
    return render(request, "assistance_ledger/households.html", context)
