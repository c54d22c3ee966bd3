"""Two who press at once, and a worker killed in the middle: every row is in the ledger once."""

import json
import signal
import time

import pytest
from bench.workbook import write

from tests.concurrency import site as sites
from tests.concurrency.test_imports import STATE, finish

pytestmark = pytest.mark.both
N = 2_000
GIVEN = """
import json, sys, time
from pathlib import Path
from niangjia.blocks.intake.public import Choices, store, upload_get
from niangjia.core import jobs
from niangjia.core.errors import Conflict
from niangjia.programmes.assistance_ledger.importing import bridge_holds
from niangjia.programmes.assistance_ledger.services import uploads
from niangjia.programmes.assistance_ledger.tests import given
city = given.actor("city")
def view(ref): return upload_get(city, ref=ref)
"""
CHECKED = (
    GIVEN
    + """
path = Path(sys.argv[1])
ref = uploads.import_receive(city, stored=store([path.read_bytes()], path.name), name=path.name)
jobs.drain_slow()
uploads.import_choose(city, ref=ref, version=view(ref).version, choices=Choices())
jobs.drain_slow()
found = view(ref)
print(json.dumps([ref, found.version, found.result["ready_rows"], found.result["ready_fen"]]))
"""
)
PRESS = (
    GIVEN
    + """
try:
    uploads.import_take(city, ref=sys.argv[1], version=int(sys.argv[2]))
    print("mine")
except Conflict as error:
    print(error.code)
"""
)
AWAIT = (
    GIVEN
    + """
deadline = time.monotonic() + 100
while view(sys.argv[1]).state == "taking" and time.monotonic() < deadline:
    time.sleep(0.1)
found = view(sys.argv[1])
more = found.result.get("skipped", {})
print(json.dumps({"state": found.state, "taken": found.result["accepted_rows"],
    "fen": found.result["accepted_fen"], "repeated": more.get("row_repeated", 0),
    "holds": bridge_holds(found.result)}))
"""
)


@pytest.fixture
def site(template, tmp_path):
    return sites.copy_of(template, tmp_path / "home")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("books") / "office.xlsx"
    write(path, N, n_units=20, n_suppliers=20)
    return path


def checked(site, book):
    """(ref, version, fen) of an upload that waits to be taken."""
    ref, version, n, fen = json.loads(site.run(CHECKED, book))
    assert n == N
    return ref, version, fen


def test_two_processes_press_take_at_once_and_every_row_is_taken_once(site, book):
    ref, version, fen = checked(site, book)
    said = finish(*[site.start(PRESS, ref, version) for _n in range(2)])
    assert sorted(one.strip() for one in said) == ["changed_meanwhile", "mine"]
    worker = site.command("worker", wait=False)
    found = json.loads(site.run(AWAIT, ref))
    worker.terminate()
    finish(worker)
    assert found == {"state": "done", "taken": N, "fen": fen, "repeated": 0, "holds": True}
    state = json.loads(site.run(STATE))
    assert (state["recorded"], state["live_fen"], state["wrong"]) == (N, fen, [])


def test_the_same_file_by_two_clerks_at_once_is_taken_once(site, book):
    first, second = checked(site, book), checked(site, book)
    finish(*[site.start(PRESS, ref, version) for ref, version, _fen in (first, second)])
    worker = site.command("worker", wait=False)
    found = [json.loads(site.run(AWAIT, ref)) for ref, _version, _fen in (first, second)]
    worker.terminate()
    finish(worker)
    assert [one["state"] for one in found] == ["done", "done"]
    assert sum(one["taken"] for one in found) == sum(one["repeated"] for one in found) == N
    assert all(one["holds"] for one in found)
    state = json.loads(site.run(STATE))
    assert (state["recorded"], state["live_fen"], state["wrong"]) == (N, first[2], [])


def test_a_worker_killed_in_the_middle_goes_on_without_doubling(site, book):
    ref, version, fen = checked(site, book)
    site.run(PRESS, ref, version)
    worker = site.command("worker", wait=False)
    deadline = time.monotonic() + 60
    n = 0
    while not 200 <= n < N and time.monotonic() < deadline:
        n = json.loads(site.run(STATE_N))
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    between = json.loads(site.run(STATE_N))
    assert 0 < between < N and between % 200 == 0
    worker = site.command("worker", wait=False)
    found = json.loads(site.run(AWAIT, ref))
    worker.terminate()
    finish(worker)
    assert found == {"state": "done", "taken": N, "fen": fen, "repeated": 0, "holds": True}
    state = json.loads(site.run(STATE))
    assert (state["recorded"], state["live_fen"], state["wrong"]) == (N, fen, [])


STATE_N = """
import time
from niangjia.programmes.assistance_ledger.models import Purchase
for _try in range(400):
    n = Purchase.objects.count()
    if n:
        break
    time.sleep(0.01)
print(n)
"""
