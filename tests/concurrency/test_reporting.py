"""Real processes report, take and close at once: nothing stands outside the sum it closed with."""

import json

import pytest

from tests.concurrency import site as sites

pytestmark = pytest.mark.both

OPEN = """
import datetime as dt
from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.services import period_open
for unit in "甲乙":
    given.take(*[given.purchase(ord(unit) * 100 + k, unit=unit, occurred_on=dt.date(2019, 11, 5))
                 for k in range(5)])
period_open(given.actor("city"), period="2019Q4")
jobs.settle()
"""
TAKE = """
import datetime as dt, sys, time
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.services import purchases_take
first = int(sys.argv[1])
for k in range(60):
    row = given.purchase(first + k, unit="甲乙"[k % 2], occurred_on=dt.date(2019, 11, 6))
    result = purchases_take(given.actor("city"), rows=[row], explain_late="补报" if k % 3 else "")
    time.sleep(0.005)
"""
CHAIN = """
import time
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.models import Report
from niangjia.programmes.assistance_ledger.services import period_close, report_decide
def step(who, name, unit):
    one = Report.objects.select_related("case").get(unit__name=unit, period_id="2019Q4")
    report_decide(given.actor(who), report_ref=one.ref, step=name, version=one.case.version)
time.sleep(0.1)
for unit, mark, district in (("示例甲工会", "", "district"), ("示例乙工会", "_b", "district_b")):
    for who, name in ((f"clerk{mark}", "enter"), (f"checker{mark}", "check"),
                      (f"head{mark}", "sign"), (f"clerk{mark}", "send"), (district, "accept")):
        step(who, name, unit)
period_close(given.actor("city"), period="2019Q4", reason="丙医院停业")
print("closed")
"""
ENTER = """
import pathlib, sys, time
from niangjia.core.errors import Conflict
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.models import Report
from niangjia.programmes.assistance_ledger.services import report_decide
one = Report.objects.select_related("case").get(unit__name="示例甲工会", period_id="2019Q4")
while not pathlib.Path(sys.argv[1]).exists():
    time.sleep(0.001)
try:
    report_decide(given.actor("clerk"), report_ref=one.ref, step="enter", version=one.case.version)
    print("done")
except Conflict:
    print("told")
"""
STATE = """
import json
from django.db import transaction
from niangjia.blocks.indicators.public import differences, snapshot
from niangjia.blocks.ledger.public import audit
from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.content import sums_by_unit
from niangjia.programmes.assistance_ledger.models import Purchase, Report, ReportingPeriod
from niangjia.programmes.assistance_ledger.projections import PURCHASES
jobs.settle()
months = ("2019-10", "2019-11", "2019-12")
with transaction.atomic():
    cube = snapshot("purchases", months)[1]
period = ReportingPeriod.objects.get(pk="2019Q4")
accepted = Report.objects.filter(period=period, case__state="accepted")
print(json.dumps({
    "closed": period.closed_at is not None, "closed_with": period.sums.get("fen"),
    "counted": sum(one.fen for one in sums_by_unit("2019Q4").values()),
    "reports": sum(accepted.values_list("fen", flat=True)),
    "cube": sum(one.fen for one in cube.values()),
    "later": Purchase.objects.filter(month="2020-01").count(),
    "faults": audit().faults, "wrong": differences(PURCHASES)[1],
}))
"""


@pytest.fixture(scope="module")
def template(template, tmp_path_factory):
    made = sites.copy_of(template, tmp_path_factory.mktemp("reporting") / "template")
    made.run(OPEN)
    return made


@pytest.fixture
def site(template, tmp_path):
    return sites.copy_of(template, tmp_path / "site")


def test_what_is_taken_while_the_city_closes_is_in_the_sum_or_in_the_next_period(site):
    takers = [site.start(TAKE, 10_000 * number) for number in (1, 2)]
    closer = site.start(CHAIN)
    out, err = closer.communicate(timeout=120)
    for taker in takers:
        _out, told = taker.communicate(timeout=120)
        assert taker.returncode == 0, told
    assert out.strip() == "closed", err
    found = json.loads(site.run(STATE))
    assert found["closed"] and not found["faults"] and not found["wrong"]
    assert found["closed_with"] == found["counted"] == found["reports"] == found["cube"]
    assert found["later"] > 0


def test_of_two_processes_that_decide_at_once_one_is_told(site):
    gate = site.home / "gate"
    deciders = [site.start(ENTER, gate) for _two in range(2)]
    gate.touch()
    said = []
    for one in deciders:
        out, err = one.communicate(timeout=60)
        assert one.returncode == 0, err
        said.append(out.strip())
    assert sorted(said) == ["done", "told"]
