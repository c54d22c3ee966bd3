"""The pivot: scopes, drilling down to the fen, corrections, merged units, people counted."""

import datetime as dt
import itertools
from dataclasses import replace

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from niangjia.blocks.orgs.public import buyers_in_force, organisations_merge
from niangjia.core import jobs
from niangjia.core.errors import Denied, Invalid, NotSignedIn
from niangjia.programmes.assistance_ledger import pivoting
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.projections import DIMENSIONS
from niangjia.programmes.assistance_ledger.selectors import Filters, purchases_page, purchases_total
from niangjia.programmes.assistance_ledger.selectors.exported import chosen_or_filtered
from niangjia.programmes.assistance_ledger.selectors.pivot import (
    Asked,
    measures_for,
    pivot_get,
)
from niangjia.programmes.assistance_ledger.services import (
    period_open,
    purchase_correct,
    purchase_reverse,
)
from niangjia.programmes.assistance_ledger.tests import given

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
OTHER_SUPPLIER = {"supplier_name": "另一示例合作社", "supplier_uscc": "931306270000000002"}


def month(number):
    return dt.date(2020, number, 10)


@pytest.fixture
def books(db):
    """Seven purchases of three units in two districts; some words are not official ones."""
    given.city()
    given.take(
        given.purchase(1, "甲", amount_fen=10_001, occurred_on=month(1)),
        given.purchase(2, "甲", amount_fen=20_002, occurred_on=month(2), mode="helped"),
        given.purchase(3, "乙", amount_fen=40_004, occurred_on=month(2), channel="专柜"),
        given.purchase(4, "乙", amount_fen=80_008, occurred_on=month(3), county_code="130630"),
        given.purchase(
            5, "丙", amount_fen=160_016, occurred_on=month(3), assisted=False, **OTHER_SUPPLIER
        ),
        given.purchase(6, "丙", amount_fen=320_032, occurred_on=month(3), category="稀罕物"),
        given.purchase(7, "甲", amount_fen=640_064, occurred_on=month(3), channel="赶集"),
    )


def seen(who, **asked):
    return pivot_get(given.actor(who), asked=Asked(**asked))


def lines(found):
    """(row, column) -> fen, noughts and no data told apart."""
    return {
        (line.label, column): None if cell is None else cell[1]
        for line in found.pivot.lines
        for column, cell in zip(found.pivot.columns, line.cells, strict=True)
    }


def totals(found):
    return {line.label: line.total[:2] for line in found.pivot.lines}


def filters_of(asked, **values):
    """The list that a cell leads to; as pages.pivot.drill."""
    values = {**asked.narrowed, **values}
    one = values.pop("month", "")
    first, last = (one, one) if one else asked.span
    return Filters(state="counted", from_month=first, to_month=last, **values)


def ref_of(named):
    return next(one.ref for one in buyers_in_force() if one.name == named)


def test_rows_and_columns_have_exact_totals_and_no_data_is_not_nought(books):
    found = seen("city", rows="district", columns="month")
    assert found.pivot.columns == ("2020-01", "2020-02", "2020-03")
    assert lines(found) == {
        ("110105", "2020-01"): None,
        ("110105", "2020-02"): 40_004,
        ("110105", "2020-03"): 560_056,
        ("110101", "2020-01"): 10_001,
        ("110101", "2020-02"): 20_002,
        ("110101", "2020-03"): 640_064,
    }
    assert totals(found) == {"110101": (3, 670_067), "110105": (4, 600_060)}
    assert [line.label for line in found.pivot.lines] == ["110101", "110105"]
    assert found.pivot.foot == ((1, 10_001), (2, 60_006), (4, 1_200_120))
    assert found.pivot.total == (7, 1_270_127)
    assert (found.behind, found.live, found.n_pages) == (0, False, 1)


@pytest.mark.parametrize(
    ("who", "n", "fen"),
    [
        ("city", 7, 1_270_127),
        ("auditor", 7, 1_270_127),
        ("district", 3, 670_067),
        ("district_b", 4, 600_060),
        ("clerk", 3, 670_067),
        ("checker", 3, 670_067),
        ("clerk_b", 2, 120_012),
        ("supplier", 6, 1_110_111),
        ("reviewer", 6, 1_190_119),
    ],
)
def test_everybody_counts_what_the_list_shows_them(books, who, n, fen):
    actor = given.actor(who)
    assert purchases_total(actor, filters=Filters()) == (n, fen)
    for rows, columns in itertools.permutations(DIMENSIONS, 2):
        assert seen(who, rows=rows, columns=columns).pivot.total == (n, fen)
    assert seen(who, rows="unit", columns="").pivot.total == (n, fen)


def test_another_districts_figures_are_never_seen(books):
    for name in DIMENSIONS:
        found = seen("district", rows=name, columns="")
        assert found.pivot.total == (3, 670_067)
    assert list(totals(seen("district", rows="district", columns=""))) == ["110101"]
    assert list(totals(seen("district", rows="unit", columns=""))) == [ref_of("示例甲工会")]
    other = seen("district", rows="unit", columns="", district="110105")
    assert (other.pivot.lines, other.pivot.total) == ((), None)
    other = seen("district", rows="month", columns="", unit=ref_of("示例乙工会"))
    assert (other.pivot.lines, other.pivot.total) == ((), None)
    assert seen("clerk", rows="month", columns="", unit=ref_of("示例丙医院")).pivot.total is None


def test_who_may_not_see_records_sees_no_pivot(books):
    for who in ("member", "secrecy", "leader"):
        with pytest.raises(Denied):
            seen(who)
    with pytest.raises(NotSignedIn):
        pivot_get(None, asked=Asked())


@pytest.mark.parametrize("who", ["city", "district_b", "clerk", "supplier", "reviewer"])
def test_every_cell_and_total_is_the_list_that_it_leads_to(books, who):
    purchase_reverse(given.actor("city"), purchase_ref=_refs()[2], reason="重复")
    jobs.settle()
    actor = given.actor(who)
    for rows, columns in itertools.permutations(DIMENSIONS, 2):
        found = seen(who, rows=rows, columns=columns, first="2020-02")
        for line in found.pivot.lines:
            whole = purchases_total(actor, filters=filters_of(found.asked, **{rows: line.label}))
            assert whole == line.total
            for label, cell in zip(found.pivot.columns, line.cells, strict=True):
                of = filters_of(found.asked, **{rows: line.label, columns: label})
                assert purchases_total(actor, filters=of) == (cell or (0, 0))
                page = purchases_page(actor, filters=of)
                assert sum(row["amount_fen"] for row in page.rows) == (cell or (0, 0))[1]


def _refs():
    return list(Purchase.objects.order_by("id").values_list("ref", flat=True))


def test_filters_and_months_narrow_every_cell(books):
    found = seen("city", rows="unit", columns="channel", first="2020-02", last="2020-02")
    assert found.pivot.total == (2, 60_006)
    found = seen("city", rows="channel", columns="", mode="direct", assisted="1", line="education")
    assert totals(found) == {
        "其他": (1, 640_064),
        "食堂": (2, 90_009),
        "专柜": (1, 40_004),
    }
    assert seen("city", rows="category", columns="").pivot.lines[0].label == "粮油"
    odd = seen("city", rows="district", columns="", category="其他")
    assert odd.pivot.total == (1, 320_032)


def test_a_reversal_leaves_a_nought_and_a_correction_moves_the_amount(books):
    refs = _refs()
    purchase_reverse(given.actor("city"), purchase_ref=refs[0], reason="重复")
    changes = {"amount_fen": 50_000, "quantity_milli": 10_000, "price_milli": 50_000}
    changes |= {"occurred_on": month(3)}
    purchase_correct(given.actor("clerk"), purchase_ref=refs[1], reason="金额有误", changes=changes)
    jobs.settle()
    found = seen("clerk", rows="unit", columns="month")
    unit = ref_of("示例甲工会")
    assert lines(found) == {
        (unit, "2020-01"): 0,
        (unit, "2020-02"): 0,
        (unit, "2020-03"): 690_064,
    }
    assert found.pivot.total == (2, 690_064)


def test_what_is_taken_off_in_a_later_month_counts_there_with_its_sign(books):
    city = given.actor("city")
    period_open(city, period="2020Q1")
    Purchase.objects.filter(ref=_refs()[0]).update(month="2019-12")  # as if booked before
    purchase_reverse(city, purchase_ref=_refs()[0], reason="重复")
    Purchase.objects.filter(ref=_refs()[0]).update(reversed_month="2020-02")
    of = Filters(state="counted", from_month="2020-01", to_month="2020-03", district="110101")
    assert purchases_total(city, filters=of) == (3, 20_002 + 640_064 - 10_001)
    rows = purchases_page(city, filters=of).rows
    assert [row["amount_fen"] for row in rows if row["takes_off"]] == [-10_001]
    lists = chosen_or_filtered(city, filters=of, sort="-day", refs=())
    assert sum(row["amount_fen"] for some in lists for row in some) == 650_065
    lists = chosen_or_filtered(city, filters=of, sort="-day", refs=_refs()[:2])
    assert [row["amount_fen"] for some in lists for row in some] == [-10_001, 20_002]
    before = replace(of, from_month="2019-12", to_month="2019-12")
    assert purchases_total(city, filters=before) == (1, 10_001)
    whole = replace(of, from_month="", to_month="")
    assert purchases_total(city, filters=whole) == (2, 660_066)


def test_a_merged_unit_counts_as_what_it_was_merged_into(books):
    old, new = ref_of("示例丙医院"), ref_of("示例乙工会")
    organisations_merge(given.actor("city"), organisation_ref=old, into_ref=new, reason="合并")
    jobs.settle()
    found = seen("city", rows="unit", columns="month")
    assert totals(found)[new] == (4, 600_060)
    assert old not in totals(found)
    across = seen("city", rows="month", columns="unit")
    assert across.pivot.foot[across.pivot.columns.index(new)] == (4, 600_060)
    assert lines(across)["2020-03", new] == 560_056
    for ref in (old, new):
        assert seen("city", rows="month", columns="", unit=ref).pivot.total == (4, 600_060)
    assert purchases_total(given.actor("city"), filters=filters_of(Asked(), unit=new))[1] == 600_060
    assert seen("clerk_b", rows="unit", columns="").pivot.total == (4, 600_060)


def test_more_columns_than_fit_stand_together_with_the_exact_rest(books):
    actor = given.actor("city")
    found = pivot_get(actor, asked=Asked(rows="district", columns="unit"), most_columns=1)
    assert found.pivot.columns == (ref_of("示例甲工会"),)
    assert (found.pivot.n_others, found.pivot.others) == (2, (4, 600_060))
    rest = {line.label: line.others for line in found.pivot.lines}
    assert rest == {"110101": None, "110105": (4, 600_060)}
    found = pivot_get(actor, asked=Asked(rows="channel", columns="month"), most_columns=2)
    assert found.pivot.columns == ("2020-02", "2020-03")
    assert found.pivot.others == (1, 10_001)


def test_units_come_in_pages_whose_totals_are_of_all(books):
    actor, asked = given.actor("city"), Asked(rows="unit", columns="month")
    pages = [pivot_get(actor, asked=asked, page=page, per_page=2) for page in (1, 2)]
    assert [len(one.pivot.lines) for one in pages] == [2, 1]
    assert {one.pivot.total for one in pages} == {(7, 1_270_127)}
    assert {one.pivot.foot for one in pages} == {((1, 10_001), (2, 60_006), (4, 1_200_120))}
    listed = [line.label for one in pages for line in one.pivot.lines]
    assert listed == [ref_of("示例甲工会"), ref_of("示例丙医院"), ref_of("示例乙工会")]
    beyond = pivot_get(actor, asked=asked, page=99, per_page=2)
    assert beyond.page == 2 and beyond.pivot == pages[1].pivot


def test_people_are_counted_for_cleared_roles_only(books):
    for who in ("city", "district", "auditor", "reviewer"):
        assert {"households", "people"} <= set(measures_for(given.actor(who)))
    assert seen("city", measure="households", columns="").pivot.total == (7, 1_270_127, 21)
    assert seen("district", measure="people", columns="").pivot.total == (3, 670_067, 27)
    assert seen("reviewer", measure="people", columns="").pivot.total == (6, 1_190_119, 54)
    for who in ("clerk", "checker", "head", "supplier"):
        assert not {"households", "people"} & set(measures_for(given.actor(who)))
        with pytest.raises(Denied):
            seen(who, measure="people")


def test_what_evidence_and_the_county_say_is_no_measure_of_a_supplier_s_own_records(books):
    assert seen("city", measure="complete", columns="").pivot.total == (7, 1_270_127, 0)
    assert measures_for(given.actor("supplier")) == ["fen", "n"]
    with pytest.raises(Invalid, match="Nothing is counted"):
        seen("supplier", measure="complete")


@pytest.mark.parametrize(
    "asked",
    [{"rows": "month", "columns": "month"}, {"rows": "supplier"}, {"columns": "x"}],
)
def test_a_table_without_two_different_dimensions_is_refused(books, asked):
    with pytest.raises(Invalid, match="two different"):
        seen("city", **asked)


LABELS = st.sampled_from("abcde")
CELLS = st.dictionaries(
    st.tuples(LABELS, LABELS), st.tuples(st.integers(0, 5), st.integers(-99, 99)), max_size=25
)


@given_any(CELLS, st.integers(1, 6), st.integers(0, 1))
def test_what_is_shown_and_the_others_add_up_to_every_total(cells, most, by):
    rows, columns = pivoting.totals_of(cells, 0), pivoting.totals_of(cells, 1)
    shown = pivoting.ordered(columns, by=by)[:most]
    pivot = pivoting.laid_out(rows, columns, cells, pivoting.ordered(rows, by=by), shown)
    for line in pivot.lines:
        parts = [one for one in (*line.cells, line.others) if one]
        assert (pivoting.summed(parts) or (0, 0)) == line.total
    foot = [*pivot.foot, *([pivot.others] if pivot.others else [])]
    assert pivoting.summed(foot) == pivot.total == pivoting.summed(cells.values())
    sizes = [line.total[by] for line in pivot.lines]
    assert sizes == sorted(sizes, reverse=True)
