"""Cosignatures kept, and checkpoints published once their quorum is full."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from niangjia.blocks.ledger import policies
from niangjia.blocks.ledger.models import Checkpoint, Cosignature, Log, Published
from niangjia.core import clock
from niangjia.lib.tlog import note, policy
from niangjia.lib.tlog.note import Note, Verified


def newest_checkpoint(log: Log) -> Checkpoint | None:
    """The last that the log signed."""
    return Checkpoint.objects.filter(log=log).select_related("log").order_by("-size").first()


def newest_published(log: Log) -> Published | None:
    """What is served of a log: the largest checkpoint that its policy accepts."""
    rows = Published.objects.filter(checkpoint__log=log).select_related("checkpoint__log", "policy")
    return rows.order_by("-checkpoint__size").first()


def keep(row: Checkpoint, lines: Iterable[Verified]) -> None:
    """The cosignatures are kept and the checkpoint is published if its quorum is full."""
    now = clock.real_now()
    fresh = [
        Cosignature(
            checkpoint=row,
            key_name=one.key.name,
            key_id=one.key.key_id.hex(),
            at=one.at or 0,
            line=one.signature.line,
            received_at=now,
        )
        for one in lines
    ]
    with transaction.atomic():
        there = set(Cosignature.objects.filter(checkpoint=row).values_list("key_id", "at"))
        Cosignature.objects.bulk_create([one for one in fresh if (one.key_id, one.at) not in there])
        _publish(row, now)


def _publish(row: Checkpoint, now: dt.datetime) -> None:
    served = newest_published(row.log)
    if served is not None and served.checkpoint.size >= row.size:
        return
    in_force = policies.row_at(row.log, row.size)
    try:
        accepted = policies.at(row.log, row.size).main.check(cosigned_note(row))
    except policy.NoQuorum:
        return
    at = accepted.witnessed_at
    Published.objects.create(
        checkpoint=row,
        policy=in_force,
        witnessed_at=dt.datetime.fromtimestamp(at, dt.UTC) if at is not None else None,
        published_at=now,
    )


def cosigned_note(row: Checkpoint, *, ml_dsa: bool = False) -> Note:
    """The checkpoint with the newest line of each key of its policy: Ed25519, or ML-DSA-44."""
    in_force = policies.at(row.log, row.size)
    chosen = in_force.ml_dsa if ml_dsa else in_force.main
    known = (
        {(one.key.name, one.key.key_id.hex()) for one in chosen.witnesses.values()}
        if chosen
        else ()
    )
    lines: dict[tuple[str, str], str] = {}
    for line in Cosignature.objects.filter(checkpoint=row).order_by("at"):
        if (mark := (line.key_name, line.key_id)) in known:
            lines[mark] = line.line
    own = note.parse(row.note.encode())
    signed = (note.parse_line(lines[mark].rstrip("\n")) for mark in sorted(lines))
    return Note(own.text, (*own.signatures, *signed))
