"""Money that comes in, by real processes: a line is matched once, a roster is taken once."""

import json
import os
import signal

import pytest

from tests.concurrency import site as sites

pytestmark = pytest.mark.both
CITY = """
import json, os, pathlib, sys, time
from niangjia.core import jobs
from niangjia.core.errors import Conflict
from niangjia.programmes.donations.tests import bank_files, given, test_rosters as sheets
from niangjia.programmes.donations.bank_models import BankLine
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.roster_models import Roster
from niangjia.programmes.donations.services import lines_match, roster_bring, roster_take
from niangjia.programmes.donations import books, roster_jobs
from niangjia.programmes.donations.types import DonorIn, LineIn, RosterIn
from niangjia.blocks.bookkeeping.public import balance, check
from niangjia.blocks.intake.public import store
"""
PREPARE = """
given.city(); slug = given.raising()
bank_files.taken(slug, bank_files.bank_csv())
raw = sheets.workbook(sheets.people(1000))
roster = RosterIn("示例制造厂", 100_000, sheets.RECEIVED)
ref = roster_bring(given.actor("foundation"), slug=slug, roster=roster,
                   stored=store([raw], "a.xlsx"), name="a.xlsx")
row = Roster.objects.get()
roster_jobs._check(given.actor("foundation"), row)
row.refresh_from_db()
roster_take(given.actor("foundation"), ref=ref, version=row.version)
"""
CLERK = """
ref = BankLine.objects.get(fen=500_000).ref
line = LineIn(ref, "gift", donor=DonorIn("unit", "示例一号企业"))
actor = given.actor("foundation")
print("ready", flush=True)
while not pathlib.Path(sys.argv[1]).exists():
    time.sleep(0.001)
try:
    print(lines_match(actor, chosen=[line]))
except Conflict as error:
    print(error.code)
"""
TAKE = """
row = Roster.objects.get()
real = roster_jobs.roster_batch
def told(*args, **more):
    n = real(*args, **more)
    print(n, flush=True)
    return n
roster_jobs.roster_batch = told
roster_jobs._take(given.actor("foundation"), row)
"""
FOUND = """
row = Roster.objects.get()
print(json.dumps({"gifts": Gift.objects.filter(channel="roster").count(), "state": row.state,
    "done": row.n_done, "transfers": Gift.objects.filter(channel="transfer").count(),
    "bank": balance(books.BOOK, books.bank(given.SLUG)).posted, "faults": len(check(books.BOOK))}))
"""


@pytest.fixture
def site(migrated, tmp_path):
    made = sites.copy_of(migrated, tmp_path / "site")
    made.run(CITY + PREPARE)
    return made


def found(site):
    return json.loads(site.run(CITY + FOUND))


def test_two_clerks_match_a_line_at_once_and_it_is_one_gift(site, tmp_path):
    go = tmp_path / "go"
    clerks = [site.start(CITY + CLERK, go) for _n in range(2)]
    for one in clerks:
        assert one.stdout.readline() == "ready\n"
    go.touch()
    told = sorted(one.communicate(timeout=60)[0].strip() for one in clerks)
    assert told == ["1", "line_matched"]
    assert found(site) == {
        "gifts": 0,
        "state": "taking",
        "done": 0,
        "transfers": 1,
        "bank": 500_000,
        "faults": 0,
    }


def test_a_roster_killed_in_the_middle_goes_on_and_takes_nobody_twice(site):
    worker = site.start(CITY + TAKE)
    assert worker.stdout.readline() == "200\n"
    assert worker.stdout.readline() == "400\n"
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    middle = found(site)
    assert middle["state"] == "taking" and middle["gifts"] == middle["done"] < 1000
    site.run(CITY + TAKE)
    end = found(site)
    assert (end["state"], end["gifts"], end["done"], end["bank"]) == ("taken", 1000, 1000, 100_000)
    assert end["faults"] == 0
