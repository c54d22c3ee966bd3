"""Leave: who stands in for me, and for whom I stand in."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from niangjia.blocks.orgs.access import delegations_of
from niangjia.blocks.orgs.forms import LeaveForm
from niangjia.blocks.orgs.models import Login
from niangjia.blocks.orgs.selectors import hats_of
from niangjia.blocks.orgs.services import delegation_end, delegation_give
from niangjia.core.errors import DomainError, Invalid, NotFound
from niangjia.core.service import SIGNED_IN, authorise
from niangjia.ui.page import actor_of
from niangjia.ui.words import role_name


@never_cache
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Name a deputy for some days; see and end what was given."""
    actor = authorise(actor_of(request), SIGNED_IN)
    login = cast(Login, request.user)
    own = [hat for hat in hats_of(login) if not hat.covered]
    choices = [
        (str(hat.appointment_id), f"{role_name(hat.role)} · {hat.organisation_name}") for hat in own
    ]
    form = LeaveForm(request.POST or None, choices=choices)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            delegation_give(
                actor,
                appointment_id=int(data["appointment"]),
                deputy_username=data["deputy"],
                first=data["first"],
                last=data["last"],
                reason=data["reason"],
            )
        except DomainError as error:
            fields = error.fields if isinstance(error, Invalid) else {}
            unknown = {"deputy": str(error)} if isinstance(error, NotFound) else {}
            for name, text in (fields or unknown or {"": str(error)}).items():
                form.add_error(name or None, text)
        else:
            messages.success(request, _("Done. On those days your deputy acts in your place."))
            return redirect("orgs:leave")
    given, covered = delegations_of(login)
    context = {"form": form, "given": given, "covered": covered}
    return render(request, "orgs/leave.html", context, status=422 if form.errors else 200)


@require_POST
def end(request: HttpRequest, ref: str) -> HttpResponse:
    """I am back."""
    delegation_end(actor_of(request), delegation_ref=ref)
    messages.success(request, _("Done. Your deputy stands in no more."))
    return redirect("orgs:leave")
