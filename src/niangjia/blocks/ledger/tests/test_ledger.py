"""The log: gap-free, append-only by the database itself, sealed values that open their root."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from niangjia.blocks.ledger import envelope, opening, sequencer
from niangjia.blocks.ledger.auditing import audit
from niangjia.blocks.ledger.models import Checkpoint, Entry, Head, Pending, StoredFact
from niangjia.blocks.ledger.recorder import LedgerRecorder
from niangjia.blocks.ledger.selectors import history, log_size, logged_facts
from niangjia.blocks.ledger.sequencer import SequencerJob
from niangjia.core import seal
from niangjia.core.errors import ProgrammingError
from niangjia.core.facts import BUSINESS, Fact, FactKind, declare
from niangjia.lib import canonical, commitment

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]

AT = dt.datetime(2020, 3, 17, 10, 20, tzinfo=dt.UTC)
KIND = declare(
    FactKind(
        name="test.happened",
        version=1,
        title="Test",
        policy="demonstration-2020-03",
        open=("month",),
        sealed=("amount_fen", "reason"),
        personal={"contact": ("contact_name",)},
    )
)
ACTOR = {
    "actor_name": "示例填报员",
    "actor_role": "clerk",
    "actor_person": "p1",
    "actor_organisation": "o1",
}


def fact(amount=100, subject="test:1", **more):
    return Fact(
        KIND,
        subject,
        AT,
        {"month": "2020-03", "amount_fen": amount, "contact_name": "示例联系人"} | more,
        {BUSINESS: "org:1", "contact": "contact:1"},
    )


def record(*facts):
    return LedgerRecorder().record(facts, actor=ACTOR, owner="person:p1", at=AT)


def sequence():
    while SequencerJob().run_once():
        pass


def test_facts_become_gap_free_entries_and_the_audit_holds():
    record(*[fact(n) for n in range(450)])
    sequence()
    assert log_size() == 450
    assert list(Entry.objects.order_by("index").values_list("index", flat=True)) == list(range(450))
    assert not Pending.objects.exists()
    result = audit()
    assert result.faults == () and result.size == 450


def test_the_body_shows_open_fields_and_nothing_else():
    record(fact(123_456, reason="价格谈判"))
    body = canonical.decode(bytes(StoredFact.objects.get().body))
    assert body["open"] == {"month": "2020-03"}
    assert body["hour"] == "2020-03-17T11:00Z"
    assert body["sealed"]["n"] == 7
    text = bytes(StoredFact.objects.get().body).decode()
    for secret in ("123456", "价格谈判", "示例", "p1", "o1"):
        assert secret not in text


def test_equal_facts_have_different_commitments():
    record(fact(), fact())
    roots = {
        canonical.decode(bytes(one.body))["sealed"]["root"] for one in StoredFact.objects.all()
    }
    assert len(roots) == 2


@pytest.mark.parametrize("model", [StoredFact, Entry])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_database_refuses_to_rewrite(model, verb):
    record(fact())
    sequence()
    table = model._meta.db_table
    column = "kind" if model is StoredFact else "sequenced_at"
    sql = f"UPDATE {table} SET {column} = {column}" if verb == "update" else f"DELETE FROM {table}"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(sql)
    assert audit().faults == ()


def test_emptying_a_table_at_once_is_refused():
    empty, more = "TRUNCATE", " CASCADE"
    if connection.vendor == "sqlite":
        record(fact())
        empty, more = "DELETE FROM", ""
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(f"{empty} ledger_storedfact{more}")


def test_a_moved_head_stops_the_slower_sequencer():
    record(fact(), fact())
    log, head = opening.open_first(), Head.objects.get()
    slower = list(StoredFact.objects.values_list("id", "body"))
    sequence()
    record(fact())
    with pytest.raises(ProgrammingError, match="another sequencer"):
        sequencer.append(log, head, slower)
    assert log_size() == 2 and Pending.objects.count() == 1
    assert list(Checkpoint.objects.values_list("size", flat=True)) == [2]


def test_erasing_a_person_leaves_every_proof_standing():
    record(fact())
    sequence()
    assert history("test:1")[0].who == "示例填报员"
    assert seal.erase("person:p1") and seal.erase("contact:1")
    assert history("test:1")[0].who == ""
    assert audit().faults == ()
    assert logged_facts(0, 5, frozenset({KIND.id}))[0].values["amount_fen"] == 100
    with pytest.raises(seal.Erased):
        seal.seal("person:p1", b"again")


def test_one_value_can_be_shown_alone_with_its_salt():
    record(fact(777))
    stored = StoredFact.objects.get()
    seed, values = envelope.open_part(bytes(stored.sealed_business))
    salt = commitment.salts(seed, 2)[0]
    leaves = envelope.commitments(KIND, values, {BUSINESS: seed, "contact": seed, "actor": seed})
    assert commitment.commit(salt, "amount_fen", canonical.encode(777)) == leaves[0]
    assert commitment.commit(salt, "amount_fen", canonical.encode(778)) != leaves[0]


def test_an_undeclared_field_is_a_fault_in_the_program():
    with pytest.raises(ProgrammingError):
        record(fact(colour="red"))
    assert not StoredFact.objects.exists()


def test_a_personal_slot_without_its_owner_is_a_fault_in_the_program():
    with pytest.raises(ProgrammingError, match="slot contact"):
        record(replace(fact(), owners={BUSINESS: "org:1"}))
    assert record(replace(fact(contact_name=None), owners={BUSINESS: "org:1"}))


def test_a_fact_that_was_dropped_before_the_log_is_found():
    record(fact(), fact())
    Pending.objects.order_by("fact_id").first().delete()
    sequence()
    lost = StoredFact.objects.order_by("id").first().ref
    assert audit().faults == (f"fact {lost} is neither in the log nor waiting for it",)


def tampered(**columns):
    """The newest fact, changed as only the database's owner could."""
    fact = StoredFact.objects.order_by("-id").first()
    triggers = "ledger_storedfact_no_UPDATE", "ledger_storedfact_no_change"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {triggers[0]}")
        else:
            cursor.execute(f"DROP TRIGGER {triggers[1]} ON ledger_storedfact")
    StoredFact.objects.filter(pk=fact.pk).update(**columns)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"reverses": "f" * 32}, "columns"),
        ({"kind": "test.other/1"}, "columns"),
        ({"recorded_at": AT + dt.timedelta(hours=5)}, "time of recording"),
        ({"sealed_business": b"\0" * 7 + b"\x63" + b"x" * 40}, "cannot be read"),
        ({"body": b"{}"}, "leaf hash"),
    ],
)
def test_the_audit_sees_what_the_owner_of_the_database_changed(columns, said):
    record(fact())
    sequence()
    tampered(**columns)
    assert any(said in fault for fault in audit().faults)


def test_a_damaged_seal_is_a_fault_and_not_an_erasure():
    record(fact())
    sequence()
    sealed = bytes(StoredFact.objects.get().sealed_business)
    tampered(sealed_business=sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert any("damaged" in fault for fault in audit().faults)


def test_a_row_cannot_be_put_in_the_place_of_another():
    record(fact())
    sequence()
    for table, handle, columns in (
        ("ledger_entry", '"index"', '"index", fact_id, leaf_hash, sequenced_at'),
        (
            "ledger_storedfact",
            "id",
            "id, ref, kind, subject, occurred_at, recorded_at, body, reverses,"
            " sealed_business, sealed_personal",
        ),
    ):
        if connection.vendor == "sqlite":
            forged = f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}"
        else:
            forged = (
                f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}"
                f" ON CONFLICT ({handle}) DO UPDATE SET {handle} = EXCLUDED.{handle}"
            )
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            connection.cursor().execute(forged)
    assert audit().faults == ()


def test_the_hour_is_rounded_up():
    at = dt.datetime(2020, 3, 17, 10, 0, tzinfo=dt.UTC)
    assert envelope.hour_up(at) == "2020-03-17T10:00Z"
    assert envelope.hour_up(at + dt.timedelta(microseconds=1)) == "2020-03-17T11:00Z"
