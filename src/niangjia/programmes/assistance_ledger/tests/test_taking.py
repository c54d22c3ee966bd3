"""Taking purchases: once, in scope, flagged on both sides; the sums follow the log."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from niangjia.blocks.indicators.public import differences, stored
from niangjia.blocks.ledger.public import audit, history
from niangjia.blocks.orgs.public import contact
from niangjia.core import seal
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.projections import PURCHASES
from niangjia.programmes.assistance_ledger.selectors import (
    Filters,
    changes_of,
    purchase_get,
    purchases_page,
)
from niangjia.programmes.assistance_ledger.services import (
    purchase_correct,
    purchase_reverse,
    upload_begin,
    upload_end,
)
from niangjia.programmes.assistance_ledger.tests import given

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


@pytest.fixture(autouse=True)
def _city(db):
    given.city()


def total():
    cells = stored("purchases").values()
    return sum(cell.n for cell in cells), sum(cell.fen for cell in cells)


def test_a_purchase_is_taken_once_however_often_it_is_sent():
    first = given.take(given.purchase(1), given.purchase(2))
    again = given.take(given.purchase(1), given.purchase(2), given.purchase(2))
    assert len(first.taken) == 2
    assert again.taken == {} and again.repeated == (0, 1, 2)
    assert total() == (2, 62_200)
    assert differences(PURCHASES)[1] == [] and audit().faults == ()


def test_a_changed_purchase_is_listed_and_not_added():
    given.take(given.purchase(1))
    result = given.take(given.purchase(1, amount_fen=62_200, quantity_milli=20_000))
    assert list(result.changed) == [0] and result.taken == {}
    assert total() == (1, 31_100)


def test_a_changed_purchase_is_taken_with_a_reason_and_the_old_one_is_reversed():
    old = given.take(given.purchase(1)).taken[0]
    changed = given.purchase(1, amount_fen=62_200, quantity_milli=20_000)
    new = given.take(changed, accept_corrections="数量漏记").taken[0]
    assert total() == (1, 62_200)
    assert Purchase.objects.get(ref=old).reversed_at is not None
    assert Purchase.objects.get(ref=new).corrects == old
    assert [line.kind for line in history(f"purchase:{old}")] == [
        "purchase.recorded/2",
        "purchase.reversed/1",
    ]
    assert history(f"purchase:{old}")[1].reason == "数量漏记"


def test_an_invoice_claimed_by_two_units_flags_both_records():
    one = given.take(given.purchase(1)).taken[0]
    result = given.take(given.purchase(1, unit="乙"))
    two = result.taken[0]
    assert set(result.flagged["invoice_claimed_twice"]) == {one, two}
    assert {Purchase.objects.get(ref=ref).flags for ref in (one, two)} == {"invoice_claimed_twice"}
    assert total() == (2, 62_200)


def test_two_lines_of_one_units_invoice_are_not_flagged():
    given.take(given.purchase(1), given.purchase(1, product="核桃"))
    assert set(Purchase.objects.values_list("flags", flat=True)) == {""}


def test_a_clerk_may_not_enter_another_units_purchases():
    with pytest.raises(Denied, match="示例乙"):
        given.take(given.purchase(1), given.purchase(2, unit="乙"), by="clerk")
    assert not Purchase.objects.exists() and total() == (0, 0)


@pytest.mark.parametrize(
    ("who", "n"),
    [("clerk", 1), ("clerk_b", 1), ("district", 1), ("city", 2), ("auditor", 2), ("supplier", 2)],
)
def test_everybody_sees_the_records_of_their_scope(who, n):
    given.take(given.purchase(1), given.purchase(2, unit="乙"))
    page = purchases_page(given.actor(who), filters=Filters())
    assert len(page.rows) == n == page.n


def test_a_record_outside_the_scope_is_not_found():
    ref = given.take(given.purchase(1)).taken[0]
    with pytest.raises(NotFound):
        purchase_get(given.actor("clerk_b"), ref=ref)
    with pytest.raises(Denied):
        purchase_get(given.actor("member"), ref=ref)
    assert purchase_get(given.actor("clerk"), ref=ref).contact == ("示****", "*******0001")


def test_a_new_unit_is_taken_and_marked_to_be_confirmed():
    ref = given.take(given.purchase(1, unit="丁", district="朝阳区")).taken[0]
    found = Purchase.objects.select_related("unit").get(ref=ref)
    assert found.unit.to_confirm and found.district_code == "110105"
    assert found.line_code == "unassigned"


def in_force():
    rows = Purchase.objects.filter(reversed_at__isnull=True)
    return sorted(rows.values_list("invoice_no", "amount_fen"))


def test_a_file_taken_again_after_a_correction_on_the_page_counts_nothing_twice():
    old = given.take(given.purchase(1)).taken[0]
    new = purchase_correct(
        given.actor("clerk"),
        purchase_ref=old,
        reason="发票号有误",
        changes={"invoice_no": "00000009"},
    )
    assert given.take(given.purchase(1)).repeated == (0,)
    other = given.purchase(1, amount_fen=62_200, quantity_milli=20_000)
    assert given.take(other).changed == {0: new}
    assert in_force() == [("00000009", 31_100)]
    given.take(other, accept_corrections="以原表为准")
    assert in_force() == [("00000001", 62_200)] and total() == (1, 62_200)


def test_a_purchase_taken_back_comes_again_only_with_a_reason():
    old = given.take(given.purchase(1)).taken[0]
    purchase_reverse(given.actor("clerk"), purchase_ref=old, reason="退货")
    assert given.take(given.purchase(1)).changed == {0: old}
    assert in_force() == []
    again = given.take(given.purchase(1), accept_corrections="实未退货").taken[0]
    assert Purchase.objects.get(ref=again).corrects == old
    assert total() == (1, 31_100) and given.take(given.purchase(1)).repeated == (0,)


@pytest.mark.parametrize("batches", [1, 2])
def test_a_key_that_stands_twice_in_a_file_is_left_to_people(batches):
    given.take(given.purchase(1, note="先前"))
    one = given.purchase(1)
    other = given.purchase(1, quantity_milli=20_000, amount_fen=62_200)
    for _ in range(3):
        for rows in [(one, other)] if batches == 1 else [(one,), (other,)]:
            result = given.take(*rows, accept_corrections="以表为准", upload_ref="f1")
        assert result.changed and total() == (1, 31_100)
    assert Purchase.objects.count() == batches


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"supplier_name": "别家示例社", "supplier_uscc": ""}, "supplier"),
        ({"contact_phone": "13900000002"}, "contact"),
        ({"note": "补记"}, "note"),
    ],
)
def test_every_change_is_listed_whatever_it_is(changes, field):
    given.take(given.purchase(1))
    row = given.purchase(1, **changes)
    ref = given.take(row).changed[0]
    assert [line[0] for line in changes_of(given.actor("city"), ref=ref, row=row)] == [field]


def test_a_file_of_another_unit_cannot_be_closed():
    ref = upload_begin(given.actor("clerk"), sha256="a" * 64, name="a.xlsx", size_bytes=1)
    with pytest.raises(NotFound):
        upload_end(given.actor("clerk_b"), ref=ref, result={}, problems=[])
    upload_end(given.actor("clerk"), ref=ref, result={}, problems=[])


def test_a_reason_of_one_blank_is_none():
    with pytest.raises(Invalid):
        given.take(given.purchase(1), accept_corrections=" ")


def named(number, unit="示例甲工会", code="", **changes):
    return given.purchase(number, unit_name=unit, unit_uscc=code, **changes)


def test_a_unit_named_without_its_code_is_the_one_registered():
    given.take(named(1), by="clerk")
    again = given.take(named(1, code=given.UNITS["甲"]), named(1))
    assert again.repeated == (0, 1)
    assert Purchase.objects.get().unit.uscc == given.UNITS["甲"]


def test_a_supplier_named_without_its_code_is_the_one_registered():
    bare = {"invoice_no": "", "contract_no": ""}
    given.take(given.purchase(1, **bare))
    assert given.take(given.purchase(1, supplier_uscc="", **bare)).repeated == (0,)


@pytest.mark.parametrize("side", ["unit", "supplier"])
def test_a_code_that_comes_later_is_that_of_the_name(side):
    fields = {f"{side}_name": "示例新单位", "invoice_no": "", "contract_no": ""}
    given.take(given.purchase(1, **fields, **{f"{side}_uscc": ""}))
    code = "811101050000000048"
    assert given.take(given.purchase(1, **fields, **{f"{side}_uscc": code})).repeated == (0,)
    assert given.take(given.purchase(1, **fields, **{f"{side}_uscc": ""})).repeated == (0,)
    organisation = getattr(Purchase.objects.get(), side)
    assert organisation.uscc == code and organisation.to_confirm
    assert len(history(f"organisation:{organisation.ref}")) == 2


def test_with_and_without_its_code_in_one_sheet_it_is_one_unit():
    code = "811101050000000048"
    taken = given.take(named(1, "示例新单位"), named(1, "示例新单位", code))
    assert taken.repeated == (1,) and not taken.flagged["invoice_claimed_twice"]
    assert Purchase.objects.get().unit.uscc == code


def test_a_code_from_another_district_is_that_of_another_unit():
    given.take(named(1, "示例新单位", district="东城区"))
    given.take(named(2, "示例新单位", "811101050000000048", district="朝阳区"))
    assert sorted(row.unit.uscc for row in Purchase.objects.all()) == ["", "811101050000000048"]


def test_a_name_of_two_units_is_neither_unless_it_is_ones_own():
    given.take(named(1, code="811101050000000048"))
    given.take(named(2), by="clerk")
    assert Purchase.objects.get(invoice_no="00000002").unit.uscc == given.UNITS["甲"]
    given.take(named(3))
    apart = Purchase.objects.get(invoice_no="00000003").unit
    assert apart.uscc == "" and apart.to_confirm


def test_a_reversal_needs_a_reason_and_works_once():
    ref = given.take(given.purchase(1)).taken[0]
    clerk = given.actor("clerk")
    with pytest.raises(Invalid):
        purchase_reverse(clerk, purchase_ref=ref, reason=" ")
    assert Purchase.objects.get().reversed_at is None
    purchase_reverse(clerk, purchase_ref=ref, reason="重复登记")
    with pytest.raises(Conflict):
        purchase_reverse(clerk, purchase_ref=ref, reason="再来一次")
    given.jobs.settle()
    assert total() == (0, 0)


def test_a_correction_that_does_not_multiply_out_changes_nothing():
    ref = given.take(given.purchase(1)).taken[0]
    with pytest.raises(Invalid, match="amount"):
        purchase_correct(
            given.actor("clerk"), purchase_ref=ref, reason="改金额", changes={"amount_fen": 5}
        )
    assert Purchase.objects.get().reversed_at is None


def test_a_correction_keeps_the_contact_and_the_mended_sheet_is_known_again():
    ref = given.take(given.purchase(1)).taken[0]
    new = purchase_correct(
        given.actor("clerk"), purchase_ref=ref, reason="渠道有误", changes={"channel": "展销"}
    )
    assert purchase_get(given.actor("clerk"), ref=new).contact == ("示****", "*******0001")
    again = given.take(given.purchase(1, channel="展销"))
    assert again.repeated == (0,) and again.changed == {}


def test_a_contact_that_was_erased_does_not_stop_a_correction():
    ref = given.take(given.purchase(1)).taken[0]
    whom, _name, _phone = contact(Purchase.objects.get().contact_id)
    seal.erase(whom.owner)
    new = purchase_correct(
        given.actor("clerk"), purchase_ref=ref, reason="渠道有误", changes={"channel": "展销"}
    )
    given.jobs.settle()
    assert purchase_get(given.actor("clerk"), ref=new).contact == ("", "")
    assert audit().faults == ()


def test_a_contact_that_was_erased_does_not_stop_an_import():
    given.take(given.purchase(1))
    old = Purchase.objects.get().contact
    seal.erase(f"contact:{old.ref}")
    given.take(given.purchase(2))
    new = Purchase.objects.get(invoice_no="00000002").contact
    assert new.pk != old.pk and contact(new.pk)[1] == "示例联系人" and contact(old.pk)[1] == ""


def test_a_changed_contact_is_a_changed_row():
    given.take(given.purchase(1))
    assert list(given.take(given.purchase(1, contact_phone="13900000002")).changed) == [0]


def test_a_correction_that_names_anothers_invoice_flags_both():
    one, two = given.take(given.purchase(1), given.purchase(2, unit="乙")).taken.values()
    new = purchase_correct(
        given.actor("clerk_b"),
        purchase_ref=two,
        reason="发票号码有误",
        changes={"invoice_no": f"{1:08d}"},
    )
    assert {Purchase.objects.get(ref=ref).flags for ref in (one, new)} == {"invoice_claimed_twice"}
    back = purchase_correct(
        given.actor("clerk_b"), purchase_ref=new, reason="改回", changes={"invoice_no": f"{2:08d}"}
    )
    assert Purchase.objects.get(ref=back).flags == ""


def test_a_correction_to_a_day_to_come_changes_nothing():
    ref = given.take(given.purchase(1)).taken[0]
    with pytest.raises(Invalid, match="after today"):
        purchase_correct(
            given.actor("clerk"),
            purchase_ref=ref,
            reason="日期有误",
            changes={"occurred_on": dt.date(2020, 3, 18)},
        )
    assert Purchase.objects.get().reversed_at is None


def test_a_correction_keeps_the_parents_it_was_recorded_under():
    ref = given.take(given.purchase(1)).taken[0]
    Purchase.objects.update(district_code="110105")
    new = purchase_correct(
        given.actor("clerk"), purchase_ref=ref, reason="渠道有误", changes={"channel": "展销"}
    )
    assert Purchase.objects.get(ref=new).district_code == "110105"


def test_pages_by_key_show_every_record_once():
    given.take(*[given.purchase(n, amount_fen=31_100) for n in range(1, 51)])
    for sort in ("-recorded", "recorded", "-amount", "day"):
        seen, after = [], ""
        while True:
            page = purchases_page(given.actor("city"), filters=Filters(), sort=sort, after=after)
            seen += [row["id"] for row in page.rows]
            after = page.next
            if not after:
                break
        assert len(seen) == len(set(seen)) == 50


def test_a_batch_looks_at_no_table_from_end_to_end():
    given.take(given.purchase(1))
    with CaptureQueriesContext(connection) as seen:
        given.purchases_take(given.actor("city"), rows=[given.purchase(2)])
    reads = [one["sql"] for one in seen if one["sql"].startswith("SELECT")]
    assert reads
    if connection.vendor != "sqlite":  # only SQLite tells its plan whatever the tables' size
        return
    with connection.cursor() as cursor:
        for sql in reads:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = [row[3] for row in cursor.fetchall()]
            scans = [step for step in plan if step.startswith("SCAN assistance_ledger")]
            # Reporting periods are four a year.
            assert not [one for one in scans if "reportingperiod" not in one], sql
