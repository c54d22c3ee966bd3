"""Power goes below SQLite, at a random write: with our settings no committed entry is lost and the
log is whole; with weaker ones the loss is seen, so the drill can see it."""

import os
import pickle
import random
import shutil

import apsw
import pytest

from tests.concurrency import site as sites
from tests.faults.lossy import Disk

pytestmark = pytest.mark.slow
N_LOSSES = int(os.environ.get("NIANGJIA_LOSSES", "60"))
# What the site writes: facts recorded, then entries, tiles and a signed checkpoint; as SQL.
CAPTURE = """
import pickle, sys
from django.db import connection
from niangjia.blocks.ledger import opening, sequencer
from niangjia.blocks.ledger.models import Head
from tests.witnesses.drill import record
written = []
def note(execute, sql, params, many, context):
    if sql.split()[0] in ("INSERT", "UPDATE", "DELETE"):
        for one in params if many else [params]:
            values = (bytes(v) if isinstance(v, memoryview) else v for v in one)
            written[-1].append((sql, tuple(values)))
    return execute(sql, params, many, context)
job = sequencer.SequencerJob()
sequencer.PACE_S = 0
with connection.execute_wrapper(note):
    for n in range(60):
        written.append([])
        record(1 + n % 9)
        written.append([])
        job.run_once()
with open(sys.argv[1], "wb") as file:
    pickle.dump(written, file)
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory, migrated):
    """(an empty site's database, the transactions that follow)."""
    if migrated.database:
        pytest.skip("the drill is about SQLite")
    folder = tmp_path_factory.mktemp("power")
    site = sites.copy_of(migrated, folder / "home")
    shutil.copy(migrated.home / "niangjia.db", folder / "base.db")
    site.run(CAPTURE, folder / "written")
    return folder / "base.db", pickle.loads((folder / "written").read_bytes())


def replayed(path, transactions, synchronous, disk, told):
    """In a child: each transaction as the site does it; its number is told once COMMIT answered."""
    connection = apsw.Connection(str(path), vfs=disk.vfs)
    pages = 50 if synchronous == "FULL" else 2000  # a checkpoint syncs, too
    for setting in (
        "journal_mode=WAL",
        f"synchronous={synchronous}",
        "foreign_keys=ON",
        f"wal_autocheckpoint={pages}",
    ):
        connection.execute(f"PRAGMA {setting}").fetchall()
    for number, statements in enumerate(transactions):
        connection.execute("BEGIN IMMEDIATE")
        for sql, values in statements:
            connection.execute(sql.replace("%s", "?"), values)
        connection.execute("COMMIT")
        os.write(told, f"{number}\n".encode())


def cut(folder, base, transactions, synchronous, seed):
    """(transactions acknowledged, those found afterwards, if the log is whole)."""
    path = folder / f"{seed}.db"
    shutil.copy(base, path)
    reading, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        disk = Disk("lossy", random.Random(seed).randrange(20, 2600), seed)
        try:
            replayed(path, transactions, synchronous, disk, told)
        finally:
            os._exit(9)
    os.close(told)
    with os.fdopen(reading) as lines:
        n_told = len(lines.read().split())
    os.waitpid(pid, 0)
    try:
        return n_told, *state(path, transactions)
    finally:
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)


def state(path, transactions):
    """(how many transactions are there, if nothing is damaged and the log is gap-free)."""
    connection = apsw.Connection(str(path))
    ask = lambda text: connection.execute(text).fetchall()  # noqa: E731
    sound = ask("PRAGMA integrity_check") == [("ok",)]
    n_facts = ask("SELECT count(*) FROM ledger_storedfact")[0][0]
    n_entries = ask("SELECT count(*) FROM ledger_entry")[0][0]
    newest = ask('SELECT coalesce(max("index") + 1, 0) FROM ledger_entry')[0][0]
    head = ask("SELECT size FROM ledger_head")[0][0]
    signed = ask("SELECT coalesce(max(size), 0) FROM ledger_checkpoint")[0][0]
    connection.close()
    sound = sound and n_entries == newest == head == signed
    made = [sum("storedfact" in sql and "INSERT" in sql for sql, _v in one) for one in transactions]
    n = found = 0
    while n < len(made) and found + made[n] <= n_facts:
        if made[n] == 0 and n_entries < found:
            break
        found += made[n]
        n += 1
    return n, sound


def test_no_committed_entry_is_lost_when_power_goes(written, tmp_path):
    base, transactions = written
    lost, broken, n_told = [], [], 0
    for seed in range(N_LOSSES):
        told, there, sound = cut(tmp_path, base, transactions, "FULL", seed)
        n_told += told
        if there < told:
            lost.append((seed, told, there))
        if not sound:
            broken.append(seed)
    print(f"\n{N_LOSSES} power cuts, {n_told} commits: {len(lost)} lost, {len(broken)} broken")
    assert lost == [] and broken == []
    assert n_told > N_LOSSES


def test_the_drill_sees_a_loss_where_commits_are_not_synced(written, tmp_path):
    base, transactions = written
    found = [cut(tmp_path, base, transactions, "NORMAL", seed) for seed in range(20)]
    lost = sum(told - there for told, there, _sound in found if there < told)
    print(f"\n20 power cuts with synchronous=NORMAL: {lost} commits lost")
    assert lost > 0
