"""What is done to an organisation: each action a page of its own, with what it changes."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from niangjia.blocks.desk.forms.organisations import (
    CloseForm,
    CodeForm,
    LeaderForm,
    MoveForm,
    PlacedForm,
    ReasonForm,
    RegisterFiltersForm,
    RenameForm,
)
from niangjia.blocks.desk.pages import organisations as parts
from niangjia.blocks.desk.searching import organisation_ids
from niangjia.blocks.orgs.public import (
    OrgDetail,
    leader_change,
    likely_same,
    obstacles_between,
    organisation_close,
    organisation_correct,
    organisation_get,
    organisation_move,
    organisation_recode,
    organisation_rename,
    organisation_reopen,
    organisation_split,
    organisations_merge,
    organisations_page,
    places_for,
)
from niangjia.core.actor import Actor
from niangjia.core.errors import Denied, DomainError, Invalid, NotFound
from niangjia.core.service import authorise
from niangjia.lib.money import format_yuan
from niangjia.ui.page import actor_of
from niangjia.ui.words import role_name

LED = {"buyer": ("head", "checker"), "node": ("leader",), "department": ()}
Carry = Callable[[Actor, str, dict[str, Any]], object]


def _move(tree: str) -> Carry:
    def carry(actor: Actor, ref: str, data: dict[str, Any]) -> object:
        return organisation_move(actor, organisation_ref=ref, tree=tree, **data)

    return carry


CARRY: dict[str, Carry] = {
    "rename": lambda actor, ref, data: organisation_rename(actor, organisation_ref=ref, **data),
    "code": lambda actor, ref, data: organisation_recode(actor, organisation_ref=ref, **data),
    "territory": _move("territory"),
    "line": _move("line"),
    "close": lambda actor, ref, data: organisation_close(actor, organisation_ref=ref, **data),
    "reopen": lambda actor, ref, data: organisation_reopen(actor, organisation_ref=ref, **data),
    "split": lambda actor, ref, data: organisation_split(actor, organisation_ref=ref, **data),
    "leader": lambda actor, ref, data: leader_change(actor, organisation_ref=ref, **data),
    "correct": lambda actor, ref, data: organisation_correct(actor, organisation_ref=ref, **data),
}


@never_cache
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, ref: str, name: str) -> HttpResponse:
    """One action: what it changes, its form, and then the organisation's page."""
    permission = "orgs.appoint" if name == "leader" else "orgs.manage"
    actor = authorise(actor_of(request), permission)
    if name not in CARRY:
        raise NotFound(_("There is no such page."))
    detail = _changeable(actor, ref)
    form = _form(request, actor, name, detail)
    if request.method == "POST" and form.is_valid():
        try:
            CARRY[name](actor, ref, form.cleaned_data)
        except DomainError as error:
            if error.code == "changed_meanwhile":
                messages.warning(request, str(error))
                return redirect("desk:organisation_act", ref=ref, name=name)
            form.take(error.fields if isinstance(error, Invalid) else {}, str(error))
        else:
            messages.success(request, _("Done. It stands in the history."))
            return redirect("desk:organisation", ref=ref)
    into = detail.listed.into[0] if detail.listed.into else ""
    context = {
        "form": form,
        "one": detail.listed,
        "act": parts.ACTS[name],
        "facts": parts.facts(detail),
        "changes": parts.changes(name, detail),
        "likely": [(one, parts.likeness(one)) for one in detail.listed.likely],
        "obstacles": obstacles_between(actor, ref=ref, into_ref=into) if name == "split" else (),
    }
    return render(
        request, "desk/organisation_act.html", context, status=422 if form.errors else 200
    )


def _changeable(actor: Actor, ref: str) -> OrgDetail:
    """The organisation; Denied at once, not after the form was filled in, if it is another's."""
    detail = organisation_get(actor, ref=ref)
    if not detail.can_change:
        raise Denied(_("This organisation is not yours to change. The city office can."))
    return detail


def _form(request: HttpRequest, actor: Actor, name: str, detail: OrgDetail) -> Any:
    data, one = request.POST or None, detail.listed
    if name in ("territory", "line"):
        at = {"parent_ref": detail.parents.get(name, ""), "was": parts.stands(detail, name)}
        return MoveForm(data, initial=at, places=places_for(actor, name))
    if name == "leader":
        roles = [(role, role_name(role)) for role in LED.get(one.category, ())]
        return LeaderForm(data, roles=roles)
    if name == "correct":
        known = {
            "name": one.name,
            "uscc": one.uscc,
            "territory_ref": detail.parents.get("territory", ""),
            "line_ref": detail.parents.get("line", ""),
        }
        territory, line = places_for(actor, "territory"), places_for(actor, "line")
        return PlacedForm(data, initial=known, territory=territory, line=line)
    if name == "rename":
        return RenameForm(data, initial={"name": one.name, "was": one.name})
    if name == "code":
        return CodeForm(data, initial={"uscc": one.uscc, "was": one.uscc})
    return CloseForm(data) if name == "close" else ReasonForm(data)


@never_cache
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, ref: str) -> HttpResponse:
    """Choose the one that stays, see both side by side, then merge."""
    actor = authorise(actor_of(request), "orgs.manage")
    goes = _changeable(actor, ref)
    if goes.listed.into:
        messages.info(request, _("It was merged already."))
        return redirect("desk:organisation", ref=ref)
    into = request.GET.get("into", "")[:40]
    if not into:
        return _choose(request, actor, goes)
    stays = organisation_get(actor, ref=into)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            organisations_merge(actor, organisation_ref=ref, into_ref=into, **form.cleaned_data)
        except DomainError as error:
            form.take(error.fields if isinstance(error, Invalid) else {}, str(error))
        else:
            messages.success(request, _("Merged. No record and no sum has changed."))
            return redirect("desk:organisation", ref=into)
    left, right = parts.side(goes), parts.side(stays)
    context = {
        "form": form,
        "one": goes.listed,
        "sides": parts.compared(left, right),
        "goes": left,
        "stays": right,
        "both": (left, right),
        "n": f"{left['n'] + right['n']:,}",
        "yuan": format_yuan(left["fen"] + right["fen"]),
        "is_unit": goes.listed.category == "buyer",
        "obstacles": obstacles_between(actor, ref=ref, into_ref=into),
    }
    status = 422 if form.errors else 200
    return render(request, "desk/organisation_merge.html", context, status=status)


def _choose(request: HttpRequest, actor: Actor, goes: OrgDetail) -> HttpResponse:
    """The first step: which one stays."""
    filters = RegisterFiltersForm({"text": request.GET.get("text", "")}).filters()
    filters = parts.replace(filters, category=goes.listed.category)
    ids = organisation_ids(filters.text)
    found = organisations_page(actor, filters=filters, ids=ids).rows if ids else ()
    context = {
        "one": goes.listed,
        "text": filters.text,
        "likely": [(one, parts.likeness(one)) for one in likely_same(actor, ref=goes.listed.ref)],
        "found": [one for one in found if one.ref != goes.listed.ref][:15],
    }
    return render(request, "desk/organisation_choose.html", context)
