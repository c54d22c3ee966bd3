"""Reading the log: for projections, for a record's history, and whole for its check."""

import base64
import datetime as dt
from collections.abc import Iterator
from typing import Any

from niangjia.blocks.ledger import envelope
from niangjia.blocks.ledger.models import Entry, Head, Pending, StoredFact
from niangjia.blocks.ledger.types import AuditResult, HistoryLine, LoggedFact
from niangjia.core import seal
from niangjia.core.facts import ACTOR, Value, kind_of
from niangjia.lib import canonical, commitment
from niangjia.lib.tlog.hashing import EMPTY_ROOT, Frontier, leaf_hash

Bytes = bytes | memoryview


def log_size() -> int:
    """Number of entries."""
    return Head.objects.values_list("size", flat=True).get(pk=1)


def newest_entry_at() -> dt.datetime | None:
    """When the newest entry was put into the log; None if there is none."""
    return Entry.objects.order_by("-index").values_list("sequenced_at", flat=True).first()


def n_pending() -> int:
    return Pending.objects.count()


def logged_facts(start: int, limit: int, kinds: frozenset[str]) -> list[LoggedFact]:
    """Entries [start, start+limit) in log order; those of other kinds come without values."""
    rows = (
        Entry.objects.filter(index__gte=start, index__lt=start + limit)
        .order_by("index")
        .values_list("index", "fact__ref", "fact__kind", "fact__body", "fact__sealed_business")
    )
    return [_logged(row, kinds) for row in rows]


def logged_subjects(start: int, limit: int) -> list[tuple[str, str]]:
    """(kind, what it is about) of entries [start, start+limit) in log order: `purchase:<ref>`."""
    rows = Entry.objects.filter(index__gte=start, index__lt=start + limit).order_by("index")
    return list(rows.values_list("fact__kind", "fact__subject"))


def _logged(row: tuple[int, str, str, Bytes, Bytes], kinds: frozenset[str]) -> LoggedFact:
    index, ref, kind, body, business = row
    if kind not in kinds:
        return LoggedFact(index, ref, kind, {})
    decoded = canonical.reread(bytes(body))  # `audit` is what checks every byte
    values: dict[str, Value] = dict(decoded["open"])  # type: ignore[index]
    try:
        values |= envelope.open_part(bytes(business))[1]
    except seal.Erased:
        return LoggedFact(index, ref, kind, values, erased=True)
    return LoggedFact(index, ref, kind, values)


def history(subject: str) -> list[HistoryLine]:
    """All facts about `subject`, oldest first. The caller has checked that the actor may see it."""
    facts = StoredFact.objects.filter(subject=subject).select_related("entry").order_by("id")
    return [_line(fact) for fact in facts]


def _line(fact: StoredFact) -> HistoryLine:
    who, role = "", ""
    try:
        actor = envelope.open_part(base64.b64decode(fact.sealed_personal[ACTOR]))[1]
        who, role = str(actor.get("actor_name", "")), str(actor.get("actor_role", ""))
    except seal.Erased:
        pass
    try:
        reason = str(envelope.open_part(bytes(fact.sealed_business))[1].get("reason", ""))
    except seal.Erased:
        reason = ""
    entry: Entry | None = getattr(fact, "entry", None)
    return HistoryLine(
        ref=fact.ref,
        kind=fact.kind,
        title=str(kind_of(fact.kind).title),
        recorded_at=fact.recorded_at,
        who=who,
        role=role,
        reason=reason,
        reverses=fact.reverses,
        index=entry.index if entry else None,
        leaf_hash=bytes(entry.leaf_hash).hex() if entry else "",
        root=bytes(entry.root).hex() if entry else "",
    )


def entry_body(index: int) -> dict[str, object] | None:
    """An entry's body as stored, decoded; None past the end of the log."""
    row = Entry.objects.filter(index=index).values_list("fact__body", flat=True).first()
    return None if row is None else canonical.decode(bytes(row))  # type: ignore[return-value]


def _entries(chunk: int = 500) -> Iterator[Entry]:
    start = 0
    while True:
        rows = list(
            Entry.objects.filter(index__gte=start).select_related("fact").order_by("index")[:chunk]
        )
        yield from rows
        if len(rows) < chunk:
            return
        start = rows[-1].index + 1


def audit() -> AuditResult:
    """Re-hash every entry from its stored bytes; re-open every sealed root that can be opened."""
    frontier, faults = Frontier(), []
    size = log_size()
    for entry in _entries():
        if entry.index != frontier.size:
            faults.append(f"entry {frontier.size} is missing")
            break
        faults += _entry_faults(entry, frontier)
    if not faults and frontier.size < size:
        faults.append(f"the log says {size} entries, {frontier.size} are there")
    lost = StoredFact.objects.filter(entry=None, pending=None).values_list("ref", flat=True)
    faults += [f"fact {ref} is neither in the log nor waiting for it" for ref in lost]
    root = frontier.root() if frontier.size else EMPTY_ROOT
    return AuditResult(frontier.size, root.hex(), tuple(faults))


def audit_newest(n: int) -> AuditResult:
    """The same for the newest `n` entries, in time that does not depend on how many there are.

    That the log before them is whole, `audit` alone can tell.
    """
    head = Head.objects.get(pk=1)
    root = Frontier.from_bytes(head.size, bytes(head.frontier)).root() if head.size else EMPTY_ROOT
    newest = Entry.objects.filter(index__gte=head.size - n, index__lt=head.size)
    entries = list(newest.select_related("fact").order_by("index"))
    faults = [fault for entry in entries for fault in _fault_texts(entry)]
    if len(entries) != min(n, head.size):
        faults.append(f"of the newest {min(n, head.size)} entries {len(entries)} are there")
    elif entries and bytes(entries[-1].root) != root:
        faults.append(f"entry {entries[-1].index}: root is not that of the log's head")
    return AuditResult(head.size, root.hex(), tuple(faults))


def _entry_faults(entry: Entry, frontier: Frontier) -> list[str]:
    faults = _fault_texts(entry)
    frontier.append(leaf_hash(bytes(entry.fact.body)))
    if frontier.root() != bytes(entry.root):
        faults.append(f"entry {entry.index}: root does not follow")
    return faults


def _fault_texts(entry: Entry) -> list[str]:
    """What of an entry's own bytes, hash and sealed values does not agree."""
    faults = []
    if leaf_hash(bytes(entry.fact.body)) != bytes(entry.leaf_hash):
        faults.append(f"entry {entry.index}: bytes do not match the leaf hash")
    try:
        faults += [f"entry {entry.index}: {fault}" for fault in _fact_faults(entry.fact)]
    except (ValueError, KeyError, TypeError) as error:
        faults.append(f"entry {entry.index}: cannot be read ({error})")
    return faults


def _fact_faults(fact: StoredFact) -> list[str]:
    """What of a fact's columns and sealed values does not agree with its hashed bytes."""
    body: Any = canonical.decode(bytes(fact.body))
    faults = []
    if (body["fact"], body["id"], body["open"].get("reverses", "")) != (
        fact.kind,
        fact.ref,
        fact.reverses,
    ):
        return ["its columns say another kind, id or reversed fact than its bytes"]
    if body["hour"] != envelope.hour_up(fact.recorded_at):
        faults.append("its time of recording is not that of its bytes")
    if not sealed_root_holds(fact):
        faults.append("sealed values do not match their root")
    elif not _is_subject(fact):
        faults.append("it is kept under another subject than its sealed values say")
    return faults


def _is_subject(fact: StoredFact) -> bool:
    """`purchase:<id>` is the sealed field `purchase`; true also where nothing can be compared."""
    name, _colon, of = fact.subject.partition(":")
    try:
        values = envelope.open_part(bytes(fact.sealed_business))[1]
    except seal.Erased:
        return True
    return values.get(name, of) == of


def sealed_root_holds(fact: StoredFact) -> bool:
    """True if the sealed values still open the root in the body; erased ones cannot be tested."""
    kind = kind_of(fact.kind)
    parts = {"business": bytes(fact.sealed_business)}
    parts |= {slot: base64.b64decode(part) for slot, part in fact.sealed_personal.items()}
    seeds: dict[str, bytes] = {}
    values: dict[str, Value] = {}
    try:
        for slot, part in parts.items():
            seeds[slot], found = envelope.open_part(part)
            values |= found
    except seal.Erased:
        return True
    root = commitment.sealed_root(envelope.commitments(kind, values, seeds))
    body = canonical.decode(bytes(fact.body))
    return bool(body["sealed"]["root"] == root.hex())  # type: ignore[index]
