"""Once a day an entry states the SM3 root over the same entries as a served checkpoint: for who has
to rely on the national algorithms. It never stands in the place of the standard ones."""

import datetime as dt

from django.db import transaction

from niangjia.blocks.ledger import cosigning, facts, freezing, opening
from niangjia.blocks.ledger.models import Entry, Log, Published, Sm3State
from niangjia.core import clock
from niangjia.core.actor import system_actor
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import service
from niangjia.core.work import FACT, Work
from niangjia.lib.tlog.sm3 import Sm3Frontier, leaf_hash

EVERY = dt.timedelta(days=1)
CHUNK = 5_000
SYSTEM = system_actor("sm3")


@service(permission="ledger.sm3", records=FACT)
def sm3_root_note(work: Work, /, *, number: int, size: int, sha256_root: str, root: str) -> str:
    """The SM3 root over the first `size` entries of a log is an entry; returns its id."""
    log = Log.objects.get(number=number)
    Sm3State.objects.filter(log=log).update(noted_at=clock.real_now())
    values: dict[str, Value] = {
        "origin": log.origin,
        "size": size,
        "sha256_root": sha256_root,
        "sm3_root": root,
    }
    return work.record(
        Fact(facts.SM3_ROOT, f"sm3:{number}", work.at, values, {BUSINESS: facts.OWNER})
    )


def step(*, now: dt.datetime | None = None) -> int:
    """One bounded piece of the day's work; how many entries were hashed, 1 for the root itself.

    Nothing is due within a day of the last root, or of the log's beginning.
    """
    log = opening.newest_log()
    served = cosigning.newest_published(log) if log else None
    if log is None or served is None or freezing.in_force() is not None:
        return 0
    state, _made = Sm3State.objects.get_or_create(log=log, defaults={"noted_at": log.opened_at})
    if (now or clock.real_now()) - state.noted_at < EVERY:
        return 0
    if state.size < served.checkpoint.size:
        return _hash(state, served)
    at_size = Published.objects.filter(checkpoint__log=log, checkpoint__size=state.size).first()
    if at_size is None:  # served meanwhile: hashed further the next time
        return 0
    root = Sm3Frontier.from_bytes(state.size, bytes(state.frontier)).root()
    sm3_root_note(
        SYSTEM,
        number=log.number,
        size=state.size,
        sha256_root=bytes(at_size.checkpoint.root).hex(),
        root=root.hex(),
    )
    return 1


def _hash(state: Sm3State, served: Published) -> int:
    """At most CHUNK further entries are in the frontier."""
    end = min(state.size + CHUNK, served.checkpoint.size)
    first = state.log.first
    rows = Entry.objects.filter(index__gte=first + state.size, index__lt=first + end)
    frontier = Sm3Frontier.from_bytes(state.size, bytes(state.frontier))
    for body in rows.order_by("index").values_list("fact__body", flat=True):
        frontier.append(leaf_hash(bytes(body)))
    with transaction.atomic():
        Sm3State.objects.filter(pk=state.pk, size=state.size).update(
            size=frontier.size, frontier=frontier.to_bytes()
        )
    return end - state.size
