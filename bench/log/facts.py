"""Facts for the log's figures: bytes with no business behind them, and a kind to record."""

import datetime as dt
import random
import secrets

from django.db import transaction

from niangjia.blocks.ledger.models import Pending, StoredFact
from niangjia.blocks.ledger.recorder import COLUMNS
from niangjia.core.db.bulk import insert_rows
from niangjia.core.facts import BUSINESS, Fact, FactKind, declare

AT = dt.datetime(2020, 3, 17, 10, 20, tzinfo=dt.UTC)
BODY_BYTES = 930
ACTOR = {
    "actor_name": "bench",
    "actor_role": "clerk",
    "actor_person": "p1",
    "actor_organisation": "o1",
}
OPEN = tuple(f"open_{n:02d}" for n in range(12))
KIND = declare(
    FactKind(name="bench.open", version=1, title="Bench", policy="bench", open=OPEN, sealed=())
)


def stored(n: int, rng: random.Random) -> list[tuple[int, bytes]]:
    """`n` facts of 930 bytes wait for their places; (id, bytes) of each."""
    rows = [
        (secrets.token_hex(16), "bench.bytes/1", "bench:1", AT, AT, body, "", b"", {})
        for body in (rng.randbytes(BODY_BYTES) for _ in range(n))
    ]
    with transaction.atomic():
        insert_rows(StoredFact, COLUMNS, rows)
        ids = list(StoredFact.objects.order_by("-id").values_list("id", flat=True)[:n])[::-1]
        insert_rows(Pending, ("fact_id",), [(one,) for one in ids])
    return [(one, row[5]) for one, row in zip(ids, rows, strict=True)]


def given(n: int, rng: random.Random) -> list[Fact]:
    """`n` facts with open fields only (the actor is always sealed), bodies of some 930 bytes."""
    return [
        Fact(
            KIND,
            "bench:1",
            AT,
            {name: rng.randbytes(18).hex() for name in OPEN},
            {BUSINESS: "org:1"},
        )
        for _ in range(n)
    ]
