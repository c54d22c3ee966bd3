"""Erasing what is known of a person: the key is destroyed, so every copy of the sealed values is
unreadable; the entries and their proofs stand. The fact names the key's random id alone."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs import facts
from niangjia.blocks.orgs.models import Contact, KnownSession, Login, SecondFactor
from niangjia.blocks.orgs.selectors import has_running_appointment
from niangjia.core import clock, seal
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact
from niangjia.core.outbox import handles
from niangjia.core.service import FACT, service
from niangjia.core.work import Work

ERASE = "orgs.erase"
OWNER = "orgs"
NAMELESS = "erased-"


@service(permission="people.erase", records=FACT)
def person_erase(work: Work, /, *, username: str, reason: str) -> None:
    """Nobody can read the person's name any more, here or in a copy; the account is nameless.

    Raises NotFound, Conflict (can still sign in, or is appointed still), Invalid (no reason).
    """
    login = Login.objects.filter(username=username).select_related("person").first()
    if login is None:
        raise NotFound(_("There is no account “%(account)s”."), account=username)
    if login.is_active or has_running_appointment(login.person_id, clock.city_today()):
        raise Conflict(
            _("Close the account and end its appointments first. Nothing was erased."),
            code="person_in_office",
        )
    _erase(work, f"person:{login.person.ref}", reason)
    _make_nameless(login)


@service(permission="people.erase", records=FACT)
def contact_erase(work: Work, /, *, ref: str, reason: str) -> None:
    """Nobody can read a supplier's contact any more. Raises NotFound, Conflict, Invalid."""
    if not Contact.objects.filter(ref=ref).exists():
        raise NotFound(_("There is no such contact."))
    _erase(work, f"contact:{ref}", reason)
    Contact.objects.filter(ref=ref).update(digest=f"erased:{ref}")


def _erase(work: Work, owner: str, reason: str) -> None:
    """The fact is recorded, and the key goes once that is committed."""
    if not 2 <= len(reason.strip()) <= 200:
        raise Invalid(
            _("Say why it is erased (2 to 200 characters)."),
            fields={"reason": str(_("2 to 200 characters"))},
        )
    key = seal.key_ref(owner)
    if key is None:
        raise Conflict(_("This was erased already."), code="erased_already")
    values = {"key": key, "reason": reason.strip()}
    work.record(Fact(facts.ERASED, f"key:{key}", work.at, values, {BUSINESS: OWNER}))
    work.send(ERASE, {"key": key})


def forget_erased() -> None:
    """After a restore: accounts and contacts whose keys are gone are nameless again, too."""
    people = {f"person:{ref}": ref for ref in seal.erased_refs("person")}
    named = Login.objects.exclude(username__startswith=NAMELESS)
    for login in named.filter(person__ref__in=people.values()):
        _make_nameless(login)
    for ref in seal.erased_refs("contact"):
        Contact.objects.filter(ref=ref).update(digest=f"erased:{ref}")


def _make_nameless(login: Login) -> None:
    nameless = f"{NAMELESS}{secrets.token_hex(6)}"
    rows = Login.objects.filter(pk=login.pk)
    rows.update(username=nameless, password=make_password(None), is_active=False)
    SecondFactor.objects.filter(login=login).delete()
    KnownSession.objects.filter(login=login).delete()


@handles(ERASE)
def erase(payload: Mapping[str, Any]) -> None:
    """The key is gone; again and again with the same outcome."""
    seal.erase_refs([str(payload["key"])])
