"""Orders on many reports by real processes: given once, broken off at any point, beside others."""

import json
import time

import pytest

from tests.concurrency import site as sites

pytestmark = pytest.mark.both

UNITS = 24
GIVEN = f"""
import datetime as dt
from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.services import period_open
rows = [given.purchase(k, unit_name=f"示例第{{k:02d}}工会", unit_uscc="", district="东城区",
                       occurred_on=dt.date(2019, 11, 5)) for k in range(1, {UNITS - 1} + 1)]
given.take(given.purchase(500, occurred_on=dt.date(2019, 11, 5)), *rows)
period_open(given.actor("city"), period="2019Q4")
jobs.settle()
"""
ASK = """
import pathlib, sys, time
from niangjia.core.errors import Conflict
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.selectors import ReportFilters, reports_chosen
from niangjia.programmes.assistance_ledger.services import reports_batch_ask, reports_batch_propose
from niangjia.programmes.assistance_ledger.services.batches import STEPS
city = given.actor("city")
chosen = reports_chosen(city, period="2019Q4", states=STEPS["carry"].states, counting=True,
                        filters=ReportFilters(group="outside"))
ref = reports_batch_propose(city, period="2019Q4", step="carry", chosen=chosen)
while len(sys.argv) > 1 and not pathlib.Path(sys.argv[1]).exists():
    time.sleep(0.001)
try:
    reports_batch_ask(city, batch_ref=ref, reason="截止日未上报")
    print("given")
except Conflict as error:
    print(error.code)
"""
WORK = """
import sys
from niangjia.core import jobs
from niangjia.core.models import OutboxMessage
from niangjia.programmes.assistance_ledger import batch_jobs
batch_jobs.AT_ONCE = 1
move = batch_jobs.reports_move
def told(*given, **more):
    moved = move(*given, **more)
    print("moved", flush=True)
    return moved
batch_jobs.reports_move = told
jobs.drain_slow()
jobs.settle()
"""
ENTER = """
import sys, time
from niangjia.core.errors import Conflict, NotFound
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.models import Report
from niangjia.programmes.assistance_ledger.services import report_decide
for number in range(40):
    one = Report.objects.select_related("case").get(unit__name="示例甲工会", period_id="2019Q4")
    step = "enter" if one.case.state == "draft" else "withdraw"
    try:
        report_decide(given.actor("clerk"), report_ref=one.ref, step=step,
                      version=one.case.version)
    except Conflict:
        break
    time.sleep(0.005)
"""
STATE = """
import json
from niangjia.blocks.indicators.public import differences
from niangjia.blocks.ledger.public import audit
from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.content import Sums, sums_by_unit
from niangjia.programmes.assistance_ledger.models import Purchase, Report, ReportBatch
from niangjia.programmes.assistance_ledger.projections import PURCHASES
jobs.settle()
order = ReportBatch.objects.exclude(asked_at=None).get()
here, later = sums_by_unit("2019Q4"), sums_by_unit("2020Q1")
print(json.dumps({
    "order": [order.n, order.passed, order.done, order.failed, order.ended_at is not None],
    "carried": Report.objects.filter(case__state="carried").count(),
    "here": sum(one.fen for one in here.values()), "later": sum(one.fen for one in later.values()),
    "in_force": Purchase.objects.filter(reversed_at=None).count(),
    "differences": len(differences(PURCHASES)[1]), "faults": len(audit().faults),
}))
"""


@pytest.fixture(scope="module")
def template(template, tmp_path_factory):
    made = sites.copy_of(template, tmp_path_factory.mktemp("orders") / "template")
    made.run(GIVEN)
    return made


@pytest.fixture
def site(template, tmp_path):
    return sites.copy_of(template, tmp_path / "site")


def check(state, n_carried):
    assert (state["differences"], state["faults"], state["in_force"]) == (0, 0, UNITS)
    assert state["carried"] == n_carried
    assert state["here"] == (UNITS - n_carried) * 31_100
    assert state["here"] + state["later"] == UNITS * 31_100


def test_of_two_who_give_an_order_at_once_one_is_told(site, tmp_path):
    go = tmp_path / "go"
    both = [site.start(ASK, go), site.start(ASK, go)]
    time.sleep(6)
    go.touch()
    said = []
    for one in both:
        out, err = one.communicate(timeout=120)
        assert one.returncode == 0, err
        said.append(out.strip())
    assert sorted(said) == ["given", "order_under_way"]
    site.run(WORK)
    state = json.loads(site.run(STATE))
    assert state["order"] == [UNITS, UNITS, UNITS, 0, True]
    check(state, UNITS)


def test_killed_in_the_middle_it_goes_on_and_moves_each_once_beside_a_clerk(site):
    assert site.run(ASK).strip() == "given"
    worker = site.start(WORK)
    for _number in range(5):
        assert worker.stdout.readline().strip() == "moved"
    worker.kill()
    worker.communicate()
    clerk, worker = site.start(ENTER), site.start(WORK)
    for one in (clerk, worker):
        _out, err = one.communicate(timeout=120)
        assert one.returncode == 0, err
    state = json.loads(site.run(STATE))
    n, passed, done, failed, ended = state["order"]
    assert (n, passed, done + failed, ended) == (UNITS, UNITS, UNITS, True)
    assert failed <= 1  # the clerk's own report moved meanwhile, or was carried first
    check(state, UNITS - failed)
