"""Real processes book at once, and one is killed: floors hold, keys count once, nothing is half."""

import json
import signal
import time

import pytest

from tests.concurrency import site as sites

pytestmark = pytest.mark.both

GIVEN = """
import sys
from niangjia.blocks.bookkeeping.tests import given
book = given.book()
given.take(book, given.gift("fill", int(sys.argv[1])))
print(book)
"""
FITS, ASKED, EACH, N = 20, 64, 7, 4
PAY = """
import json, pathlib, sys, time
from django.db import connection
from niangjia.blocks.bookkeeping.tests import given
from niangjia.core.errors import Conflict
book, go, first, n, whole = sys.argv[1:]
connection.ensure_connection()
while not pathlib.Path(go).exists():
    time.sleep(0.001)
told = []
for number in range(int(first), int(first) + int(n)):
    pay = given.order(f"p{number}", ("expenses:help", "assets:bank", 7), hold=number % 3 == 0)
    try:
        told += [one.refused for one in given.take(book, pay, whole=whole == "1")]
    except Conflict as error:
        told.append(error.code)
print(json.dumps(told))
"""
CROSS = """
import json, pathlib, sys, time
from niangjia.blocks.bookkeeping.tests import given
from niangjia.core.errors import Conflict
book, go, turned = sys.argv[1:]
while not pathlib.Path(go).exists():
    time.sleep(0.001)
legs = [("assets:bank", "liabilities:fund", 3), ("assets:store", "equity:givers", 2)]
told = []
for number in range(40):
    one = given.order(f"x{number}", *(legs if turned == "0" else legs[::-1]))
    try:
        (outcome,) = given.take(book, one)
        told.append("again" if outcome.repeated else "taken")
    except Conflict as error:
        told.append(error.code)
print(json.dumps(told))
"""
ENDLESS = """
import sys
from niangjia.blocks.bookkeeping.tests import given
for start in range(0, 10**6, 50):
    legs = [("assets:bank", "liabilities:fund", 3), ("assets:store", "equity:givers", 2)]
    given.take_with_fact(sys.argv[1], *[given.order(f"e{start + k}", *legs) for k in range(50)])
    print(start, flush=True)
"""
STATE = """
import json, sys
from django.utils import translation
from niangjia.blocks.bookkeeping.models import Transfer
from niangjia.blocks.bookkeeping.public import balances, check
book = sys.argv[1]
translation.activate("en")
mine = Transfer.objects.filter(book__code=book)
print(json.dumps({
    "balances": {one.code: [one.posted, one.held, one.coming] for one in balances(book)},
    "n": mine.count(), "keys": mine.values("key").distinct().count(),
    "faults": [one for one in check(book) if "fact" not in one],
    "facts": [one for one in check(book) if "fact" in one],
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


def test_of_64_orders_at_a_floor_exactly_as_many_succeed_as_fit(site, tmp_path):
    fill, go = FITS * EACH + EACH - 1, tmp_path / "go"
    book = site.run(GIVEN, fill).strip()
    each = ASKED // N
    running = [site.start(PAY, book, go, k * each, each, k % 2) for k in range(N)]
    go.touch()
    told = [one for process in said(*running) for one in process]
    assert (told.count(""), told.count("floor")) == (FITS, ASKED - FITS)
    state = json.loads(site.run(STATE, book))
    posted, held, _coming = state["balances"]["assets:bank"]
    assert posted - held == EACH - 1 and state["faults"] == []
    assert state["n"] == FITS + 1


def test_the_same_keys_by_processes_that_meet_head_on_are_booked_once(site, tmp_path):
    book, go = site.run(GIVEN, 1).strip(), tmp_path / "go"
    running = [site.start(CROSS, book, go, k % 2) for k in range(N)]
    go.touch()
    told = [one for process in said(*running) for one in process]
    assert told.count("taken") == 40
    assert set(told) <= {"taken", "again", "key_used_otherwise", "busy"}
    state = json.loads(site.run(STATE, book))
    assert state["balances"]["assets:bank"] == [121, 0, 0]
    assert (state["n"], state["keys"], state["faults"]) == (81, 41, [])


def test_killed_in_the_middle_every_order_is_whole_and_so_is_its_fact(site):
    book = site.run(GIVEN, 1).strip()
    process = site.start(ENDLESS, book)
    for _batch in range(7):
        process.stdout.readline()
    time.sleep(0.013)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    state = json.loads(site.run(STATE, book))
    n = state["keys"] - 1
    assert n >= 350 and n % 50 == 0 and state["n"] == 2 * n + 1
    assert state["balances"]["assets:bank"] == [3 * n + 1, 0, 0]
    assert state["balances"]["assets:store"] == [2 * n, 0, 0]
    assert state["faults"] == [] and len(state["facts"]) == 1  # of the first booking: none
