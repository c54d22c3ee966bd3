"""The register: its list and trees, one organisation, a new one, and what was brought confirmed."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from niangjia.blocks.desk.exporting import ORGANISATIONS
from niangjia.blocks.desk.following import lag
from niangjia.blocks.desk.forms.organisations import NewForm, RegisterFiltersForm
from niangjia.blocks.desk.pages import organisations as parts
from niangjia.blocks.desk.searching import organisation_ids
from niangjia.blocks.desk.services import export_ask
from niangjia.blocks.ledger.public import HistoryLine, history
from niangjia.blocks.orgs.public import (
    OrgDetail,
    organisation_get,
    organisation_register,
    organisations_confirm,
    organisations_page,
    organisations_tree,
    places_for,
)
from niangjia.core.errors import DomainError, Invalid
from niangjia.core.service import authorise
from niangjia.ui.page import actor_of


@never_cache
@require_GET
def organisations(request: HttpRequest) -> HttpResponse:
    """Units and suppliers in the actor's scope, 30 at a time."""
    actor = actor_of(request)
    filters = RegisterFiltersForm(request.GET).filters()
    after = request.GET.get("after", "").replace("\0", "")
    page = organisations_page(
        actor, filters=filters, ids=organisation_ids(filters.text), after=after
    )
    choose = any(one.to_confirm and one.ref in page.mine for one in page.rows)
    context = {
        "table": parts.list_table(page, choose=choose),
        "choose": choose,
        "n": f"{page.n:,}+" if page.n_more else f"{page.n:,}",
        "empty": not page.rows,
        "filters": filters,
        "selects": parts.filter_fields(filters),
        "states": [
            {"name": text, "query": parts.query_of(_in_state(filters, state)), "state": state}
            for state, text in parts.STATES.items()
        ],
        "here": parts.query_of(filters),
        "next": parts.query_of(filters, page.next) if page.next else "",
        "first": bool(after),
        "may_manage": actor.may("orgs.manage"),
        "behind": f"{lag():,}" if lag() else "",
    }
    return render(request, "desk/organisations.html", context)


def _in_state(filters: parts.OrgFilters, state: str) -> parts.OrgFilters:
    return parts.replace(filters, state=state)


@never_cache
@require_GET
def organisation(request: HttpRequest, ref: str) -> HttpResponse:
    """One organisation: what is registered, who acts there, its history, what can be done."""
    actor = actor_of(request)
    detail = organisation_get(actor, ref=ref)
    context = {
        "detail": detail,
        "one": detail.listed,
        "state": parts.state_of(detail.listed),
        "facts": parts.facts(detail),
        "stays": parts.stays(detail),
        "seats": parts.seats(detail),
        "reports": parts.reports(detail.own),
        "links": [one for one in detail.own.links if actor.may(one[3])],
        "merged": parts.merged(detail),
        "likely": [(one, parts.likeness(one)) for one in detail.listed.likely],
        "steps": parts.steps(_history(detail)),
        "acts": parts.acts_for(actor, detail),
    }
    return render(request, "desk/organisation.html", context)


def _history(detail: OrgDetail) -> list[HistoryLine]:
    """All that happened to it, and when others were merged into it."""
    lines = history(f"organisation:{detail.listed.ref}")
    for ref, name, _kept in detail.merged:
        lines += [
            replace(line, title=_("%(what)s: %(name)s") % {"what": line.title, "name": name})
            for line in history(f"organisation:{ref}")
            if line.kind.startswith("organisation.merged/")
        ]
    return sorted(lines, key=lambda line: line.recorded_at)


@never_cache
@require_GET
def tree(request: HttpRequest) -> HttpResponse:
    """A node of one of the trees: the way to it, what stands below it."""
    named = {name: request.GET.get(name, "").replace("\0", "") for name in ("tree", "at", "after")}
    which = "line" if named["tree"] == "line" else "territory"
    page = organisations_tree(actor_of(request), tree=which, ref=named["at"], after=named["after"])
    context = {
        "page": page,
        "title": page.at.name if page.at else parts.TREES[which],
        "trees": parts.TREES.items(),
        "branches": parts.branch_table(page),
        "leaves": parts.leaf_table(page),
        "nowhere": any(one.nowhere for one in page.leaves),
        "here": parts.tree_query(which, named["at"]),
        "next": parts.tree_query(which, named["at"], page.next) if page.next else "",
        "first": bool(named["after"]),
    }
    return render(request, "desk/organisations_tree.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A unit or supplier is registered by hand."""
    actor = authorise(actor_of(request), "orgs.manage")
    form = NewForm(
        request.POST or None,
        territory=places_for(actor, "territory"),
        line=places_for(actor, "line"),
    )
    if request.method == "POST" and form.is_valid():
        try:
            ref = organisation_register(actor, **form.cleaned_data)
        except DomainError as error:
            form.take(error.fields if isinstance(error, Invalid) else {}, str(error))
        else:
            messages.success(request, _("Registered."))
            return redirect("desk:organisation", ref=ref)
    status = 422 if form.errors else 200
    return render(request, "desk/organisation_new.html", {"form": form}, status=status)


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Those chosen are as they should be."""
    refs = [ref[:40] for ref in request.POST.getlist("ref")[:200]]
    n = organisations_confirm(actor_of(request), refs=refs)
    if refs:
        text = _("Confirmed: %(n)s.") % {"n": n}
        messages.success(request, text)
    else:
        messages.warning(request, _("Choose at least one."))
    if len(refs) == 1 and "back" not in request.POST:
        return redirect("desk:organisation", ref=refs[0])
    query = request.POST.get("query", "")[:500]
    target = reverse("desk:organisations")
    return HttpResponseRedirect(f"{target}?{query}" if query else target)


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """A file of what the list shows is being made."""
    actor = authorise(actor_of(request), "orgs.see")
    query = request.POST.get("query", "")[:500]
    kind = "csv" if request.POST.get("format") == "csv" else "xlsx"
    export_ask(
        actor,
        kind=ORGANISATIONS,
        title=_("Units and suppliers"),
        params={"query": query, "format": kind},
        n_expected=0,
    )
    messages.success(request, _("The file is being made. It stands here in a moment."))
    return redirect("desk:exports")
