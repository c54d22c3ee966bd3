"""Saved views: list, save, rename, delete."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from niangjia.blocks.desk.forms import ViewForm, address_of
from niangjia.blocks.desk.kept import views_of
from niangjia.blocks.desk.services import view_delete, view_rename, view_save
from niangjia.core.errors import Conflict, Invalid
from niangjia.core.service import authorise
from niangjia.ui.page import actor_of


@never_cache
@require_GET
def views(request: HttpRequest) -> HttpResponse:
    """Every view that may be opened; one's own can be renamed and deleted."""
    return _listed(request)


def _listed(request: HttpRequest, wrong: str = "", ref: str = "") -> HttpResponse:
    actor = authorise(actor_of(request), "desk.views")
    lines = [
        {"view": one, "href": f"{address}?{one.query}", "error": wrong if one.ref == ref else ""}
        for one in views_of(actor)
        if (address := address_of(one.page))
    ]
    return render(request, "desk/views.html", {"lines": lines}, status=422 if wrong else 200)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """The list that one came from stands under a name; leads back to it."""
    actor = authorise(actor_of(request), "desk.views")
    form = ViewForm(request.POST)
    form.is_valid()
    address, query = form.address(), form.cleaned_data.get("query", "")
    if not address:
        raise Invalid(_("This page cannot be kept as a view."), code="page_unknown")
    try:
        view_save(
            actor,
            page=form.cleaned_data["page"],
            title=form.cleaned_data.get("title", ""),
            query=query,
            shared=form.cleaned_data.get("shared", False),
        )
        messages.success(request, _("The view is kept. It stands above the list."))
    except (Invalid, Conflict) as error:
        messages.warning(request, str(error))
    return redirect(f"{address}?{query}")


@require_POST
def change(request: HttpRequest, ref: str) -> HttpResponse:
    """A view of one's own has another name, or is gone."""
    actor = authorise(actor_of(request), "desk.views")
    if "delete" in request.POST:
        view_delete(actor, ref=ref)
        messages.success(request, _("The view is deleted."))
        return redirect("desk:views")
    form = ViewForm(request.POST)
    form.is_valid()
    try:
        view_rename(
            actor,
            ref=ref,
            title=form.cleaned_data.get("title", ""),
            shared=form.cleaned_data.get("shared", False),
        )
    except (Invalid, Conflict) as error:
        return _listed(request, str(error), ref)
    messages.success(request, _("The view is changed."))
    return redirect("desk:views")
