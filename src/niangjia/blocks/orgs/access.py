"""Reads of a person's ways in: factors, sessions, keys; and the actor that a key stands for."""

import datetime as dt
import hashlib
from dataclasses import dataclass, replace

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs.models import AccessToken, Delegation, Login, Person
from niangjia.blocks.orgs.selectors import HAT, actor_of, actor_under, person_name
from niangjia.core import clock
from niangjia.core.actor import ANONYMOUS, Actor, declared_scopes
from niangjia.core.errors import DomainError, NotSignedIn
from niangjia.core.http import API
from niangjia.ui.words import SCOPE_NAMES, role_name

USED_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Cover:
    """A delegation as shown. who: the deputy, or for whom; running: today is in it."""

    ref: str
    who: str
    role: str
    organisation: str
    first: dt.date
    last: dt.date
    reason: str
    running: bool


def delegations_of(login: Login) -> tuple[list[Cover], list[Cover]]:
    """(given by this person, covered by this person), not over yet, by first day."""
    today = clock.city_today()
    rows = Delegation.objects.filter(ended_at__isnull=True, valid_to__gte=today)
    rows = rows.select_related("appointment__organisation").order_by("valid_from", "id")
    given = rows.filter(appointment__person_id=login.person_id).select_related("deputy")
    covered = rows.filter(deputy_id=login.person_id).select_related("appointment__person")
    return (
        [_cover(row, row.deputy, today) for row in given],
        [_cover(row, row.appointment.person, today) for row in covered],
    )


def _cover(row: Delegation, who: Person, today: dt.date) -> Cover:
    return Cover(
        ref=row.ref,
        who=person_name(bytes(who.sealed_name)),
        role=role_name(row.appointment.role),
        organisation=row.appointment.organisation.name,
        first=row.valid_from,
        last=row.valid_to,
        reason=row.reason,
        running=row.valid_from <= today <= row.valid_to,
    )


def factors_of(login: Login) -> list[dict[str, object]]:
    """Second factors, oldest first."""
    rows = login.factors.order_by("id")
    return [dict(row) for row in rows.values("ref", "kind", "title", "added_at", "used_at")]


def sessions_of(login: Login, here: str) -> list[dict[str, object]]:
    """Browsers signed in, the newest first. here: key of the session that asks."""
    rows = login.sessions.order_by("-signed_in_at")
    return [
        {
            "ref": one.ref,
            "device": one.device,
            "signed_in_at": one.signed_in_at,
            "here": one.key == here,
        }
        for one in rows
    ]


def tokens_of(login: Login) -> list[dict[str, object]]:
    """Keys for programs, the newest first; those revoked or over for 30 days are left out."""
    ago = clock.real_now() - dt.timedelta(days=30)
    rows = login.tokens.filter(Q(revoked_at__isnull=True) | Q(revoked_at__gt=ago))
    now = clock.real_now()
    return [
        {
            "ref": one.ref,
            "title": one.title,
            "scopes": [str(SCOPE_NAMES.get(scope, scope)) for scope in one.scopes],
            "expires_at": one.expires_at,
            "last_used_at": one.last_used_at,
            "works": one.revoked_at is None and one.expires_at > now,
        }
        for one in rows.filter(expires_at__gt=ago).order_by("-id")
    ]


def scopes_open_to(actor: Actor) -> list[tuple[str, object]]:
    """(scope, name) of what the actor's role can let a program do."""
    return [
        (scope, SCOPE_NAMES.get(scope, scope))
        for scope, permissions in sorted(declared_scopes().items())
        if any(actor.may(permission) for permission in permissions)
    ]


def actor_of_request(request: HttpRequest) -> Actor:
    """The request's actor; ANONYMOUS if nobody is signed in."""
    given = request.headers.get("Authorization", "")
    if given.startswith("Bearer ") and request.path.startswith(API):
        return actor_of_token(given.removeprefix("Bearer ").strip())
    user = getattr(request, "user", None)
    if user is None or isinstance(user, AnonymousUser) or not user.is_authenticated:
        return ANONYMOUS
    return actor_of(user, request.session.get(HAT))


def actor_of_token(secret: str) -> Actor:
    """The actor that a key stands for, held to its scopes. Raises NotSignedIn."""
    now = clock.real_now()
    row = AccessToken.objects.filter(
        digest=hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
    ).first()
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        raise NotSignedIn(_("This key is not known, was revoked, or is over. Make a new one."))
    try:
        actor = actor_under(row.login_id, row.organisation_id, row.role)
    except DomainError as error:
        raise NotSignedIn(str(error)) from error
    if row.last_used_at is None or now - row.last_used_at > USED_EVERY:
        AccessToken.objects.filter(pk=row.pk).update(last_used_at=now)
    scopes = declared_scopes()
    opened = frozenset().union(*(scopes.get(scope, frozenset()) for scope in row.scopes))
    return replace(actor, only=opened)
