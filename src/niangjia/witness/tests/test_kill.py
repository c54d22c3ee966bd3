"""The process is killed at any moment: its state opens, and is never behind what was answered."""

import http.client
import os
import random
import signal
import subprocess
import sys
import threading
import time

import pytest

from niangjia.witness import identity
from niangjia.witness.state import State
from niangjia.witness.tests.city import ORIGIN, Log
from niangjia.witness.tests.conftest import Client, new_folder

SIZE = 2000
LOG_OF_THE_CITY = Log(SIZE)
REQUESTS = {}


def request(old, size):
    if (old, size) not in REQUESTS:
        REQUESTS[old, size] = LOG_OF_THE_CITY.request(old, size)
    return REQUESTS[old, size]


def start(folder, port_file):
    port_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "niangjia.witness", "serve", "--dir", str(folder)]
    command += ["--port", "0", "--port-file", str(port_file)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    until = time.monotonic() + 30
    while not port_file.exists():
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < until
        time.sleep(0.005)
    return process, int(port_file.read_text())


class Load(threading.Thread):
    """A log that submits as fast as it is answered, until the connection breaks."""

    def __init__(self, port, old, answered):
        super().__init__()
        self.port, self.old, self.answered = port, old, answered
        self.statuses = set()

    def run(self):
        client = Client(self.port)
        try:
            while self.old < SIZE:
                size = self.old + 1
                status, body = client.add(request(self.old, size))
                if status == 200:
                    self.answered.append(size)
                    self.old = size
                else:
                    self.statuses.add(status)
                    self.old = int(body)
        except (OSError, http.client.HTTPException):
            return


def kill_again_and_again(tmp_path, n, seed):
    rng = random.Random(seed)
    folder, port_file = new_folder(tmp_path / "finance"), tmp_path / "port"
    size, total = 0, 0
    for _ in range(n):
        process, port = start(folder, port_file)
        answered = []
        load = [Load(port, size, answered) for _ in range(2)]
        for one in load:
            one.start()
        time.sleep(rng.uniform(0.0, 0.4))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        for one in load:
            one.join()
        process.stderr.close()
        opened = State(folder, identity.read(folder))
        tree, count, seen = opened.known().trees[ORIGIN], opened.n_cosigned(), opened.seen.read()
        opened.close()
        assert tree.size >= max([size, *answered])
        assert tree.root == LOG_OF_THE_CITY.head(tree.size).root
        assert count == tree.size >= seen
        assert all(one.statuses <= {409} for one in load)
        size, total = tree.size, total + len(answered)
    assert total > n
    return total


def test_state_is_never_behind_an_answer(tmp_path):
    kill_again_and_again(tmp_path, 4, 1)


@pytest.mark.slow
def test_state_is_never_behind_an_answer_in_40_kills(tmp_path):
    for size in range(SIZE):
        request(size, size + 1)  # made before, so that the witness alone is waited for
    print(kill_again_and_again(tmp_path, 40, 2), "answers before 40 kills")


def test_a_witness_told_to_end_ends_well_and_has_counted_all(tmp_path):
    folder, port_file = new_folder(tmp_path / "finance"), tmp_path / "port"
    process, port = start(folder, port_file)
    client = Client(port)
    for size in range(5):
        assert client.add(request(size, size + 1))[0] == 200
    client.add(b"garbage")
    process.terminate()
    assert process.wait(20) == 0
    process.stderr.close()
    opened = State(folder, identity.read(folder))
    assert (opened.seen.read(), opened.n_cosigned()) == (5, 5)
    assert opened.refusals() == {("", 400): 1}
    opened.close()
