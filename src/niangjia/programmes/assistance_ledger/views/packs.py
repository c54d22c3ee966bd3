"""Audit packs: asked for here, made in the background, fetched from the exports."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from niangjia.blocks.desk.public import export_ask
from niangjia.blocks.orgs.public import organisation, scope_of
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.errors import Invalid, NotFound
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger.packs import PACK
from niangjia.programmes.assistance_ledger.selectors.packs import n_in_pack, pack_of
from niangjia.ui.page import actor_of


@never_cache
@require_http_methods(["GET", "POST"])
def packs(request: HttpRequest) -> HttpResponse:
    """The form for a unit and a year; when sent, the pack is being made."""
    actor = authorise(actor_of(request), "packs.make")
    asked = request.POST.get("unit", request.GET.get("unit", _own_code(actor)))
    unit = asked.replace("\0", "").strip()[:40]
    given = request.POST.get("year", request.GET.get("year", str(clock.city_today().year)))
    year, error = given.replace("\0", "")[:4], ""
    if request.method == "POST":
        try:
            _ask(actor, unit, int(year) if year.isdecimal() else 0)
            messages.success(request, _("The file is being made; it will stand here."))
            return redirect("desk:exports")
        except (Invalid, NotFound) as refused:
            error = str(refused)
    context = {"unit": unit, "name": _name(actor, unit), "year": year, "error": error}
    status = 422 if error else 200
    return render(request, "assistance_ledger/packs.html", context, status=status)


def _own_code(actor: Actor) -> str:
    """The code of the actor's own unit; empty for offices."""
    scope = scope_of(actor)
    return organisation(scope.id).uscc if scope.kind == "unit" and scope.id else ""


def _name(actor: Actor, unit: str) -> str:
    """The name of the unit with this code or ref; empty if the actor may make no pack of it."""
    try:
        return pack_of(actor, unit=unit, year=clock.city_today().year).unit.name
    except NotFound:
        return ""


def _ask(actor: Actor, unit: str, year: int) -> None:
    of = pack_of(actor, unit=unit, year=year)
    params = {"unit": of.unit.ref, "year": year}
    title = f"{_('Audit pack')} {of.unit.name} {year}"
    export_ask(actor, kind=PACK, title=title, params=params, n_expected=n_in_pack(actor, of))
