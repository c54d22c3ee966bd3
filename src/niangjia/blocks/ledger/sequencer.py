"""From pending facts to gap-free entries: picked by their pending row, never by id order."""

from django.db import transaction

from niangjia.blocks.ledger.models import Entry, Head, Pending, StoredFact
from niangjia.core import clock
from niangjia.core.db.bulk import insert_rows
from niangjia.core.errors import ProgrammingError
from niangjia.lib.tlog.hashing import Frontier, leaf_hash

BATCH = 800
COLUMNS = ("index", "fact_id", "leaf_hash", "root", "sequenced_at")


class SequencerJob:
    """The worker's first part. One batch of at most 200 facts a turn."""

    name = "sequencer"

    def run_once(self) -> bool:
        """True if pending facts became entries. Raises ProgrammingError if another writer won.

        Hashed before the transaction begins, so that others wait for the writing alone; the log
        must then still stand where it was read.
        """
        head = Head.objects.get(pk=1)
        facts = list(
            StoredFact.objects.filter(pending__isnull=False)
            .order_by("pending__fact_id")
            .values_list("id", "body")[:BATCH]
        )
        if facts:
            self._append(head, facts)
        return bool(facts)

    @staticmethod
    def _append(head: Head, facts: list[tuple[int, bytes | memoryview]]) -> None:
        frontier = Frontier.from_bytes(head.size, bytes(head.frontier))
        now = clock.real_now()
        entries = []
        for fact_id, body in facts:
            leaf = leaf_hash(bytes(body))
            index = frontier.size
            frontier.append(leaf)
            entries.append((index, fact_id, leaf, frontier.root(), now))
        ids = [fact_id for fact_id, _body in facts]
        with transaction.atomic():
            moved = Head.objects.filter(pk=1, size=head.size).update(
                size=frontier.size, frontier=frontier.to_bytes()
            )
            if moved != 1 or Pending.objects.filter(fact_id__in=ids).delete()[0] != len(ids):
                raise ProgrammingError("another sequencer moved the log")
            insert_rows(Entry, COLUMNS, entries)

    def mark(self) -> int:
        """Id of the newest fact."""
        newest = StoredFact.objects.order_by("-id").values_list("id", flat=True).first()
        return newest or 0

    def reached(self, mark: int) -> bool:
        """True once no fact up to `mark` is pending."""
        return not Pending.objects.filter(fact_id__lte=mark).exists()

    def behind(self) -> int:
        """How many facts wait for their place in the log."""
        return Pending.objects.count()
