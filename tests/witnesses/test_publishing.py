"""The log and real witnesses over loopback: published at five of eight, silent below; whom it
believes; when it signs nothing; when it freezes."""

import contextlib
import socket
import threading
import time

import pytest
from django.db import connection

from niangjia.blocks.ledger import client, cosigning, freezing, log_key, opening, policies, services
from niangjia.blocks.ledger.agreement import AGREEMENT
from niangjia.blocks.ledger.auditing import audit
from niangjia.blocks.ledger.models import (
    Checkpoint,
    Gate,
    Pending,
    Policy,
    Published,
    WitnessState,
)
from niangjia.blocks.ledger.selectors import history
from niangjia.blocks.ledger.submitting import SUBMITTER, submit_newest
from niangjia.blocks.ledger.tests.test_ledger import fact, record, sequence
from niangjia.core.errors import Conflict, Invalid, Unavailable
from niangjia.lib.tlog import checkpoint, hashing, keys, note, proofs
from niangjia.lib.tlog.checkpoint import Checkpoint as Signed
from niangjia.lib.tlog.note import Note
from niangjia.lib.tlog.request import AddCheckpoint
from tests.witnesses.departments import NAMES, Departments, Liar
from tests.witnesses.state import SYSTEM, add, forget, serve, served_size

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


def test_the_first_policy_is_in_force_from_its_own_entry(city):
    log = opening.newest_log()
    assert not policies.at(log, 1).asks_witnesses
    assert policies.at(log, 2).n_quorum == 5 and policies.at(log, 2).departments == NAMES
    assert served_size() == 1


def test_published_once_five_of_eight_have_cosigned(city):
    serve(city, *NAMES[:4])
    assert submit_newest()
    assert served_size() == 1
    assert history("test:first")[0].proof == "sequenced"
    serve(city, NAMES[4])
    assert submit_newest()
    assert served_size() == 2
    assert history("test:first")[0].proof == "witnessed"
    row = Published.objects.order_by("-checkpoint__size").first()
    log = opening.newest_log()
    accepted = policies.at(log, 2).main.check(cosigning.cosigned_note(row.checkpoint))
    assert len(accepted.cosigned) == 5
    assert int(row.witnessed_at.timestamp()) == max(accepted.cosigned.values())
    quantum = cosigning.cosigned_note(row.checkpoint, ml_dsa=True)
    assert len(policies.at(log, 2).ml_dsa.check(quantum).cosigned) == 5
    assert len(str(cosigning.cosigned_note(row.checkpoint))) < 1500 < len(str(quantum))


def test_a_late_witness_catches_up_by_its_proof(city):
    serve(city, *NAMES[:5])
    submit_newest()
    add(300)
    submit_newest()
    serve(city, *NAMES[5:])
    assert submit_newest()
    states = {one.department: one for one in WitnessState.objects.all()}
    assert {one.cosigned_size for one in states.values()} == {302}
    note_ = cosigning.cosigned_note(cosigning.newest_checkpoint(opening.newest_log()))
    assert len(policies.at(opening.newest_log(), 302).main.check(note_).cosigned) == 8


def test_an_idle_log_is_cosigned_again_after_an_hour_and_not_before(city, monkeypatch):
    serve(city)
    submit_newest()
    assert not submit_newest()
    row = cosigning.newest_checkpoint(opening.newest_log())
    before = row.cosignatures.count()
    monkeypatch.setattr("niangjia.blocks.ledger.rules.RECOSIGN_S", 0)
    assert submit_newest()
    assert row.cosignatures.count() >= before
    assert served_size() == 2


@pytest.mark.parametrize(("n_up", "signs"), [(8, True), (4, True), (3, False), (0, False)])
def test_after_a_start_nothing_is_signed_before_four_of_eight_agree(city, n_up, signs):
    serve(city)
    submit_newest()
    if n_up < 8:
        city.stop(*NAMES[n_up:])
    forget()
    record(fact(5))
    sequence()
    assert Pending.objects.exists() is not signs
    assert Checkpoint.objects.filter(size=3).exists() is signs
    gate = Gate.objects.get()
    assert gate.waiting is not signs and gate.n_needed == 4
    assert gate.n_agree == n_up


def test_facts_wait_and_go_on_once_witnesses_are_back(city):
    serve(city)
    submit_newest()
    city.stop()
    forget()
    record(fact(5, subject="test:wait"))
    sequence()
    assert history("test:wait")[0].proof == "recorded"
    city.start(*NAMES[:5])
    forget()
    sequence()
    submit_newest()
    assert history("test:wait")[0].proof == "witnessed"


LIES = {
    "garbage": lambda path, body: (200, {}, b"\xff\x00garbage"),
    "a stranger's line": lambda path, body: (200, {}, "— x.example AAAAAAAA\n".encode()),
    "a false 409 ahead": lambda path, body: (
        (409, {"Content-Type": "text/x.tlog.size"}, b"999999\n")
        if path.endswith("add-checkpoint")
        else (404, {}, b"")
    ),
    "409 without a size": lambda path, body: (409, {}, b"no"),
    "409 reset": lambda path, body: (409, {"Content-Type": "text/x.tlog.size"}, b"0\n"),
    "422": lambda path, body: (422, {}, b""),
    "a redirect": lambda path, body: (302, {"Location": "http://127.0.0.1:1/"}, b""),
    "500": lambda path, body: (500, {}, b""),
    "a flood": lambda path, body: (200, {}, b"x" * 2_000_000),
}


def test_a_witness_that_never_ends_its_answer_holds_up_nobody(city, monkeypatch):
    serve(city)
    submit_newest()
    monkeypatch.setattr(client, "TIMEOUT_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=drip, args=(server,), daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        services.witness_address_set(SYSTEM, department=NAMES[0], url=url)
        add()
        begun = time.monotonic()
        submit_newest()
        assert time.monotonic() - begun < 4
    assert served_size() == 3
    assert WitnessState.objects.get(department=NAMES[0]).outcome == "unreachable"


def drip(server):
    connection, _address = server.accept()
    with contextlib.suppress(OSError):
        while True:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            time.sleep(0.1)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:99999/1", "http://[::1/", "ftp://x", "http:///x", "x" * 301]
)
def test_an_address_that_is_none_is_refused(city, url):
    with pytest.raises(Invalid):
        services.witness_address_set(SYSTEM, department=NAMES[0], url=url)
    assert not WitnessState.objects.exists()


def test_an_older_checkpoint_that_is_submitted_late_freezes_nothing(city):
    serve(city)
    submit_newest()
    older = cosigning.newest_checkpoint(opening.newest_log())
    add()
    submit_newest()
    SUBMITTER.submit(older, policies.at(older.log, older.size), everyone=True)
    assert freezing.in_force() is None
    submit_newest()
    assert served_size() == 3


def test_the_audit_sees_a_policy_that_its_entry_does_not_say(city):
    text = city.policy().replace("joint 5", "joint 6")
    rows = Policy.objects.filter(number=1)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER ledger_policy_no_UPDATE")
        else:
            cursor.execute("DROP TRIGGER ledger_policy_no_change ON ledger_policy")
    rows.update(text=text)
    assert "policy 1 is not what its entry says" in audit().faults


@pytest.mark.parametrize("how", LIES)
def test_a_witness_that_answers_nonsense_is_flagged_and_not_obeyed(city, how):
    serve(city)
    submit_newest()
    liar = Liar(LIES[how])
    try:
        services.witness_address_set(SYSTEM, department=NAMES[0], url=liar.url)
        add()
        assert submit_newest()
    finally:
        liar.close()
    assert freezing.in_force() is None
    assert served_size() == 3
    state = WitnessState.objects.get(department=NAMES[0])
    assert state.outcome in ("nonsense", "refused", "unreachable")
    assert state.cosigned_size == 2
    assert not any(path == "/" for path, _body in liar.asked)
    AGREEMENT.forget()
    assert AGREEMENT.holds()


def forged(log, leaves):
    """A checkpoint over other leaves under the log's own key."""
    text = Signed(log.origin, len(leaves), hashing.root_of(leaves)).text
    return Note(text, (policies.log_signer(log).sign(text),))


def submit_by_hand(city, name, old, signed, proof=()):
    """An attacker with the log's key asks a witness."""
    from niangjia.blocks.ledger.client import Line

    return Line(city.url(name)).submit(bytes(AddCheckpoint(old, tuple(proof), signed)))


def test_two_trees_under_our_key_freeze_the_log(city):
    log = opening.newest_log()
    serve(city)
    submit_newest()
    kept = [bytes(leaf) for leaf in _leaves()]
    other = [*kept, hashing.leaf_hash(b"of the attacker")]
    node = lambda level, n: hashing.root_of(other[n << level : (n + 1) << level])  # noqa: E731
    answer = submit_by_hand(city, NAMES[7], 2, forged(log, other), proofs.consistency(2, 3, node))
    assert answer.status == 200
    add()
    submit_newest()
    frozen = freezing.in_force()
    assert frozen.reason == "forked" and frozen.witness == NAMES[7]
    assert checkpoint.of_note(note.parse(frozen.evidence.encode())).root == hashing.root_of(other)
    with pytest.raises(Unavailable, match="read-only"):
        record(fact(9))
    before = Checkpoint.objects.count()
    sequence()
    assert Checkpoint.objects.count() == before and not AGREEMENT.holds()


def test_a_log_that_lacks_what_it_signed_freezes_and_signs_nothing(city):
    log = opening.newest_log()
    serve(city)
    submit_newest()
    more = [bytes(leaf) for leaf in _leaves()] + hashing.leaf_hashes([b"lost 1", b"lost 2"])
    node = lambda level, n: hashing.root_of(more[n << level : (n + 1) << level])  # noqa: E731
    for name in NAMES[:6]:
        proof = proofs.consistency(2, 4, node)
        assert submit_by_hand(city, name, 2, forged(log, more), proof).status == 200
    forget()
    with pytest.raises(Unavailable, match="read-only"):
        record(fact(1))
        sequence()
        record(fact(2))
    assert freezing.in_force().reason == "lost"
    assert Pending.objects.count() == 1
    assert Checkpoint.objects.count() == 2


def _leaves():
    from niangjia.blocks.ledger.models import Entry

    return Entry.objects.order_by("index").values_list("leaf_hash", flat=True)


def test_a_witness_whose_state_was_lost_is_not_started_again_from_nothing(city):
    serve(city)
    submit_newest()
    city.stop(NAMES[0])
    reset = Liar(lambda path, body: (409, {"Content-Type": "text/x.tlog.size"}, b"0\n"))
    try:
        services.witness_address_set(SYSTEM, department=NAMES[0], url=reset.url)
        add()
        submit_newest()
        assert reset.asked[0][1].startswith(b"old 2\n")
        assert not any(body.startswith(b"old 0") for _path, body in reset.asked)
    finally:
        reset.close()
    assert WitnessState.objects.get(department=NAMES[0]).outcome != "cosigned"


def test_a_department_without_a_server_signs_a_file(city, tmp_path):
    serve(city, *NAMES[:4])
    submit_newest()
    from niangjia.blocks.ledger import cli

    out = tmp_path / "request"
    options = type("Options", (), {"department": NAMES[6], "out": out, "actor": SYSTEM})
    assert cli.run_request(options) == 0
    city.run("cosign", "--dir", city.folders[NAMES[6]], out, "--out", tmp_path / "lines")
    lines = (tmp_path / "lines").read_bytes()
    found = services.cosignatures_bring(SYSTEM, size=2, lines=lines)
    assert found.departments == (NAMES[6],) and found.published
    assert served_size() == 2
    with pytest.raises(Invalid, match="no cosignature"):
        services.cosignatures_bring(SYSTEM, size=1, lines=lines)


def test_a_new_policy_is_in_force_once_the_outgoing_quorum_has_seen_it(city, tmp_path):
    serve(city)
    submit_newest()
    log = opening.newest_log()
    key = "witness more " + Departments(tmp_path / "new", city.vkey, n=1).vkeys(NAMES[0])[0]
    text = city.policy().replace(
        f"group {NAMES[0]} any key1", f"{key}\ngroup {NAMES[0]} any key1 more"
    )
    services.policy_set(SYSTEM, text=text, resolution="联席会议〔2020〕2号：增加密钥")
    sequence()
    assert policies.at(log, 3).number == 1
    add()
    assert policies.at(log, 4).number == 1
    submit_newest()
    assert policies.at(log, 4).number == 1
    add()
    assert policies.at(log, 5).number == 2
    with pytest.raises(Conflict):
        services.policy_set(SYSTEM, text=text, resolution="再次")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.replace("joint 5", "joint 4"), "more than half"),
        (lambda t: t.replace("quorum joint\n", ""), "cannot be read"),
        (lambda t: "\n".join(t.split("\n")[1:]), "own key"),
        (lambda t: t + "#" * 13_000 + "\n", "longer"),
    ],
)
def test_a_policy_that_would_not_hold_is_refused(city, change, said):
    before = policies.at(opening.newest_log(), 2)
    with pytest.raises(Invalid, match=said):
        services.policy_set(SYSTEM, text=change(city.policy(quorum=5)), resolution="联席会议")
    assert policies.at(opening.newest_log(), 2) == before
    assert not Pending.objects.exists()


def test_the_log_signs_with_another_key_once_the_policy_names_both(city):
    serve(city)
    submit_newest()
    log = opening.newest_log()
    before = policies.log_signer(log).key
    with pytest.raises(Conflict, match="both keys"):
        services.log_key_switch(SYSTEM)
    assert policies.log_signer(log).key == before
    fresh = keys.vkey(log_key.make_next(log.origin).key)
    for name in NAMES:
        city.stop(name)
        city.run("trust", "--dir", city.folders[name], "--log", fresh, "--add")
    city.start()
    text = f"log {fresh}\n{city.policy()}"
    services.policy_set(SYSTEM, text=text, resolution="联席会议〔2020〕5号：更换留痕密钥")
    sequence()
    submit_newest()
    assert services.log_key_switch(SYSTEM) == fresh
    add()
    submit_newest()
    assert served_size() == 4
    assert keys.vkey(policies.log_signer(log).key) == fresh
    forget()
    add()
    submit_newest()
    assert served_size() == 5 and audit().faults == ()


def test_every_page_says_that_the_log_is_frozen(city, client):
    assert 'role="alert"' not in client.get("/log/witnesses").content.decode()
    freezing.freeze("forked", NAMES[0], "示例")
    freezing._told = (float("-inf"), False)
    for path in ("/", "/log/witnesses", "/sign-in", "/no-such-page"):
        assert "read-only" in client.get(path, headers={"accept-language": "en"}).content.decode()
