"""One person, two appointments: acts under one at a time, never under another's."""

import datetime as dt

import pytest

from niangjia.blocks.orgs.public import Account, Node, accounts_set_up, organisations_set_up
from niangjia.core.actor import system_actor

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
SYSTEM = system_actor("test city")
SINCE = dt.date(2019, 1, 1)
CODES = ("81110101000000001X", "81110105000000002X")


@pytest.fixture
def signed_in(client):
    nodes = [
        Node("北京市总工会", "node", "city", code="110000"),
        Node("未定区", "node", "virtual_district", code="unplaced", territory="110000"),
        Node("未归口", "node", "virtual_line", code="unassigned"),
        Node("示例甲工会", "buyer", "工会", uscc=CODES[0]),
        Node("示例乙工会", "buyer", "工会", uscc=CODES[1]),
    ]
    organisations_set_up(SYSTEM, nodes=nodes, valid_from=SINCE)
    at = [f"uscc:{code}" for code in CODES]
    accounts = [
        Account("two", "示例口令-2020", "示例甲", "checker", at[0], (("clerk", at[1]),)),
        Account("one", "示例口令-2020", "示例乙", "clerk", at[0]),
    ]
    accounts_set_up(SYSTEM, accounts=accounts, valid_from=SINCE)

    def enter(name):
        from niangjia.blocks.orgs.models import Login

        client.force_login(
            Login.objects.get(username=name), "django.contrib.auth.backends.ModelBackend"
        )
        return client

    return enter


def appointments(username):
    from niangjia.blocks.orgs.models import Appointment, Login

    person = Login.objects.get(username=username).person
    return list(Appointment.objects.filter(person=person).order_by("id"))


def test_the_hat_chosen_is_the_one_acted_under(signed_in):
    client = signed_in("two")
    first, second = appointments("two")
    for hat in (second, first):
        answer = client.post("/me/hat", {"appointment": hat.pk}, follow=True)
        assert answer.status_code == 200
        actor = answer.context["chosen"]
        assert (actor.role, actor.organisation_id) == (hat.role, hat.organisation_id)


def test_the_hat_of_another_person_is_refused_and_nothing_changes(signed_in):
    client = signed_in("one")
    before = client.get("/me").context["chosen"]
    assert client.post("/me/hat", {"appointment": appointments("two")[0].pk}).status_code == 403
    after = client.get("/me").context["chosen"]
    assert (after.role, after.organisation_id) == (before.role, before.organisation_id)
