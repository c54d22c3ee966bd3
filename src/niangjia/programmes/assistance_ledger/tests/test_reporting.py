"""The reporting chain: other eyes at each step, figures that stand still, sums that agree."""

import datetime as dt
from dataclasses import asdict

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from niangjia.blocks.desk.public import inbox_groups
from niangjia.blocks.indicators.public import snapshot
from niangjia.blocks.orgs.public import (
    Account,
    accounts_set_up,
    actor_under,
    appointment_end,
    appointment_give,
)
from niangjia.core import jobs
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.programmes.assistance_ledger import booking, periods
from niangjia.programmes.assistance_ledger.content import Sums, content_of, sums_by_unit
from niangjia.programmes.assistance_ledger.models import Purchase, Report, ReportingPeriod
from niangjia.programmes.assistance_ledger.selectors import (
    ReportFilters,
    collection_get,
    report_get,
)
from niangjia.programmes.assistance_ledger.services import (
    period_adopt,
    period_close,
    period_open,
    purchase_correct,
    purchase_reverse,
    report_decide,
    reports_remind,
)
from niangjia.programmes.assistance_ledger.tests import given

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
PERIOD = "2019Q4"
IN_IT = dt.date(2019, 11, 5)


@pytest.fixture(autouse=True)
def city(db):
    given.city()


@pytest.fixture
def opened():
    given.take(
        given.purchase(1, occurred_on=IN_IT), given.purchase(2, unit="乙", occurred_on=IN_IT)
    )
    period_open(given.actor("city"), period=PERIOD)
    jobs.settle()


def report(unit="甲", period=PERIOD):
    named = {"甲": "甲工会", "乙": "乙工会", "丙": "丙医院"}[unit]
    return Report.objects.select_related("case").get(unit__name=f"示例{named}", period_id=period)


def step(who, name, unit="甲", period=PERIOD, **more):
    one = report(unit, period)
    return report_decide(
        given.actor(who), report_ref=one.ref, step=name, version=one.case.version, **more
    )


def reported(unit="甲", suffix="", period=PERIOD, **more):
    for who, name in (("clerk", "enter"), ("checker", "check"), ("head", "sign")):
        step(f"{who}{suffix}", name, unit, period, **(more if name == "enter" else {}))
    step(f"clerk{suffix}", "send", unit, period)


def waiting(who):
    return {(group.kind, group.n) for group in inbox_groups(given.actor(who))}


def test_opening_gives_every_unit_a_report_and_its_clerk_an_item(opened):
    assert Report.objects.count() == 3
    assert waiting("clerk") == {("report.enter", 1)}
    with pytest.raises(Conflict):
        period_open(given.actor("city"), period=PERIOD)
    with pytest.raises(Denied):
        period_open(given.actor("district"), period="2020Q1")
    for period in ("2020Q2", "2020-01", "2018Q4", "x"):
        with pytest.raises(Invalid):
            period_open(given.actor("city"), period=period)


def test_the_whole_chain_to_a_closed_period(opened):
    assert step("clerk", "enter", note="含食堂") == "entered"
    assert waiting("clerk") == set() and waiting("checker") == {("report.check", 1)}
    assert step("checker", "check") == "checked" and waiting("head") == {("report.sign", 1)}
    assert step("head", "sign") == "signed" and waiting("clerk") == {("report.send", 1)}
    assert step("clerk", "send") == "reported" and waiting("district") == {("report.accept", 1)}
    assert step("district", "accept") == "accepted" and waiting("district") == set()
    reported("乙", "_b")
    step("district_b", "accept", "乙")
    with pytest.raises(Invalid, match="have not reported"):
        period_close(given.actor("city"), period=PERIOD)
    found = period_close(given.actor("city"), period=PERIOD, reason="丙医院本期停业")
    assert (found["n"], found["fen"], found["n_missing"]) == (2, 62_200, 1)
    assert found["fen"] == sum(s.fen for s in snapshot("purchases", _months())[1].values())
    assert waiting("clerk_b") == set()


def _months(period=PERIOD):
    return periods.parse(period).months


def test_four_eyes_and_roles(opened):
    with pytest.raises(Denied):
        step("checker", "enter")
    step("clerk", "enter")
    with pytest.raises(Denied):
        step("clerk", "check")
    with pytest.raises(NotFound):
        step("clerk_b", "withdraw")
    _also("clerk", "checker")
    with pytest.raises(Denied, match="four eyes"):
        one = report()
        report_decide(
            _as("clerk", "checker"), report_ref=one.ref, step="check", version=one.case.version
        )


def _also(account, role, at=None):
    """The person of the account has a second appointment, at the same organisation if no other."""
    own = at or given.actor(account).organisation_id
    appointment_give(
        given.actor("city"),
        username=account,
        organisation_id=own,
        role=role,
        valid_from=given.SINCE,
    )


def _as(account, role):
    actor = given.actor(account)
    return actor_under(actor.login_id, actor.organisation_id, role)


def test_of_two_who_decide_at_once_the_second_is_told(opened):
    one = report()
    step("clerk", "enter")
    with pytest.raises(Conflict, match="moved on"):
        report_decide(
            given.actor("clerk"), report_ref=one.ref, step="enter", version=one.case.version
        )


def test_a_return_names_fields_and_begins_a_new_round(opened):
    step("clerk", "enter")
    with pytest.raises(Invalid, match="Say why"):
        step("checker", "return_check")
    step("checker", "return_check", fields={"households": "与花名册不符", "x": "y"})
    detail = report_get(given.actor("clerk"), ref=report().ref)
    assert detail.returned.fields == {"households": "与花名册不符"}
    assert waiting("clerk") == {("report.mend", 1)}
    step("clerk", "enter")
    assert step("checker", "check") == "checked"


def test_a_zero_report_is_confirmed(opened):
    _accounts_for("丙")
    with pytest.raises(Invalid) as told:
        step("clerk_c", "enter", "丙")
    assert told.value.code == "zero_not_confirmed"
    reported("丙", "_c", zero=True)
    assert step("district_b", "accept", "丙") == "accepted"


def _accounts_for(unit):
    at = "uscc:" + given.UNITS[unit]
    accounts_set_up(
        given.SYSTEM,
        accounts=[
            Account(f"{role}_c", "示例口令-2020", f"示例{role}丙", role, at)
            for role in ("clerk", "checker", "head")
        ],
        valid_from=given.SINCE,
    )


def test_while_a_report_is_being_signed_its_records_stand_still(opened):
    step("clerk", "enter")
    late = given.take(given.purchase(3, occurred_on=IN_IT), by="clerk")
    assert late.held == {0: PERIOD} and not late.taken
    ref = Purchase.objects.get(invoice_no="00000001").ref
    with pytest.raises(Conflict, match="Withdraw the report first"):
        purchase_reverse(given.actor("clerk"), purchase_ref=ref, reason="退货")
    step("clerk", "withdraw")
    assert given.take(given.purchase(3, occurred_on=IN_IT), by="clerk").taken
    purchase_reverse(given.actor("clerk"), purchase_ref=ref, reason="退货")
    assert content_of(report().unit_id, PERIOD).sums.n == 1


def test_what_comes_after_the_report_counts_in_the_next_period_with_its_explanation(opened):
    reported()
    row = given.purchase(3, occurred_on=IN_IT)
    assert given.take(row, by="clerk").late == {0: PERIOD}
    taken = given.take(row, by="clerk", explain_late="发票一月才到").taken
    assert Purchase.objects.get(ref=taken[0]).month == "2020-01"
    first = Purchase.objects.get(invoice_no="00000001")
    new = purchase_correct(
        given.actor("clerk"),
        purchase_ref=first.ref,
        reason="类别写错",
        changes={"category": "其他"},
    )
    first.refresh_from_db()
    assert (first.month, first.reversed_month) == ("2019-11", "2020-01")
    assert Purchase.objects.get(ref=new).month == "2020-01"
    jobs.settle()
    assert content_of(first.unit_id, PERIOD).sha256 == report().content_sha256
    assert sum(s.n for s in snapshot("purchases", _months())[1].values()) == 2
    assert given.take(row, by="clerk").repeated == (0,)


def test_a_district_returns_what_the_city_had_summed_and_the_city_hears_of_it(opened):
    reported()
    step("district", "accept")
    assert _total().n == 1
    step("district", "return_district", reason="户数与名单不符")
    assert _total().n == 0
    assert ("report.dropped", 1) in waiting("city")
    step("clerk", "enter")
    for who, name in (("checker", "check"), ("head", "sign"), ("clerk", "send")):
        step(who, name)
    step("district", "accept")
    assert ("report.dropped", 1) not in waiting("city") and _total().n == 1
    _close_with_b()
    with pytest.raises(Conflict, match="closed meanwhile"):
        step("district", "return_district", reason="又错了")


def _total():
    return collection_get(given.actor("city"), period=PERIOD, filters=ReportFilters()).total


def _close_with_b():
    reported("乙", "_b")
    step("district_b", "accept", "乙")
    period_close(given.actor("city"), period=PERIOD, reason="丙医院本期停业")


def test_a_period_closed_meanwhile_keeps_the_late_row_out_of_it(opened):
    reported()
    step("district", "accept")
    _close_with_b()
    row = given.purchase(9, unit="丙", occurred_on=IN_IT)
    assert given.take(row).late == {0: PERIOD}
    taken = given.take(row, explain_late="补报").taken
    assert Purchase.objects.get(ref=taken[0]).month == "2020-01"
    with pytest.raises(Conflict, match="not open"):
        period_close(given.actor("city"), period=PERIOD)


def test_a_period_with_purchases_outside_the_sum_is_not_closed(opened):
    reported()
    step("district", "accept")
    with pytest.raises(Conflict, match="not in the city sum"):
        period_close(given.actor("city"), period=PERIOD, reason="乙未报")
    with pytest.raises(Invalid):
        step("city", "carry", "乙")
    step("city", "carry", "乙", reason="乙单位逾期未报，结转下期")
    jobs.settle()
    found = period_close(given.actor("city"), period=PERIOD, reason="丙停业")
    assert (found["n"], found["n_accepted"]) == (1, 1)
    moved = Purchase.objects.get(unit_id=report("乙").unit_id, reversed_at=None)
    assert moved.month == "2020-01" and moved.corrects
    assert sum(s.n for s in snapshot("purchases", _months("2020Q1"))[1].values()) == 1
    assert sum(s.n for s in snapshot("purchases", _months())[1].values()) == 1


def test_a_running_period_is_not_closed_and_an_earlier_one_is_closed_first(opened):
    period_open(given.actor("city"), period="2020Q1")
    with pytest.raises(Invalid, match="can be closed after"):
        period_close(given.actor("city"), period="2020Q1")
    with pytest.raises(Conflict):
        period_adopt(given.actor("city"), period=PERIOD, reason="线下已报")


def test_a_period_reported_elsewhere_is_closed_as_it_stands():
    given.take(given.purchase(1, occurred_on=dt.date(2019, 8, 1)))
    with pytest.raises(Invalid):
        period_adopt(given.actor("city"), period="2019Q3", reason="")
    found = period_adopt(given.actor("city"), period="2019Q3", reason="线下已上报")
    assert found["n"] == 1
    late = given.take(given.purchase(2, occurred_on=dt.date(2019, 2, 1)))
    assert late.late == {0: "2019Q1"}


def test_exempt_units_are_not_missing_and_stay_exempt(opened):
    step("city", "exempt", "丙", reason="筹备中，免报")
    found = collection_get(given.actor("city"), period=PERIOD, filters=ReportFilters())
    assert (found.n["exempt"], found.n["missing"]) == (1, 2)
    period_open(given.actor("city"), period="2020Q1")
    jobs.settle()
    assert report("丙", "2020Q1").case.state == "exempt"
    assert step("city", "unexempt", "丙", "2020Q1", reason="已成立") == "draft"


def test_a_unit_that_comes_with_an_import_gets_its_report(opened):
    given.take(
        given.purchase(
            7, unit="丁", unit_uscc="81110108000000004X", unit_name="示例丁", occurred_on=IN_IT
        )
    )
    jobs.settle()
    assert Report.objects.filter(unit__name="示例丁").exists()


def test_both_ways_of_summing_agree_and_a_unit_counts_once(opened):
    for unit, suffix, who in (("甲", "", "district"), ("乙", "_b", "district_b")):
        reported(unit, suffix)
        step(who, "accept", unit)
    found = collection_get(given.actor("city"), period=PERIOD, filters=ReportFilters())
    for parts in (found.by_territory, found.by_line):
        total = Sums()
        for one in parts:
            total = total.plus(one.sums)
        assert total == found.total
        assert sum(one.n_units for one in parts) == 2
    own = collection_get(given.actor("district"), period=PERIOD, filters=ReportFilters())
    assert own.n["all"] == 1 and own.total.n == 1


def test_reminding_marks_what_waits_once_in_twelve_hours(opened):
    refs = list(Report.objects.values_list("ref", flat=True))
    assert reports_remind(given.actor("district"), report_refs=refs) == 1
    assert reports_remind(given.actor("city"), report_refs=refs) == 2
    assert inbox_groups(given.actor("clerk"))[0].lines[0].n_reminders == 1
    with pytest.raises(Denied):
        reports_remind(given.actor("clerk"), report_refs=refs)


def test_the_head_whose_appointment_ended_cannot_sign_and_the_next_one_can(opened):
    step("clerk", "enter")
    step("checker", "check")
    head = given.actor("head")
    appointment_end(
        given.actor("city"),
        username="head",
        organisation_id=head.organisation_id,
        role="head",
        last_day=dt.date(2020, 3, 16),
    )
    assert "head" in report_get(given.actor("clerk"), ref=report().ref).unfilled
    with pytest.raises((Denied, NotFound)):
        step("head", "sign")
    assert report().case.state == "checked"
    _also("auditor", "head", head.organisation_id)
    one = report()
    state = report_decide(
        _at("auditor", head.organisation_id, "head"),
        report_ref=one.ref,
        step="sign",
        version=one.case.version,
    )
    assert state == "signed"


def _at(account, organisation_id, role):
    return actor_under(given.actor(account).login_id, organisation_id, role)


STEPS = st.lists(
    st.sampled_from(
        ["take", "take_b", "reverse", "enter", "check", "sign", "send", "accept", "back"]
    ),
    min_size=4,
    max_size=14,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@hypothesis_given(STEPS)
def test_whatever_is_done_reported_sums_are_those_of_their_records(opened, names):
    """No order of steps lets an accepted report differ from what counts in its period."""
    for n, name in enumerate(names):
        _try(n, name)
    one = report()
    if one.case.state in booking.UNDER_WAY | {"reported", "accepted"}:
        assert content_of(one.unit_id, PERIOD).sha256 == one.content_sha256
        assert asdict(sums_by_unit(PERIOD).get(one.unit_id, Sums())) == {
            name: getattr(one, name) for name in asdict(Sums())
        }


def _try(n, name):
    number = 1000 + Purchase.objects.count() + n
    try:
        if name.startswith("take"):
            given.take(
                given.purchase(number, unit="甲", occurred_on=IN_IT, amount_fen=100 + n),
                by="clerk",
                explain_late="补报" if n % 2 else "",
            )
        elif name == "reverse":
            some = Purchase.objects.filter(unit_id=report().unit_id, reversed_at=None).first()
            if some:
                purchase_reverse(given.actor("clerk"), purchase_ref=some.ref, reason="退货")
        elif name == "back":
            state = report().case.state
            how = {"entered": ("checker", "return_check"), "checked": ("head", "return_sign")}
            who, what = how.get(state, ("district", "return_district"))
            step(who, what, reason="请核对")
        else:
            who = {"check": "checker", "sign": "head", "accept": "district"}.get(name, "clerk")
            step(who, name, **({"zero": True} if name == "enter" else {}))
    except (Conflict, Invalid, Denied):
        return


def test_a_period_is_known_by_its_row():
    assert not ReportingPeriod.objects.exists()
    assert collection_get(given.actor("city"), filters=ReportFilters()) is None


@pytest.mark.parametrize(
    ("given_as", "code"),
    [
        ("2020年第一季度", "2020Q1"),
        ("2020年4季度", "2020Q4"),
        ("２０２０年３月", "2020-03"),
        ("2020年", "2020"),
        (" 2020q2 ", "2020Q2"),
    ],
)
def test_a_period_may_be_written_as_it_is_said(given_as, code):
    assert periods.parse(given_as).code == code


@pytest.mark.parametrize("given_as", ["2020年第五季度", "2020年13月", "第一季度", "2020-13"])
def test_what_is_no_period_is_told(given_as):
    with pytest.raises(Invalid, match="not a reporting period"):
        periods.parse(given_as)
