"""The witness over loopback HTTP: each status, what is remembered, and clients that misbehave."""

import hashlib
import json
import socket
import threading
import time

import pytest

from niangjia.lib.tlog import note
from niangjia.lib.tlog.keys import parse_vkey
from niangjia.witness import connection
from niangjia.witness.cosigner import Witness
from niangjia.witness.tests.city import LOG, ORIGIN, Log
from niangjia.witness.tests.conftest import Client, new_folder

TEN = Log(10)
MARK = hashlib.sha256(ORIGIN.encode()).hexdigest()


def keys_of(client):
    return [parse_vkey(one) for one in json.loads(client.get("/status.json")[1])["vkeys"]]


def of_log(client):
    return json.loads(client.get("/status.json")[1])["logs"][ORIGIN]


def test_200_is_two_cosignatures_of_one_time_that_hold(client, clock):
    status, body = client.add(TEN.request(0, 7))
    assert status == 200
    signed = note.with_lines(TEN.note(7), note.parse_lines(body))
    found = note.verified(signed, keys_of(client))
    assert [(one.key.kind, one.at) for one in found] == [(4, clock.at), (6, clock.at)]


def test_the_same_checkpoint_is_cosigned_again_with_a_new_time(client, clock):
    client.add(TEN.request(0, 7))
    clock.at += 3600
    status, body = client.add(TEN.request(7, 7))
    assert status == 200
    signed = note.with_lines(TEN.note(7), note.parse_lines(body))
    assert {one.at for one in note.verified(signed, keys_of(client))} == {clock.at}
    assert (of_log(client)["size"], of_log(client)["n_cosigned"]) == (7, 2)


REFUSED = {
    400: lambda: b"garbage",
    404: lambda: Log(7, signer=type(LOG)("nobody.example", 1, bytes(32))).request(0),
    403: lambda: TEN.request(7, 10, note=TEN.note(10, [type(LOG)(ORIGIN, 1, bytes(32))])),
    409: lambda: TEN.request(0, 10),
    422: lambda: TEN.fork(5, 5).request(7, 10),
}


@pytest.mark.parametrize("status", REFUSED)
def test_a_refusal_changes_nothing(client, status):
    client.add(TEN.request(0, 7))
    before, latest = of_log(client), client.get(f"/{MARK}/checkpoint")
    found, body = client.add(REFUSED[status]())
    assert found == status
    assert b"\xe2\x80\x94" not in body
    after = of_log(client)
    for name in ("size", "root", "n_cosigned", "cosigned_at"):
        assert after[name] == before[name]
    assert client.get(f"/{MARK}/checkpoint") == latest
    assert after["n_evidence"] == (1 if status == 422 else 0)


def test_409_tells_the_size_in_the_type_of_the_specification(client):
    client.add(TEN.request(0, 7))
    status, body, answer = client.ask("POST", "/add-checkpoint", TEN.request(3, 10))
    assert (status, body, answer.getheader("Content-Type")) == (409, b"7\n", "text/x.tlog.size")


def test_evidence_holds_the_request_and_the_checkpoint_it_contradicts(client, witness, clock):
    client.add(TEN.request(0, 7))
    fork = TEN.fork(5, 2).request(3, 7)
    for _ in range(3):
        assert client.add(fork)[0] == 409
    ((at, origin, status, _why, request, known),) = witness._state.evidence()
    assert (at, origin, status, request) == (clock.at, ORIGIN, 409, fork)
    assert note.parse(known).text == TEN.head(7).text
    assert len(note.verified(note.parse(known), [LOG.key])) == 1


def test_a_clock_that_went_back_is_503_and_later_200(client, clock):
    client.add(TEN.request(0, 7))
    clock.at -= 1
    status, _body, answer = client.ask("POST", "/add-checkpoint", TEN.request(7, 10))
    assert (status, answer.getheader("Retry-After")) == (503, "60")
    assert of_log(client)["size"] == 7
    clock.at += 1
    assert client.add(TEN.request(7, 10))[0] == 200


def test_a_state_that_cannot_be_written_is_503_and_nothing_is_signed(client, witness, monkeypatch):
    client.add(TEN.request(0, 7))
    witness._state._db.execute("PRAGMA query_only = ON")
    status, body = client.add(TEN.request(7, 10))
    assert status == 503 and b"\xe2\x80\x94" not in body
    assert client.get("/healthz")[0] == 503
    witness._state._db.execute("PRAGMA query_only = OFF")
    assert of_log(client)["size"] == 7
    assert client.add(TEN.request(7, 10))[0] == 200
    assert client.get("/healthz") == (200, b"ok\n")


def test_the_latest_checkpoint_is_served_with_the_lines_of_log_and_witness(client):
    assert client.get(f"/{MARK}/checkpoint")[0] == 404
    client.add(TEN.request(0, 7))
    client.add(TEN.request(7, 10))
    status, body = client.get(f"/{MARK}/checkpoint")
    found = note.parse(body)
    assert (status, found.text) == (200, TEN.head(10).text)
    assert len(note.verified(found, [LOG.key, *keys_of(client)])) == len(found.signatures) == 3


@pytest.mark.parametrize(
    "path", ["/", f"/{MARK.upper()}/checkpoint", f"/{MARK}/", "/x/status.json"]
)
def test_other_pages_are_404(client, path):
    client.add(TEN.request(0, 7))
    assert client.get(path)[0] == 404


def test_refusals_are_counted_and_kept(folder, clock, serving):
    first = Witness(folder, clock)
    for body in (b"garbage", TEN.request(7, 10), TEN.request(7, 10)):
        first.add_checkpoint(body)
    first.close()
    second = Witness(folder, clock)
    client = Client(serving({"": second}))
    found = json.loads(client.get("/status.json")[1])
    assert found["n_refused_elsewhere"] == {"400": 1}
    assert found["logs"][ORIGIN]["n_refused"] == {"409": 2}


def test_several_identities_have_a_prefix_each_and_a_state_each(tmp_path, serving, clock):
    names = ["finance", "民政局"]
    folders = [new_folder(tmp_path / name, f"{i}.example.cn") for i, name in enumerate(names)]
    found = {one.name: Witness(one, clock) for one in folders}
    port = serving(found)
    one, two = Client(port, "/finance"), Client(port, "/%E6%B0%91%E6%94%BF%E5%B1%80")
    assert one.add(TEN.request(0, 7))[0] == 200
    assert two.add(TEN.request(7, 10)) == (409, b"0\n")
    assert two.add(TEN.request(0, 10))[0] == 200
    assert (of_log(one)["size"], of_log(two)["size"]) == (7, 10)
    assert Client(port).get("/status.json")[0] == 404
    assert Client(port).get("/healthz") == (200, b"ok\n")


def test_a_connection_is_kept_for_many_requests(client):
    client.add(TEN.request(0, 1))
    kept = client.connection.sock
    for size in range(1, 10):
        assert client.add(TEN.request(size, size + 1))[0] == 200
    assert client.connection.sock is kept


def raw(port, *parts, pause=0.0):
    """What a server sends until it closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as one:
        data = b""
        try:
            for part in parts:
                one.sendall(part)
                time.sleep(pause)
            while chunk := one.recv(65536):
                data += chunk
        except (ConnectionResetError, BrokenPipeError):
            pass
        return data


def post(body, *headers):
    lines = ["POST /add-checkpoint HTTP/1.1", "Host: w", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def test_pipelined_requests_are_answered_in_order(client):
    port = client.connection.port
    bodies = [TEN.request(0, 3), TEN.request(3, 6), TEN.request(3, 8)]
    sent = b"".join(post(body, f"Content-Length: {len(body)}") for body in bodies)
    end = b"GET /healthz HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n"
    found = raw(port, sent + end)
    marks = [found.index(mark) for mark in (b"HTTP/1.1 200", b"HTTP/1.1 409", b"\r\n\r\nok\n")]
    assert found.count(b"HTTP/1.1 200") == 3 and marks == sorted(marks)
    assert of_log(client)["size"] == 6


BODY = TEN.request(0, 7)
BAD = {
    "no length": (post(BODY), 411),
    "chunked": (post(b"0\r\n\r\n", "Transfer-Encoding: chunked"), 411),
    "two lengths": (post(BODY, "Content-Length: 5", f"Content-Length: {len(BODY)}"), 411),
    "both": (post(BODY, f"Content-Length: {len(BODY)}", "Transfer-Encoding: chunked"), 411),
    "signed length": (post(BODY, f"Content-Length: +{len(BODY)}"), 411),
    "huge": (post(b"x" * 300_000, "Content-Length: 300000"), 413),
    "huge, said": (post(b"", "Content-Length: 99999999999"), 413),
    "no http": (b"garbage\r\n\r\n", 400),
    "no version": (b"POST /add-checkpoint HTTQ\r\n\r\n", 400),
    "long line": (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
    "many headers": (post(b"", *(f"X{i}: 1" for i in range(200))), 431),
    "method": (b"DELETE /add-checkpoint HTTP/1.1\r\nHost: w\r\n\r\n", 501),
    "get": (b"GET /add-checkpoint HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n", 405),
    "other page": (post(BODY, f"Content-Length: {len(BODY)}").replace(b"add-", b"sub-"), 404),
}


@pytest.mark.parametrize("how", BAD)
def test_requests_out_of_form_are_refused_and_change_nothing(client, how, capfd):
    sent, status = BAD[how]
    found = raw(client.connection.port, sent)
    assert found.startswith(f"HTTP/1.1 {status} ".encode()), found[:80]
    assert of_log(client)["size"] == 0
    assert "127.0.0.1" not in "".join(capfd.readouterr())
    assert client.add(BODY)[0] == 200


def test_a_client_that_sends_slowly_is_left_in_time(client, monkeypatch):
    monkeypatch.setattr(connection, "REQUEST_S", 0.5)
    head = post(b"", f"Content-Length: {len(BODY)}")
    begun = time.monotonic()
    assert raw(client.connection.port, *[head[i : i + 1] for i in range(9)], pause=0.1) == b""
    assert raw(client.connection.port, head, BODY[:10]) == b""
    assert time.monotonic() - begun < 5
    assert of_log(client)["size"] == 0


def test_more_connections_than_allowed_are_turned_away_and_the_others_served(client):
    port = client.connection.port
    client.get("/healthz")
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(63)]
    time.sleep(0.3)
    assert raw(port).startswith(b"HTTP/1.1 503 ")
    assert client.add(BODY)[0] == 200
    for one in idle:
        one.close()
    time.sleep(0.3)
    assert Client(port).get("/healthz")[0] == 200


def test_a_refusal_is_one_json_line_without_the_clients_address(client, capfd):
    client.add(TEN.request(7, 10))
    line = json.loads(capfd.readouterr().err)
    assert (line["status"], line["origin"]) == (409, ORIGIN)
    assert set(line) == {"at", "witness", "status", "origin", "why"}


def test_where_people_read_chinese_the_refusal_is_chinese(client, capfd, monkeypatch):
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    client.add(TEN.request(7, 10))
    assert json.loads(capfd.readouterr().err)["why"] == "起点条数不是上次见证的条数"


def test_of_eight_at_once_each_answer_is_on_one_growing_history(client, witness):
    logs = [Log(200), *(Log(200).fork(at, 200 - at, f"f{at}") for at in (1, 30, 90))]
    port, answers = client.connection.port, []

    def submit(seed):
        own = Client(port)
        for turn in range(30):
            log = logs[(seed + turn) % len(logs)]
            old = witness.known().trees[ORIGIN].size
            size = min(200, old + (seed * 7 + turn) % 5)
            before = time.monotonic_ns()
            status, body = own.add(log.request(old, size))
            if status == 200:
                answers.append((before, size, log.head(size), body))
            assert status in (200, 409, 422)

    threads = [threading.Thread(target=submit, args=(seed,)) for seed in range(8)]
    for one in threads:
        one.start()
    sizes = []
    while any(one.is_alive() for one in threads):
        sizes.append(witness.known().trees[ORIGIN].size)
        time.sleep(0.001)
    assert sizes == sorted(sizes)
    heads = sorted({(head.size, head.root) for _at, _size, head, _body in answers})
    assert len(heads) == len({size for size, _root in heads}) > 3
    last = heads[-1]
    whole = next(log for log in logs if log.head(last[0]).root == last[1])
    assert all(whole.head(size).root == root for size, root in heads)
    assert of_log(client)["n_cosigned"] == len(answers)


def test_http_1_0_is_answered_and_closed(client):
    found = raw(client.connection.port, b"GET /healthz HTTP/1.0\r\n\r\n")
    assert found.startswith(b"HTTP/1.1 200 ") and found.endswith(b"ok\n")


def test_a_client_that_leaves_in_the_middle_harms_nobody(client):
    port = client.connection.port
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", port)) as one:
            one.sendall(post(BODY[:20], f"Content-Length: {len(BODY)}"))
    assert client.add(BODY)[0] == 200
