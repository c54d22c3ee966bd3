"""Real processes give at once, and one is killed between payment and booking: nothing is half."""

import json
import signal
import time

import pytest

from tests.concurrency import site as sites

pytestmark = pytest.mark.both

PREPARE = """
import sys
from niangjia.programmes.donations.tests import given
given.city()
goal = int(sys.argv[1])
given.raising(goal_fen=goal or None, capped=bool(goal))
"""
GIVE = """
import json, pathlib, sys, time
from django.db import connection
from niangjia.core.actor import ANONYMOUS
from niangjia.core.errors import Conflict
from niangjia.programmes.donations import outbox, providers, trial
from niangjia.programmes.donations.services import gift_begin
from niangjia.programmes.donations.tests import given
providers.provide(trial.TrialProvider())
go, first, n, fen = sys.argv[1], *map(int, sys.argv[2:5])
connection.ensure_connection()
while not pathlib.Path(go).exists():
    time.sleep(0.001)
told = []
for number in range(first, first + n):
    try:
        ref, _address = gift_begin(ANONYMOUS, slug=given.SLUG, fen=fen, key=f"k{number}")
    except Conflict as error:
        told.append(error.code)
        continue
    trial.pay(ref, "lost")
    told.append(outbox.heard(trial.TrialProvider().ask(ref)))
print(json.dumps(told))
"""
SAME = """
import json, pathlib, sys, time
from niangjia.core.errors import Conflict
from niangjia.programmes.donations.services import gifts_record
from niangjia.programmes.donations.tests import given
go = sys.argv[1]
who = given.actor("foundation")
while not pathlib.Path(go).exists():
    time.sleep(0.001)
told = []
for number in range(20):
    try:
        taken = gifts_record(who, slug=given.SLUG, rows=[given.gift(number)])
        told.append("again" if taken[f"test:{number}"].repeated else "taken")
    except Conflict as error:
        told.append(error.code)
print(json.dumps(told))
"""
BEGIN = """
import sys
from niangjia.core.actor import ANONYMOUS
from niangjia.programmes.donations import providers, trial
from niangjia.programmes.donations.services import gift_begin
from niangjia.programmes.donations.tests import given
providers.provide(trial.TrialProvider())
for number in range(int(sys.argv[1])):
    ref, _address = gift_begin(ANONYMOUS, slug=given.SLUG, fen=10_000, key=f"k{number}")
    trial.pay(ref, "twice")
"""
HEAR = """
import sys
from niangjia.programmes.donations import outbox, providers, trial
from niangjia.programmes.donations.models import Payment
providers.provide(trial.TrialProvider())
for payment in Payment.objects.order_by("id"):
    print(payment.pk, flush=True)
    outbox.heard(trial.TrialProvider().ask(payment.ref))
"""
LATER = """
from niangjia.core import jobs
from niangjia.programmes.donations import providers, trial
providers.provide(trial.TrialProvider())
jobs.drain()
"""
STATE = """
import json
from django.utils import translation
from niangjia.blocks.bookkeeping.public import balances, check
from niangjia.core import jobs
from niangjia.programmes.donations.models import Gift, Payment
translation.activate("en")
jobs.settle()
print(json.dumps({
    "gifts": Gift.objects.count(),
    "states": sorted(Payment.objects.values_list("state", flat=True)),
    "balances": {one.code: one.posted for one in balances("donations")},
    "faults": check("donations"),
}))
"""


@pytest.fixture
def site(migrated, tmp_path):
    return sites.copy_of(migrated, tmp_path / "site")


def said(*processes):
    found = []
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        found.append(json.loads(out))
    return found


def test_of_64_gifts_at_a_goal_exactly_as_many_are_taken_as_fit(site, tmp_path):
    site.run(PREPARE, 205_000)
    go = tmp_path / "go"
    running = [site.start(GIVE, go, k * 16, 16, 10_000) for k in range(4)]
    go.touch()
    told = [one for process in said(*running) for one in process]
    assert told.count("paid") == 20
    assert set(told) <= {"paid", "goal_reached"}
    state = json.loads(site.run(STATE))
    assert state["gifts"] == 20 and state["faults"] == []
    assert state["balances"]["quota:wennuan:left"] == 5_000
    assert state["balances"]["funds:wennuan:pool"] == 200_000


def test_the_same_gifts_taken_down_by_two_people_at_once_count_once(site, tmp_path):
    site.run(PREPARE, 0)
    go = tmp_path / "go"
    running = [site.start(SAME, go) for _ in range(3)]
    go.touch()
    told = [one for process in said(*running) for one in process]
    assert told.count("taken") == 20
    state = json.loads(site.run(STATE))
    assert state["gifts"] == 20 and state["faults"] == []
    assert state["balances"]["funds:wennuan:pool"] == 200_000


def test_killed_between_payment_and_booking_every_paid_gift_is_booked_once(site):
    site.run(PREPARE, 0)
    site.run(BEGIN, 40)
    process = site.start(HEAR)
    for _ in range(17):
        process.stdout.readline()
    time.sleep(0.003)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    site.run(LATER)
    state = json.loads(site.run(STATE))
    assert state["gifts"] == 40 and state["states"] == ["paid"] * 40
    assert state["balances"]["funds:wennuan:pool"] == 400_000
    assert state["faults"] == []
