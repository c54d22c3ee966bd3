"""Witnesses on disk, and servers in a thread, with a clock that the test sets."""

import http.client
import threading

import pytest

from niangjia.witness import identity, state
from niangjia.witness.cosigner import Witness
from niangjia.witness.server import WitnessServer
from niangjia.witness.tests.city import LOG

NAME = "w.example.cn/finance"


class Clock:
    def __init__(self, at=1_800_000_000):
        self.at = at

    def __call__(self):
        return self.at


def new_folder(path, name=NAME, trusted=(LOG,)):
    """What keygen and trust leave."""
    path.mkdir(parents=True)
    made = identity.make(name)
    state.create(path, made)
    identity.write(path, made)
    opened = state.State(path, made)
    with opened.transaction():
        for signer in trusted:
            opened.trust(signer.key, "")
    opened.close()
    return path


class Client:
    """A log that talks to a witness over one kept connection."""

    def __init__(self, port, prefix=""):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.prefix = prefix

    def ask(self, method, path, body=None, headers=()):
        self.connection.request(method, f"{self.prefix}{path}", body, dict(headers))
        answer = self.connection.getresponse()
        data = answer.read()
        return answer.status, data, answer

    def add(self, body):
        status, data, _answer = self.ask("POST", "/add-checkpoint", body)
        return status, data

    def get(self, path):
        status, data, _answer = self.ask("GET", path)
        return status, data


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def folder(tmp_path):
    return new_folder(tmp_path / "finance")


@pytest.fixture
def serving():
    """start(witnesses by prefix) -> port; all end with the test."""
    running = []

    def start(witnesses):
        server = WitnessServer(("127.0.0.1", 0), witnesses)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        running.append((server, thread))
        return server.server_port

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()
        for witness in server.witnesses.values():
            witness.close()


@pytest.fixture
def witness(folder, clock):
    return Witness(folder, clock)


@pytest.fixture
def client(serving, witness):
    return Client(serving({"": witness}))
