"""Rosters by real processes: a household is one however they come, whatever dies in the middle."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.concurrency import site as sites
from tests.concurrency.test_imports import finish
from tests.households.given import person, workbook

pytestmark = pytest.mark.both
N_PEOPLE, N_HOUSEHOLDS = 1_000, 700  # the first 300 households are of two
SHARED, OWN = 60, 30  # households of both rosters; of each alone
HOLDER = str(Path(sys.executable).with_name("niangjia-keyholder"))
GIVEN = """
import json, pathlib, sys, time
from niangjia.blocks.households.models import Household, PseudonymKey, Roster
from niangjia.blocks.households.public import HouseholdIn, Person, count_once, named
from niangjia.blocks.intake.public import Choices, store, upload_get
from niangjia.core import jobs
from niangjia.core.errors import Conflict
from niangjia.core.models import OutboxMessage
from niangjia.programmes.assistance_ledger.models import HelpReview, Purchase
from niangjia.programmes.assistance_ledger.reviewing import HelpForm
from niangjia.programmes.assistance_ledger.selectors.rosters import roster_place
from niangjia.programmes.assistance_ledger.services import uploads
from niangjia.programmes.assistance_ledger.services.reviews import review_enter
from niangjia.programmes.assistance_ledger.services import rosters
from niangjia.programmes.assistance_ledger.tests import given
office = given.actor("reviewer")
def wait(path):
    print("ready", flush=True)
    while not pathlib.Path(path).exists():
        time.sleep(0.001)
"""
REVIEWS = (
    GIVEN
    + """
other = dict(product="核桃", supplier_name="唐县示例二社", supplier_uscc="931306270000000002")
given.take(given.purchase(1), given.purchase(2, **other))
form = HelpForm(("purchase",), 2, 5, 0, "2020-02-20", "2020-02-27")
for row in Purchase.objects.select_related("supplier").order_by("id"):
    print(review_enter(office, supplier_ref=row.supplier.ref, product=row.product, period="2020Q1",
                       county_code="130627", form=form))
"""
)
# Household k of the shared ones has its national number in the first roster and in every second
# entry of the other; there the rest are known by a person only.
TAKE = (
    GIVEN
    + f"""
subject, which, go = "review:" + sys.argv[1], int(sys.argv[2]), sys.argv[3]
def entry(k):
    numbered = which == 0 or k % 2 or k >= {SHARED}
    number = f"1306270010{{k:06d}}" if numbered else str(k)
    people = [Person(f"p{{k}}-{{i}}", "示例") for i in ((0, 1) if which == 0 else (1, 2))]
    return HouseholdIn(number, "示例村", 2, people, 100)
own = range({SHARED} + which * {OWN}, {SHARED} + (which + 1) * {OWN})
every = [entry(k) for k in (*range({SHARED}), *own)]
if which:
    every.reverse()
of = roster_place(office, subject)
batches = [named(of, every[at : at + 5]) for at in range(0, len(every), 5)]
wait(go)
for public, batch in batches:
    rosters.roster_take_part(office, subject=subject, public=public, households=batch,
                             file_sha256="0" * 64)
"""
)
STRIKE = (
    GIVEN
    + """
review, part, go = sys.argv[1], int(sys.argv[2]), sys.argv[3]
refs = list(Household.objects.filter(roster__subject="review:" + review).order_by("id")
            .values_list("ref", flat=True))
wait(go)
for ref in refs[part::2]:
    rosters.roster_strike(office, review_ref=review, household=ref, reason="查无此户")
"""
)
WITHDRAW = (
    GIVEN
    + """
wait(sys.argv[2])
rosters.roster_withdraw(office, review_ref=sys.argv[1], reason="填错")
"""
)
STATE = (
    GIVEN
    + """
from niangjia.blocks.ledger.models import StoredFact
from niangjia.blocks.ledger.public import audit
jobs.settle()
live = list(Roster.objects.filter(ended_at__isnull=True).order_by("id"))
once = count_once({"all": [one.ref for one in live]})["all"]
def told(one):
    rows = one.households.all()
    stand = [rows.count(), sum(rows.values_list("n_people", flat=True)),
             rows.exclude(struck="").count()]
    return [stand == [one.n_households, one.n_people, one.n_struck], *stand]
print(json.dumps({
    "once": [once.households, once.people], "rosters": [told(one) for one in live],
    "keys": StoredFact.objects.filter(kind__startswith="pseudonym_key.adopted").count(),
    "faults": audit().faults,
}))
"""
)
CHECKED = (
    GIVEN
    + """
path = pathlib.Path(sys.argv[1])
def view(): return upload_get(office, ref=ref)
ref = uploads.import_receive(office, stored=store([path.read_bytes()], path.name), name=path.name,
                             kind="roster", subject="review:" + sys.argv[2])
jobs.drain_slow()
uploads.import_choose(office, ref=ref, version=view().version, choices=Choices())
jobs.drain_slow()
uploads.import_take(office, ref=ref, version=view().version)
print(ref)
"""
)
STANDS = (
    GIVEN
    + """
upload = upload_get(office, ref=sys.argv[1])
more = upload.result.get("skipped", {})
numbers = Household.objects.exclude(number="").values("number").distinct().count()
print(json.dumps({"state": upload.state, "taken": upload.result.get("accepted_rows", 0),
    "repeated": more.get("row_repeated", 0), "n": Household.objects.count(), "different": numbers,
    "error": (upload.error or {}).get("code", "")}))
"""
)
UNTIL = (
    GIVEN
    + """
deadline = time.monotonic() + 60
def there():
    upload = upload_get(office, ref=sys.argv[1])
    return {
        "some": lambda: Household.objects.count() >= 200,
        "waits": lambda: (upload.error or {}).get("code") == "key_holder_away",
        "done": lambda: upload.state != "taking",
    }[sys.argv[2]]()
while not there() and time.monotonic() < deadline:
    time.sleep(0.01)
print(there())
"""
)
DUE = (
    GIVEN
    + """
from niangjia.core import clock
OutboxMessage.objects.filter(topic="imports.take").update(due_at=clock.real_now())
"""
)


class Holder:
    """A department's program, as its own process; killed and started again at the same port."""

    def __init__(self, folder):
        self.folder, self.port, self.process = folder, 0, None
        words = ["--dir", str(folder), "--programme", "assistance_ledger", "--year", "2020"]
        subprocess.run([HOLDER, "keygen", *words], check=True, capture_output=True)

    def start(self):
        words = ["--dir", str(self.folder), "--port", str(self.port)]
        self.process = subprocess.Popen([HOLDER, "serve", *words], stdout=subprocess.PIPE)
        said = self.process.stdout.readline().decode()
        self.port = int(said.strip().rpartition(":")[2])

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def holder(tmp_path, monkeypatch):
    found = Holder(tmp_path / "holder")
    found.start()
    monkeypatch.setenv("NIANGJIA_KEYHOLDER_URL", f"http://127.0.0.1:{found.port}")
    monkeypatch.setenv("NIANGJIA_KEYHOLDER_TOKEN_FILE", str(found.folder / "token"))
    yield found
    found.kill()


@pytest.fixture(scope="module")
def template(template, tmp_path_factory):
    made = sites.copy_of(template, tmp_path_factory.mktemp("rosters") / "template")
    refs = made.run(REVIEWS).split()
    return made, refs


@pytest.fixture
def site(template, tmp_path, holder):
    return sites.copy_of(template[0], tmp_path / "site")


@pytest.fixture
def reviews(template):
    return template[1]


def together(go, *processes):
    """All of them are ready before one begins."""
    for process in processes:
        assert process.stdout.readline().strip() == "ready", process.communicate()[1]
    go.touch()
    finish(*processes)


def test_two_rosters_at_once_never_make_two_households_of_one(site, reviews, tmp_path):
    go = tmp_path / "go"
    together(go, *[site.start(TAKE, ref, which, go) for which, ref in enumerate(reviews)])
    state = json.loads(site.run(STATE))
    n = SHARED + OWN
    assert state["once"] == [SHARED + 2 * OWN, 2 * (SHARED + 2 * OWN)]
    assert state["rosters"] == [[True, n, 2 * n, 0]] * 2
    assert (state["keys"], state["faults"]) == (1, [])


def test_strikes_beside_each_other_and_a_withdrawal_keep_the_totals(site, reviews, tmp_path):
    first, second = reviews
    go = tmp_path / "go"
    together(go, site.start(TAKE, first, 0, go))
    go = tmp_path / "go-2"
    strikes = [site.start(STRIKE, first, part, go) for part in (0, 1)]
    together(go, *strikes, site.start(TAKE, second, 1, go))
    n = SHARED + OWN
    state = json.loads(site.run(STATE))
    assert sorted(state["rosters"]) == [[True, n, 2 * n, 0], [True, n, 2 * n, n]]
    go = tmp_path / "go-3"
    together(go, site.start(WITHDRAW, first, go), site.start(TAKE, second, 1, go))
    state = json.loads(site.run(STATE))
    assert state["once"] == [n, 2 * n]
    assert (state["rosters"], state["faults"]) == ([[True, n, 2 * n, 0]], [])


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("books") / "名单.xlsx"
    n_pairs = N_PEOPLE - N_HOUSEHOLDS
    rows = [person(k, k, "户主") for k in range(N_HOUSEHOLDS)]
    rows += [person(N_HOUSEHOLDS + k, k, "配偶") for k in range(n_pairs)]
    assert len({row["证件号码"] for row in rows}) == N_PEOPLE
    path.write_bytes(workbook(rows))
    return path


def stands(site, ref):
    return json.loads(site.run(STANDS, ref))


def until(site, ref, what):
    assert site.run(UNTIL, ref, what).strip() == "True", stands(site, ref)


def ended_whole(site, ref):
    """Everybody is in, each household once."""
    found = stands(site, ref)
    assert (found["state"], found["n"], found["different"]) == ("done", N_HOUSEHOLDS, N_HOUSEHOLDS)
    assert found["taken"] + found["repeated"] == N_PEOPLE
    state = json.loads(site.run(STATE))
    assert state["once"] == [N_HOUSEHOLDS, N_PEOPLE]
    assert state["rosters"] == [[True, N_HOUSEHOLDS, N_PEOPLE, 0]]
    assert (state["keys"], state["faults"]) == (1, [])
    return found


def stop(process, how=signal.SIGTERM):
    os.kill(process.pid, how)
    process.communicate(timeout=60)


def test_killed_in_the_middle_whole_batches_stand_and_the_rest_follows(site, reviews, book):
    ref = site.run(CHECKED, book, reviews[0]).strip()
    worker = site.command("worker", wait=False)
    until(site, ref, "some")
    stop(worker, signal.SIGKILL)
    between = stands(site, ref)
    assert between["n"] in (200, 400, 600)
    assert between["n"] == between["different"]
    worker = site.command("worker", wait=False)
    until(site, ref, "done")
    stop(worker)
    ended_whole(site, ref)


def test_the_holder_dies_in_the_middle_and_comes_back(site, reviews, book, holder):
    ref = site.run(CHECKED, book, reviews[0]).strip()
    worker = site.command("worker", wait=False)
    until(site, ref, "some")
    holder.kill()
    until(site, ref, "waits")
    between = stands(site, ref)
    assert (between["state"], between["n"]) in [("taking", n) for n in (200, 400, 600)]
    holder.start()
    site.run(DUE)
    until(site, ref, "done")
    stop(worker)
    ended_whole(site, ref)
