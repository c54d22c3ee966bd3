"""Appointments and leave: who holds a role, from when to when, and who stands in."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs.changing import reason_of, refused
from niangjia.blocks.orgs.facts import APPOINTED, DELEGATED, RELIEVED, RETURNED
from niangjia.blocks.orgs.models import Appointment, Delegation, Login, Organisation, Person
from niangjia.blocks.orgs.rules import role_fits
from niangjia.core import clock
from niangjia.core.actor import ROLES
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact
from niangjia.core.service import FACT, SIGNED_IN, service
from niangjia.core.work import Work

LONGEST_DAYS = 185


@service(permission="orgs.appoint", records=FACT)
def appointment_give(
    work: Work, /, *, username: str, organisation_id: int, role: str, valid_from: dt.date
) -> int:
    """The account's person holds the role at the organisation from that day; returns its id.

    Raises NotFound, Invalid (no such role), Conflict (held already).
    """
    person, at = _person_and_place(username, organisation_id)
    if role not in ROLES:
        raise Invalid(_("There is no such role."), code="role_unknown")
    return _give(work, person, at, role, valid_from)


def refuse_misplaced(role: str, at: Organisation) -> None:
    """Invalid if such a role cannot be held there: it would reach further than the place."""
    if not role_fits(role, at.category, at.kind):
        raise refused(
            "role",
            _("This role cannot be held at “%(name)s”. Choose a role that fits, or another place."),
            name=at.name,
        )


def _give(
    work: Work, person: Person, at: Organisation, role: str, since: dt.date, reason: str = ""
) -> int:
    refuse_misplaced(role, at)
    held = Appointment.objects.filter(person=person, organisation=at, role=role)
    if held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=since)).exists():
        raise Conflict(_("This person holds the role there already."), code="held_already")
    made = Appointment.objects.create(person=person, organisation=at, role=role, valid_from=since)
    values = {
        "organisation": at.ref,
        "person": person.ref,
        "role": role,
        "valid_from": since.isoformat(),
        "reason": reason or None,
    }
    owners = {BUSINESS: f"org:{at.ref}"}
    work.record(Fact(APPOINTED, f"organisation:{at.ref}", work.at, values, owners))
    return made.pk


@service(permission="orgs.appoint", records=FACT)
def appointment_end(
    work: Work,
    /,
    *,
    username: str,
    organisation_id: int,
    role: str,
    last_day: dt.date,
    reason: str = "",
) -> None:
    """The appointment ends with that day. Raises NotFound."""
    person, at = _person_and_place(username, organisation_id)
    held = Appointment.objects.filter(person=person, organisation=at, role=role)
    if not held.filter(valid_to__isnull=True).update(valid_to=last_day):
        raise NotFound(_("There is no such appointment in force."))
    _relieved(work, person, at, role, last_day, reason)


def _relieved(
    work: Work, person: Person, at: Organisation, role: str, last_day: dt.date, reason: str
) -> None:
    values = {
        "organisation": at.ref,
        "person": person.ref,
        "role": role,
        "valid_to": last_day.isoformat(),
        "reason": reason.strip()[:200] or None,
    }
    owners = {BUSINESS: f"org:{at.ref}"}
    work.record(Fact(RELIEVED, f"organisation:{at.ref}", work.at, values, owners))


LED = ("head", "checker", "leader")  # roles that one person holds after another
OTHER_EYES = {"head": ("clerk", "canteen", "checker"), "checker": ("clerk", "canteen", "head")}


@service(permission="orgs.appoint", records=FACT)
def leader_change(
    work: Work,
    /,
    *,
    organisation_ref: str,
    role: str,
    username: str,
    since: dt.date,
    reason: str,
) -> int:
    """From that day the account's person, and nobody else, holds the role there.

    role: `head`, `checker` or `leader`. What waits for the role waits for the new one. Returns how
    many appointments ended. Raises NotFound, Invalid (role, oneself, day, reason; the person
    enters or checks what the role signs), Conflict (held already).
    """
    why = reason_of(reason)
    at = Organisation.objects.filter(ref=organisation_ref, succeeded_by__isnull=True).first()
    if at is None:
        raise NotFound(_("There is no such organisation."))
    if role not in LED:
        raise refused("role", _("Choose whose place is taken."))
    if since < at.valid_from:
        raise refused("since", _("It stands like this only since %(day)s."), day=at.valid_from)
    person = _next_one(work, username.strip())
    _keep_four_eyes(person, at, role, since)
    roles = Appointment.objects.filter(Q(organisation=at) | Q(organisation__succeeded_by=at))
    held = roles.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=since), role=role)
    ended = list(held.exclude(person=person).select_related("person", "organisation"))
    last = since - dt.timedelta(days=1)
    for one in ended:
        one.valid_to = max(last, one.valid_from)
        one.save(update_fields=["valid_to"])
        _relieved(work, one.person, one.organisation, role, one.valid_to, why)
    _give(work, person, at, role, since, why)
    return len(ended)


def _next_one(work: Work, username: str) -> Person:
    login = Login.objects.select_related("person").filter(username=username, is_active=True).first()
    if login is None:
        raise refused("username", _("There is no account of this name."))
    if login.pk == work.actor.login_id:
        raise refused("username", _("You cannot appoint yourself: let a colleague do it."))
    return login.person


def _keep_four_eyes(person: Person, at: Organisation, role: str, since: dt.date) -> None:
    """Who enters or checks a report does not sign it too."""
    others = Appointment.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=since),
        Q(organisation=at) | Q(organisation__succeeded_by=at),
        person=person,
        role__in=OTHER_EYES.get(role, ()),
    )
    if others.exists():
        raise refused(
            "username",
            _(
                "This person enters or checks the same reports there, and four eyes must see them. "
                "End that appointment first, or name somebody else."
            ),
        )


def _person_and_place(username: str, organisation_id: int) -> tuple[Person, Organisation]:
    login = Login.objects.select_related("person").filter(username=username).first()
    at = Organisation.objects.filter(pk=organisation_id).first()
    if login is None or at is None:
        raise NotFound(_("There is no such account or organisation."))
    return login.person, at


@service(permission=SIGNED_IN, records=FACT)
def delegation_give(
    work: Work,
    /,
    *,
    appointment_id: int,
    deputy_username: str,
    first: dt.date,
    last: dt.date,
    reason: str = "",
) -> str:
    """A deputy acts under the actor's own appointment on these days; returns its ref.

    What the deputy does carries the deputy's name. Raises NotFound (not the actor's appointment, no
    such account), Invalid (oneself, days, who enters or checks the same reports there), Conflict
    (given already).
    """
    held = _own(work, appointment_id)
    deputy = Login.objects.select_related("person").filter(username=deputy_username.strip()).first()
    if deputy is None or not deputy.is_active:
        message = _("There is no account of this name.")
        raise NotFound(message)
    _check_days(first, last)
    _check_deputy(deputy.person, held, first)
    try:
        with transaction.atomic():
            made = Delegation.objects.create(
                ref=work.new_id(),
                appointment=held,
                deputy=deputy.person,
                valid_from=first,
                valid_to=last,
                reason=reason.strip()[:100],
                given_at=work.at,
            )
    except IntegrityError as error:
        raise Conflict(
            _("This deputy stands in from that day already."), code="delegated_already"
        ) from error
    work.record(_delegation_fact(work, DELEGATED, made))
    return made.ref


def _check_deputy(deputy: Person, held: Appointment, first: dt.date) -> None:
    """Somebody else, who does not enter or check what the holder decides."""
    if deputy.pk == held.person_id:
        message = _("Name somebody else: you cannot stand in for yourself.")
        raise Invalid(message, code="own_deputy", fields={"deputy": str(message)})
    try:
        at = held.organisation.succeeded_by or held.organisation
        _keep_four_eyes(deputy, at, held.role, first)
    except Invalid as error:
        raise Invalid(str(error), code="four_eyes", fields={"deputy": str(error)}) from error


def _own(work: Work, appointment_id: int) -> Appointment:
    mine = Appointment.objects.select_related("organisation", "person")
    person = Login.objects.filter(pk=work.actor.login_id or 0).values("person_id")
    held = mine.filter(pk=appointment_id, person__in=person).first()
    if held is None:
        raise NotFound(_("This appointment is not yours, or has ended. Choose one from the list."))
    return held


def _check_days(first: dt.date, last: dt.date) -> None:
    wrong: object = ""
    if last < first:
        wrong = _("The last day lies before the first.")
    elif last < clock.city_today():
        wrong = _("These days are over.")
    elif (last - first).days > LONGEST_DAYS:
        wrong = _("At most half a year at a time. For longer, somebody else is appointed.")
    if wrong:
        raise Invalid(wrong, code="days", fields={"last": str(wrong)})


@service(permission=SIGNED_IN, records=FACT)
def delegation_end(work: Work, /, *, delegation_ref: str) -> None:
    """The actor is back: the deputy stands in no more. Raises NotFound."""
    person = Login.objects.filter(pk=work.actor.login_id or 0).values("person_id")
    rows = Delegation.objects.select_related("appointment__organisation", "deputy")
    made = rows.filter(ref=delegation_ref, appointment__person__in=person).first()
    ended = Delegation.objects.filter(ref=delegation_ref, ended_at__isnull=True)
    if made is None or not ended.update(ended_at=work.at):
        raise NotFound(_("There is no such delegation in force."))
    work.record(_delegation_fact(work, RETURNED, made))


def _delegation_fact(work: Work, kind: object, made: Delegation) -> Fact:
    held = made.appointment
    values = {
        "organisation": held.organisation.ref,
        "role": held.role,
        "deputy": made.deputy.ref,
        "valid_from": made.valid_from.isoformat(),
        "valid_to": made.valid_to.isoformat(),
    }
    return Fact(
        kind,  # type: ignore[arg-type]
        f"organisation:{held.organisation.ref}",
        work.at,
        values,
        {BUSINESS: f"org:{held.organisation.ref}"},
    )
