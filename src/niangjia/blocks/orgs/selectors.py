"""Reads: who a request is, what an actor may see, names for pages."""

import json
from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs import rules
from niangjia.blocks.orgs.models import Appointment, Contact, Login, Organisation
from niangjia.blocks.orgs.types import ContactRef, Hat, OrgRef, Scope
from niangjia.core import clock, seal
from niangjia.core.actor import ANONYMOUS, Actor
from niangjia.core.errors import Denied, NotFound

HAT = "hat"


def hats_of(login: Login) -> list[Hat]:
    """Appointments of a login's person in force today, oldest first."""
    rows = _in_force(login).values_list("id", "role", "organisation_id", "organisation__name")
    return [Hat(*row) for row in rows]


def _in_force(login: Login) -> QuerySet[Appointment]:
    today = clock.city_today()
    in_time = Q(valid_to__isnull=True) | Q(valid_to__gte=today)
    rows = Appointment.objects.filter(in_time, person_id=login.person_id, valid_from__lte=today)
    return rows.order_by("id")


def actor_of(login: Login, appointment_id: int | None = None) -> Actor:
    """The actor of a login under one of its hats (the first by default)."""
    hats = list(_in_force(login).values_list(*_WORN))
    if not hats:
        return Actor(name=login.username, login_id=login.pk)
    chosen = next((hat for hat in hats if hat[0] == appointment_id), hats[0])
    _id, role, sealed_name, person_ref, organisation_id, organisation_ref, name = chosen
    return Actor(
        name=person_name(bytes(sealed_name)),
        role=role,
        login_id=login.pk,
        person_ref=person_ref,
        organisation_id=organisation_id,
        organisation_ref=organisation_ref,
        organisation_name=name,
    )


_WORN = (
    "id",
    "role",
    "person__sealed_name",
    "person__ref",
    "organisation_id",
    "organisation__ref",
    "organisation__name",
)


def person_name(sealed: bytes) -> str:
    """A person's name, or an empty text once erased."""
    try:
        return seal.unseal(sealed).decode("utf-8")
    except seal.Erased:
        return ""


def actor_of_request(request: HttpRequest) -> Actor:
    """The request's actor; ANONYMOUS if nobody is signed in."""
    user = getattr(request, "user", None)
    if user is None or isinstance(user, AnonymousUser) or not user.is_authenticated:
        return ANONYMOUS
    return actor_of(user, request.session.get(HAT))


def actor_under(login_id: int, organisation_id: int | None, role: str) -> Actor:
    """The actor of a login under one appointment, for what goes on in the background.

    Raises Denied if that appointment, or the login, has ended meanwhile.
    """
    login = Login.objects.filter(pk=login_id, is_active=True).first()
    for hat in hats_of(login) if login else ():
        if login and (hat.organisation_id, hat.role) == (organisation_id, role):
            return actor_of(login, hat.appointment_id)
    raise Denied(_("The appointment under which this was begun has ended. Nothing was changed."))


def actor_by_account(account: str) -> Actor:
    """`clerk` or `clerk@组织名`: the actor of a command. Raises NotFound."""
    username, _sign, organisation = account.partition("@")
    login = Login.objects.filter(username=username, is_active=True).first()
    if login is None:
        raise NotFound(_("There is no account “%(account)s”."), account=username)
    if not organisation:
        return actor_of(login)
    for hat in hats_of(login):
        if hat.organisation_name == organisation:
            return actor_of(login, hat.appointment_id)
    raise NotFound(
        _("Account “%(account)s” has no appointment at “%(organisation)s”."),
        account=username,
        organisation=organisation,
    )


def scope_of(actor: Actor) -> Scope:
    """What of the records the actor may see today."""
    if actor.system:
        return Scope("all")
    kind = rules.SCOPE_OF_ROLE.get(actor.role, "none")
    if kind in ("all", "none") or actor.organisation_id is None:
        return Scope(kind if actor.organisation_id or kind == "none" else "none")
    if kind in ("unit", "supplier"):
        return Scope(kind, id=actor.organisation_id)
    row = Organisation.objects.only("territory_path", "region_code").get(pk=actor.organisation_id)
    return Scope(kind, id=row.pk, path=row.territory_path, code=row.region_code)


def organisation(organisation_id: int) -> OrgRef:
    """One organisation by its id. Raises NotFound."""
    row = Organisation.objects.filter(pk=organisation_id).first()
    if row is None:
        raise NotFound(_("There is no such organisation."))
    return OrgRef(
        row.pk, row.ref, row.name, row.uscc, row.district_code, row.line_code, row.to_confirm
    )


def organisation_names(ids: Iterable[int]) -> dict[int, str]:
    return dict(Organisation.objects.filter(pk__in=set(ids)).values_list("id", "name"))


def nodes(*kinds: str) -> list[tuple[str, str]]:
    """(code, name) of the trees' nodes of these kinds (`district`, `line`), by code."""
    rows = Organisation.objects.filter(category="node", kind__in=kinds).order_by("code")
    return list(rows.values_list("code", "name"))


def contact(contact_id: int) -> tuple[ContactRef, str, str]:
    """(ref, name, phone) in plain; for services alone. Empty texts once the key was erased."""
    row = Contact.objects.get(pk=contact_id)
    whom = ContactRef(row.pk, f"contact:{row.ref}")
    try:
        found = json.loads(seal.unseal(bytes(row.sealed)))
    except seal.Erased:
        return whom, "", ""
    return whom, found["name"], found["phone"]


def contact_masked(contact_id: int) -> tuple[str, str]:
    """(name, phone) of a contact, masked."""
    _whom, name, phone = contact(contact_id)
    return masked(name, phone)


def masked(name: str, phone: str) -> tuple[str, str]:
    """Name and phone with all but the first character and the last four digits hidden."""
    return name[:1] + "*" * (len(name) - 1), "*" * max(len(phone) - 4, 0) + phone[-4:]


def demonstration_accounts() -> list[tuple[str, str, str]]:
    """(username, first role, organisation) of every account, for the demonstration's sign-in."""
    rows = (
        Login.objects.filter(is_active=True)
        .order_by("id", "person__appointments__id")
        .values_list(
            "username", "person__appointments__role", "person__appointments__organisation__name"
        )
    )
    return list({row[0]: row for row in reversed(rows)}.values())[::-1]


def known_code(category: str, name: str) -> str:
    """The code under which an organisation of this very name is registered, or an empty text."""
    rows = Organisation.objects.filter(category=category, name=name, valid_to=None)
    codes = list(rows.exclude(uscc="").values_list("uscc", flat=True)[:2])
    return codes[0] if len(codes) == 1 else ""
