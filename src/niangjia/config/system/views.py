"""The operator's pages: how the site is, backups, failed work, people; and choosing a password."""

import datetime as dt
import secrets
import shutil
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from niangjia.blocks.orgs.public import Account, NewPasswordForm, accounts_set_up, person_erase
from niangjia.config.system import accounts, doctor, selectors, services
from niangjia.config.system.forms import AccountForm
from niangjia.core import clock, jobs
from niangjia.core.errors import DomainError, Invalid
from niangjia.core.service import authorise
from niangjia.ui.page import actor_of
from niangjia.ui.parts import Column, Table

SHOWN = 10
JOB_NAMES = {
    "sequencer": gettext_lazy("Into the log"),
    "projections": gettext_lazy("Sums"),
    "outbox": gettext_lazy("Messages"),
    "find": gettext_lazy("Search index"),
    "exports": gettext_lazy("Clearing up"),
    "uploads": gettext_lazy("Files received"),
    "evidence": gettext_lazy("Evidence files"),
    "sm3": gettext_lazy("SM3 root of the day"),
}
KEYS_HELD = {
    "plain": gettext_lazy("keys in the clear"),
    "sealed": gettext_lazy("keys sealed"),
    "apart": gettext_lazy("without keys"),
}


@never_cache
@require_GET
def system(request: HttpRequest) -> HttpResponse:
    """How the site is: lights, failed work, backups, room, versions."""
    actor = authorise(actor_of(request), "system.look")
    lights = doctor.look(quick=True)
    context = {
        "lights": lights,
        "n_bad": sum(one.state == "bad" for one in lights),
        "n_warn": sum(one.state == "warn" for one in lights),
        "jobs": [_job(one) for one in jobs.job_states()],
        "failed": selectors.failed_work(SHOWN),
        "backups": [_backup(one) for one in selectors.backups_made(SHOWN)],
        "under_way": selectors.backup_under_way(),
        "storage": [(name, filesizeformat(size)) for name, size in selectors.storage()],
        "free": filesizeformat(shutil.disk_usage(settings.NIANGJIA_HOME).free),
        "version": version("niangjia"),
        "home": settings.NIANGJIA_HOME,
        "may": actor.may,
    }
    return render(request, "system/system.html", context)


def _job(state: dict[str, Any]) -> dict[str, object]:
    name = state["job"]
    return {"name": JOB_NAMES.get(name, name), "behind": f"{state['behind']:,}", **state}


def _backup(line: selectors.BackupLine) -> dict[str, object]:
    return {
        "name": line.path.name,
        "folder": str(line.path.parent),
        "at": _minute(line.at),
        "size": filesizeformat(line.size_bytes),
        "seconds": line.seconds,
        "keys": KEYS_HELD[line.keys],
        "there": line.there,
    }


@require_POST
def back_up(request: HttpRequest) -> HttpResponse:
    """A backup is being made; the page shows it once it is there."""
    services.backup_ask(actor_of(request))
    messages.success(request, _("The backup is being made. It stands in the list when it is done."))
    return redirect("system:system")


@require_POST
def retry(request: HttpRequest, message_id: int) -> HttpResponse:
    """Failed work is tried again."""
    services.work_retry(actor_of(request), message_id=message_id)
    messages.success(request, _("It is tried again now."))
    return redirect("system:system")


@never_cache
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Accounts by name, 50 at a time."""
    wanted = request.GET.get("q", "").replace("\0", "").strip()[:60]
    after = request.GET.get("after", "").replace("\0", "")[:60]
    lines, following = accounts.accounts_page(actor_of(request), wanted=wanted, after=after)
    context = {"table": _people_table(lines), "next": following, "wanted": wanted, "after": after}
    return render(request, "system/people.html", context)


def _people_table(lines: list[accounts.AccountLine]) -> Table:
    columns = (
        Column(_("Account"), '<a href="{0}">{1}</a>', lead=True),
        Column(_("Appointments"), "{2}"),
        Column(_("Last signed in"), "{3}"),
        Column(_("Second factor"), "{4}"),
        Column(_("State"), "{5}"),
    )
    rows = [
        (
            reverse("system:person", args=[one.username]),
            one.username,
            "；".join(one.hats) or "—",
            _minute(one.last_sign_in) if one.last_sign_in else _("never"),
            _("yes") if one.has_factor else _("no"),
            _("can sign in") if one.is_active else _("closed"),
        )
        for one in lines
    ]
    return Table(_("Accounts"), columns, rows)


def _minute(at: dt.datetime) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M}"


@never_cache
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, username: str) -> HttpResponse:
    """One account, and what the operator can do for it."""
    actor = actor_of(request)
    link = ""
    if request.method == "POST":
        authorise(actor, "system.people")
        link = _done(request, username)
        if not accounts.logins().filter(username=username).exists():  # it has no name any more
            return redirect("system:people")
    line, n_sessions = accounts.account_get(actor, username=username)
    context = {"line": line, "n_sessions": n_sessions, "link": link, "may": actor.may}
    return render(request, "system/person.html", context)


def _done(request: HttpRequest, username: str) -> str:
    """Carry out what was pressed; returns the link to show, if that was asked for."""
    actor, act = actor_of(request), request.POST.get("act", "")
    try:
        if act == "link":
            return _link(request, username)
        if act == "close":
            services.account_close(actor, username=username)
            messages.success(request, _("The account is closed and signed out everywhere."))
        elif act == "open":
            services.account_open(actor, username=username)
            messages.success(request, _("The account can sign in again."))
        elif act == "factors":
            n = services.factors_drop(actor, username=username)
            messages.success(request, _("%(n)s second factors removed.") % {"n": n})
        elif act == "erase":
            person_erase(actor, username=username, reason=request.POST.get("reason", ""))
            messages.success(request, _("The person's name is erased. What was done stays."))
        elif act == "sessions":
            n = services.sessions_end(actor, username=username)
            messages.success(request, _("Signed out of %(n)s browsers.") % {"n": n})
    except DomainError as error:
        messages.warning(request, str(error))
    return ""


def _link(request: HttpRequest, username: str) -> str:
    login_id, token = services.password_link(actor_of(request), username=username)
    return request.build_absolute_uri(reverse("system:welcome", args=[login_id, token]))


@never_cache
@require_http_methods(["GET", "POST"])
def new_person(request: HttpRequest) -> HttpResponse:
    """A new account; its page then shows the link with which the person sets the password."""
    actor = authorise(actor_of(request), "system.people")
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        place = accounts.place_of(form.cleaned_data["at"].strip())
        if not place:
            form.add_error("at", _("No organisation has this code or name. Look it up first."))
        elif _made(request, form, place):
            username = form.cleaned_data["username"]
            line, n = accounts.account_get(actor, username=username)
            messages.success(request, _("The account is there. Hand the link to the person."))
            context = {"line": line, "n_sessions": n, "link": _link(request, username)}
            return render(request, "system/person.html", {**context, "may": actor.may})
    status = 422 if form.errors else 200
    return render(request, "system/new_person.html", {"form": form}, status=status)


def _made(request: HttpRequest, form: AccountForm, place: str) -> bool:
    said = form.cleaned_data
    unknown = secrets.token_urlsafe(32)  # nobody's: the link sets the first one
    account = Account(said["username"], unknown, said["person_name"].strip(), said["role"], place)
    actor = actor_of(request)
    try:
        made = accounts_set_up(actor, accounts=[account], valid_from=clock.city_today())
    except Invalid as error:
        form.add_error("role", str(error))
        return False
    if made:
        return True
    form.add_error("username", _("This account name is taken. Choose another."))
    return False


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest, login_id: int, token: str) -> HttpResponse:
    """Whoever holds the link chooses the account's password, once."""
    login = accounts.logins().filter(pk=login_id).first()
    fits = login is not None and accounts.token_fits(login, token)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and fits and form.is_valid():
        try:
            services.password_choose(
                actor_of(request),
                login_id=login_id,
                token=token,
                password=form.cleaned_data["password"],
            )
        except DomainError as error:
            form.add_error("password", str(error))
        else:
            messages.success(request, _("The password is set. Sign in with it."))
            return redirect("orgs:sign_in")
    context = {"form": form, "username": login.username if login and fits else ""}
    status = 404 if not fits else 422 if form.errors else 200
    return render(request, "system/welcome.html", context, status=status)
