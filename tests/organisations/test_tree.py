"""The two trees: every unit in use stands once below each top, whoever looks sees its own part."""

import pytest
from django.test import Client

from niangjia.blocks.orgs.models import Login, Organisation
from niangjia.blocks.orgs.public import (
    organisation_close,
    organisation_register,
    organisations_merge,
    organisations_tree,
)
from niangjia.core import clock, jobs
from niangjia.core.errors import Denied, NotFound
from niangjia.programmes.assistance_ledger.tests import given

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
WHY = "示例原因"


@pytest.fixture(autouse=True)
def city(db):
    given.city()


def ref(name):
    return Organisation.objects.get(name=name).ref


def walk(who, tree, at="", seen=None):
    """Names of all units that can be reached, each as often as it is met."""
    page = organisations_tree(given.actor(who), tree=tree, ref=at)
    found = [one.name for one in page.leaves]
    nowhere = [one.name for one in page.leaves if one.nowhere]
    assert page.n_leaves == len(found)
    for branch in page.branches:
        below = walk(who, tree, branch.ref)
        assert branch.n == len(below), branch.name
        found += below
    assert page.at is None or page.at.n == len(found) - len(nowhere)
    assert not nowhere or not at
    return found


def test_what_stands_nowhere_yet_is_met_at_the_top():
    organisation_register(given.actor("city"), category="buyer", name="示例无处工会")
    for tree in ("territory", "line"):
        leaves = organisations_tree(given.actor("city"), tree=tree).leaves
        assert ("示例无处工会", True) in {(one.name, one.nowhere) for one in leaves}
        assert sorted(walk("city", tree)) == in_use()


def in_use():
    rows = Organisation.objects.filter(category="buyer", valid_to=None)
    return sorted(rows.values_list("name", flat=True))


def test_every_unit_stands_once_in_each_tree():
    assert in_use() and sorted(walk("city", "territory")) == in_use()
    assert sorted(walk("city", "line")) == in_use()


def test_what_was_closed_or_merged_stands_there_no_more():
    city = given.actor("city")
    organisations_merge(
        city, organisation_ref=ref("示例甲工会"), into_ref=ref("示例乙工会"), reason=WHY
    )
    today = clock.city_today()
    organisation_close(city, organisation_ref=ref("示例丙医院"), last_day=today, reason=WHY)
    assert sorted(walk("city", "territory")) == sorted(walk("city", "line")) == in_use()
    assert not {"示例甲工会", "示例丙医院"} & set(in_use())


def test_a_district_walks_in_its_own_tree_alone():
    rows = Organisation.objects.filter(category="buyer", valid_to=None, district_code="110101")
    own = sorted(rows.values_list("name", flat=True))
    page = organisations_tree(given.actor("district"))
    assert page.at.name == "东城区" and [name for _ref, name in page.way] == ["东城区"]
    assert own and sorted(walk("district", "territory")) == own
    assert sorted(walk("district", "line")) == own
    for other in ("朝阳区", "北京市总工会", "示例甲工会"):
        with pytest.raises(NotFound):
            organisations_tree(given.actor("district"), ref=ref(other))
    with pytest.raises(Denied):
        organisations_tree(given.actor("clerk"))


def test_many_units_below_one_office_come_in_pages_by_name():
    place = ref("东城区")
    for number in range(65):
        organisation_register(
            given.actor("city"),
            category="buyer",
            name=f"示例分页{number:03d}工会",
            territory_ref=place,
        )
    names, after = [], ""
    while True:
        page = organisations_tree(given.actor("city"), ref=place, after=after)
        names += [one.name for one in page.leaves]
        if not page.next:
            break
        after = page.next
    assert names == sorted(names) and len(names) == page.n_leaves == len(set(names)) >= 65


def test_the_page_leads_down_and_back_up_again():
    jobs.settle()
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(
        Login.objects.get(username="city"), backend="django.contrib.auth.backends.ModelBackend"
    )
    top = client.get("/desk/organisations/tree").content.decode()
    down = f"?tree=territory&amp;at={ref('东城区')}"
    assert down in top
    page = client.get(
        f"/desk/organisations/tree?tree=territory&at={ref('东城区')}"
    ).content.decode()
    assert f"?tree=territory&amp;at={ref('北京市总工会')}" in page
    assert f"/desk/organisations/{ref('示例甲工会')}" in page
    assert client.get("/desk/organisations/tree?at=nothing").status_code == 404
    line = client.get("/desk/organisations/tree?tree=line").content.decode()
    assert f"?tree=line&amp;at={ref('未归口')}" in line
    assert down in client.get(f"/desk/organisations/{ref('示例甲工会')}").content.decode()
