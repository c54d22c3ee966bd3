"""Who I am here, and under which hat I act."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from niangjia.blocks.orgs.forms import HatForm
from niangjia.blocks.orgs.models import Login
from niangjia.blocks.orgs.selectors import HAT, hats_of
from niangjia.core.errors import Denied
from niangjia.core.programme import menu_for
from niangjia.core.service import SIGNED_IN, authorise
from niangjia.ui.page import actor_of
from niangjia.ui.words import role_name


@never_cache
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """My appointments, those I cover for somebody else, and the ways to the rest."""
    actor = authorise(actor_of(request), SIGNED_IN)
    hats = [(hat, role_name(hat.role)) for hat in hats_of(cast(Login, request.user))]
    context = {"hats": hats, "tasks": menu_for(actor.may), "chosen": actor}
    return render(request, "orgs/me.html", context)


@require_POST
def hat(request: HttpRequest) -> HttpResponse:
    """The session acts under another of the person's appointments. Raises Denied."""
    authorise(actor_of(request), SIGNED_IN)
    form = HatForm(request.POST)
    mine = {one.appointment_id for one in hats_of(cast(Login, request.user))}
    if not form.is_valid() or form.cleaned_data["appointment"] not in mine:
        raise Denied(_("This appointment is not yours, or has ended. Choose one from the list."))
    request.session[HAT] = form.cleaned_data["appointment"]
    return redirect("orgs:me")
