"""Rosters: brought, mended, taken; a unit's own page of what it gives."""

import secrets

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from niangjia.blocks.intake.public import remove
from niangjia.core.actor import Actor
from niangjia.core.errors import Conflict, DomainError, Invalid
from niangjia.core.service import authorise
from niangjia.programmes.donations.forms.bank import RosterForm, UnitGiveForm
from niangjia.programmes.donations.pages import rosters as parts
from niangjia.programmes.donations.pages.came_in import ROSTER_STATES
from niangjia.programmes.donations.selectors.bank import account_to_give
from niangjia.programmes.donations.selectors.raisings import raisings_of
from niangjia.programmes.donations.selectors.rosters import raisings_open, roster_get, rosters_of
from niangjia.programmes.donations.selectors.units import unit_gifts
from niangjia.programmes.donations.services import (
    roster_again,
    roster_back,
    roster_bring,
    roster_bring_for_unit,
    roster_give_up,
    roster_mend,
    roster_take,
    unit_pledge,
)
from niangjia.programmes.donations.services.rosters import Edit
from niangjia.programmes.donations.views.bank import stored_file
from niangjia.ui.page import actor_of


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@never_cache
@require_http_methods(["GET", "POST"])
def rosters(request: HttpRequest) -> HttpResponse:
    """Rosters, the newest first; the foundation brings one on POST."""
    actor = authorise(actor_of(request), "gift_rosters.see")
    may_bring = actor.may("gifts.take")
    listed = [(one.slug, one.title) for one in raisings_of(actor) if one.state != "draft"]
    form = RosterForm(request.POST or None, raisings=listed) if may_bring else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            return redirect("donations:roster", ref=_brought(request, actor, form))
        except DomainError as error:
            form.add_error(None, str(error))
    found = rosters_of(actor)
    context = {"form": form, "table": parts.table(found), "empty": not found}
    status = 422 if form is not None and form.errors else 200
    return render(request, "donations/rosters.html", context, status=status)


def _brought(request: HttpRequest, actor: Actor, form: RosterForm) -> str:
    stored, name = stored_file(request)
    slug = form.cleaned_data["raising"]
    try:
        return roster_bring(actor, slug=slug, roster=form.roster(), stored=stored, name=name)
    except DomainError:
        remove(stored.ref)
        raise


@require_GET
def template(request: HttpRequest) -> FileResponse:
    """An empty roster with the columns that are read."""
    authorise(actor_of(request), "gift_rosters.see")
    return FileResponse(parts.template(), as_attachment=True, filename="捐款名单模板.xlsx")


@never_cache
@require_GET
def roster(request: HttpRequest, ref: str) -> HttpResponse:
    """One roster: its bridge, the rows to be mended, how far it is taken."""
    actor = actor_of(request)
    row = roster_get(actor, ref=ref)
    foundation = actor.may("gifts.take")
    context = {
        "one": row,
        "state": ROSTER_STATES[row.state],
        "tone": "good" if row.state == "taken" else "warn",
        "facts": parts.facts(row),
        "bridge": parts.bridge(row),
        "adds_up": row.sum_fen == row.stated_fen,
        "problems": parts.problems(row),
        "n_problems": f"{row.n_problems:,}",
        "done": f"{row.n_done:,}",
        "rows": f"{row.n_rows:,}",
        "working": row.state in ("checking", "taking"),
        "may_mend": row.state == "checked" and actor.may("gift_rosters.mend"),
        "may_take": foundation and parts.ready(row),
        "may_back": foundation and row.state == "taking" and not row.n_done,
        "waits_for_money": row.state == "checked" and row.received_at is None,
        "line_page": foundation,
    }
    return render(request, "donations/roster.html", context)


@require_POST
def roster_act(request: HttpRequest, ref: str) -> HttpResponse:
    """A roster is mended, replaced, taken or given up."""
    actor, do, version = actor_of(request), request.POST.get("do", ""), _version(request)
    try:
        if do == "mend":
            roster_mend(actor, ref=ref, version=version, edits=_edits(request))
        elif do == "again":
            stored, name = stored_file(request)
            roster_again(actor, ref=ref, version=version, stored=stored, name=name)
        elif do == "take":
            roster_take(actor, ref=ref, version=version)
        elif do == "back":
            roster_back(actor, ref=ref, version=version)
        elif do == "give_up":
            roster_give_up(actor, ref=ref, version=version)
            messages.success(request, _("Nothing of the roster was taken."))
            return redirect(
                "donations:rosters" if actor.may("gifts.take") else "donations:unit_gifts"
            )
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("donations:roster", ref=ref)


def _edits(request: HttpRequest) -> list[Edit]:
    """Fields `cell|sheet|row|column` that were filled in; `out|sheet|row` that were ticked."""
    found: list[Edit] = []
    for name, value in request.POST.items():
        kind, *rest = name.split("|")
        text = str(value).replace("\0", "").strip()[:200]
        if kind == "cell" and len(rest) == 3 and rest[1].isdigit() and text:
            found.append((rest[0], int(rest[1]), rest[2], text))
        elif kind == "out" and len(rest) == 2 and rest[1].isdigit():
            found.append((rest[0], int(rest[1]), "", ""))
    if not found:
        raise Invalid(_("Fill in a cell, or leave a row out."), code="nothing_chosen")
    return found


@never_cache
@require_http_methods(["GET", "POST"])
def unit(request: HttpRequest) -> HttpResponse:
    """What the actor's unit gives: announce a transfer, see where it stands."""
    actor = authorise(actor_of(request), "gifts.give_for_unit")
    listed = raisings_open(actor)
    start = {"key": secrets.token_hex(16)}
    choices = [(one.slug, one.title) for one in listed]
    form = UnitGiveForm(request.POST or None, initial=start, raisings=choices)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            unit_pledge(
                actor,
                slug=data["raising"],
                key=data["key"],
                fen=data["fen"],
                of_people=data["people"] == "people",
                direction=form.direction(),
            )
        except (Invalid, Conflict) as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("Announced. Put its code into the remark of your transfer.")
            )
            return redirect("donations:unit_gifts")
    accounts = [(one.title, account_to_give(one.pk)) for one in listed]
    context = {
        "form": form,
        "accounts": accounts,
        "gifts": parts.unit_gifts(unit_gifts(actor)),
    }
    return render(request, "donations/unit_gifts.html", context, status=422 if form.errors else 200)


@require_POST
def unit_roster(request: HttpRequest, ref: str) -> HttpResponse:
    """The roster of a transfer that the unit announced."""
    actor = authorise(actor_of(request), "gifts.give_for_unit")
    try:
        stored, name = stored_file(request)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("donations:unit_gifts")
    try:
        made = roster_bring_for_unit(actor, pledge_ref=ref, stored=stored, name=name)
    except DomainError as error:
        remove(stored.ref)
        messages.error(request, str(error))
        return redirect("donations:unit_gifts")
    return redirect("donations:roster", ref=made)
