"""The one way in: permission first, then one transaction with its facts."""

import functools
import random
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _

from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.errors import Denied, NotSignedIn, ProgrammingError
from niangjia.core.unavailable import CROSSED
from niangjia.core.work import FACT, JOURNAL, NOTHING, Records, Work

P = ParamSpec("P")
R = TypeVar("R")

PAUSES_S = (0.05, 0.2, 0.5)
PUBLIC = "public"
SIGNED_IN = "signed in"  # whoever is, under any hat
# Services open to visitors; everything else refuses who is not signed in.
PUBLIC_SERVICES = frozenset(
    {
        "orgs.sign_in_note",
        "config.password_choose",
        "donations.certificate_issue",
        "donations.code_check",
        "donations.code_send",
        "donations.consent_give",
        "donations.gift_begin",
    }
)


@dataclass(frozen=True, slots=True)
class Registered:
    """A service as the house knows it: `room.function`, its permission and what it records."""

    name: str
    permission: str
    records: Records
    call: Callable[..., object]


_services: dict[str, Registered] = {}
_running: ContextVar[str] = ContextVar("running_service", default="")


def registered_services() -> tuple[Registered, ...]:
    return tuple(_services[name] for name in sorted(_services))


def authorise(actor: object, permission: str) -> Actor:
    """The actor, if the hat holds `permission`; NotSignedIn or Denied otherwise."""
    if not isinstance(actor, Actor) or (not actor.signed_in and permission != PUBLIC):
        raise NotSignedIn(_("Please sign in first; nothing was changed."))
    if permission == SIGNED_IN and actor.only is not None:
        raise Denied(_("A key for programs cannot do this. Sign in on the site."))
    if permission not in (PUBLIC, SIGNED_IN) and not actor.may(permission):
        raise Denied(
            _("Your role does not include this. Ask your unit's head or the city office for it.")
        )
    return actor


def _check_left(work: Work, records: Records, name: str) -> None:
    if records is FACT and not work.n_facts and not work.is_repeat:
        raise ProgrammingError(f"{name} recorded no fact")
    if records is JOURNAL and not work.n_journal and not work.is_repeat:
        raise ProgrammingError(f"{name} left no journal entry")
    if records is not FACT and work.n_facts:
        raise ProgrammingError(f"{name} recorded facts but does not declare it")


def _again_if_crossed(once: Callable[..., R], *given: object) -> R:
    """What `once` gives; where two writers crossed (PostgreSQL ended one of them), once more.

    Where both wrote the same row the one who lost tries once more: it then finds the other's.
    """
    for pause in PAUSES_S:
        try:
            return once(*given)
        except IntegrityError:
            if connection.in_atomic_block:
                raise
            return once(*given)
        except OperationalError as error:
            crossed = getattr(error.__cause__, "sqlstate", None) in CROSSED
            if not crossed or connection.in_atomic_block:
                raise
            time.sleep(pause * (0.5 + random.random()))
    return once(*given)


def service(
    *, permission: str, records: Records
) -> Callable[[Callable[Concatenate[Work, P], R]], Callable[Concatenate[Actor, P], R]]:
    """Turn `f(work, /, ...)` into `f(actor, /, ...)`: refused before a read, or done whole.

    Raises NotSignedIn, Denied, and what the function raises; then nothing has changed.
    """

    def decorate(
        function: Callable[Concatenate[Work, P], R],
    ) -> Callable[Concatenate[Actor, P], R]:
        room = function.__module__.removeprefix("niangjia.").split(".")
        name = f"{room[1] if room[0] in ('blocks', 'programmes') else room[0]}.{function.__name__}"
        if permission == PUBLIC and name not in PUBLIC_SERVICES:
            raise ProgrammingError(f"{name} is not in the list of public services")

        def once(checked: Actor, args: Any, kwargs: Any) -> R:
            with transaction.atomic():
                work = Work(checked, clock.city_now())
                result = function(work, *args, **kwargs)
                _check_left(work, records, name)
            return result

        @functools.wraps(function)
        def call(actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
            checked = authorise(actor, permission)
            outer = _running.get()
            if outer:
                raise ProgrammingError(f"service {name} was called by service {outer}")
            token = _running.set(name)
            try:
                return _again_if_crossed(once, checked, args, kwargs)
            finally:
                _running.reset(token)

        _services[name] = Registered(name, permission, records, call)
        return call

    return decorate


__all__ = [
    "FACT",
    "JOURNAL",
    "NOTHING",
    "PUBLIC",
    "SIGNED_IN",
    "authorise",
    "registered_services",
    "service",
]
