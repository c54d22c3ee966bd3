"""From pending facts to gap-free entries: picked by their pending row, never by id order.

Entries, tiles and the signed checkpoint are one transaction. What the log is, is read anew in
each: after a COMMIT whose answer was lost nothing is signed before the database has said how it
ended.
"""

import time

from django.db import OperationalError, connection, transaction

from niangjia.blocks.ledger import agreement, opening, policies
from niangjia.blocks.ledger.agreement import AGREEMENT
from niangjia.blocks.ledger.log_key import signer
from niangjia.blocks.ledger.models import (
    Checkpoint,
    Entry,
    Head,
    Log,
    Pending,
    StoredFact,
    Tile,
)
from niangjia.core import clock
from niangjia.core.db.bulk import insert_rows
from niangjia.core.errors import ProgrammingError
from niangjia.lib.tlog.checkpoint import Checkpoint as Signed
from niangjia.lib.tlog.hashing import Frontier, leaf_hashes, root_of
from niangjia.lib.tlog.note import Note
from niangjia.lib.tlog.tiles import WIDTH

BATCH = 800
PACE_S = 0.05  # at most 20 checkpoints a second
COLUMNS = ("index", "fact_id", "leaf_hash", "sequenced_at")
SIGNED_COLUMNS = ("log_id", "previous_id", "size", "root", "note", "signed_at")
Facts = list[tuple[int, bytes | memoryview]]
# Past the object mapper: what is done for each checkpoint, however few facts there are.
MOVE = (
    "UPDATE ledger_head SET size = %s, frontier = %s WHERE id = 1 AND size = %s AND frontier = %s"
)
SETTLE = "DELETE FROM ledger_pending WHERE fact_id IN ({})"
NEWEST = "SELECT id, size FROM ledger_checkpoint WHERE log_id = %s ORDER BY size DESC LIMIT 1"
PUBLISH = """INSERT INTO ledger_published (checkpoint_id, published_at)
SELECT id, signed_at FROM ledger_checkpoint WHERE log_id = %s AND size = %s"""


class SequencerJob:
    """The worker's first part: one batch of facts a turn, while the log may be signed."""

    name = "sequencer"

    def __init__(self) -> None:
        self._signed_at = 0.0
        self._line: object = None

    def run_once(self) -> bool:
        """True if pending facts became entries. Raises ProgrammingError if another writer won.

        Hashed before the transaction begins, so that others wait for the writing alone; the log
        must then still stand where it was read.
        """
        facts = list(
            StoredFact.objects.filter(pending__isnull=False)
            .order_by("pending__fact_id")
            .values_list("id", "body")[:BATCH]
        )
        if self._line not in (None, connection.connection):
            AGREEMENT.forget()  # connected anew: it may be another server that was promoted
        self._line = connection.connection
        if not facts or not AGREEMENT.holds():
            return False
        log = opening.newest_log() or opening.open_first()
        time.sleep(max(self._signed_at + PACE_S - time.monotonic(), 0))
        try:
            append(log, Head.objects.get(pk=1), facts)
        except OperationalError:
            AGREEMENT.forget()  # another database may answer next: ask the witnesses again
            raise
        self._signed_at = time.monotonic()
        return True

    def mark(self) -> int:
        """Id of the newest fact."""
        newest = StoredFact.objects.order_by("-id").values_list("id", flat=True).first()
        return newest or 0

    def reached(self, mark: int) -> bool:
        """True once no fact up to `mark` is pending, or while nothing may be signed."""
        pending = Pending.objects.filter(fact_id__lte=mark)
        return not pending.exists() or agreement.is_waiting()

    def behind(self) -> int:
        """How many facts wait for their place in the log."""
        return Pending.objects.count()


def append(log: Log, head: Head, facts: Facts) -> None:
    """The facts are entries, under a signed checkpoint. Raises ProgrammingError if the log no
    longer stands at `head`; nothing has changed then."""
    frontier = Frontier.from_bytes(head.size - log.first, bytes(head.frontier))
    start = frontier.size
    now = clock.real_now()
    leaves = leaf_hashes(bytes(body) for _id, body in facts)
    frontier.extend(leaves)
    rows = [
        (head.size + i, fact_id, leaf, now)
        for i, ((fact_id, _body), leaf) in enumerate(zip(facts, leaves, strict=True))
    ]
    tiles = full_tiles(log, start, leaves)
    ids = [row[1] for row in rows]
    with transaction.atomic():
        moved = _changed(
            MOVE, log.first + frontier.size, frontier.to_bytes(), head.size, bytes(head.frontier)
        )
        settled = SETTLE.format(", ".join(["%s"] * len(ids)))
        if moved != 1 or _changed(settled, *ids) != len(ids):
            raise ProgrammingError("another sequencer moved the log")
        insert_rows(Entry, COLUMNS, rows)
        Tile.objects.bulk_create(tiles)
        _sign(log, start, frontier)


def _changed(sql: str, *values: int | bytes) -> int:
    """How many rows a statement changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def _sign(log: Log, before: int, frontier: Frontier) -> None:
    """A checkpoint that follows the one at `before`, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, [log.pk])
        previous, size = cursor.fetchone() or (None, before)
    if size != before:
        raise ProgrammingError("another sequencer moved the log")
    signed = Signed(log.origin, frontier.size, frontier.root())
    note = str(Note(signed.text, (signer(log.origin).sign(signed.text),)))
    now = clock.real_now()
    row = (log.pk, previous, signed.size, signed.root, note, now)
    insert_rows(Checkpoint, SIGNED_COLUMNS, [row])
    if not policies.at(log, signed.size).asks_witnesses:
        _changed(PUBLISH, log.pk, signed.size)


def adopt_entries() -> None:
    """Entries that a version without checkpoints left stand in a log, under a signed checkpoint."""
    head = Head.objects.filter(pk=1).first()
    if head is None or head.size == 0 or opening.newest_log() is not None:
        return
    log = opening.open_first()
    with transaction.atomic():
        _sign(log, 0, Frontier.from_bytes(head.size, bytes(head.frontier)))


def full_tiles(log: Log, start: int, leaves: list[bytes]) -> list[Tile]:
    """The tiles of all levels that become full when `leaves` follow the first `start` entries."""
    tiles: list[Tile] = []
    level, at, hashes = 0, start, leaves
    while hashes:
        if at % WIDTH + len(hashes) < WIDTH:
            break
        hashes = opening.partial(log, level, at // WIDTH, at % WIDTH) + hashes
        at -= at % WIDTH
        fresh = [
            Tile(log=log, level=level, n=at // WIDTH + i, hashes=b"".join(part), root=root_of(part))
            for i in range(len(hashes) // WIDTH)
            for part in (hashes[i * WIDTH : (i + 1) * WIDTH],)
        ]
        tiles += fresh
        level, at, hashes = level + 1, at // WIDTH, [bytes(tile.root) for tile in fresh]
    return tiles
