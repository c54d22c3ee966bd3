"""Real commands killed, doubled or out of disk: whole batches, and repeating completes."""

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bench.workbook import write

from tests.concurrency import site as sites

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("NIANGJIA_DATABASE")), reason="drills on files of SQLite"
)
COMMAND = str(Path(sys.executable).with_name("niangjia"))
N = 1_600
BATCH = 200


@pytest.fixture
def site(template, tmp_path):
    return sites.copy_of(template, tmp_path / "home")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("books") / "office.xlsx"
    write(path, N, n_units=20, n_suppliers=20)
    return path


def taking(site, book, *more):
    return site.command("purchases", "import", book, "--as", "city", "--json", *more, wait=False)


def done(process):
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return json.loads(out)


def in_force(site):
    """(records, their sum in fen) as the database has them."""
    with sqlite3.connect(site.home / "niangjia.db") as connection:
        return connection.execute(
            "SELECT count(*), coalesce(sum(amount_fen), 0)"
            " FROM assistance_ledger_purchase WHERE reversed_at IS NULL"
        ).fetchone()


def check(site):
    """The log is whole and every sum is the log's."""
    for command in (("ledger", "audit"), ("indicators", "recount", "--check")):
        code, out, err = site.command(*command)
        assert code == 0, out + err


def expected(book):
    from niangjia.blocks.intake.public import Workbook
    from niangjia.programmes.assistance_ledger.sheet import schema

    return N, sum(row.values["amount_fen"] for row in Workbook(book, book.name, schema()))


def test_killed_in_the_middle_each_batch_is_in_or_out_and_repeating_completes(site, book):
    process = taking(site, book)
    deadline = time.monotonic() + 60
    while in_force(site)[0] < 2 * BATCH and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    n, _fen = in_force(site)
    assert 0 < n < N and n % BATCH == 0
    check(site)
    result = done(taking(site, book))
    assert (result["skipped"]["row_repeated"], result["accepted_rows"]) == (n, N - n)
    assert in_force(site) == expected(book)
    check(site)


def test_the_same_file_by_two_processes_at_once_is_taken_once(site, book):
    first, second = taking(site, book), taking(site, book)
    results = [done(first), done(second)]
    assert sum(result["accepted_rows"] for result in results) == N
    assert in_force(site) == expected(book)
    assert sum(result["accepted_fen"] for result in results) == expected(book)[1]
    check(site)


def with_room(site, book, room_bytes, language="en"):
    """The import in a process none of whose files may grow beyond `room_bytes`."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room_bytes, room_bytes))

    command = [COMMAND, "purchases", "import", str(book), "--as", "city"]
    return subprocess.run(
        command,
        env=site.environment | {"NIANGJIA_LANGUAGE": language},
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=limit,
        check=False,
    )


@pytest.mark.parametrize(("language", "words"), [("en", "disk is full"), ("zh-hans", "磁盘已满")])
def test_without_room_it_says_so_takes_no_half_batch_and_completes_later(
    site, book, language, words
):
    size = (site.home / "niangjia.db").stat().st_size
    found = with_room(site, book, size + 600_000, language)
    assert (found.returncode, "Traceback" in found.stderr) == (7, False), found.stderr
    assert words in found.stderr
    n, _fen = in_force(site)
    assert n < N and n % BATCH == 0
    check(site)
    assert done(taking(site, book))["accepted_rows"] == N - n
    assert in_force(site) == expected(book)
    check(site)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="a small file system needs root")
def test_a_really_full_disk_is_told_and_repeating_completes(template, tmp_path, book):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets no file system be mounted")
    try:
        site = sites.copy_of(template, disk / "home")
        code, _out, err = site.command("purchases", "import", book, "--as", "city")
        assert code == 7 and "disk is full" in err and "Traceback" not in err
        n, _fen = in_force(site)
        assert n < N and n % BATCH == 0
        subprocess.run(["mount", "-o", "remount,size=200m", str(disk)], check=True)
        assert done(taking(site, book))["accepted_rows"] == N - n
        assert in_force(site) == expected(book)
        check(site)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
