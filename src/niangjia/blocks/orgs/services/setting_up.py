"""Writes of orgs: setting up the trees, accounts, and the journal of signing in."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from niangjia.blocks.orgs import rules
from niangjia.blocks.orgs.models import (
    Appointment,
    KnownSession,
    Login,
    Organisation,
    Person,
)
from niangjia.blocks.orgs.services.appointing import refuse_misplaced
from niangjia.blocks.orgs.steps import registered, stand
from niangjia.core import clock, seal
from niangjia.core.service import FACT, JOURNAL, PUBLIC, service
from niangjia.core.work import Work

BATCH = 200
KEPT = dt.timedelta(hours=24)  # a session lasts 12 hours


@dataclass(frozen=True, slots=True)
class Node:
    """An organisation to set up. territory, line: codes or keys of its parents, parents first."""

    name: str
    category: str
    kind: str
    code: str = ""
    uscc: str = ""
    region_code: str = ""
    territory: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """An account to set up. at: key or code of the organisation; also: further (role, at)."""

    username: str
    password: str
    person_name: str
    role: str
    at: str
    also: tuple[tuple[str, str], ...] = ()


@service(permission="orgs.set_up", records=FACT)
def organisations_set_up(work: Work, /, *, nodes: Sequence[Node], valid_from: dt.date) -> int:
    """The organisations stand in both trees; those already there are left. Returns how many new.

    nodes: parents before what stands below them.
    """
    places = {row.code or row.key: row for row in Organisation.objects.all()}
    n_new = 0
    waiting: dict[str, tuple[Node, Organisation]] = {}
    for node in nodes:
        handle = node.code or rules.key_of(node.uscc, node.name)
        if handle in places or handle in waiting:
            continue
        if len(waiting) == BATCH or {node.territory, node.line} & waiting.keys():
            n_new += _set_up(work, waiting, places, valid_from)
            waiting = {}
        waiting[handle] = node, _organisation(work, node, places, valid_from)
    n_new += _set_up(work, waiting, places, valid_from)
    if not n_new:
        work.repeated()
    return n_new


def _organisation(
    work: Work, node: Node, places: Mapping[str, Organisation], valid_from: dt.date
) -> Organisation:
    return Organisation(
        ref=work.new_id(),
        category=node.category,
        kind=node.kind,
        key=f"code:{node.code}" if node.code else rules.key_of(node.uscc, node.name),
        name=node.name,
        short_name=rules.short_name(node.name),
        uscc=node.uscc,
        code=node.code,
        region_code=node.region_code,
        valid_from=valid_from,
        district_code=_district(node, places.get(node.territory)),
        line_code=_line(node, places.get(node.line)),
    )


def _set_up(
    work: Work,
    waiting: Mapping[str, tuple[Node, Organisation]],
    places: dict[str, Organisation],
    valid_from: dt.date,
) -> int:
    """Insert what waits, with its places in both trees and its facts."""
    if not waiting:
        return 0
    rows = [row for _node, row in waiting.values()]
    Organisation.objects.bulk_create(rows)
    ids = dict(Organisation.objects.filter(ref__in=[r.ref for r in rows]).values_list("ref", "pk"))
    for row in rows:
        row.pk = ids[row.ref]
    parents = [(places.get(n.territory), places.get(n.line)) for n, _row in waiting.values()]
    stand(rows, parents, valid_from)
    work.record_many([registered(row) for row in rows])
    places.update((handle, row) for handle, (_node, row) in waiting.items())
    return len(rows)


def _district(node: Node, above: Organisation | None) -> str:
    if node.kind in ("district", "virtual_district"):
        return node.code
    return above.district_code if above else rules.UNPLACED


def _line(node: Node, beside: Organisation | None) -> str:
    if node.kind in ("line", "virtual_line"):
        return node.code
    return beside.line_code if beside else rules.UNASSIGNED


@service(permission="orgs.set_up", records=JOURNAL)
def accounts_set_up(work: Work, /, *, accounts: Sequence[Account], valid_from: dt.date) -> int:
    """Each account exists with its appointments; those already there are left.

    Raises Invalid (a role that cannot be held there); then none is made.
    """
    places = {row.code or row.key: row for row in Organisation.objects.all()}
    have = set(Login.objects.values_list("username", flat=True))
    fresh = [account for account in accounts if account.username not in have]
    hashed = {one: make_password(one) for one in {account.password for account in fresh}}
    for account in fresh:
        ref = work.new_id()
        person = Person.objects.create(
            ref=ref, sealed_name=seal.seal(f"person:{ref}", account.person_name.encode("utf-8"))
        )
        login = Login(username=account.username, person=person, password=hashed[account.password])
        login.save()
        for role, at in ((account.role, account.at), *account.also):
            refuse_misplaced(role, places[at])
            Appointment.objects.create(
                person=person, organisation=places[at], role=role, valid_from=valid_from
            )
    work.journal("orgs.accounts_set_up", n=len(fresh))
    return len(fresh)


@service(permission=PUBLIC, records=JOURNAL)
def sign_in_note(
    work: Work,
    /,
    *,
    username_known: bool,
    outcome: str,
    session_key: str = "",
    device: str = "",
) -> None:
    """A sign-in, a refusal or a sign-out is in the journal, and the session among the person's."""
    login_id = work.actor.login_id
    if outcome == "signed_in" and session_key and login_id is not None:
        now = clock.real_now()
        KnownSession.objects.filter(login_id=login_id, seen_at__lt=now - KEPT).delete()
        KnownSession.objects.create(
            ref=work.new_id(),
            login_id=login_id,
            key=session_key,
            device=device[:80],
            signed_in_at=now,
            seen_at=now,
        )
    elif outcome == "signed_out" and session_key:
        KnownSession.objects.filter(key=session_key).delete()
    work.journal(f"orgs.{outcome}", known=username_known)
