"""What other rooms build proofs of: signed roots, what entries say openly, entries with proofs."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.ledger import cosigning, opening
from niangjia.blocks.ledger.models import Checkpoint, Entry, Log, Published
from niangjia.blocks.ledger.serving import inclusion
from niangjia.blocks.ledger.types import OpenEntry, ProvenEntries, ProvenEntry
from niangjia.core.errors import Conflict, NotFound
from niangjia.lib import canonical

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class SignedRoot:
    """What the log signed. first: entries of this site before that log; size, root: of it."""

    origin: str
    first: int
    size: int
    root: bytes


def served_size() -> int:
    """How many entries of the site are served: those before the newest log, and its own that its
    policy's witnesses have cosigned."""
    log = opening.newest_log()
    row = cosigning.newest_published(log) if log else None
    return (log.first if log else 0) + (row.checkpoint.size if row else 0)


def signed_root(size: int) -> SignedRoot | None:
    """What the log signed when the site had `size` entries; None if it signed nothing then."""
    log = Log.objects.filter(first__lt=size).order_by("-number").first()
    row = log and Checkpoint.objects.filter(log=log, size=size - log.first).first()
    return SignedRoot(log.origin, log.first, row.size, bytes(row.root)) if log and row else None


def site_index(ref: str) -> int | None:
    """Where the entry of a fact stands, over all logs of the site; None while it has none."""
    return Entry.objects.filter(fact__ref=ref).values_list("index", flat=True).first()


def open_entries(kinds: Collection[str], size: int) -> Iterator[OpenEntry]:
    """Of the first `size` entries those of `kinds`, in log order, with what they say openly."""
    rows = (
        Entry.objects.filter(index__lt=size, fact__kind__in=sorted(kinds))
        .order_by("index")
        .values_list("index", "fact__ref", "leaf_hash", "fact__kind", "fact__body")
    )
    for index, ref, leaf, kind, body in rows.iterator(CHUNK):
        opened = canonical.reread(bytes(body))["open"]  # type: ignore[index]
        yield OpenEntry(index, ref, bytes(leaf), kind, opened)


def entries_proven(refs: Sequence[str]) -> ProvenEntries:
    """The entries of these facts, in this order, each with its proof under the one served
    checkpoint. Open parts only leave with them: the sealed ones are commitments.

    Raises NotFound; Conflict: not all of them are under the served checkpoint yet.
    """
    log = opening.newest_log()
    served = cosigning.newest_published(log) if log else None
    rows = Entry.objects.filter(fact__ref__in=refs).values_list("fact__ref", "index", "fact__body")
    found = {ref: (index, bytes(body)) for ref, index, body in rows}
    if log is None or served is None or any(ref not in found for ref in refs):
        raise NotFound(_("This is not in the log yet. Try again in a minute."))
    entries = tuple(_proven(log, served, ref, *found[ref]) for ref in refs)
    return ProvenEntries(log.first, str(cosigning.cosigned_note(served.checkpoint)), entries)


def _proven(log: Log, served: Published, ref: str, index: int, body: bytes) -> ProvenEntry:
    size = served.checkpoint.size
    if not log.first <= index < log.first + size:
        raise Conflict(
            _("This entry is not under a served checkpoint of this log. Try again in a minute."),
            code="not_served",
        )
    place = index - log.first
    return ProvenEntry(ref, place, body, tuple(inclusion(log, place, size)))
