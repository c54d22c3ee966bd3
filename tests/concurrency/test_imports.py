"""Several real processes take purchases at once: each is in once, and the sums are the log's."""

import json
import time

import pytest

from tests.concurrency import site as sites

pytestmark = pytest.mark.both

TAKE = """
import random, sys
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.services import purchases_take, purchase_reverse
from niangjia.core.errors import Conflict, Invalid
rng = random.Random(int(sys.argv[1]))
city = given.actor("city")
numbers = list(range(1, 121)); rng.shuffle(numbers)
n = 0
for start in range(0, 120, 10):
    rows = [given.purchase(k, unit="甲乙丙"[k % 3]) for k in numbers[start:start + 10]]
    result = purchases_take(city, rows=rows)
    n += len(result.taken)
    if rng.random() < 0.4 and result.taken:
        try:
            purchase_reverse(city, purchase_ref=next(iter(result.taken.values())), reason="并发")
        except (Conflict, Invalid):
            pass
print(n)
"""
CLAIM = """
import sys
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.services import purchases_take
unit = sys.argv[1]
for k in range(1, 31):
    purchases_take(given.actor("city"), rows=[given.purchase(k, unit=unit)])
"""
CROSSING = """
import sys
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.services import purchases_take
n = 0
for k in range(6):
    rows = [given.purchase(1000 * k + i, unit_name=f"新单位{k}-{i}", unit_uscc="", invoice_no="")
            for i in range(200)]
    n += len(purchases_take(given.actor("city"), rows=rows[:: int(sys.argv[1])]).taken)
print(n)
"""
CLAIM_AGAIN = """
import sys, time
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.services import purchases_take, purchase_reverse
if sys.argv[1] == "甲":
    city = given.actor("city")
    for k in range(1, 31):
        ref = purchases_take(city, rows=[given.purchase(k)]).taken[0]
        purchase_reverse(city, purchase_ref=ref, reason="发票有误")
else:
    for k in range(1, 31):
        purchases_take(given.actor("city"), rows=[given.purchase(k, unit=sys.argv[1])])
"""
STATE = """
import json
import time
from niangjia.blocks.indicators.public import differences, stored
from niangjia.blocks.ledger.public import audit, n_pending
from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.projections import PURCHASES
jobs.settle()
live = Purchase.objects.filter(reversed_at__isnull=True)
print(json.dumps({
    "pending": n_pending(), "faults": audit().faults, "size": audit().size,
    "wrong": differences(PURCHASES)[1],
    "n": sum(c.n for c in stored("purchases").values()),
    "fen": sum(c.fen for c in stored("purchases").values()),
    "live": live.count(), "live_fen": sum(live.values_list("amount_fen", flat=True)),
    "recorded": Purchase.objects.count(),
    "unflagged": live.filter(flags="").count(),
}))
"""


@pytest.fixture
def site(template, tmp_path):
    return sites.copy_of(template, tmp_path / "home")


def finish(*processes):
    outputs = []
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode in (0, -15), err
        outputs.append(out)
    return outputs


def test_overlapping_imports_with_reversals_and_a_worker_beside_them(site):
    worker = site.command("worker", wait=False)
    taken = finish(*[site.start(TAKE, seed) for seed in (1, 2, 3)])
    worker.terminate()
    finish(worker)
    state = json.loads(site.run(STATE))
    assert state["recorded"] == sum(map(int, taken)) >= 120
    assert (state["pending"], state["faults"], state["wrong"]) == (0, [], [])
    assert (state["n"], state["fen"]) == (state["live"], state["live_fen"])


def test_an_invoice_claimed_by_two_units_at_once_flags_both(site):
    finish(site.start(CLAIM, "甲"), site.start(CLAIM, "乙"))
    state = json.loads(site.run(STATE))
    assert (state["live"], state["unflagged"]) == (60, 0)
    assert (state["n"], state["wrong"]) == (60, [])


def test_the_same_sheet_the_other_way_round_at_once_is_taken_once(site):
    """Locks taken in opposite order: one of the two is ended by the database and comes again."""
    taken = finish(site.start(CROSSING, 1), site.start(CROSSING, -1))
    state = json.loads(site.run(STATE))
    assert state["recorded"] == sum(map(int, taken)) == 1200
    assert (state["faults"], state["wrong"]) == ([], [])


def test_an_invoice_claimed_before_is_still_claimed_one_by_one(site):
    finish(site.start(CLAIM_AGAIN, "甲"))
    finish(site.start(CLAIM_AGAIN, "乙"), site.start(CLAIM_AGAIN, "丙"))
    state = json.loads(site.run(STATE))
    assert (state["live"], state["unflagged"]) == (60, 0)


def test_a_killed_worker_leaves_a_whole_log_and_the_next_one_goes_on(site):
    worker = site.command("worker", wait=False)
    writer = site.start(TAKE, 7)
    time.sleep(2)
    worker.kill()
    worker.wait()
    finish(writer)
    state = json.loads(site.run(STATE))
    assert (state["pending"], state["faults"], state["wrong"]) == (0, [], [])
    assert state["live"] == state["n"]
