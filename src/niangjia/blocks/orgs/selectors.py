"""Reads: who a request is, what an actor may see, names for pages."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs import rules
from niangjia.blocks.orgs.models import (
    Appointment,
    Contact,
    Delegation,
    Login,
    Organisation,
    Person,
)
from niangjia.blocks.orgs.types import ContactRef, Hat, Offices, OrgRef, Scope
from niangjia.core import clock, seal
from niangjia.core.actor import Actor
from niangjia.core.errors import Denied, NotFound

HAT = "hat"


def hats_of(login: Login) -> list[Hat]:
    """Appointments of a login's person in force today, oldest first, then those covered."""
    hats = [Hat(row[0], row[1], row[4], row[6], covered) for row, covered in _hat_rows(login)]
    return list({(one.role, one.organisation_id): one for one in reversed(hats)}.values())[::-1]


def has_running_appointment(person_id: int, on: dt.date) -> bool:
    """True if the person holds an appointment on that day or later."""
    in_time = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    return Appointment.objects.filter(in_time, person_id=person_id).exists()


def _in_force(person: Q) -> QuerySet[Appointment]:
    today = clock.city_today()
    in_time = Q(valid_to__isnull=True) | Q(valid_to__gte=today)
    return Appointment.objects.filter(person, in_time, valid_from__lte=today).order_by("id")


def _covered(person_id: int) -> Q:
    """Appointments whose holder is away and whose deputy is this person today."""
    today = clock.city_today()
    rows = Delegation.objects.filter(
        deputy_id=person_id, ended_at__isnull=True, valid_from__lte=today, valid_to__gte=today
    )
    return Q(pk__in=rows.values("appointment_id"))


def _hat_rows(login: Login) -> list[tuple[tuple[Any, ...], bool]]:
    mine = Q(person_id=login.person_id)
    rows = _in_force(mine | _covered(login.person_id)).values_list(*_WORN, *_OF_HEAD, "person_id")
    found = [(_at_head(row), row[-1] != login.person_id) for row in rows]
    return sorted(found, key=lambda one: one[1])


def _at_head(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The hat of an organisation that was merged is one of its successor."""
    own, head = row[: len(_WORN)], row[len(_WORN) : -1]
    return (*own[:4], *head) if head[0] else own


def actor_of(login: Login, appointment_id: int | None = None) -> Actor:
    """The actor of a login under one of its hats (the first by default).

    Under a covered hat it is still the deputy who acts.
    """
    rows = _hat_rows(login)
    if not rows:
        return Actor(name=login.username, login_id=login.pk)
    row, covered = next((one for one in rows if one[0][0] == appointment_id), rows[0])
    _id, role, sealed_name, person_ref, organisation_id, organisation_ref, name = row[:7]
    if covered:
        sealed_name, person_ref = Person.objects.values_list("sealed_name", "ref").get(
            pk=login.person_id
        )
    return Actor(
        name=person_name(bytes(sealed_name)),
        role=role,
        login_id=login.pk,
        person_ref=person_ref,
        organisation_id=organisation_id,
        organisation_ref=organisation_ref,
        organisation_name=name,
        covers=tuple((one[4], one[1]) for one, of_another in rows if of_another),
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
_OF_HEAD = (
    "organisation__succeeded_by_id",
    "organisation__succeeded_by__ref",
    "organisation__succeeded_by__name",
)


def offices_above(organisation_ids: Iterable[int]) -> dict[int, Offices]:
    """The district's and the city's office above each organisation, by territory."""
    nodes = Organisation.objects.filter(category="node", kind__in=("city", "district"))
    kinds = dict(nodes.values_list("id", "kind"))
    city = next((pk for pk, kind in kinds.items() if kind == "city"), 0)
    rows = Organisation.objects.filter(pk__in=set(organisation_ids))
    found = {}
    for pk, path in rows.values_list("id", "territory_path"):
        above = [int(part) for part in path.split("/") if part]
        district = next((one for one in above if kinds.get(one) == "district"), 0)
        found[pk] = Offices(district, city)
    return found


def person_name(sealed: bytes) -> str:
    """A person's name, or an empty text once erased."""
    try:
        return seal.unseal(sealed).decode("utf-8")
    except seal.Erased:
        return ""


def people_named(refs: Iterable[str]) -> dict[str, str]:
    """Names of people by their random ids; an empty text once erased."""
    rows = Person.objects.filter(ref__in=set(refs))
    return {ref: person_name(bytes(name)) for ref, name in rows.values_list("ref", "sealed_name")}


def actor_under(login_id: int, organisation_id: int | None, role: str) -> Actor:
    """The actor of a login under one appointment, for what goes on in the background.

    Raises Denied if that appointment, or the login, has ended meanwhile.
    """
    login = Login.objects.filter(pk=login_id, is_active=True).first()
    at = head_of(organisation_id or 0)
    for hat in hats_of(login) if login else ():
        if login and (hat.organisation_id, hat.role) == (at, role):
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
        of = actor.organisation_id
        before = Organisation.objects.filter(succeeded_by_id=of).order_by("id")
        return Scope(kind, id=of, ids=(of, *before.values_list("id", flat=True)))
    row = Organisation.objects.only("territory_path", "region_code").get(pk=actor.organisation_id)
    return Scope(kind, id=row.pk, path=row.territory_path, code=row.region_code)


def refs_in(scope: Scope) -> QuerySet[Organisation, str]:
    """Refs of what stands in a scope `beneath`, `unit` or `supplier`, to be used as a subquery."""
    rows = Organisation.objects.none()
    if scope.kind == "beneath" and scope.path:
        rows = Organisation.objects.filter(territory_path__startswith=scope.path)
    elif scope.kind in ("unit", "supplier"):
        rows = Organisation.objects.filter(pk__in=scope.ids)
    return rows.order_by().values_list("ref", flat=True)


def organisation(organisation_id: int) -> OrgRef:
    """One organisation by its id, merged or not. Raises NotFound."""
    row = Organisation.objects.filter(pk=organisation_id).values_list(*OF_REF).first()
    if row is None:
        raise NotFound(_("There is no such organisation."))
    return OrgRef(*row)


OF_REF = ("id", "ref", "name", "uscc", "district_code", "line_code", "to_confirm")


def county_office(code: str) -> OrgRef | None:
    """The assistance department of a county, by its GB/T 2260 code; None if none is registered."""
    rows = Organisation.objects.filter(
        category="department", region_code=code, succeeded_by__isnull=True
    )
    row = rows.order_by("id").values_list(*OF_REF).first()
    return OrgRef(*row) if row else None


def buyers_in_force(on: dt.date | None = None) -> list[OrgRef]:
    """All buying units that were not closed before a day (today) and not merged, by id."""
    on = on or clock.city_today()
    rows = Organisation.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        category="buyer",
        succeeded_by__isnull=True,
    )
    return [OrgRef(*values) for values in rows.order_by("id").values_list(*OF_REF)]


def buyers_closed(before: dt.date) -> list[OrgRef]:
    """All buying units that were closed before this day and not merged, by id."""
    rows = Organisation.objects.filter(
        category="buyer", valid_to__lt=before, succeeded_by__isnull=True
    )
    return [OrgRef(*values) for values in rows.order_by("id").values_list(*OF_REF)]


def organisations_of(ids: Iterable[int]) -> list[OrgRef]:
    """Organisations by their ids, merged or not."""
    rows = Organisation.objects.filter(pk__in=set(ids)).order_by("id")
    return [OrgRef(*values) for values in rows.values_list(*OF_REF)]


def head_of(organisation_id: int) -> int:
    """The id of what an organisation was merged into, else its own."""
    return heads_of([organisation_id])[organisation_id]


def heads_of(ids: Iterable[int]) -> dict[int, int]:
    """The same for several, by id."""
    wanted = set(ids)
    rows = Organisation.objects.filter(pk__in=wanted, succeeded_by__isnull=False)
    return {one: one for one in wanted} | dict(rows.values_list("id", "succeeded_by_id"))


def families_of(ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """By id: what it is found as today, and all that was merged into that."""
    heads = heads_of(ids)
    merged = predecessors_of(heads.values())
    return {
        one: (head, *(other.id for other in merged.get(head, ()))) for one, head in heads.items()
    }


def heads_by_ref(category: str) -> dict[str, str]:
    """Ref of each merged organisation of a category -> ref of what it was merged into."""
    rows = Organisation.objects.filter(category=category, succeeded_by__isnull=False)
    return dict(rows.values_list("ref", "succeeded_by__ref"))


def predecessors_of(ids: Iterable[int]) -> dict[int, list[OrgRef]]:
    """What was merged into each of these; those without are left out."""
    rows = Organisation.objects.filter(succeeded_by_id__in=set(ids)).order_by("id")
    found: dict[int, list[OrgRef]] = {}
    for head, *values in rows.values_list("succeeded_by_id", *OF_REF):
        found.setdefault(head, []).append(OrgRef(*values))
    return found


def roles_filled(organisation_id: int) -> set[str]:
    """Roles for which somebody has an appointment in force at an organisation."""
    at = Q(organisation_id=organisation_id) | Q(organisation__succeeded_by_id=organisation_id)
    return set(_in_force(at).values_list("role", flat=True))


def roles_misplaced() -> list[str]:
    """`account: role at organisation` of appointments in force whose role reaches further than
    their place: given before this was refused, or the place became another since."""
    rows = _in_force(Q(role__in=rules.far_reaching()))
    columns = ("organisation__category", "organisation__kind", "organisation__name")
    listed = rows.values_list("person__login__username", "role", *columns)
    return [
        f"{account}: {role} · {name}"
        for account, role, category, kind, name in listed
        if not rules.role_fits(role, category, kind)
    ]


def city_office() -> OrgRef:
    """The city's own node. Raises NotFound before the trees are set up."""
    row = Organisation.objects.filter(category="node", kind="city").order_by("id").first()
    return organisation(row.pk if row else 0)


def organisation_names(ids: Iterable[int]) -> dict[int, str]:
    return dict(Organisation.objects.filter(pk__in=set(ids)).values_list("id", "name"))


def nodes(*kinds: str) -> list[tuple[str, str]]:
    """(code, name) of the trees' nodes of these kinds (`district`, `line`), by code."""
    rows = Organisation.objects.filter(category="node", kind__in=kinds).order_by("code")
    return list(rows.values_list("code", "name"))


def contact(contact_id: int) -> tuple[ContactRef, str, str]:
    """(ref, name, phone) in plain; for services alone. Empty texts once the key was erased."""
    return _in_plain(Contact.objects.get(pk=contact_id))


def contacts_of(ids: Iterable[int]) -> dict[int, tuple[ContactRef, str, str]]:
    """The same for several, by id."""
    return {row.pk: _in_plain(row) for row in Contact.objects.filter(pk__in=set(ids))}


def _in_plain(row: Contact) -> tuple[ContactRef, str, str]:
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


def registered_names(category: str) -> list[str]:
    """Names of all organisations of a category (`buyer`, `supplier`) in force, by name."""
    rows = Organisation.objects.filter(category=category, valid_to=None).order_by("name")
    return list(rows.values_list("name", flat=True).distinct())


def known_code(category: str, name: str) -> str:
    """The code under which an organisation of this very name is registered, or an empty text."""
    rows = Organisation.objects.filter(category=category, name=name, valid_to=None)
    codes = list(rows.exclude(uscc="").values_list("uscc", flat=True)[:2])
    return codes[0] if len(codes) == 1 else ""
