"""Three sources, one purchase: a platform's orders, the office's own sheet, the bank's payments."""

import datetime as dt

import pytest

from niangjia.blocks.indicators.public import differences, stored
from niangjia.blocks.intake.public import file_of, upload_get
from niangjia.blocks.ledger.public import audit, logged_facts
from niangjia.blocks.orgs.public import buyers_in_force, organisations_merge
from niangjia.core import jobs
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.core.facts import declared_kinds
from niangjia.programmes.assistance_ledger.importing import Import, bridge_holds
from niangjia.programmes.assistance_ledger.mending import report_into
from niangjia.programmes.assistance_ledger.models import Purchase, SourceLine, SourceMatch
from niangjia.programmes.assistance_ledger.projections import PURCHASES
from niangjia.programmes.assistance_ledger.selectors.sources import candidates
from niangjia.programmes.assistance_ledger.services import (
    purchase_correct,
    purchase_reverse,
    purchases_take,
    sources_aside,
    sources_back,
    sources_choose,
    sources_other,
    sources_part,
    sources_same,
)
from niangjia.programmes.assistance_ledger.services.sourcing import unmatched
from niangjia.programmes.assistance_ledger.tests import books
from niangjia.programmes.assistance_ledger.tests import given as cast
from niangjia.programmes.assistance_ledger.tests.test_import_wizard import checked, taken, upload

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
ORDERS = "订单编号,下单时间,商品名称,规格,数量,单价,实付金额,店铺名称,产地,订单状态"
PAYMENTS = "交易日期,借方发生额,贷方发生额,对方户名,对方账号,摘要,交易流水号,余额"
SHOP = "唐县示例合作社"


@pytest.fixture(autouse=True)
def city(monkeypatch):
    books.city(monkeypatch)


def bring(path, header, *lines, who="clerk"):
    """The file goes through the wizard; its upload as it ends."""
    path.write_text("\n".join((header, *lines)), "utf-8")
    ref = upload(path, who)
    found = checked(ref, who)
    assert found.state == "checked", (found.state, found.error)
    found = taken(ref, who)
    assert found.state == "done" and bridge_holds(dict(found.result))
    return found


def order(number, fen, day="2020-02-08 10:21:33", goods="小米", state="交易成功", shop=SHOP):
    return f"{number},{day},{goods},5斤,,,{fen / 100:.2f},{shop},唐县,{state}"


def payment(fen, day="2020-02-20", party=SHOP, text="货款", number="", received=0):
    out = f"{fen / 100:.2f}" if fen else ""
    back = f"{received / 100:.2f}" if received else ""
    return f"{day},{out},{back},{party},6222,{text},{number},1000.00"


def sheet(tmp_path, *rows, who="clerk", name="own.xlsx"):
    """The office's own sheet, taken by command."""
    return Import(cast.actor(who), books.simple(tmp_path / name, *rows), name).run()


def settled():
    jobs.settle()
    assert differences(PURCHASES)[1] == [] and audit().faults == ()
    return sum(cell.fen for cell in stored("purchases").values())


def in_force():
    return Purchase.objects.filter(reversed_at__isnull=True)


def why():
    rows = SourceMatch.objects.order_by("line__source", "line__number", "id")
    return list(rows.values_list("line__source", "verdict", "why"))


def test_three_files_in_any_order_are_one_record(tmp_path):
    bring(tmp_path / "832.csv", ORDERS, order("DD2020001", 10_100))
    bring(tmp_path / "bank.csv", PAYMENTS, payment(10_100, number="LS001"))
    assert why() == [] and settled() == 0
    sheet(tmp_path, books.line(1))
    assert settled() == 10_100
    assert why() == [("order", "same", "alone"), ("payment", "same", "alone")]
    assert {"purchase.recorded/2", "purchase.matched/1"} <= set(logged())


def logged():
    """Kinds of the facts about purchases, in log order."""
    kinds = [one.id for one in declared_kinds() if one.name.startswith("purchase.")]
    return [fact.kind for fact in logged_facts(0, 10_000, frozenset(kinds))]


def test_what_kind_of_file_it_is_is_seen_and_can_be_said_otherwise(tmp_path):
    found = bring(tmp_path / "832.csv", ORDERS, order("DD2020-1", 10_100))
    assert found.kind == "order"
    found = bring(tmp_path / "bank.csv", PAYMENTS, payment(10_100))
    assert found.kind == "payment"
    ref = upload(books.simple(tmp_path / "own.xlsx", books.line(1)), "clerk")
    assert upload_get(cast.actor("clerk"), ref=ref).kind == "purchases"


def test_files_that_overlap_are_taken_once_and_equal_payments_of_a_day_stay_two(tmp_path):
    twice = [payment(500, text="鸡蛋"), payment(500, text="鸡蛋")]
    first = bring(tmp_path / "a.csv", PAYMENTS, *twice, payment(700, number="LS7"))
    assert first.result["accepted_rows"] == 3
    again = bring(tmp_path / "b.csv", PAYMENTS, *twice, payment(700, number="LS7"), payment(900))
    assert again.result["accepted_rows"] == 1 and again.result["skipped"]["row_repeated"] == 3
    assert SourceLine.objects.count() == 4


def test_what_is_no_purchase_of_the_office_is_not_kept(tmp_path):
    found = bring(
        tmp_path / "bank.csv",
        PAYMENTS,
        payment(5_000, party="张示例", text="工资"),
        payment(0, party="某某科技公司", text="往来款", received=9_000),
        payment(0, text="退款", received=800),
        payment(3_000),
    )
    assert found.result["more"]["not_kept"] == {"payee_is_a_person": 1, "money_received": 1}
    kept = list(SourceLine.objects.order_by("amount_fen").values_list("amount_fen", "party"))
    assert kept == [(-800, SHOP), (3_000, SHOP)]
    assert not file_of(found.ref).exists()  # a statement holds what is nobody's business here
    with pytest.raises(NotFound, match="not kept any more"):
        report_into(tmp_path / "mend.xlsx", cast.actor("clerk"), ref=found.ref)


def test_an_order_that_came_to_nothing_is_not_kept_and_one_taken_back_is_told(tmp_path):
    found = bring(
        tmp_path / "a.csv", ORDERS, order("DD2020-1", 100, state="已取消"), order("DD2", 200)
    )
    assert found.result["more"]["not_kept"] == {"order_cancelled": 1}
    bring(tmp_path / "b.csv", ORDERS, order("DD2", 200, state="交易关闭"))
    (line,) = SourceLine.objects.all()
    assert line.cancelled and not unmatched(SourceLine.objects.all()).exists()


def test_a_doubt_is_put_forward_and_a_person_decides(tmp_path):
    sheet(tmp_path, books.line(1), books.line(2, amount_fen=101))
    bring(tmp_path / "832.csv", ORDERS, order("DD2020-1", 10_100))
    assert [one[1:] for one in why()] == [("proposed", "alike"), ("proposed", "alike")]
    clerk = cast.actor("clerk")
    one, other = SourceMatch.objects.order_by("id")
    sheet(tmp_path, books.line(3, amount_fen=999), name="more.xlsx")
    settled()  # looked for again: what a page shows still stands
    assert {one.together, other.together} == set(
        SourceMatch.objects.values_list("together", flat=True)
    )
    assert sources_other(clerk, proposals=[one.together]) == 1
    jobs.settle()  # one candidate is left: nothing else it could be
    assert [two[1:] for two in sorted(why())] == [("other", "chosen"), ("same", "alone")]
    assert SourceMatch.objects.get(verdict="same").purchase_id == other.purchase_id
    with pytest.raises(Denied):
        sources_same(cast.actor("auditor"), proposals=["x"])
    assert sources_same(cast.actor("clerk_b"), proposals=[other.together]) == 0


def test_a_proposal_decided_twice_or_after_a_change_counts_once(tmp_path):
    sheet(tmp_path, books.line(1), books.line(2, amount_fen=101))
    bring(tmp_path / "832.csv", ORDERS, order("DD2020-1", 10_100))
    first, second = SourceMatch.objects.order_by("id").values_list("together", flat=True)
    assert sources_same(cast.actor("clerk"), proposals=[first]) == 1
    assert sources_same(cast.actor("clerk"), proposals=[first, second]) == 0
    settled()
    assert SourceMatch.objects.filter(verdict="same").count() == 1


def test_a_record_reversed_frees_its_line_and_a_correction_takes_it_over(tmp_path):
    sheet(tmp_path, books.line(1))
    bring(tmp_path / "832.csv", ORDERS, order("DD2020-1", 10_100))
    clerk, first = cast.actor("clerk"), in_force().get()
    second = purchase_correct(
        clerk, purchase_ref=first.ref, reason="写错产品", changes={"product": "大米"}
    )
    assert settled() == 10_100
    assert SourceMatch.objects.get(purchase__ref=second).verdict == "same"
    purchase_reverse(clerk, purchase_ref=second, reason="重复登记")
    assert settled() == 0
    assert unmatched(SourceLine.objects.all()).count() == 1


def test_a_record_made_from_an_order_is_completed_by_the_office_s_own_row(tmp_path):
    clerk = cast.actor("clerk")
    made = cast.purchase(
        1,
        "甲",
        unit_name="示例甲工会",
        product="小米",
        spec="",
        amount_fen=10_100,
        quantity_milli=None,
        price_milli=None,
        occurred_on=dt.date(2020, 2, 8),
        supplier_name=SHOP,
        supplier_uscc=books.SUPPLIER,
        contract_no="",
        invoice_code="",
        invoice_no="",
        order_no="DD2020-1",
    )
    purchases_take(clerk, rows=[made])
    bring(tmp_path / "832.csv", ORDERS, order("DD2020-1", 10_100))
    assert why() == [("order", "same", "order_no")]
    done = sheet(tmp_path, books.line(1))
    assert (done.n_taken, done.n_completed, done.n_changed) == (1, 1, 0)
    assert settled() == 10_100
    (whole,) = in_force()
    assert (whole.invoice_no, whole.order_no) == ("00000001", "DD2020-1")
    assert Purchase.objects.get(ref=whole.corrects).reversed_at is not None
    assert SourceMatch.objects.get(purchase=whole).verdict == "same"
    again = sheet(tmp_path, books.line(1))
    assert (again.n_taken, again.n_repeated) == (0, 1) and settled() == 10_100


def test_goods_of_one_order_in_two_sizes_are_each_completed_by_the_row_of_their_amount(tmp_path):
    shop = {"unit_name": "示例甲工会", "supplier_name": SHOP, "supplier_uscc": books.SUPPLIER}
    none = {"quantity_milli": None, "price_milli": None, "contract_no": "", "invoice_code": ""}
    sizes = [("5斤", 10_000), ("10斤", 20_000)]
    for papers in ({"invoice_no": ""}, {"invoice_no": "00000077"}):
        rows = [
            cast.purchase(
                1,
                "甲",
                product="小米",
                spec=spec,
                amount_fen=fen,
                order_no="DD2020-1",
                **shop,
                **none,
                **papers,
            )
            for spec, fen in sizes
        ]
        done = purchases_take(cast.actor("clerk"), rows=rows)
        assert len(done.taken) == 2
    assert done.n_completed == 2 and settled() == 30_000


def test_two_rows_that_could_complete_one_order_are_both_recorded_and_put_forward(tmp_path):
    clerk = cast.actor("clerk")
    made = cast.purchase(
        1,
        "甲",
        unit_name="示例甲工会",
        product="小米",
        amount_fen=10_100,
        quantity_milli=None,
        price_milli=None,
        supplier_name=SHOP,
        supplier_uscc=books.SUPPLIER,
        contract_no="",
        invoice_code="",
        invoice_no="",
        order_no="DD2020-1",
    )
    purchases_take(clerk, rows=[made])
    done = sheet(tmp_path, books.line(1), books.line(2, amount_fen=101))
    assert (done.n_taken, done.n_completed) == (2, 0)
    flagged = in_force().filter(flags="maybe_an_order_s_record")
    assert flagged.count() == 2 and not flagged.filter(order_no__gt="").exists()
    assert settled() == 30_300


def test_a_row_of_an_order_with_another_amount_is_for_a_person_to_decide():
    shop = {"unit_name": "示例甲工会", "supplier_name": SHOP, "supplier_uscc": books.SUPPLIER}
    none = {"quantity_milli": None, "price_milli": None, "contract_no": "", "invoice_code": ""}
    common = {"product": "小米", "order_no": "DD2020-1", **shop, **none}
    clerk = cast.actor("clerk")
    purchases_take(clerk, rows=[cast.purchase(1, "甲", amount_fen=10_000, invoice_no="", **common)])
    row = cast.purchase(2, "甲", amount_fen=9_000, invoice_no="00000078", **common)
    done = purchases_take(clerk, rows=[row])
    assert done.n_completed == 0 and list(done.flagged["maybe_an_order_s_record"]) == [
        done.taken[0]
    ]
    assert in_force().count() == 2


def test_a_record_paid_in_instalments_is_offered_until_all_of_it_is_found(tmp_path):
    clerk = cast.actor("clerk")
    sheet(tmp_path, books.line(1))
    record, party = in_force().get(), "代付平台示例公司"
    first = record.amount_fen - 8_000
    bring(tmp_path / "bank.csv", PAYMENTS, payment(first, party=party), payment(8_001, party=party))
    lines = {one.amount_fen: one for one in SourceLine.objects.all()}
    sources_choose(clerk, lines=[lines[first].ref], purchases=[record.ref])
    assert candidates(clerk, line=lines[8_001]) == [record]
    sources_choose(clerk, lines=[lines[8_001].ref], purchases=[record.ref])
    assert candidates(clerk, line=lines[8_001]) == []


def test_a_person_chooses_parts_sets_aside_and_takes_back(tmp_path):
    clerk = cast.actor("clerk")
    sheet(tmp_path, books.line(1), books.line(2))
    bring(tmp_path / "bank.csv", PAYMENTS, payment(7_777, party="代付平台示例公司"), payment(60))
    line = SourceLine.objects.get(amount_fen=7_777)
    refs = list(in_force().values_list("ref", flat=True))
    sources_choose(clerk, lines=[line.ref], purchases=refs)
    assert sum(SourceMatch.objects.filter(verdict="same").values_list("fen", flat=True)) == 7_777
    with pytest.raises(Conflict):
        sources_choose(clerk, lines=[line.ref], purchases=refs[:1])
    with pytest.raises(NotFound):
        sources_choose(cast.actor("clerk_b"), lines=[line.ref], purchases=refs)
    with pytest.raises(Invalid):
        sources_part(clerk, line_ref=line.ref, reason=" ")
    sources_part(clerk, line_ref=line.ref, reason="代付的是另一单位")
    assert sources_aside(clerk, lines=[line.ref], reason="代外单位付款") == 1
    assert not unmatched(SourceLine.objects.filter(pk=line.pk)).exists()
    assert sources_back(clerk, lines=[line.ref]) == 1
    settled()
    kinds = logged()
    assert kinds.count("purchase.matched/1") == 2 == kinds.count("purchase.parted/1")


def test_a_record_is_found_once_in_a_source_however_many_lines_could_be_it(tmp_path):
    sheet(tmp_path, books.line(1))
    bring(tmp_path / "832.csv", ORDERS, order("DD2020-1", 10_100), order("DD2020-2", 10_100))
    both = list(SourceMatch.objects.values_list("together", flat=True))
    assert len(both) == 2 and sources_same(cast.actor("clerk"), proposals=both) == 1
    free = unmatched(SourceLine.objects.all()).get()
    record = in_force().get()
    with pytest.raises(Conflict):
        sources_choose(cast.actor("clerk"), lines=[free.ref], purchases=[record.ref])
    assert list(SourceMatch.objects.filter(verdict="same").values_list("fen")) == [(10_100,)]
    bring(tmp_path / "bank.csv", PAYMENTS, payment(4_000, party="代付平台示例公司"))
    paid = SourceLine.objects.get(source="payment")  # another source: the same record, once more
    sources_choose(cast.actor("clerk"), lines=[paid.ref], purchases=[record.ref])
    bring(tmp_path / "rest.csv", PAYMENTS, payment(6_100, party="代付另一示例公司"))
    rest = SourceLine.objects.get(amount_fen=6_100)
    sources_choose(cast.actor("clerk"), lines=[rest.ref], purchases=[record.ref])
    found = SourceMatch.objects.filter(line__source="payment", verdict="same")
    assert list(found.order_by("id").values_list("fen", "gap_fen")) == [(4_000, -6_100), (6_100, 0)]


def test_an_order_of_no_money_can_be_chosen_for_a_record(tmp_path):
    sheet(tmp_path, books.line(1))
    bring(tmp_path / "832.csv", ORDERS, order("DD2020-1", 0))
    line = SourceLine.objects.get()
    sources_choose(cast.actor("clerk"), lines=[line.ref], purchases=[in_force().get().ref])
    assert SourceMatch.objects.get().fen == 0 and not unmatched(SourceLine.objects.all()).exists()


def test_what_is_parted_is_what_holds_and_all_that_was_decided_with_it(tmp_path):
    clerk = cast.actor("clerk")
    sheet(tmp_path, books.line(1))
    bring(tmp_path / "bank.csv", PAYMENTS, payment(5_000), payment(5_100))
    sources_same(clerk, proposals=[SourceMatch.objects.first().together])
    purchase_reverse(clerk, purchase_ref=in_force().get().ref, reason="重复登记")
    sheet(tmp_path, books.line(2, amount_fen=101), name="new.xlsx")
    settled()
    sources_same(clerk, proposals=[SourceMatch.objects.filter(verdict="proposed")[0].together])
    lines = set(SourceLine.objects.values_list("ref", flat=True))
    assert set(sources_part(clerk, line_ref=min(lines), reason="看错了")) == lines
    assert unmatched(SourceLine.objects.all()).count() == 2
    with pytest.raises(NotFound):
        sources_part(clerk, line_ref=max(lines), reason="看错了")


def test_a_clerk_brings_only_the_own_unit_and_the_city_names_them(tmp_path):
    header = ORDERS + ",采购单位"
    path = tmp_path / "city.csv"
    path.write_text(
        "\n".join([header, order("DD2020-1", 100) + ",示例乙工会", order("DD2", 100) + ",示例乙"]),
        "utf-8",
    )
    ref = upload(path, "clerk")
    assert checked(ref, "clerk").result["more"]["refused_rows"] == 2
    ref = upload(path, "city")
    found = checked(ref, "city")
    assert found.result["error"] == {"source_unit_unknown": 1}
    assert taken(ref, "city").result["accepted_rows"] == 1
    assert SourceLine.objects.get().unit.name == "示例乙工会"


def test_lines_of_a_unit_find_the_records_of_what_is_the_same_unit_since(tmp_path):
    bring(tmp_path / "832.csv", ORDERS, order("DD2020001", 10_100))
    sheet(tmp_path, books.line(1, unit="乙"), who="clerk_b")
    assert settled() == 10_100 and why() == []
    refs = {one.name: one.ref for one in buyers_in_force()}
    organisations_merge(
        cast.actor("city"),
        organisation_ref=refs["示例甲工会"],
        into_ref=refs["示例乙工会"],
        reason="同一单位",
    )
    assert settled() == 10_100 and why() == [("order", "same", "alone")]
    bring(tmp_path / "again.csv", ORDERS, order("DD2020001", 10_100), who="clerk_b")
    assert SourceLine.objects.count() == 1
