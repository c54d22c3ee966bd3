"""The daily SM3 root: over the same entries as a served checkpoint, once a day, never twice."""

import datetime as dt

import pytest

from niangjia.blocks.ledger import opening, sm3
from niangjia.blocks.ledger.models import Checkpoint, Entry, Sm3State, StoredFact
from niangjia.blocks.ledger.tests.test_ledger import fact, record, sequence
from niangjia.core import clock
from niangjia.lib import canonical
from niangjia.lib.tlog.sm3 import Sm3Frontier, leaf_hash

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


def run(now):
    before = StoredFact.objects.count()
    while sm3.step(now=now) and StoredFact.objects.count() == before:
        pass
    sequence()


def roots():
    bodies = Entry.objects.filter(fact__kind="ledger.sm3_root/1").order_by("index")
    return [canonical.decode(bytes(one)) for one in bodies.values_list("fact__body", flat=True)]


def test_nothing_is_due_on_the_first_day():
    record(fact())
    sequence()
    assert sm3.step() == 0 and roots() == []


def test_the_root_is_over_the_entries_of_a_served_checkpoint(monkeypatch):
    monkeypatch.setattr(sm3, "CHUNK", 7)
    record(*[fact(n) for n in range(20)])
    sequence()
    log = opening.newest_log()
    Sm3State.objects.create(log=log, noted_at=clock.real_now() - dt.timedelta(days=2))
    run(clock.real_now())
    (found,) = [one["open"] for one in roots()]
    frontier = Sm3Frontier()
    for body in Entry.objects.filter(index__lt=20).order_by("index"):
        frontier.append(leaf_hash(bytes(body.fact.body)))
    row = Checkpoint.objects.get(size=20)
    assert found == {
        "origin": log.origin,
        "size": 20,
        "sha256_root": bytes(row.root).hex(),
        "sm3_root": frontier.root().hex(),
    }
    assert sm3.step() == 0
    run(clock.real_now() + dt.timedelta(days=1, minutes=1))
    assert [one["open"]["size"] for one in roots()] == [20, 21]
