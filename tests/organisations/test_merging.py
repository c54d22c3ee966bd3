"""Units and suppliers are merged and split: records stay, sums stay."""

import datetime as dt

import pytest

from niangjia.blocks.desk.public import inbox_groups
from niangjia.blocks.indicators.public import snapshot
from niangjia.blocks.orgs.models import Organisation
from niangjia.blocks.orgs.public import (
    buyers_in_force,
    obstacles_between,
    organisation_split,
    organisations_merge,
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
    split(B, by="district_b")
    assert one(B).succeeded_by is None


def test_a_district_does_not_undo_a_merge_that_would_put_a_unit_elsewhere():
    merge()  # from the one district into the other
    with pytest.raises(Conflict, match="outside your district"):
        split(by="district_b")
    assert obstacles_between(given.actor("district_b"), ref=one(A).ref, into_ref=one(B).ref)
    assert one(A).succeeded_by == one(B)
    split()
    assert one(A).succeeded_by is None
