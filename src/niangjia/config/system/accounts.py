"""Accounts as the operator keeps them: names and rights, never what people do or are called."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs.public import key_of, known, known_code, nodes
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise
from niangjia.ui.words import role_name

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account in a list. hats: appointments in force, `role at organisation`."""

    username: str
    is_active: bool
    last_sign_in: dt.datetime | None
    has_factor: bool
    hats: tuple[str, ...]


def logins() -> "QuerySet[Any]":
    """All accounts."""
    return get_user_model()._default_manager.all()


def login_named(username: str) -> Any:
    """The account. Raises NotFound."""
    found = logins().filter(username=username).select_related("person").first()
    if found is None:
        raise NotFound(_("There is no account “%(account)s”."), account=username)
    return found


def accounts_page(
    actor: Actor, *, wanted: str = "", after: str = ""
) -> tuple[list[AccountLine], str]:
    """(accounts by name, name after which the next page begins or an empty text).

    wanted: how the name begins. Raises NotSignedIn, Denied.
    """
    authorise(actor, "system.look")
    rows = logins().filter(username__gt=after).order_by("username")
    if wanted:
        rows = rows.filter(username__startswith=wanted)
    found = list(rows.select_related("person")[: PER_PAGE + 1])
    lines = [_line(row) for row in found[:PER_PAGE]]
    return lines, lines[-1].username if len(found) > PER_PAGE else ""


def account_get(actor: Actor, *, username: str) -> tuple[AccountLine, int]:
    """(the account, browsers signed in). Raises NotSignedIn, Denied, NotFound."""
    authorise(actor, "system.look")
    login = login_named(username)
    return _line(login), login.sessions.count()


def _line(login: Any) -> AccountLine:
    today = clock.city_today()
    in_time = Q(valid_to__isnull=True) | Q(valid_to__gte=today)
    held = login.person.appointments.filter(in_time, valid_from__lte=today).order_by("id")
    hats = held.values_list("role", "organisation__name")
    return AccountLine(
        username=login.username,
        is_active=login.is_active,
        last_sign_in=login.last_login,
        has_factor=login.factors.exists(),
        hats=tuple(f"{role_name(role)} · {name}" for role, name in hats),
    )


def place_of(text: str) -> str:
    """What `orgs` knows an organisation by, from its code or whole name; empty if there is none."""
    for category in ("node", "department"):
        if known(category, [f"code:{text}"]):
            return text
    for code, name in nodes("city", "district", "line", "street"):
        if name == text:
            return code
    for category in ("buyer", "supplier"):
        code = known_code(category, text)
        for key in (key_of(code or text, ""), key_of("", text)):
            if known(category, [key]):
                return key
    return ""


def token_of(login: Any) -> str:
    """Opens the page where the account's password is chosen, once, for three days."""
    return default_token_generator.make_token(login)


def token_fits(login: Any, token: str) -> bool:
    return bool(login.is_active and default_token_generator.check_token(login, token))
