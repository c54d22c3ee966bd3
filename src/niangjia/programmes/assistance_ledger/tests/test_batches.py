"""One step on many reports: each by itself, in order, once; stopped, resumed, refused in words."""

import datetime as dt
import json

import pytest
from django.test import Client
from django.urls import reverse

from niangjia.blocks.orgs.public import appointment_end
from niangjia.core import jobs
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.core.models import OutboxMessage
from niangjia.programmes.assistance_ledger import batch_jobs
from niangjia.programmes.assistance_ledger.content import Sums, sums_by_unit
from niangjia.programmes.assistance_ledger.models import Purchase, Report, ReportBatch
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
    report_decide,
    reports_batch_ask,
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
    states = STEPS[step].states
    return reports_chosen(
        given.actor(who), period=PERIOD, states=states, filters=ReportFilters(**filters)
    )


def ask(who="city", step="carry", reason=REASON, **filters):
    listed = chosen(who, step, **filters)
    return reports_batch_ask(
        given.actor(who), period=PERIOD, step=step, chosen=listed, reason=reason
    )


def order(ref):
    return ReportBatch.objects.get(ref=ref)


def test_what_was_not_reported_is_carried_over_and_the_quarter_closes():
    with pytest.raises(Conflict, match="2 units have purchases"):
        period_close(given.actor("city"), period=PERIOD)
    assert collection_get(given.actor("city"), filters=ReportFilters()).n["outside"] == 2
    listed = chosen(group="outside")
    found = carrying(given.actor("city"), period=PERIOD, refs=[ref for ref, _version in listed])
    assert (found.n_reports, found.n, found.fen) == (2, 2, 62_200)
    ref = ask(group="outside")
    assert order(ref).passed == 0
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
    assert (done.passed, done.done, done.failed) == (3, 2, 1)
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
    assert (done.passed, done.done, done.failed) == (3, 3, 0) and done.ended_at is not None


def test_stopped_it_ends_and_what_was_done_stays():
    ref = ask()
    reports_batch_stop(given.actor("city"), batch_ref=ref)
    jobs.drain_slow()
    assert order(ref).ended_at is not None and order(ref).passed == 0
    with pytest.raises(NotFound):
        reports_batch_stop(given.actor("district"), batch_ref=ref)
    with pytest.raises(NotFound):
        batch_get(given.actor("district"), ref=ref)


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
            reports_batch_ask(
                given.actor(who), period=PERIOD, step=name, chosen=[("x", 0)], reason=REASON
            )
    with pytest.raises(Invalid):
        ask(reason=" ")
    with pytest.raises(Conflict):
        reports_batch_ask(given.actor("city"), period="2020Q1", step="remind", chosen=[("x", 0)])


def test_a_running_quarter_is_not_carried_over():
    period_open(given.actor("city"), period="2020Q1")
    jobs.settle()
    with pytest.raises(Invalid, match="carried over after that day"):
        step("city", "carry", period="2020Q1", reason=REASON)
    with pytest.raises(Invalid, match="carried over after that day"):
        one = report(period="2020Q1")
        reports_batch_ask(
            given.actor("city"),
            period="2020Q1",
            step="carry",
            chosen=[(one.ref, one.case.version)],
            reason=REASON,
        )
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
    assert done.ended_at is not None and done.passed == 0 and len(done.told) == 1
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


def test_the_page_shows_first_what_it_would_move():
    city = browser("city")
    sent = {"period": PERIOD, "act": "carry", "all": "1", "group": "outside"}
    page = city.post(reverse("assistance_ledger:collect_act"), sent)
    assert page.status_code == 200 and "622.00" in page.content.decode()
    assert report().case.state == "draft"
    again = city.post(reverse("assistance_ledger:collect_act"), {**sent, "confirmed": "1"})
    assert again.status_code == 422
    done = city.post(
        reverse("assistance_ledger:collect_act"), {**sent, "confirmed": "1", "reason": REASON}
    )
    assert done.status_code == 302 and report().case.state == "carried"
    assert (
        browser("district").post(reverse("assistance_ledger:collect_act"), sent).status_code == 403
    )


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


def test_a_unit_with_records_of_one_merged_into_it_holds_up_the_closing():
    """The count of those outside the sum is that of the closing, whatever was decided before."""
    step("city", "carry", "甲", reason=REASON)
    assert [one for one, _version in chosen(group="outside")] == [report("乙").ref]
    first = report("丙")
    report_decide(
        given.actor("city"),
        report_ref=first.ref,
        step="exempt",
        version=first.case.version,
        reason="停业",
    )
    assert Report.objects.filter(case__state="draft").count() == 1
