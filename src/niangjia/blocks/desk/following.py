"""The index follows the log: whatever a fact is about is read afresh and indexed anew.

The log is gap-free and in one order, so nothing is skipped, and the services that record facts know
nothing of the index. Position and postings share a commit.
"""

from collections.abc import Callable, Sequence

from django.core.cache import cache
from django.db import transaction

from niangjia.blocks.desk import postings
from niangjia.blocks.desk.models import FindDebt, FindPosition
from niangjia.blocks.desk.sources import source_of_subject, sources
from niangjia.blocks.desk.types import Document
from niangjia.blocks.ledger.public import log_size, logged_subjects

BATCH, REBUILD_BATCH = 800, 1000
FAR_BEHIND = 2_000  # entries; nobody waits for an index that is being made anew
MERGE_PAGES = 500
LAG_KEPT_S = 2


class FindJob:
    """A part of the worker's round: one batch of at most 200 entries a turn, then what hangs on
    those that changed."""

    name = "find"

    def run_once(self) -> bool:
        """True if the index moved."""
        return advance(BATCH) or pay(BATCH)

    def mark(self) -> int:
        """Size of the log."""
        return log_size()

    def reached(self, mark: int) -> bool:
        """True once the log up to `mark` is indexed, or while that is far off."""
        return not 0 < mark - position() < FAR_BEHIND

    def behind(self) -> int:
        """Entries of the log that are not yet indexed, however many."""
        return n_behind()


def position() -> int:
    """How many entries of the log are indexed."""
    return FindPosition.objects.filter(pk=1).values_list("size", flat=True).first() or 0


def n_behind() -> int:
    """How many entries of the log are not yet indexed."""
    return max(log_size() - position(), 0)


def lag() -> int:
    """The same as it was at most two seconds ago: for pages."""
    found: int | None = cache.get("desk:find-lag")
    if found is None:
        found = n_behind()
        cache.set("desk:find-lag", found, LAG_KEPT_S)
    return found


def far_behind() -> bool:
    """True while the index is being made anew: lists do without it as far as they can."""
    return lag() >= FAR_BEHIND


def advance(batch: int, *, afresh: bool = False) -> bool:
    """Index the next entries; read before the transaction, kept only if nobody else was first.

    afresh: nothing hangs on what changed, as all is indexed anyway.
    """
    start = position()
    logged = logged_subjects(start, batch)
    if not logged:
        return False
    found = _documents([subject for _kind, subject in logged])
    debts = [] if afresh else _debts(logged)
    with transaction.atomic():
        FindPosition.objects.get_or_create(pk=1)
        moved = FindPosition.objects.filter(pk=1, size=start).update(size=start + len(logged))
        if moved:
            for number, documents in found.items():
                postings.put(number, documents)
            for number, ref in debts:
                FindDebt.objects.update_or_create(number=number, ref=ref, defaults={"after": 0})
    return True


def _debts(logged: Sequence[tuple[str, str]]) -> list[tuple[int, str]]:
    """(number of a kind, ref) of what changed so that things of the kind are indexed anew."""
    found: dict[tuple[int, str], None] = {}
    for source in sources():
        for kind, subject in logged:
            if kind.partition("/")[0] in source.follows:
                found[source.number, subject.partition(":")[2]] = None
    return list(found)


def pay(batch: int) -> bool:
    """Index the next things that hang on something that changed; False if there are none."""
    debt = FindDebt.objects.order_by("id").first()
    if debt is None:
        return False
    source = next((one for one in sources() if one.number == debt.number), None)
    hanging = source.hanging(debt.ref, debt.after, batch) if source and source.hanging else []
    documents = list(source.documents([ref for _id, ref in hanging])) if source else []
    same = FindDebt.objects.filter(pk=debt.pk, after=debt.after)
    with transaction.atomic():
        if len(hanging) < batch:
            moved, _by_model = same.delete()
        else:
            moved = same.update(after=hanging[-1][0])
        if moved:
            postings.put(debt.number, documents)
    return True


def _documents(subjects: list[str]) -> dict[int, list[Document]]:
    """What to index, by kind's number; subjects that no kind declares are left out."""
    refs: dict[str, dict[str, None]] = {}
    for subject in subjects:
        name, _colon, ref = subject.partition(":")
        refs.setdefault(name, {})[ref] = None
    found: dict[int, list[Document]] = {}
    for name, wanted in refs.items():
        for source in source_of_subject(name):
            found[source.number] = list(source.documents(list(wanted)))
    return found


def rebuild(progress: Callable[[int, int], None], *, afresh: bool = False) -> int:
    """The index holds everything; a rebuild that was broken off goes on where it was.

    progress: is told how many entries of how many are done. Returns how many there are.
    """
    sources()  # fails early if a room declares wrongly
    with transaction.atomic():
        state, _made = FindPosition.objects.get_or_create(pk=1)
        if afresh or not state.size < state.target:
            FindPosition.objects.filter(pk=1).update(size=0, target=log_size())
            postings.clear()
    target = log_size()
    while (done := position()) < target:
        progress(done, target)
        if not advance(min(REBUILD_BATCH, target - done), afresh=True):
            break
    _join_segments()
    with transaction.atomic():
        FindPosition.objects.filter(pk=1).update(target=0)
    progress(target, target)
    return target


def _join_segments() -> None:
    """Few segments make searches fast; in small pieces, so that others get their turn."""
    n_pages = -MERGE_PAGES  # the first one, negative, joins segments of all levels
    more = True
    while more:
        with transaction.atomic():
            more = postings.merge(n_pages)
        n_pages = MERGE_PAGES
