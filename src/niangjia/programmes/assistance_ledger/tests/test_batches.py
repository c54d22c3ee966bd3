"""One step on many reports: each by itself, in order, once; stopped, resumed, refused in words."""

import datetime as dt
import json

import pytest
from django.test import Client
from django.urls import reverse

from niangjia.blocks.indicators.public import differences
from niangjia.blocks.ledger.public import audit
from niangjia.blocks.orgs.public import appointment_end, buyers_in_force, organisations_merge
from niangjia.core import jobs
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.core.models import OutboxMessage
from niangjia.programmes.assistance_ledger import batch_jobs
from niangjia.programmes.assistance_ledger.content import Sums, sums_by_unit
from niangjia.programmes.assistance_ledger.models import Purchase, ReportBatch
from niangjia.programmes.assistance_ledger.projections import PURCHASES
from niangjia.programmes.assistance_ledger.selectors import (
    ReportFilters,
    batch_get,
    carrying,
    collection_get,
    reports_chosen,
)
from niangjia.programmes.assistance_ledger.services import (
    period_close,
    period_open,
    purchase_correct,
    reports_batch_ask,
    reports_batch_propose,
    reports_batch_stop,
)
from niangjia.programmes.assistance_ledger.services.batches import STEPS
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.tests.test_reporting import (
    IN_IT,
    PERIOD,
    report,
    reported,
    step,
)

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
REASON = "截止日未上报，经多次催报"


@pytest.fixture(autouse=True)
def opened(db):
    given.city()
    given.take(
        given.purchase(1, occurred_on=IN_IT), given.purchase(2, unit="乙", occurred_on=IN_IT)
    )
    period_open(given.actor("city"), period=PERIOD)
    jobs.settle()


def chosen(who="city", step="carry", **filters):
    return reports_chosen(
        given.actor(who),
        period=PERIOD,
        states=STEPS[step].states,
        filters=ReportFilters(**filters),
        counting=step == "carry",
    )


def propose(who="city", step="carry", listed=None, period=PERIOD, **filters):
    listed = chosen(who, step, **filters) if listed is None else listed
    return reports_batch_propose(given.actor(who), period=period, step=step, chosen=listed)


def ask(who="city", step="carry", reason=REASON, **filters):
    ref = propose(who, step, **filters)
    reports_batch_ask(given.actor(who), batch_ref=ref, reason=reason)
    return ref


def order(ref):
    return ReportBatch.objects.get(ref=ref)


def test_what_was_not_reported_is_carried_over_and_the_quarter_closes():
    with pytest.raises(Conflict, match="2 units have purchases"):
        period_close(given.actor("city"), period=PERIOD)
    assert collection_get(given.actor("city"), filters=ReportFilters()).n["outside"] == 2
    ref = propose(group="outside")
    found = carrying(given.actor("city"), batch_ref=ref)
    assert (found.n_reports, found.n, found.fen) == (2, 2, 62_200)
    jobs.drain_slow()
    assert order(ref).passed == 0
    reports_batch_ask(given.actor("city"), batch_ref=ref, reason=REASON)
    with pytest.raises(Conflict):
        reports_batch_ask(given.actor("city"), batch_ref=ref, reason=REASON)
    jobs.drain_slow()
    done = order(ref)
    assert (done.passed, done.done, done.failed) == (2, 2, 0) and done.ended_at is not None
    assert [report(unit).case.state for unit in "甲乙丙"] == ["carried", "carried", "draft"]
    assert all(sums == Sums() for sums in sums_by_unit(PERIOD).values())
    assert sum(one.fen for one in sums_by_unit("2020Q1").values()) == 62_200
    in_force = Purchase.objects.filter(reversed_at=None)
    assert set(in_force.values_list("month", flat=True)) == {"2020-01"}
    closed = period_close(given.actor("city"), period=PERIOD, reason="丙医院本期停业")
    assert (closed["n"], closed["fen"], closed["n_missing"]) == (0, 0, 1)


def test_one_that_moved_meanwhile_is_left_and_told():
    ref = ask()
    step("clerk", "enter")
    jobs.drain_slow()
    done = order(ref)
    assert (done.passed, done.done, done.failed) == (2, 1, 1)
    assert done.told[0][0] == "示例甲工会" and report().case.state == "entered"


def test_broken_off_it_goes_on_and_counts_each_once(monkeypatch):
    ref = ask()
    monkeypatch.setattr(batch_jobs, "AT_ONCE", 1)
    move, calls = batch_jobs.reports_move, []

    def dies(*given_, **more):
        calls.append(more)
        if len(calls) == 2:
            raise RuntimeError("the power went")
        return move(*given_, **more)

    monkeypatch.setattr(batch_jobs, "reports_move", dies)
    jobs.drain_slow()
    assert len(calls) == 2 and order(ref).passed == 1
    OutboxMessage.objects.update(due_at=order(ref).asked_at)
    jobs.drain_slow()
    done = order(ref)
    assert (done.passed, done.done, done.failed) == (2, 2, 0) and done.ended_at is not None


def test_stopped_it_is_over_and_what_was_done_stays():
    ref = ask()
    for who, error in (("auditor", Denied), ("leader", Denied), ("district", NotFound)):
        with pytest.raises(error):
            reports_batch_stop(given.actor(who), batch_ref=ref)
    reports_batch_stop(given.actor("city"), batch_ref=ref)
    assert order(ref).ended_at is not None
    jobs.drain_slow()
    assert order(ref).passed == 0
    with pytest.raises(NotFound):
        batch_get(given.actor("district"), ref=ref)
    ask()  # nothing stands in the way of another


def test_a_second_order_waits_for_the_first():
    ask()
    with pytest.raises(Conflict, match="under way"):
        ask()
    jobs.drain_slow()
    with pytest.raises(Invalid, match="No report was chosen"):
        ask()


def test_who_may_and_what_is_needed():
    for who, name in (("district", "carry"), ("clerk", "remind"), ("auditor", "remind")):
        with pytest.raises(Denied):
            propose(who, name, listed=[("x", 0)])
    with pytest.raises(Invalid):
        ask(reason=" ")
    with pytest.raises(Conflict):
        propose(step="remind", listed=[("x", 0)], period="2020Q1")


def test_a_running_quarter_is_not_carried_over():
    period_open(given.actor("city"), period="2020Q1")
    jobs.settle()
    with pytest.raises(Invalid, match="carried over after that day"):
        step("city", "carry", period="2020Q1", reason=REASON)
    one = report(period="2020Q1")
    with pytest.raises(Invalid, match="carried over after that day"):
        propose(listed=[(one.ref, one.case.version)], period="2020Q1")
    page = browser("city").get(reverse("assistance_ledger:collect") + "?period=2020Q1")
    assert 'value="carry"' not in page.content.decode()


def test_a_hat_that_is_gone_stops_the_order_with_its_reason():
    ref = ask()
    city = given.actor("city")
    appointment_end(
        city,
        username="city",
        organisation_id=city.organisation_id,
        role="city",
        last_day=dt.date(2020, 3, 16),
    )
    jobs.drain_slow()
    done = order(ref)
    assert done.ended_at is not None and done.passed == 0 and "ended" in done.why
    assert report().case.state == "draft"


def test_a_district_accepts_its_own_alone():
    reported()
    reported("乙", "_b")
    ref = ask("district", "accept")
    jobs.drain_slow()
    assert (order(ref).n, order(ref).done) == (1, 1)
    assert [report(unit).case.state for unit in "甲乙"] == ["accepted", "reported"]


def browser(who):
    client = Client()
    sent = {"username": who, "password": "示例口令-2020"}
    client.post(reverse("orgs:sign_in"), sent)
    return client


def test_the_page_shows_first_what_it_would_move_and_moves_no_other():
    city = browser("city")
    sent = {"period": PERIOD, "act": "carry", "all": "1", "group": "outside"}
    where = city.post(reverse("assistance_ledger:collect_act"), sent)["Location"]
    page = city.get(where)
    assert page.status_code == 200 and "622.00" in page.content.decode()
    given.take(given.purchase(3, unit="丙", occurred_on=IN_IT))  # was not shown
    step("clerk", "enter")  # moved since
    refused = city.post(where, {"reason": ""})
    assert refused.status_code == 422 and report("乙").case.state == "draft"
    assert city.post(where, {"reason": REASON}).status_code == 302
    jobs.drain_slow()
    assert [report(unit).case.state for unit in "甲乙丙"] == ["entered", "carried", "draft"]
    assert city.get(where).status_code == 302
    assert browser("district").get(where).status_code == 403
    asked = browser("district").post(reverse("assistance_ledger:collect_act"), sent)
    assert asked.status_code == 403


def test_many_are_left_to_the_worker_and_the_page_tells_how_far_it_is(monkeypatch):
    from niangjia.programmes.assistance_ledger.views import batches

    monkeypatch.setattr(batches, "AT_ONCE", 1)
    city = browser("city")
    sent = {"period": PERIOD, "act": "remind", "all": "1"}
    city.post(reverse("assistance_ledger:collect_act"), sent)
    ref = ReportBatch.objects.get().ref
    page = city.get(reverse("assistance_ledger:collect")).content.decode()
    assert reverse("assistance_ledger:order", args=[ref]) in page
    jobs.drain_slow()
    part = city.get(reverse("assistance_ledger:order", args=[ref]))
    assert part["HX-Refresh"] == "true"
    assert order(ref).done == 3


def test_by_json():
    city = browser("city")
    sent = {"period": PERIOD, "step": "carry", "reason": REASON, "group": "outside"}
    answer = city.post("/api/reports/orders", json.dumps(sent), content_type="application/json")
    assert answer.status_code == 200, answer.content
    ref = answer.json()["ref"]
    jobs.drain_slow()
    state = city.get(f"/api/reports/orders/{ref}").json()
    assert (state["n"], state["done"], state["ended"]) == (2, 2, True)
    stopped = city.post(f"/api/reports/orders/{ref}/stop")
    assert stopped.status_code == 200


def outside():
    return {ref for ref, _version in chosen(group="outside")}


def close(reason="丙医院本期停业"):
    return period_close(given.actor("city"), period=PERIOD, reason=reason)


def test_a_unit_with_records_of_one_merged_into_it_holds_up_the_closing():
    step("city", "carry", "乙", reason=REASON)
    refs = {unit.name: unit.ref for unit in buyers_in_force()}
    organisations_merge(
        given.actor("city"),
        organisation_ref=refs["示例甲工会"],
        into_ref=refs["示例丙医院"],
        reason="两个登记是同一单位",
    )
    jobs.settle()
    assert outside() == {report("丙").ref}
    with pytest.raises(Conflict, match="1 units have purchases"):
        close()
    ask(group="outside")
    jobs.drain_slow()
    assert outside() == set() and close()["n"] == 0


@pytest.mark.parametrize("state", ["reported", "exempt"])
def test_whatever_its_state_a_unit_with_purchases_is_shown_as_outside(state):
    step("city", "carry", "乙", reason=REASON)
    if state == "reported":
        reported()
    else:
        step("city", "exempt", reason="停业整顿")
    found = collection_get(given.actor("city"), filters=ReportFilters(group="outside"))
    assert found.n["outside"] == 1 and [row["ref"] for row in found.rows] == [report().ref]
    with pytest.raises(Conflict, match="1 units have purchases"):
        close()
    if state == "exempt":
        ask(group="outside")
        jobs.drain_slow()
        assert report().case.state == "carried" and close()["n"] == 0


def test_what_was_taken_off_in_the_quarter_is_carried_over_too(settings):
    reported()
    step("district", "accept")
    step("city", "carry", "乙", reason=REASON)
    close()
    corrected = Purchase.objects.get(unit__name="示例甲工会", reversed_at=None)
    purchase_correct(
        given.actor("clerk"), purchase_ref=corrected.ref, changes={"note": "补注"}, reason="补注"
    )
    later = "2020Q1"
    assert sums_by_unit(later)[corrected.unit_id] == Sums()
    given.take(given.purchase(9))
    period_open(given.actor("city"), period=later)
    jobs.settle()
    settings.NIANGJIA_CITY_DATE = "2020-04-12"
    for unit in "甲乙":
        step("city", "carry", unit, period=later, reason=REASON)
    jobs.settle()
    assert set(sums_by_unit(later).values()) == {Sums()}
    after = sums_by_unit("2020Q2")[corrected.unit_id]
    assert (after.n, after.fen) == (1, 31_100)
    closed = period_close(given.actor("city"), period=later, reason="均结转下期")
    assert closed["fen"] == 0 and differences(PURCHASES)[1] == [] and audit().faults == ()
