"""A database put back to an earlier day: what was lost comes back from a copy, or the log goes on
under a new origin. Nothing is forked."""

import pytest
from django.db import transaction

from niangjia.blocks.ledger import cosigning, freezing, opening, policies, repairing, serving
from niangjia.blocks.ledger.agreement import AGREEMENT
from niangjia.blocks.ledger.auditing import audit
from niangjia.blocks.ledger.models import Checkpoint, Entry, Log, Pending, Published, StoredFact
from niangjia.blocks.ledger.selectors import history, log_vkey, logged_facts
from niangjia.blocks.ledger.submitting import submit_newest
from niangjia.blocks.ledger.tests.test_ledger import KIND, fact, record, sequence
from niangjia.core.errors import Conflict, Invalid
from niangjia.lib import canonical
from niangjia.lib.tlog import checkpoint, note
from tests.witnesses.departments import NAMES
from tests.witnesses.state import SYSTEM, add, forget, serve, served_size

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


@pytest.fixture
def put_back(city, tmp_path):
    """The log as it was at 2 entries, with a pending fact, after its witnesses saw 303; and the
    copy that a department kept of them."""
    serve(city)
    submit_newest()
    record(fact(7, subject="test:pending"))
    before = transaction.savepoint()
    add(300, subject="test:lost")
    submit_newest()
    assert served_size() == 303
    list(serving.export(serving.served(), tmp_path / "copy"))
    newest = serving.checkpoint_text(serving.served())
    transaction.savepoint_rollback(before)
    forget()
    assert not AGREEMENT.holds() and freezing.in_force().reason == "lost"
    assert served_size() == 2 and Pending.objects.count() == 1
    return tmp_path / "copy", newest


@pytest.mark.parametrize(("n_up", "frozen"), [(8, True), (3, True), (0, False)])
def test_an_old_database_signs_nothing_however_many_witnesses_answer(city, n_up, frozen):
    serve(city)
    submit_newest()
    before = transaction.savepoint()
    add(30, subject="test:lost")
    submit_newest()
    transaction.savepoint_rollback(before)
    if n_up < 8:
        city.stop(*NAMES[n_up:])
    forget()
    record(fact(1))
    sequence()
    assert (freezing.in_force() is not None) is frozen
    assert Pending.objects.count() == 1 and served_size() == 2
    assert Checkpoint.objects.count() == 2


def test_what_was_lost_comes_back_from_a_copy(put_back, client):
    copy, newest = put_back
    found = repairing.log_repair(SYSTEM, folder=copy, resolution="联席会议〔2020〕3号")
    assert (found.size, found.n_back, found.n_known) == (303, 301, 1)
    assert freezing.in_force() is None and not Pending.objects.exists()
    assert served_size() == 303
    assert client.get("/log/checkpoint").content.decode() == newest
    kept = history("test:pending")[0]
    assert kept.index == 2 and kept.who == "示例填报员" and kept.proof == "witnessed"
    result = audit(newest.encode())
    assert result.faults == () and result.n_witnessed == 303
    back = logged_facts(3, 1, frozenset({KIND.id}))[0]
    assert back.erased and back.values == {"month": "2020-03"}
    # and it goes on
    add()
    submit_newest()
    assert served_size() == 304 and audit().faults == ()


def test_a_known_checkpoint_tells_that_the_log_was_cut(put_back):
    _copy, newest = put_back
    assert audit(newest.encode()).faults == (
        f"the log is frozen: {NAMES[0]} showed 303 entries under our own signature",
        "the log was cut: 2 entries, the known checkpoint has 303",
    )
    forged = newest.replace("\n303\n", "\n304\n").encode()
    assert audit(forged).faults[1] == (
        "the known checkpoint carries no signature of this log: it proves nothing"
    )


SPOILT = {
    "no checkpoint": (lambda copy: (copy / "checkpoint").unlink(), Invalid, "no checkpoint"),
    "a file is missing": (
        lambda copy: (copy / "tile/entries/001.p/47").unlink(),
        Invalid,
        "lacks the file",
    ),
    "an entry was changed": (
        lambda copy: _change(copy / "tile/entries/000", b"2020-03", b"2020-04"),
        Conflict,
        "not the log|does not continue",
    ),
    "cut short": (lambda copy: _cut(copy / "tile/entries/001.p/47"), Invalid, "damaged"),
    "a stranger's checkpoint": (
        lambda copy: _change(copy / "checkpoint", b"303", b"302"),
        Invalid,
        "no checkpoint",
    ),
}


def _change(path, old, new):
    data = path.read_bytes()
    at = data.rindex(old)
    path.write_bytes(data[:at] + new + data[at + len(old) :])


def _cut(path):
    path.write_bytes(path.read_bytes()[:-3])


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_copy_is_refused_and_nothing_changes(put_back, how):
    copy, _newest = put_back
    spoil, error, said = SPOILT[how]
    spoil(copy)
    with pytest.raises(error, match=said):
        repairing.log_repair(SYSTEM, folder=copy, resolution="联席会议〔2020〕3号")
    assert Entry.objects.count() == 2 and Pending.objects.count() == 1
    assert freezing.in_force() is not None


def test_without_a_copy_the_log_goes_on_under_a_new_origin(put_back, city, client):
    old = opening.newest_log()
    served = serving.checkpoint_text(serving.served())
    origin = repairing.log_continue(SYSTEM, resolution="联席会议〔2020〕4号：副本全失")
    assert origin == f"{old.origin}/2"
    first = canonical.decode(bytes(Entry.objects.get(index=2).fact.body))["open"]
    assert first == {
        "origin": old.origin,
        "checkpoint": served,
        "first": 2,
        "lost_from": 2,
        "lost_to": 303,
        "resolution": "联席会议〔2020〕4号：副本全失",
    }
    fresh = opening.newest_log()
    assert policies.at(fresh, 2).departments == NAMES
    # given departments that have not resolved to trust it yet
    forget()
    sequence()
    submit_newest()
    assert Pending.objects.count() == 1
    for name in NAMES:
        city.stop(name)
        city.run("trust", "--dir", city.folders[name], "--log", log_vkey())
    city.start()
    forget()
    sequence()
    submit_newest()
    assert served_size() == 3 and not Pending.objects.exists()
    assert history("test:pending")[0].proof == "witnessed"
    assert checkpoint.of_note(note.parse(client.get("/log/checkpoint").content)).origin == origin
    assert client.get("/log/1/checkpoint").content.decode() == served
    assert client.get("/log/tile/entries/000.p/3").status_code == 200
    assert client.get("/log/1/tile/entries/000.p/3").status_code == 404
    assert client.get("/log/entries/4").status_code == 200
    assert audit().faults == ()
    assert Log.objects.count() == 2 and Published.objects.count() >= 2
    assert Checkpoint.objects.filter(log=fresh).count() == 2
    assert StoredFact.objects.filter(entry=None).count() == 0
    assert cosigning.newest_published(old).checkpoint.size == 2


def test_a_sound_log_is_neither_repaired_nor_closed(city, tmp_path):
    for call in (
        lambda: repairing.log_repair(SYSTEM, folder=tmp_path, resolution="决议"),
        lambda: repairing.log_continue(SYSTEM, resolution="决议"),
    ):
        with pytest.raises(Conflict):
            call()
    assert Log.objects.count() == 1
