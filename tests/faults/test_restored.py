"""The drill: a backup is taken while an import runs; put back elsewhere, the import goes on."""

import json
import signal

import pytest

from tests.concurrency import site as sites
from tests.concurrency.test_import_wizard import AWAIT, PRESS, STATE_N, N, book, checked
from tests.concurrency.test_imports import STATE, finish

pytestmark = [pytest.mark.both, pytest.mark.slow]
__all__ = ["book"]
BACKUP = """
import sys, time
from pathlib import Path
from niangjia.config.system.backing_up import Order, back_up
from niangjia.programmes.assistance_ledger.models import Purchase
print("waits", flush=True)
while Purchase.objects.count() < 200:
    time.sleep(0.02)
print(back_up(Order(to=Path(sys.argv[1]))).path)
"""
WRITERS = """
import sys, time
from pathlib import Path
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.services import purchases_take
first, ended = int(sys.argv[1]), Path(sys.argv[2])
hangs_at = time.monotonic() + 240
n = 0
while not ended.exists() and time.monotonic() < hangs_at:
    rows = [given.purchase(first + n + k, unit_name=f"新单位{first}-{n}", unit_uscc="")
            for k in range(5)]
    n += len(purchases_take(given.actor("city"), rows=rows).taken)
print(n)
"""
GROWN = """
import sys, time
from niangjia.blocks.ledger.public import log_size
hangs_at = time.monotonic() + 90
while log_size() <= int(sys.argv[1]):
    assert time.monotonic() < hangs_at, "the log does not grow while others write"
    time.sleep(0.05)
"""


@pytest.fixture
def site(template, tmp_path):
    return sites.copy_of(template, tmp_path / "home")


def restored(site, template, backup, folder):
    other = sites.empty_like(template, folder)
    code, out, err = other.command("restore", backup)
    assert code == 0, out + err
    return other


def holds(site):
    for command in (("ledger", "audit"), ("indicators", "recount", "--check")):
        code, out, err = site.command(*command)
        assert code == 0, out + err


def test_a_backup_taken_in_mid_import_goes_on_with_nothing_lost_or_twice(
    site, template, book, tmp_path
):
    ref, version, fen = checked(site, book)
    site.run(PRESS, ref, version)
    backup = site.start(BACKUP, tmp_path / "backups")
    assert backup.stdout.readline().strip() == "waits"
    worker = site.command("worker", wait=False)
    (path,) = (one.strip() for one in finish(backup))
    worker.send_signal(signal.SIGKILL)  # and its machine is gone
    worker.communicate()
    other = restored(site, template, path, tmp_path / "other")
    between = json.loads(other.run(STATE_N))
    assert 0 < between < N and between % 200 == 0
    worker = other.command("worker", wait=False)
    found = json.loads(other.run(AWAIT, ref))
    worker.terminate()
    finish(worker)
    assert found == {"state": "done", "taken": N, "fen": fen, "repeated": 0, "holds": True}
    state = json.loads(other.run(STATE))
    assert (state["recorded"], state["live_fen"], state["wrong"]) == (N, fen, [])
    holds(other)


def test_backups_taken_while_others_write_are_each_whole(site, template, tmp_path):
    ended = tmp_path / "ended"
    writers = [site.start(WRITERS, 10_000 * k, ended) for k in (1, 2)]
    worker = site.command("worker", wait=False)
    made = []
    for number in range(3):
        site.run(GROWN, made[-1]["log_size"] if made else 0)
        code, out, err = site.command("backup", "--to", tmp_path / f"b{number}", "--json")
        assert code == 0, err
        made.append(json.loads(out))
    ended.touch()
    n_written = sum(int(text) for text in finish(*writers))
    worker.terminate()
    finish(worker)
    sizes = [one["log_size"] for one in made]
    assert sizes[0] < sizes[1] < sizes[2] and n_written > 0
    for number, one in enumerate(made):
        other = restored(site, template, one["path"], tmp_path / f"other{number}")
        holds(other)
