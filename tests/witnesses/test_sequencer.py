"""The sequencer against a commit whose answer is lost, a second sequencer, a full disk and writers
whose commits come late; in processes of their own, on both databases."""

import json

import pytest

from tests.concurrency import site as sites

pytestmark = [pytest.mark.both]
BEGIN = """
import json, sys, threading, time
from django.db import OperationalError, connection, connections, transaction
from niangjia.blocks.ledger import sequencer
from niangjia.blocks.ledger.auditing import audit
from niangjia.blocks.ledger.models import Checkpoint, Entry, Pending, StoredFact
from niangjia.core.errors import ProgrammingError
from tests.witnesses.drill import record
sequencer.PACE_S = 0
job = sequencer.SequencerJob()
"""
END = """
print(json.dumps({"entries": Entry.objects.count(), "pending": Pending.objects.count(),
    "facts": StoredFact.objects.count(), "faults": list(audit().faults),
    "checkpoints": [one.size for one in Checkpoint.objects.order_by("size")], **found}))
"""
LOST_ANSWER = """
from niangjia.blocks.ledger.agreement import AGREEMENT
asked, ask = [], AGREEMENT._ask
AGREEMENT._ask = lambda: asked.append(1) or ask()
record(3); job.run_once(); record(2)
real = connection._commit
def lost():
    real()
    raise OperationalError("the line was cut after COMMIT")
connection._commit = lost
try:
    job.run_once(); found = {"raised": False}
except OperationalError:
    found = {"raised": True}
connection._commit = real
connection.close()
while job.run_once(): pass
record(1)
while job.run_once(): pass
before = len(asked)
connection.close()  # as after a promotion
record(1)
while job.run_once(): pass
found["asked"] = [before, len(asked)]
"""
TWO = """
done = threading.Event()
refused = []
def sequence():
    mine = sequencer.SequencerJob()
    while not done.is_set() or Pending.objects.exists():
        try:
            mine.run_once()
        except ProgrammingError as error:
            refused.append(str(error))
    connections.close_all()
record(1); job.run_once()
both = [threading.Thread(target=sequence) for _ in range(2)]
for one in both: one.start()
for n in range(60): record(1 + n % 3)
done.set()
for one in both: one.join()
found = {"refused": sorted(set(refused))}
"""
LATE = """
# a transaction that recorded first and commits last, behind ones that were sequenced meanwhile
from niangjia.blocks.ledger.recorder import LedgerRecorder
from niangjia.blocks.ledger.tests.test_ledger import ACTOR, AT, fact
began, go = threading.Event(), threading.Event()
def slow():
    with transaction.atomic():
        LedgerRecorder().record([fact(1)], actor=ACTOR, owner="person:p1", at=AT)
        began.set(); go.wait(30)
    connections.close_all()
record(1); job.run_once()
late = threading.Thread(target=slow); late.start(); began.wait(30)
if connection.vendor == "postgresql":
    record(2); job.run_once()
go.set(); late.join()
while job.run_once(): pass
found = {}
"""
FULL = """
record(400); job.run_once()
record(500)
with connection.cursor() as cursor:
    cursor.execute("PRAGMA page_count"); pages = cursor.fetchone()[0]
    cursor.execute(f"PRAGMA max_page_count={pages + 4}")
try:
    job.run_once(); raised = False
except OperationalError as error:
    raised = "full" in str(error)
found = {"raised": raised, "held": Entry.objects.count()}
with connection.cursor() as cursor:
    cursor.execute("PRAGMA max_page_count=1000000")
while job.run_once(): pass
"""


@pytest.fixture
def run(migrated, tmp_path):
    site = sites.copy_of(migrated, tmp_path / "home")
    return lambda program: json.loads(site.run(BEGIN + program + END).splitlines()[-1])


def whole(found):
    assert found["faults"] == [] and found["pending"] == 0
    assert found["entries"] == found["facts"] == found["checkpoints"][-1]


def test_after_a_commit_whose_answer_was_lost_nothing_is_doubled(run):
    found = run(LOST_ANSWER)
    assert found["raised"]
    whole(found)
    assert found["checkpoints"] == [3, 5, 6, 7]
    assert found["asked"] == [2, 3]  # after the lost answer, and once connected anew


def test_two_sequencers_make_one_log(run):
    found = run(TWO)
    whole(found)
    assert set(found["refused"]) <= {"another sequencer moved the log"}


def test_a_fact_that_commits_late_is_not_skipped(run):
    whole(run(LATE))


def test_a_full_disk_changes_nothing_and_the_log_goes_on(run, migrated):
    if migrated.database:
        pytest.skip("SQLite's own limit stands for the disk's")
    found = run(FULL)
    assert found["raised"] and found["held"] == 400
    whole(found)
