"""Reading the log: for projections, for a record's history, and whole for its check."""

import base64
import datetime as dt
from collections.abc import Sequence

from django.db.models import QuerySet

from niangjia.blocks.ledger import cosigning, envelope, opening, policies
from niangjia.blocks.ledger.models import Entry, Head, Log, Pending, Policy, StoredFact
from niangjia.blocks.ledger.types import HistoryLine, LoggedFact
from niangjia.core import seal
from niangjia.core.facts import ACTOR, Value, kind_of
from niangjia.lib import canonical
from niangjia.lib.tlog import keys
from niangjia.lib.tlog import policy as tlog_policy

Bytes = bytes | memoryview


def log_size() -> int:
    """Number of entries."""
    return Head.objects.values_list("size", flat=True).get(pk=1)


def newest_entry_at() -> dt.datetime | None:
    """When the newest entry was put into the log; None if there is none."""
    return Entry.objects.order_by("-index").values_list("sequenced_at", flat=True).first()


def n_pending() -> int:
    return Pending.objects.count()


def entries_before(size: int) -> QuerySet[Entry]:
    """The first `size` entries, for `Exists`: to be narrowed by the columns that the door names."""
    return Entry.objects.filter(index__lt=size)


def logged_facts(start: int, limit: int, kinds: frozenset[str]) -> list[LoggedFact]:
    """Entries [start, start+limit) in log order; those of other kinds come without values."""
    rows = (
        Entry.objects.filter(index__gte=start, index__lt=start + limit)
        .order_by("index")
        .values_list("index", "fact__ref", "fact__kind", "fact__body", "fact__sealed_business")
    )
    return [_logged(row, kinds) for row in rows]


def facts_by_ref(refs: Sequence[str]) -> list[LoggedFact]:
    """The facts of these ids that are there, by id; index -1: not in the log yet."""
    rows = StoredFact.objects.filter(ref__in=refs).order_by("ref")
    names = ("entry__index", "ref", "kind", "body", "sealed_business")
    return [
        _logged((-1 if index is None else index, ref, kind, body, business), frozenset({kind}))
        for index, ref, kind, body, business in rows.values_list(*names)
    ]


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
    witnessed = witnessed_ranges()
    return [_line(fact, witnessed) for fact in facts]


def _line(fact: StoredFact, witnessed: list[tuple[int, int]]) -> HistoryLine:
    who, role = "", ""
    try:
        actor = envelope.open_part(base64.b64decode(fact.sealed_personal.get(ACTOR, "")))[1]
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
        witnessed=entry is not None and any(first <= entry.index < end for first, end in witnessed),
        opened=canonical.reread(bytes(fact.body))["open"],  # type: ignore[index]
    )


def entry_body(index: int) -> dict[str, object] | None:
    """An entry's body as stored, decoded; None past the end of the log."""
    row = Entry.objects.filter(index=index).values_list("fact__body", flat=True).first()
    return None if row is None else canonical.decode(bytes(row))  # type: ignore[return-value]


def witnessed_ranges() -> list[tuple[int, int]]:
    """[first, end) of the entries of each log that a quorum of witnesses has cosigned."""
    found = []
    for log in Log.objects.order_by("number"):
        served = cosigning.newest_published(log)
        if served is not None and served.policy_id is not None:
            found.append((log.first, log.first + served.checkpoint.size))
    return found


def log_vkey() -> str | None:
    """The public key of the log that is written to; None before its first entry."""
    log = opening.newest_log()
    return keys.vkey(policies.log_signer(log).key) if log else None


def policy_departments() -> tuple[str, ...]:
    """The departments that the newest policy names, in force or not yet."""
    row = Policy.objects.order_by("-number").first()
    return tlog_policy.parse(row.text).top()[1] if row else ()
