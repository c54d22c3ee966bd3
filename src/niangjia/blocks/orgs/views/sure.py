"""Before something that lets others in, the password is asked once more: for ten minutes."""

import functools
import time
from collections.abc import Callable
from typing import cast

from axes.handlers.proxy import AxesProxyHandler
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from niangjia.blocks.orgs.forms import PasswordForm
from niangjia.blocks.orgs.models import Login
from niangjia.blocks.orgs.services import sign_in_note
from niangjia.blocks.orgs.views.letting_in import SURE_AT, locked_out
from niangjia.core.service import SIGNED_IN, authorise
from niangjia.ui.page import actor_of

SURE_S = 600
View = Callable[..., HttpResponse]


def is_sure(request: HttpRequest) -> bool:
    """Whether the person gave a password in this session within ten minutes."""
    return bool(time.time() - request.session.get(SURE_AT, 0) < SURE_S)


def sure(
    back: str = "", *, json: bool = False, keeps: tuple[str, ...] = ()
) -> Callable[[View], View]:
    """The view is reached within ten minutes of a password; else it is asked first, and one comes
    back to this page, or to the one named `back`. json: the view answers a script. keeps: fields,
    none of them secret, of a form sent too late; they stand in the address that one comes back to.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def call(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            authorise(actor_of(request), SIGNED_IN)
            if is_sure(request):
                return view(request, *args, **kwargs)
            onward = reverse(back) if back else request.path
            said = [(name, text) for name in keeps for text in request.POST.getlist(name)]
            onward = f"{onward}?{urlencode(said)}" if said else onward
            target = f"{reverse('orgs:confirm')}?{urlencode({'next': onward})}"
            if json:
                text = _("Please give your password once more.")
                return JsonResponse({"message": text, "next": target}, status=403)
            return HttpResponseRedirect(target)

        return call

    return decorate


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Type the password once more, then go on."""
    actor = authorise(actor_of(request), SIGNED_IN)
    login = cast(Login, request.user)
    onward = request.POST.get("next") or request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(onward, {request.get_host()}, request.is_secure()):
        onward = reverse("orgs:security")
    if not AxesProxyHandler.is_allowed(request, {"username": login.username}):
        return locked_out(request)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password"]
        if authenticate(request, username=login.username, password=password) == login:
            request.session[SURE_AT] = time.time()
            messages.success(request, _("Thank you. You can go on for ten minutes."))
            return HttpResponseRedirect(onward)
        sign_in_note(actor, username_known=True, outcome="sign_in_refused")
        form.add_error("password", _("This is not your password."))
    context = {"form": form, "next": onward}
    return render(request, "orgs/confirm.html", context, status=422 if form.errors else 200)
