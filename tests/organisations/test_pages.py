"""Pages of the register: who sees what, what an action asks, where it leads."""

import datetime as dt

import pytest
from django.test import Client

from niangjia.blocks.desk.exports import rows_of
from niangjia.blocks.orgs.models import Login, Organisation
from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.tests import given

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
LIST = "/desk/organisations"
CODE = "91110101MA00A1B2X4"


@pytest.fixture(autouse=True)
def city(db):
    given.city()
    given.take(
        given.purchase(1, unit_name="示例甲工会委员会", unit_uscc="", district="东城区"),
        given.purchase(2),
    )


def client(name):
    found = Client(headers={"Accept-Language": "en"})
    found.force_login(
        Login.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend"
    )
    return found


def one(name):
    return Organisation.objects.get(name=name)


def page(who, address, status=200):
    answer = client(who).get(address)
    assert answer.status_code == status
    return answer.content.decode()


def test_each_office_sees_its_own_and_others_nothing():
    assert "示例乙工会" in page("city", LIST)
    text = page("district", LIST)
    assert "示例甲工会" in text and "示例乙工会" not in text and "唐县示例合作社" in text
    page("clerk", LIST, 403)
    page("district", f"{LIST}/{one('示例乙工会').ref}", 404)
    for act in ("rename", "close", "code", "merge"):  # told at once, not after the form
        page("district", f"{LIST}/{one('唐县示例合作社').ref}/{act}", 403)
    assert "东城区" in page("city", f"{LIST}?text=东城") and "东城区" in page(
        "district", f"{LIST}?text=东城"
    )
    for act in ("rename", "close", "territory", "merge"):
        page("auditor", f"{LIST}/{one('示例甲工会').ref}/{act}", 403)
    page("district", f"{LIST}/{one('示例甲工会').ref}/leader", 403)
    page("city", f"{LIST}/{one('示例甲工会').ref}/nothing", 404)


def test_what_may_be_the_same_elsewhere_is_told_to_those_who_see_it():
    same = given.purchase(3, unit_name="示例甲 工会委员会", unit_uscc=CODE, district="朝阳区")
    given.take(same)
    ref, other = one("示例甲工会委员会").ref, one("示例甲 工会委员会").ref
    for address in (LIST, f"{LIST}/{ref}"):
        assert other in page("city", address) and other not in page("district", address)


def test_the_page_of_other_sources_names_no_unit_out_of_sight():
    assert "示例乙工会" not in page("district", f"/desk/sources?unit={one('示例乙工会').pk}")


def test_the_list_is_narrowed_by_name_initials_code_and_state():
    for text in ("甲工会", "sljgh", "8111010100"):
        found = page("city", f"{LIST}?text={text}")
        assert "示例甲工会" in found and "示例乙工会" not in found
    assert "Nothing matches" in page("city", f"{LIST}?text=没有这个")
    found = page("city", f"{LIST}?state=to_confirm")
    assert "示例甲工会委员会" in found and "similar name: 示例甲工会" in found
    assert "Nothing matches" in page("city", f"{LIST}?state=closed")


def test_those_chosen_are_confirmed_together_and_the_list_comes_back():
    refs = list(Organisation.objects.filter(to_confirm=True).values_list("ref", flat=True))
    answer = client("city").post(
        f"{LIST}/confirm", {"ref": refs, "query": "state=to_confirm", "back": "1"}, follow=True
    )
    assert answer.redirect_chain == [(f"{LIST}?state=to_confirm", 302)]
    assert "Confirmed: 1." in answer.content.decode()
    odd = {"ref": refs, "query": "text=甲\nX: y", "back": "1"}
    assert client("city").post(f"{LIST}/confirm", odd).status_code == 302


def test_a_merge_shows_both_sides_first():
    goes, stays = one("示例甲工会委员会"), one("示例甲工会")
    assert f"?into={stays.ref}" in page("city", f"{LIST}/{goes.ref}/merge")
    address = f"{LIST}/{goes.ref}/merge?into={stays.ref}"
    text = page("district", address)
    assert "311.00" in text and "Together 2 records and 622.00 yuan" in text
    refused = client("district").post(address, {"reason": ""})
    assert refused.status_code == 422 and one("示例甲工会委员会").succeeded_by is None
    done = client("district").post(address, {"reason": "同一单位"}, follow=True)
    jobs.settle()
    assert "No record and no sum has changed" in done.content.decode()
    text = page("city", f"{LIST}/{goes.ref}")
    assert "merged into" in text and "Undo the merge" in text
    found = [row[0] for row in rows_of("organisations", given.actor("city"), {"query": ""}).rows]
    assert "示例甲工会" in found and "示例甲工会委员会" not in found
    client("city").post(f"{LIST}/{goes.ref}/split", {"reason": "有误"})
    assert one("示例甲工会委员会").succeeded_by is None


@pytest.mark.parametrize(
    ("act", "data", "what"),
    [
        ("rename", {"name": "示例新工会", "since": "2020-03-01"}, {"name": "示例新工会"}),
        ("code", {"uscc": CODE}, {"uscc": CODE}),
        ("close", {"last_day": "2020-03-01"}, {"valid_to": dt.date(2020, 3, 1)}),
        ("territory", {"parent_ref": "朝阳区", "since": "2020-03-01"}, {"district_code": "110105"}),
        ("line", {"parent_ref": "", "since": "2020-03-01"}, {"line_code": "unassigned"}),
    ],
)
def test_each_action_asks_for_a_reason_and_is_done(act, data, what):
    pk, ref = one("示例甲工会").pk, one("示例甲工会").ref
    if data.get("parent_ref"):
        data = {**data, "parent_ref": one(data["parent_ref"]).ref}
    address = f"{LIST}/{ref}/{act}"
    assert "What it changes" in page("city", address)
    assert client("city").post(address, data).status_code == 422
    assert client("city").post(address, {**data, "reason": "批复"}).status_code == 302
    assert Organisation.objects.filter(pk=pk, **what).exists()


def test_a_wrong_code_is_told_beside_its_field():
    answer = client("city").post(
        f"{LIST}/{one('示例甲工会').ref}/code", {"uscc": "91110101MA00A1B2X5", "reason": "更正"}
    )
    assert answer.status_code == 422
    assert "is not a unified social credit code" in answer.content.decode()


def test_one_is_registered_by_hand():
    data = {"category": "supplier", "name": "唐县新合作社", "uscc": CODE, "kind": ""}
    answer = client("city").post(f"{LIST}/new", data, follow=True)
    assert "唐县新合作社" in answer.content.decode() and not one("唐县新合作社").to_confirm
    again = client("city").post(f"{LIST}/new", {**data, "name": "另一合作社"})
    assert again.status_code == 422 and "is registered under this already" in again.content.decode()
    assert client("district").get(f"{LIST}/new").status_code == 200


def test_a_district_is_offered_to_confirm_only_what_is_its_own():
    unit, supplier = one("示例甲工会委员会"), one("唐县示例合作社")
    Organisation.objects.filter(pk=supplier.pk).update(to_confirm=True)
    waiting = f"{LIST}?state=to_confirm"
    for who, may in (("city", True), ("district", False)):
        text = page(who, waiting)
        assert f'name="ref" value="{unit.ref}"' in text
        assert (f'name="ref" value="{supplier.ref}"' in text) is may


def test_a_unit_is_found_by_the_end_of_its_code():
    given.take(given.purchase(5, unit_name="示例尾号工会", unit_uscc=CODE, district="东城区"))
    jobs.settle()
    assert "示例尾号工会" in page("city", f"{LIST}?text={CODE[-4:]}")


def test_a_merge_stands_in_the_history_of_both():
    goes, stays = one("示例甲工会委员会"), one("示例甲工会")
    address = f"{LIST}/{goes.ref}/merge?into={stays.ref}"
    assert client("city").post(address, {"reason": "同一单位"}).status_code == 302
    jobs.settle()
    assert "merged into another: 示例甲工会委员会" in page("city", f"{LIST}/{stays.ref}")
    assert client("city").get(address).status_code == 302  # nothing is shown twice as much
