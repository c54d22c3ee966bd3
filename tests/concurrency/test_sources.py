"""Real processes confirm, part, enter and match at once: a line has one record, sums stay true."""

import json

import pytest

from tests.concurrency import site as sites

pytestmark = pytest.mark.both

GIVEN = """
import datetime as dt
from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.models import SourceLine
from niangjia.programmes.assistance_ledger.services import sources_take
from niangjia.programmes.assistance_ledger.types import SourceIn
from niangjia.blocks.orgs.public import known
unit = known("buyer", ["uscc:" + given.UNITS["甲"]])["uscc:" + given.UNITS["甲"]]
same = dict(quantity_milli=None, price_milli=None, amount_fen=5_000, spec="",
            occurred_on=dt.date(2020, 2, 3))
given.take(*[given.purchase(k, product=f"小米{k}", **same) for k in range(12)])
from niangjia.programmes.assistance_ledger.models import Purchase
shop = Purchase.objects.first().supplier.name
lines = [SourceIn("order", unit.id, f"key{k}", f"DD-{k:04d}", dt.date(2020, 2, 3), 5_000, shop, "",
                  "小米", "", "", None, None, "", "", "", "", False, "", k) for k in range(12)]
sources_take(given.actor("clerk"), lines=lines, upload_ref="u1")
jobs.settle()
"""
CONFIRM = """
import sys, time
from niangjia.core.errors import DomainError
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.models import SourceMatch
from niangjia.programmes.assistance_ledger.services import sources_part, sources_same
who = given.actor(sys.argv[1])
n = 0
for _round in range(12):
    found = list(SourceMatch.objects.filter(verdict="proposed").values_list("together", flat=True))
    for together in found[:: int(sys.argv[2])]:
        n += sources_same(who, proposals=[together])
    if sys.argv[1] == "city" and _round % 3 == 0:
        same = SourceMatch.objects.filter(verdict="same")
        for ref in same.values_list("line__ref", flat=True)[:1]:
            try:
                sources_part(who, line_ref=ref, reason="看错了")
            except DomainError:
                pass
    time.sleep(0.01)
print(n)
"""
MATCH = """
import time
from niangjia.core.actor import system_actor
from niangjia.programmes.assistance_ledger.models import SourceLine
from niangjia.programmes.assistance_ledger.services import sources_match
unit = SourceLine.objects.first().unit_id
for _round in range(25):
    sources_match(system_actor("matching of sources"), unit_id=unit, source="order")
    time.sleep(0.01)
"""
STATE = """
import json
from collections import Counter
from niangjia.blocks.indicators.public import differences
from niangjia.blocks.ledger.public import audit
from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.models import Purchase, SourceMatch
from niangjia.programmes.assistance_ledger.projections import PURCHASES
jobs.settle()
live = SourceMatch.objects.filter(verdict="same", purchase__reversed_at__isnull=True)
print(json.dumps({
    "lines": max(Counter(live.values_list("line_id", flat=True)).values()),
    "records": max(Counter(live.values_list("purchase_id", flat=True)).values()),
    "n": live.count(),
    "faults": len(audit().faults) + len(differences(PURCHASES)[1]),
    "in_force": Purchase.objects.filter(reversed_at__isnull=True).count(),
}))
"""


@pytest.fixture(scope="module")
def template(template, tmp_path_factory):
    made = sites.copy_of(template, tmp_path_factory.mktemp("sources") / "template")
    made.run(GIVEN)
    return made


def test_two_people_and_the_worker_at_once_leave_a_line_one_record(template, tmp_path):
    site = sites.copy_of(template, tmp_path / "site")
    clerk, city = site.start(CONFIRM, "clerk", 1), site.start(CONFIRM, "city", 2)
    for one in [clerk, city, site.start(MATCH), site.start(MATCH)]:
        _out, err = one.communicate(timeout=120)
        assert one.returncode == 0, err
    state = json.loads(site.run(STATE))
    assert (state["lines"], state["records"], state["faults"]) == (1, 1, 0)
    assert state["n"] >= 6 and state["in_force"] == 12
