"""`niangjia up` ends with all that it started, however it is told to."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.concurrency.site import copy_of

LIMIT_S = 30
# Every signal is heard, also where whoever runs the tests has some of them ignored.
HEARING = ("env", "--default-signal=INT,TERM,HUP")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition):
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def parents():
    """Parent by process, of all that run."""
    found = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as stat:
                state, parent = stat.read().rpartition(") ")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            found[int(name)] = int(parent)
    return found


def beneath(root):
    """Processes that `root` started, and theirs."""
    parent = parents()
    found = {root}
    while more := {pid for pid, above in parent.items() if above in found} - found:
        found |= more
    return found - {root}


@pytest.fixture
def site(migrated, tmp_path):
    home = copy_of(migrated, tmp_path / "home").home
    port = free_port()
    command = [*HEARING, sys.executable, "-m", "niangjia.config.cli", "up", "--no-sample"]
    with subprocess.Popen(
        [*command, "--port", str(port)],
        env=os.environ | {"NIANGJIA_HOME": str(home), "NIANGJIA_DATABASE": ""},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    ) as process:
        try:

            def answers():
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                        return True
                except OSError:
                    return False

            assert until(answers)
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_nothing_is_left(site, number):
    started = beneath(site.pid)
    assert len(started) >= 3  # web server, its worker process, the worker
    os.killpg(site.pid, number)
    assert site.wait(timeout=LIMIT_S) == 0
    assert until(lambda: not started & parents().keys())


def is_part(site, pid):
    """Whether a process is the web server or the worker, not the demonstration's key holder."""
    command = Path(f"/proc/{pid}/cmdline").read_bytes()
    return parents().get(pid) == site.pid and b"keyholder" not in command


def test_the_demonstrations_key_holder_is_started_again(site):
    def holders():
        return {
            pid
            for pid in beneath(site.pid)
            if b"keyholder" in Path(f"/proc/{pid}/cmdline").read_bytes()
        }

    (first,) = holders()
    os.kill(first, signal.SIGKILL)
    assert until(lambda: holders() - {first})
    assert site.poll() is None
    started = beneath(site.pid)
    os.killpg(site.pid, signal.SIGTERM)
    assert site.wait(timeout=LIMIT_S) == 0
    assert until(lambda: not started & parents().keys())


def test_a_part_that_dies_takes_the_rest_along(site):
    started = beneath(site.pid)
    os.kill(min(pid for pid in started if is_part(site, pid)), signal.SIGKILL)
    assert site.wait(timeout=LIMIT_S) == 1
    assert until(lambda: not started & parents().keys())
