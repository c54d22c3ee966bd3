"""Every registered service refuses who is not signed in and who lacks the permission."""

import pytest
from django.apps import apps
from django.db import connections

from niangjia.core.actor import ANONYMOUS, ROLES, Actor, declared_permissions, system_actor
from niangjia.core.errors import Denied, NotSignedIn, ProgrammingError
from niangjia.core.service import (
    FACT,
    NOTHING,
    PUBLIC,
    PUBLIC_SERVICES,
    SIGNED_IN,
    registered_services,
    service,
)

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


def _everything():
    """Number of rows of every table."""
    counts = {}
    for alias in ("default", "keys"):
        with connections[alias].cursor() as cursor:
            for table in sorted(connections[alias].introspection.table_names(cursor)):
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                counts[alias, table] = cursor.fetchone()[0]
    return counts


def _outsider(permission):
    if permission == SIGNED_IN:  # a key for programs is no person who signed in
        return Actor(name="路人", role="clerk", login_id=10**9, only=frozenset())
    lacking = [role for role in ROLES if role not in declared_permissions()[permission]]
    return Actor(name="路人", role=lacking[0], login_id=10**9)


def test_there_are_services():
    names = {one.name for one in registered_services()}
    assert {"assistance_ledger.purchases_take", "places.counties_import"} <= names


def test_every_service_refuses_anonymous_and_wrong_roles_and_changes_nothing():
    before = _everything()
    for one in registered_services():
        if one.permission == PUBLIC:
            assert one.name in PUBLIC_SERVICES
            continue
        for nobody in (ANONYMOUS, None, "city"):
            with pytest.raises(NotSignedIn):
                one.call(nobody)
        with pytest.raises(Denied):
            one.call(_outsider(one.permission))
    assert _everything() == before


def test_every_permission_of_a_service_is_declared():
    for one in registered_services():
        own = one.permission in (PUBLIC, SIGNED_IN)
        assert own or one.permission in declared_permissions()


def test_every_room_has_its_own_config_class():
    for label in ("core", "places", "orgs", "ledger", "indicators", "intake", "assistance_ledger"):
        assert type(apps.get_app_config(label)).__name__.endswith("Config")
        assert type(apps.get_app_config(label)).__module__.endswith(f"{label}.apps")


@service(permission="places.load", records=FACT)
def forgetful(work, /):
    """Declares a fact and records none."""


@service(permission="places.load", records=NOTHING)
def nested(work, /):
    """Calls another service."""
    forgetful(work.actor)


def test_a_service_that_promises_a_fact_must_record_one():
    with pytest.raises(ProgrammingError, match="recorded no fact"):
        forgetful(system_actor("test"))


def test_a_service_never_calls_a_service():
    with pytest.raises(ProgrammingError, match="called by service"):
        nested(system_actor("test"))
