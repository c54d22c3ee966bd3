"""What both steps of signing in end with: the browser is let in, or has to wait."""

import time

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from niangjia.blocks.orgs.models import Login
from niangjia.blocks.orgs.selectors import actor_of as actor_of_login
from niangjia.blocks.orgs.services import sign_in_note

LOCKED_MINUTES = 15
SURE_AT = "sure_at"  # in the session: when its person last gave a password
BACKEND = "django.contrib.auth.backends.ModelBackend"


def let_in(request: HttpRequest, user: Login, onward: str) -> HttpResponse:
    """The browser is signed in and known among the person's sessions."""
    login(request, user, backend=BACKEND)
    request.session[SURE_AT] = time.time()
    request.session.save()
    sign_in_note(
        actor_of_login(user),
        username_known=True,
        outcome="signed_in",
        session_key=str(request.session.session_key),
        device=device_of(request.headers.get("User-Agent", "")),
    )
    return HttpResponseRedirect(onward)


def device_of(agent: str) -> str:
    """What a browser says it is, in a few words: `Chrome, Windows`."""
    browsers = ("Edg", "MicroMessenger", "OPR", "Firefox", "Chrome", "Safari")
    systems = ("Windows", "Android", "iPhone", "iPad", "Mac OS X", "HarmonyOS", "Linux")
    found = [next((name for name in names if name in agent), "") for names in (browsers, systems)]
    return ", ".join(filter(None, found))


def locked_out(
    request: HttpRequest,
    original: HttpResponse | None = None,
    credentials: dict[str, str] | None = None,
) -> HttpResponse:
    """Too many wrong passwords: the account waits; says how long and what to do."""
    context = {"minutes": LOCKED_MINUTES, "status": 429}
    return render(request, "orgs/locked_out.html", context, status=429)
