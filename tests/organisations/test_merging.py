"""Units and suppliers are merged, split, renamed, moved, closed: records stay, sums stay."""

import datetime as dt

import pytest

from niangjia.blocks.desk.public import inbox_groups
from niangjia.blocks.indicators.public import snapshot
from niangjia.blocks.orgs.models import Organisation, Placement
from niangjia.blocks.orgs.public import (
    Account,
    Node,
    accounts_set_up,
    buyers_in_force,
    leader_change,
    organisation_close,
    organisation_move,
    organisation_recode,
    organisation_register,
    organisation_rename,
    organisation_reopen,
    organisation_split,
    organisations_merge,
    organisations_set_up,
)
from niangjia.core import jobs
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.programmes.assistance_ledger import figures
from niangjia.programmes.assistance_ledger.content import content_of, sums_by_unit
from niangjia.programmes.assistance_ledger.models import Purchase, Report
from niangjia.programmes.assistance_ledger.selectors import (
    Filters,
    ReportFilters,
    collection_get,
    purchases_page,
    purchases_total,
    report_get,
)
from niangjia.programmes.assistance_ledger.services import (
    period_close,
    period_open,
    purchase_reverse,
    report_decide,
)
from niangjia.programmes.assistance_ledger.tests import given
from tests.organisations import state

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
PERIOD = "2019Q4"
IN_IT = dt.date(2019, 11, 5)
TODAY = dt.date(2020, 3, 17)
CHAIN = (("clerk", "enter"), ("checker", "check"), ("head", "sign"), ("clerk", "send"))
WHY = "两个登记是同一单位"


@pytest.fixture(autouse=True)
def city(db):
    given.city()


def one(name):
    return Organisation.objects.get(name=name)


A, B, C = "示例甲工会", "示例乙工会", "示例丙医院"


def merge(name=A, into=B, by="city"):
    organisations_merge(
        given.actor(by), organisation_ref=one(name).ref, into_ref=one(into).ref, reason=WHY
    )
    jobs.settle()


def split(name=A, by="city"):
    organisation_split(given.actor(by), organisation_ref=one(name).ref, reason="合并有误")
    jobs.settle()


def opened(*rows):
    given.take(*(rows or both()))
    period_open(given.actor("city"), period=PERIOD)
    jobs.settle()


def both():
    return (
        given.purchase(1, occurred_on=IN_IT),
        given.purchase(2, unit="乙", occurred_on=IN_IT),
    )


def report(name, period=PERIOD):
    return Report.objects.select_related("case").get(unit__name=name, period_id=period)


def step(who, name, unit, **more):
    found = report(unit)
    return report_decide(
        given.actor(who), report_ref=found.ref, step=name, version=found.case.version, **more
    )


def reported(unit, mark="", district="district"):
    for who, name in (
        ("clerk", "enter"),
        ("checker", "check"),
        ("head", "sign"),
        ("clerk", "send"),
    ):
        step(f"{who}{mark}", name, unit)
    step(district, "accept", unit)


def seen(who):
    return purchases_total(given.actor(who), filters=Filters())


def test_a_unit_is_counted_once_and_no_sum_moves():
    given.take(*both())
    before, n_units = seen("city"), len(buyers_in_force(TODAY))
    cube = snapshot("purchases", ("2019-11",))[1]
    merge()
    assert seen("city") == before == (2, 62_200)
    assert len(buyers_in_force(TODAY)) == n_units - 1
    assert snapshot("purchases", ("2019-11",))[1] == cube
    heads = {one(A).ref: one(B).ref}
    counted = figures.with_heads(cube, heads)
    assert {key[-1] for key in counted} == {one(B).ref}
    assert sum(sums.fen for sums in counted.values()) == 62_200
    assert {pk: sums.fen for pk, sums in sums_by_unit(PERIOD).items()} == {one(B).pk: 62_200}
    assert Purchase.objects.get(contract_no="HT-1").unit.name == A


def test_people_of_both_see_both_and_the_district_of_the_successor():
    given.take(*both())
    assert [seen(who)[0] for who in ("clerk", "clerk_b", "district", "district_b")] == [1, 1, 1, 1]
    merge()
    assert given.actor("clerk").organisation_name == B
    assert [seen(who)[0] for who in ("clerk", "clerk_b", "district", "district_b")] == [2, 2, 0, 2]
    split()
    assert given.actor("clerk").organisation_name == A
    assert [seen(who)[0] for who in ("clerk", "clerk_b", "district", "district_b")] == [1, 1, 1, 1]


def test_the_list_of_a_unit_holds_what_was_recorded_before_it_was_merged():
    given.take(*both())
    ref, ref_before = one(B).ref, one(A).ref
    merge()
    for unit in (ref, ref_before):
        page = purchases_page(given.actor("city"), filters=Filters(unit=unit))
        assert (page.n, page.total_fen, page.names["unit"]) == (2, 62_200, B)


def test_an_import_that_names_the_old_code_or_the_old_name_means_the_successor():
    merge()
    given.take(given.purchase(1), given.purchase(2, unit_name=A, unit_uscc=""))
    assert set(Purchase.objects.values_list("unit__name", flat=True)) == {B}
    assert Organisation.objects.filter(category="buyer").count() == 3


def test_a_record_entered_before_the_merge_is_known_when_it_comes_again():
    row = given.purchase(1)
    given.take(row)
    merge()
    for again in (row, given.purchase(1, unit="乙")):
        assert given.take(again).repeated == (0,)
    changed = given.take(given.purchase(1, unit="乙", note="另一个备注"))
    assert list(changed.changed) == [0] and Purchase.objects.count() == 1


def test_a_delivery_without_invoice_is_known_after_its_supplier_was_merged():
    plain = {"invoice_no": "", "invoice_code": "", "contract_no": ""}
    row = given.purchase(1, supplier_name="唐县合作社", supplier_uscc="", **plain)
    given.take(row)
    merge("唐县合作社", "唐县示例合作社")
    for again in (row, given.purchase(1, **plain)):
        assert given.take(again).repeated == (0,)
    assert seen("supplier") == (1, 31_100)


def test_two_claims_on_one_invoice_by_what_is_one_unit_are_no_second_claim():
    given.take(given.purchase(1))
    merge()
    given.take(given.purchase(1, unit="乙", product="大米"))
    assert set(Purchase.objects.values_list("flags", flat=True)) == {""}


def test_merge_of_two_units_with_reports_in_the_same_period_is_refused():
    opened()
    step("clerk", "enter", A)
    step("clerk_b", "enter", B)
    before = state.of_everything()
    with pytest.raises(Conflict) as refused:
        merge()
    text = str(refused.value)
    assert "Q4 2019" in text and A in text and B in text and "Withdraw or return" in text
    assert state.of_everything() == before
    step("clerk", "withdraw", A)
    with pytest.raises(Conflict, match=r"1 records of “示例甲工会” would be added"):
        merge()
    step("clerk_b", "withdraw", B)
    merge()
    assert content_of(one(B).pk, PERIOD).sums.fen == 62_200


def test_a_report_under_way_is_refused_for_the_one_that_goes():
    opened()
    step("clerk", "enter", A)
    with pytest.raises(Conflict, match="let “示例甲工会” stay"):
        merge()
    with pytest.raises(Conflict, match="would be added"):
        merge(B, A)
    merge(C, A)  # nothing of it counts in the period
    assert report(A).case.state == "entered" and report(C).case.state == "merged"


def test_the_report_of_the_one_that_goes_is_neither_missing_nor_counted_twice():
    opened()
    merge()
    found = collection_get(given.actor("city"), period=PERIOD, filters=ReportFilters())
    assert (found.n["all"], found.n["missing"]) == (2, 2)
    assert report(A).counted_with == report(B)
    waiting = inbox_groups(given.actor("clerk"))
    assert [(group.kind, group.n) for group in waiting] == [("report.enter", 1)]
    with pytest.raises(NotFound):
        report_get(given.actor("city"), ref=report(A).ref)
    reported(B, "_b", "district_b")
    closed = period_close(given.actor("city"), period=PERIOD, reason="丙医院停业")
    assert (closed["n"], closed["fen"], closed["n_accepted"], closed["n_missing"]) == (
        2,
        62200,
        1,
        1,
    )


def test_reports_of_closed_periods_stand_as_they_were():
    opened()
    reported(A)
    reported(B, "_b", "district_b")
    period_close(given.actor("city"), period=PERIOD, reason="丙医院停业")
    merge()
    for name in (A, B):
        detail = report_get(given.actor("city"), ref=report(name).ref)
        assert detail.content.sums.fen == 31_100 and not detail.moved
    split()
    assert not report_get(given.actor("city"), ref=report(B).ref).moved


def test_a_period_opened_after_the_merge_has_one_report_and_a_split_gives_it_back():
    given.take(*both())
    merge()
    period_open(given.actor("city"), period=PERIOD)
    jobs.settle()
    assert (report(A).case.state, report(B).case.state) == ("merged", "draft")
    step("clerk_b", "enter", B)
    assert report(B).fen == 62_200
    with pytest.raises(Conflict, match="contains 1 records of “示例甲工会”"):
        split()
    step("clerk_b", "withdraw", B)
    split()
    assert report(A).case.state == "draft" and report(A).counted_with is None
    assert [content_of(one(name).pk, PERIOD).sums.fen for name in (A, B)] == [31_100, 31_100]
    assert inbox_groups(given.actor("clerk"))[0].kind == "report.enter"


def test_a_record_of_the_predecessor_is_taken_back_under_its_own_name():
    given.take(*both())
    merge()
    found = Purchase.objects.get(contract_no="HT-1")
    purchase_reverse(given.actor("clerk_b"), purchase_ref=found.ref, reason="重复登记")
    jobs.settle()
    cells = snapshot("purchases", ("2019-11",))[1]
    assert {key[-1]: sums.fen for key, sums in cells.items()} == {
        one(B).ref: 31_100,
        **({one(A).ref: 0} if len(cells) > 1 else {}),
    }


def test_merging_on_stays_flat_and_splits_apart_in_any_order():
    given.take(*both())
    merge(A, B)
    merge(B, C)
    assert {one(name).succeeded_by for name in (A, B)} == {one(C)}
    state.check()
    split(B)
    assert one(A).succeeded_by == one(B) and one(B).succeeded_by is None
    state.check()
    merge(B, C)
    split(A)
    assert one(A).succeeded_by is None and one(B).succeeded_by == one(C)
    state.check()


def test_what_cannot_be_merged_says_why_and_nothing_changes():
    before = state.of_everything()
    for name, into, error in (
        (A, A, Invalid),
        (A, "唐县示例合作社", Invalid),
        ("东城区", "朝阳区", Invalid),
    ):
        with pytest.raises(error):
            merge(name, into)
    for who in ("district", "district_b"):  # each has only one of the two
        with pytest.raises(NotFound):
            merge(by=who)
    for who in ("clerk", "head", "auditor", "leader"):
        with pytest.raises(Denied):
            merge(by=who)
    with pytest.raises(Invalid):
        organisations_merge(
            given.actor("city"), organisation_ref=one(A).ref, into_ref=one(B).ref, reason=" "
        )
    with pytest.raises(Conflict):
        split()
    assert state.of_everything() == before
    merge()
    with pytest.raises(Conflict, match="was merged into “示例乙工会” meanwhile"):
        merge(B, A)


def test_a_district_merges_within_its_own_tree():
    merge(B, C, by="district_b")
    assert one(B).succeeded_by == one(C)


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
