"""Which lines are which purchases: the rules alone."""

import datetime as dt
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.programmes.assistance_ledger.matching import (
    Entry,
    Limits,
    Line,
    Pair,
    Proposal,
    party_key,
    propose,
    split,
)

LIMITS = Limits(days_before=7, days_after=60)
DAY = dt.date(2020, 2, 10)
SHOP = "唐县示例合作社"


def order(pk, fen, number="", day=DAY, party=SHOP, **more):
    return Line(pk, "order", number or f"DD{pk:06d}", day, fen, party, **more)


def paid(pk, fen, day=DAY, party=SHOP, **more):
    return Line(pk, "payment", more.pop("number", ""), day, fen, party, **more)


def record(pk, fen, day=DAY, supplier=SHOP, **more):
    return Entry(pk, day, fen, supplier, **more)


def found(lines, records, refused=frozenset(), limits=LIMITS):
    return [
        (one.why, sorted(one.lines), sorted(one.records), one.sure, one.gap_fen)
        for one in propose(lines, records, limits, refused)
    ]


def test_a_number_that_both_bear_is_sure_whatever_the_names():
    assert found(
        [order(1, 5_000, "DD-77", party="别名店")], [record(9, 5_000, order_no="DD-77")]
    ) == [("order_no", [1], [9], True, 0)]
    assert found(
        [paid(1, 5_000, text="货款 发票12345678")], [record(9, 5_000, invoice_no="12345678")]
    ) == [("invoice_no", [1], [9], True, 0)]
    assert found(
        [paid(1, 5_000, number="LS-2020-1")], [record(9, 5_000, voucher_no="LS-2020-1")]
    ) == [("voucher_no", [1], [9], True, 0)]


def test_the_same_number_with_another_amount_is_put_forward_with_the_difference():
    assert found([order(1, 5_000, "DD-77")], [record(9, 5_600, order_no="DD-77")]) == [
        ("order_no", [1], [9], False, -600)
    ]


def test_supplier_and_amount_near_in_time_are_sure_if_nothing_else_could_be():
    assert found([order(1, 5_000)], [record(9, 5_000, DAY + dt.timedelta(20))]) == [
        ("alone", [1], [9], True, 0)
    ]
    assert found([order(1, 5_000)], [record(9, 5_000, DAY + dt.timedelta(90))]) == []


def test_names_agree_by_code_or_whatever_brackets_and_blanks():
    coded = [order(1, 5_000, party="唐县合作社旗舰店", party_uscc="X" * 18)]
    assert found(coded, [record(9, 5_000, supplier_uscc="X" * 18)])[0][3]
    assert party_key("唐县示例（集团） 公司") == party_key("唐县示例(集团)公司")
    assert found([order(1, 5_000, party="唐县 示例合作社")], [record(9, 5_000)])[0][3]


def test_equal_ones_are_laid_side_by_side_and_left_to_a_person():
    lines = [order(1, 5_000), order(2, 5_000, day=DAY + dt.timedelta(3))]
    records = [record(8, 5_000), record(9, 5_000, DAY + dt.timedelta(4))]
    assert found(lines, records) == [
        ("alike", [1], [8], False, 0),
        ("alike", [2], [9], False, 0),
    ]
    assert len(found(lines, records[:1])) == 2  # either may be it


def test_lines_of_one_order_make_one_record():
    lines = [order(1, 3_000, "DD-5"), order(2, 2_000, "DD-5"), order(3, 9_900, "DD-6")]
    assert found(lines, [record(9, 5_000)]) == [("sum", [1, 2], [9], True, 0)]


def test_one_payment_for_a_month_or_a_contract_is_put_forward():
    records = [record(7, 3_000), record(8, 2_500, DAY + dt.timedelta(2)), record(9, 900)]
    contract = [record(5, 100, contract_no="HT-1"), record(6, 220, contract_no="HT-1")]
    assert ("sum", [1], [7, 8, 9], False, 0) in found([paid(1, 6_400)], records)
    assert ("sum", [1], [5, 6], False, 0) in found([paid(1, 320)], [*contract, record(4, 50)])


def test_instalments_of_one_record_are_put_forward():
    lines = [paid(1, 3_000), paid(2, 4_000, DAY + dt.timedelta(30))]
    limits = Limits(days_before=120, days_after=60)
    proposals = [("instalments", [1, 2], [9], False, 0)]
    assert found(lines, [record(9, 7_000)], limits=limits) == proposals


def test_freight_or_another_spelling_is_put_forward_and_never_sure():
    assert found([order(1, 52_000)], [record(9, 51_500)]) == [
        ("amount_differs", [1], [9], False, 500)
    ]
    assert found([order(1, 5_000, party="唐县合作社")], [record(9, 5_000)]) == [
        ("supplier_differs", [1], [9], False, 0)
    ]
    assert found([order(1, 5_000, party="")], [record(9, 5_000)]) == []
    goods = [order(1, 5_000, party="", text="有机小米 5斤")]
    assert found(goods, [record(9, 5_000, product="小米")])[0][0] == "supplier_differs"


def test_a_return_meets_a_return():
    assert found([paid(1, -800)], [record(9, -800)]) == [("alone", [1], [9], True, 0)]
    assert found([paid(1, -800)], [record(9, 800)]) == []


def test_what_a_person_refused_never_comes_again():
    lines, records = [order(1, 5_000, "DD-77")], [record(9, 5_000, order_no="DD-77")]
    assert found(lines, records, frozenset({(1, 9)})) == []


def test_money_is_split_in_order_and_adds_up():
    lines, records = [paid(1, 500), paid(2, 300)], [record(8, 200), record(9, 600)]
    assert split(lines, records) == (Pair(1, 8, 200), Pair(1, 9, 300), Pair(2, 9, 300))
    assert split([paid(1, 90)], [record(8, 40), record(9, 60)]) == (Pair(1, 8, 36), Pair(1, 9, 54))


names = st.sampled_from([SHOP, "乙示例公司", ""])
days = st.integers(0, 40).map(lambda n: DAY + dt.timedelta(n))
amounts = st.sampled_from([-300, 100, 200, 300, 500, 700, 70_000, 70_500])
lines_drawn = st.lists(
    st.tuples(amounts, days, names, st.sampled_from(["", "N-1001", "N-1002"])), max_size=9
)
records_drawn = st.lists(
    st.tuples(amounts, days, names, st.sampled_from(["", "N-1001", "N-1002"])), max_size=9
)


@settings(max_examples=300, deadline=None)
@given(lines_drawn, records_drawn, st.sampled_from(["order", "payment"]), st.randoms())
def test_nothing_is_sure_twice_and_the_order_of_rows_does_not_matter(
    drawn, entered, source, chance: random.Random
):
    lines = [Line(i, source, no, day, fen, party) for i, (fen, day, party, no) in enumerate(drawn)]
    records = [
        Entry(100 + i, day, fen, party, order_no=no, voucher_no=no)
        for i, (fen, day, party, no) in enumerate(entered)
    ]
    proposals = propose(lines, records, LIMITS)
    sure = [one for one in proposals if one.sure]
    for side in (Proposal.lines.fget, Proposal.records.fget):
        used = [pk for one in sure for pk in side(one)]
        assert len(used) == len(set(used))
    by_line = {one.id: one for one in lines}
    for one in proposals:
        money = {pk: sum(p.fen for p in one.pairs if p.line == pk) for pk in one.lines}
        assert money == {pk: by_line[pk].fen for pk in one.lines}
        if one.sure:
            assert one.gap_fen == 0
    sure_lines = {pk for one in sure for pk in one.lines}
    sure_records = {pk for one in sure for pk in one.records}
    for one in proposals:
        if not one.sure:
            assert sum(pk in p.lines for p in proposals for pk in one.lines) <= 3 * len(one.lines)
    chance.shuffle(lines)
    chance.shuffle(records)
    again = propose(lines, records, LIMITS)
    assert {pk for one in again if one.sure for pk in one.lines} == sure_lines
    assert {pk for one in again if one.sure for pk in one.records} == sure_records
