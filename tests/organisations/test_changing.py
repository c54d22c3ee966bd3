"""Units are renamed, recoded, moved, closed, led by others: records stay, sums stay."""

import datetime as dt

import pytest

from niangjia.blocks.desk.public import inbox_groups
from niangjia.blocks.orgs.models import Organisation, Placement
from niangjia.blocks.orgs.public import (
    Account,
    Node,
    accounts_set_up,
    appointment_give,
    leader_change,
    organisation_close,
    organisation_move,
    organisation_recode,
    organisation_register,
    organisation_rename,
    organisation_reopen,
    organisations_set_up,
)
from niangjia.core import jobs
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.programmes.assistance_ledger.models import Purchase, Report
from niangjia.programmes.assistance_ledger.services import (
    period_open,
)
from niangjia.programmes.assistance_ledger.tests import books, given
from tests.organisations import state
from tests.organisations.test_merging import (
    IN_IT,
    TODAY,
    WHY,
    A,
    B,
    C,
    both,
    merge,
    one,
    opened,
    report,
    seen,
    step,
)

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


@pytest.fixture(autouse=True)
def city(db):
    given.city()


def test_a_renamed_unit_is_found_by_both_names():
    city = given.actor("city")
    with pytest.raises(Invalid):
        organisation_rename(
            city, organisation_ref=one(A).ref, name="新名", since=dt.date(2020, 4, 1), reason=WHY
        )
    organisation_rename(
        city, organisation_ref=one(A).ref, name="示例新工会", since=TODAY, reason="更名批复"
    )
    given.take(given.purchase(1, unit_name=A, unit_uscc=""), given.purchase(2))
    assert set(Purchase.objects.values_list("unit__name", flat=True)) == {"示例新工会"}
    with pytest.raises(NotFound):
        organisation_rename(
            given.actor("district_b"),
            organisation_ref=one("示例新工会").ref,
            name="别名工会",
            since=TODAY,
            reason=WHY,
        )


def test_a_corrected_code_is_checked_and_the_old_one_still_finds_it():
    city, unit = given.actor("city"), one(A)
    for wrong in ("123", "91110101MA00A1B2X0", ""):
        with pytest.raises(Invalid):
            organisation_recode(city, organisation_ref=unit.ref, uscc=wrong, reason=WHY)
    organisation_recode(city, organisation_ref=unit.ref, uscc=state.CODE.lower(), reason=WHY)
    given.take(given.purchase(1), given.purchase(2, unit_uscc=state.CODE))
    assert set(Purchase.objects.values_list("unit_id", flat=True)) == {unit.pk}
    with pytest.raises(Conflict, match="示例甲工会"):
        organisation_recode(city, organisation_ref=one(B).ref, uscc=state.CODE, reason=WHY)


def test_a_unit_takes_over_the_code_and_the_name_of_what_was_merged_into_it():
    city, unit = given.actor("city"), one(B)
    said = {"organisation_ref": unit.ref, "reason": "以证书为准"}
    merge(A, B)
    Organisation.objects.filter(pk=one(A).pk).update(uscc=state.CODE, key=f"uscc:{state.CODE}")
    organisation_recode(city, uscc=state.CODE, **said)
    organisation_rename(city, name=A, since=TODAY, **said)
    assert list(Organisation.objects.filter(name=A).values_list("uscc", flat=True)) == [
        state.CODE,
        state.CODE,
    ]
    given.take(
        given.purchase(1, unit_uscc=state.CODE),
        given.purchase(2, unit="乙"),
        given.purchase(3, unit_name=B, unit_uscc=""),
        given.purchase(4, unit_name=A, unit_uscc=""),
    )
    assert set(Purchase.objects.values_list("unit_id", flat=True)) == {unit.pk}
    with pytest.raises(Conflict, match=A):
        organisation_recode(city, organisation_ref=one(C).ref, uscc=state.CODE, reason="以证书为准")


def test_a_closed_unit_reports_no_later_period_and_keeps_its_records():
    opened()
    city, unit = given.actor("city"), one(C)
    given.take(given.purchase(3, unit="丙", occurred_on=IN_IT))
    for day in (dt.date(2018, 12, 31), dt.date(2020, 3, 18)):
        with pytest.raises(Invalid):
            organisation_close(city, organisation_ref=unit.ref, last_day=day, reason="撤销")
    organisation_close(
        city, organisation_ref=unit.ref, last_day=dt.date(2019, 12, 31), reason="撤销"
    )
    assert report(C).case.state == "draft"
    period_open(city, period="2020Q1")
    jobs.settle()
    assert not Report.objects.filter(period_id="2020Q1", unit=unit).exists()
    given.take(given.purchase(4, unit="丙"))  # late, of the open period: somebody has to report it
    assert report(C, "2020Q1").case.state == "draft"
    organisation_reopen(city, organisation_ref=unit.ref, reason="恢复")
    assert one(C).valid_to is None


def test_a_period_that_was_open_when_the_unit_had_closed_before_is_let_go():
    period_open(given.actor("city"), period="2020Q1")
    jobs.settle()
    city, unit = given.actor("city"), one(C)
    organisation_close(
        city, organisation_ref=unit.ref, last_day=dt.date(2019, 12, 31), reason="撤销"
    )
    assert report(C, "2020Q1").case.state == "exempt"
    organisation_reopen(city, organisation_ref=unit.ref, reason="恢复")
    assert report(C, "2020Q1").case.state == "draft"


def move(name, parent, tree="territory", by="city", since=TODAY):
    organisation_move(
        given.actor(by),
        organisation_ref=one(name).ref,
        tree=tree,
        parent_ref=one(parent).ref if parent else "",
        since=since,
        reason="区划调整",
    )
    jobs.settle()


def test_a_moved_unit_keeps_the_codes_of_its_records_and_the_new_district_sees_them():
    opened()
    merge(C, A)
    move(A, "朝阳区")
    assert {one(name).district_code for name in (A, C)} == {"110105"}
    state.check()
    assert seen("district")[0] == 0 and seen("district_b")[0] == 2
    assert Purchase.objects.get(contract_no="HT-1").district_code == "110101"
    assert report(A).district_code == "110105"
    given.take(given.purchase(9))
    assert Purchase.objects.get(contract_no="HT-9").district_code == "110105"
    stood = Placement.objects.filter(organisation=one(A), tree="territory").order_by("id")
    assert list(stood.values_list("parent__name", "valid_from", "valid_to")) == [
        ("东城区", given.SINCE, TODAY - dt.timedelta(days=1)),
        ("朝阳区", TODAY, None),
    ]


def test_a_street_takes_what_stands_beneath_it_along():
    organisations_set_up(
        given.SYSTEM,
        nodes=[
            Node("示例街道", "node", "street", code="110101001", territory="110101"),
            Node("示例丁小学", "buyer", "事业单位", uscc=state.CODE, territory="110101001"),
        ],
        valid_from=given.SINCE,
    )
    merge(C, "示例丁小学")
    given.take(given.purchase(1, unit="丙"))
    move("示例街道", "朝阳区")
    state.check()
    assert {one(name).district_code for name in ("示例街道", "示例丁小学", C)} == {"110105"}
    assert (seen("district")[0], seen("district_b")[0]) == (0, 1)
    with pytest.raises(Invalid, match="beneath itself"):
        move("朝阳区", "示例街道")


def test_a_report_that_waits_follows_its_unit_to_the_other_district():
    opened()
    for who, name in (
        ("clerk", "enter"),
        ("checker", "check"),
        ("head", "sign"),
        ("clerk", "send"),
    ):
        step(who, name, A)
    move(A, "朝阳区")
    assert inbox_groups(given.actor("district")) == []
    assert [g.kind for g in inbox_groups(given.actor("district_b"))] == ["report.accept"]
    step("district_b", "accept", A)


def test_moves_that_make_no_sense_are_refused():
    before = state.of_everything()
    for name, parent, tree, by, error in (
        (A, "教育系统工会", "territory", "city", Invalid),
        (A, "东城区", "territory", "city", Invalid),
        (A, "东城区", "line", "city", Invalid),
        ("北京市总工会", "东城区", "territory", "city", Invalid),
        (A, "朝阳区", "territory", "district", Invalid),
        (A, "东城区", "territory", "district_b", NotFound),
    ):
        with pytest.raises(error):
            move(name, parent, tree, by)
    with pytest.raises(Invalid):
        move(A, "朝阳区", since=TODAY + dt.timedelta(days=1))
    assert state.of_everything() == before
    move(A, "", "line")
    assert one(A).line_code == "unassigned"


def test_a_unit_is_registered_by_hand_once_and_reports():
    period_open(given.actor("city"), period="2020Q1")
    values = {"category": "buyer", "name": "示例己工会", "uscc": state.CODE}
    ref = organisation_register(given.actor("district"), **values, territory_ref=one("东城区").ref)
    jobs.settle()
    assert Organisation.objects.get(ref=ref).district_code == "110101"
    assert report("示例己工会", "2020Q1").case.state == "draft"
    with pytest.raises(Conflict):
        organisation_register(given.actor("city"), **values)
    with pytest.raises(Invalid):
        organisation_register(given.actor("district"), category="buyer", name="示例庚工会")


def test_a_district_moves_nothing_out_of_its_hands_and_a_supplier_stands_in_no_tree():
    given.take(*both())
    supplier = "唐县示例合作社"
    paths = {name: one(name).territory_path for name in (A, supplier)}
    with pytest.raises(Invalid):
        move(A, "", by="district")
    with pytest.raises(Invalid):
        move(supplier, "东城区")
    with pytest.raises(Invalid):
        move("东城区", "未归口", tree="line")
    assert {name: one(name).territory_path for name in paths} == paths
    state.check()


def test_the_next_head_signs_and_the_one_before_does_not():
    city, at = given.actor("city"), one(A).ref
    accounts_set_up(
        given.SYSTEM,
        accounts=[
            Account("next", "示例口令-2020", "示例新", "member", "110000"),
            Account("clerk_c", "示例口令-2020", "示例丙", "clerk", f"uscc:{given.UNITS['丙']}"),
        ],
        valid_from=given.SINCE,
    )
    opened()
    step("clerk", "enter", A)
    step("checker", "check", A)
    change = {"organisation_ref": at, "role": "head", "since": TODAY, "reason": "换届"}
    for who in ("checker", "clerk", "nobody", "city"):
        with pytest.raises(Invalid):
            leader_change(city, username=who, **change)
    with pytest.raises(Denied):
        leader_change(given.actor("district"), username="next", **change)
    merge(C, A)  # whose clerk enters for A since
    with pytest.raises(Invalid, match="enters or checks"):
        leader_change(city, username="clerk_c", **change)
    assert leader_change(city, username="next", **change) == 1
    with pytest.raises(Denied):
        step("head", "sign", A)
    assert step("next@示例甲工会", "sign", A) == "signed"


def test_a_form_that_is_behind_changes_nothing():
    ref, change = one(A).ref, {"since": TODAY, "reason": WHY, "was": A}
    organisation_rename(given.actor("city"), organisation_ref=ref, name="示例新甲工会", **change)
    for who in ("city", "district"):
        with pytest.raises(Conflict, match="meanwhile"):
            organisation_rename(
                given.actor(who), organisation_ref=ref, name="示例别甲工会", **change
            )
    assert Organisation.objects.get(ref=ref).name == "示例新甲工会"


def test_two_of_one_name_need_a_code_each():
    city = given.actor("city")
    same = {"category": "buyer", "name": A, "territory_ref": one("东城区").ref}
    with pytest.raises(Conflict, match="nothing tells the two apart"):
        organisation_register(city, **same)
    organisation_register(city, **same, uscc=books.whole("811101010000000099"))
    assert Organisation.objects.filter(name=A).count() == 2


def test_a_role_is_held_only_where_it_reaches_no_further_than_the_place():
    city, school = given.actor("city"), one(A).pk
    for role in ("city", "auditor", "leader", "secrecy", "operator", "district", "supplier"):
        with pytest.raises(Invalid, match="cannot be held"):
            appointment_give(
                city, username="member", organisation_id=school, role=role, valid_from=TODAY
            )
    with pytest.raises(Invalid, match="cannot be held"):
        accounts_set_up(
            given.SYSTEM,
            accounts=[Account("too_much", "示例口令-2020", "示例过", "city", one(A).key)],
            valid_from=TODAY,
        )
    assert appointment_give(
        city, username="member", organisation_id=school, role="checker", valid_from=TODAY
    )
    office = one("东城区").pk
    with pytest.raises(Invalid):
        appointment_give(
            city, username="member", organisation_id=office, role="leader", valid_from=TODAY
        )
