"""One's own password, changed by whoever knows it."""

from typing import cast

from axes.handlers.proxy import AxesProxyHandler
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from niangjia.blocks.orgs.forms import ChangePasswordForm
from niangjia.blocks.orgs.models import Login
from niangjia.blocks.orgs.selectors import HAT
from niangjia.blocks.orgs.services import password_change, sign_in_note
from niangjia.blocks.orgs.views.letting_in import let_in, locked_out
from niangjia.core.errors import Invalid
from niangjia.core.service import SIGNED_IN, authorise
from niangjia.ui.page import actor_of


@never_cache
@sensitive_post_parameters("old", "password", "again")
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Type the one there is and a new one twice; other browsers are signed out."""
    actor = authorise(actor_of(request), SIGNED_IN)
    login = cast(Login, request.user)
    if not AxesProxyHandler.is_allowed(request, {"username": login.username}):
        return locked_out(request)
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if authenticate(request, username=login.username, password=form.cleaned_data["old"]):
            try:
                return _changed(request, login, form.cleaned_data["password"])
            except Invalid as error:
                form.add_error("password", str(error))
        else:
            sign_in_note(actor, username_known=True, outcome="sign_in_refused")
            form.add_error("old", _("This is not your password."))
    status = 422 if form.errors else 200
    return render(request, "orgs/password.html", {"form": form}, status=status)


def _changed(request: HttpRequest, login: Login, new: str) -> HttpResponse:
    """All browsers are signed out, and this one in again."""
    others = password_change(actor_of(request), password=new) - 1
    hat = request.session.get(HAT)
    login.refresh_from_db()
    response = let_in(request, login, reverse("orgs:security"))
    if hat is not None:
        request.session[HAT] = hat
    text = _("Your password is changed.")
    if others > 0:
        signed_out = ngettext(
            "%(n)s other browser was signed out.", "%(n)s other browsers were signed out.", others
        )
        text = f"{text} {signed_out % {'n': others}}"
    messages.success(request, text)
    return response
