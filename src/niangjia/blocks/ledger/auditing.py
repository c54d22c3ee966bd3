"""The whole log gone over again: every byte hashed, every signature checked, sealed values opened.

What a checkpoint from outside (`known`) says is what the operator cannot have changed.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from niangjia.blocks.ledger import cosigning, envelope, freezing, opening, policies
from niangjia.blocks.ledger.models import (
    Checkpoint,
    Entry,
    Head,
    Log,
    Policy,
    Published,
    StoredFact,
    Tile,
)
from niangjia.blocks.ledger.selectors import witnessed_ranges
from niangjia.blocks.ledger.types import AuditResult
from niangjia.core import seal
from niangjia.core.facts import Value, kind_of
from niangjia.lib import canonical, commitment
from niangjia.lib.tlog import checkpoint, note
from niangjia.lib.tlog.hashing import EMPTY_ROOT, Frontier, leaf_hash, leaf_hashes, root_of
from niangjia.lib.tlog.note import BadNote
from niangjia.lib.tlog.policy import NoQuorum
from niangjia.lib.tlog.tiles import WIDTH

CHUNK = 2000
TILES_READ = 64
Indexed = list[tuple[int, bytes]]
ENTRIES = """
SELECT e."index", e.leaf_hash, f.body FROM ledger_entry e
JOIN ledger_storedfact f ON f.id = e.fact_id
WHERE e."index" >= %s AND e."index" < %s ORDER BY e."index"
"""


def audit(known: bytes | None = None, *, sealed: bool = True) -> AuditResult:
    """Every entry, tile, checkpoint and cosignature holds, or `faults` says what does not.

    known: a checkpoint that someone outside kept; the log must contain it. sealed: also open every
    sealed value and compare it with its commitment.
    """
    faults: list[str] = []
    for log in Log.objects.order_by("number"):
        faults += _Walk(log).faults()
    head = Head.objects.get(pk=1)
    newest = opening.newest_log()
    if newest is None and Entry.objects.exists():
        faults.append(_("there are entries but no log"))
    faults += [*_loose_facts(), *_policy_faults(), *_freeze_faults()]
    if known is not None:
        faults += _known_faults(known)
    if sealed:
        faults += _sealed_faults()
    root = EMPTY_ROOT
    if newest is not None:
        root = Frontier.from_bytes(head.size - newest.first, bytes(head.frontier)).root()
    n_witnessed = sum(end - first for first, end in witnessed_ranges())
    return AuditResult(head.size, root.hex(), tuple(faults), n_witnessed)


def _loose_facts() -> list[str]:
    lost = StoredFact.objects.filter(entry=None, pending=None).values_list("ref", flat=True)
    said = _("fact %(ref)s is neither in the log nor waiting for it")
    return [said % {"ref": ref} for ref in lost]


def _policy_faults() -> Iterator[str]:
    """Each policy is what its own entry says."""
    for row in Policy.objects.select_related("fact"):
        opened: Any = canonical.reread(bytes(row.fact.body))["open"]  # type: ignore[index]
        quantum = policies.sha256(row.text_ml_dsa) if row.text_ml_dsa else None
        said = (opened.get("number"), opened.get("text"), opened.get("policy_sha256"))
        kept = (row.number, row.text, policies.sha256(row.text))
        if said != kept or quantum not in (None, opened.get("ml_dsa_sha256")):
            yield _("policy %(n)s is not what its entry says") % {"n": row.number}


def _freeze_faults() -> Iterator[str]:
    """A tree with our own signature that is not ours was seen, and that still stands."""
    frozen = freezing.in_force()
    if frozen is not None:
        shown = checkpoint.of_note(note.parse(frozen.evidence.encode()))
        yield _("the log is frozen: %(who)s showed %(n)s entries under our own signature") % {
            "who": frozen.witness,
            "n": shown.size,
        }


@dataclass
class _Walk:
    """One log from its first entry to its end."""

    log: Log
    found: list[str] = field(default_factory=list)
    frontier: Frontier = field(default_factory=Frontier)
    levels: list[list[bytes]] = field(default_factory=lambda: [[]])
    tiles: dict[int, tuple[int, dict[int, tuple[bytes, bytes]]]] = field(default_factory=dict)

    def faults(self) -> list[str]:
        """What does not hold."""
        following = Log.objects.filter(number__gt=self.log.number).order_by("number").first()
        head = Head.objects.get(pk=1)
        end = following.first if following else head.size
        self.keys = policies.all_log_keys(self.log)
        self.marks = iter(
            Checkpoint.objects.filter(log=self.log)
            .order_by("size")
            .select_related("log")
            .iterator()
        )
        self.mark = next(self.marks, None)
        self.last: Checkpoint | None = None
        for rows in _entries(self.log.first, end):
            leaves = leaf_hashes(bytes(body) for _index, _kept, body in rows)
            there = [(index, bytes(kept)) for index, kept, _body in rows]
            due = list(enumerate(leaves, self.log.first + self.frontier.size))
            if there != due and not self._is_whole(there, due):
                return self.found
            self._grow(leaves)
        self._end(end - self.log.first, None if following else head)
        return self.found

    def _is_whole(self, there: Indexed, due: Indexed) -> bool:
        """Notes where these (index, leaf hash) differ; False if one is missing."""
        for (index, kept), (expected, leaf) in zip(there, due, strict=True):
            if index != expected:
                self.found.append(_("entry %(n)s is missing") % {"n": expected})
                return False
            if kept != leaf:
                self.found.append(_("entry %(n)s: bytes do not match the leaf hash") % {"n": index})
        return True

    def _grow(self, leaves: list[bytes]) -> None:
        """The tree with these leaves, looked at wherever a tile or a checkpoint ends."""
        at = 0
        while at < len(leaves):
            room = WIDTH - self.frontier.size % WIDTH
            if self.mark is not None and self.mark.size > self.frontier.size:
                room = min(room, self.mark.size - self.frontier.size)
            part = leaves[at : at + room]
            self.frontier.extend(part)
            self._tile(part)
            self._checkpoints()
            at += room

    def _tile(self, leaves: list[bytes]) -> None:
        """Every full tile that ends here is there as it should be."""
        level, nodes = 0, leaves
        while True:
            self.levels[level] += nodes
            if len(self.levels[level]) < WIDTH:
                return
            hashes, self.levels[level] = self.levels[level], []
            node = root_of(hashes)
            n = (self.frontier.size >> 8 * (level + 1)) - 1
            if self._kept(level, n) != (b"".join(hashes), node):
                said = _("tile %(n)s is not that of the entries")
                self.found.append(said % {"n": f"{level}/{n}"})
            level, nodes = level + 1, [node]
            if level == len(self.levels):
                self.levels.append([])

    def _kept(self, level: int, n: int) -> tuple[bytes, bytes] | None:
        """(hashes, root) of a tile as it is kept; those that follow are read with it."""
        first, tiles = self.tiles.get(level, (n, None))
        if tiles is None or not first <= n < first + TILES_READ:
            rows = Tile.objects.filter(
                log=self.log, level=level, n__gte=n, n__lt=n + TILES_READ
            ).values_list("n", "hashes", "root")
            tiles = {one: (bytes(hashes), bytes(root)) for one, hashes, root in rows}
            self.tiles[level] = n, tiles
        return tiles.get(n)

    def _checkpoints(self) -> None:
        while self.mark is not None and self.mark.size <= self.frontier.size:
            if self.mark.size < self.frontier.size:
                self.found.append(_("checkpoint %(n)s follows nothing") % {"n": self.mark.size})
            else:
                self._checkpoint(self.mark)
            self.last, self.mark = self.mark, next(self.marks, None)

    def _checkpoint(self, row: Checkpoint) -> None:
        root = self.frontier.root()
        before = self.last.pk if self.last else None
        if bytes(row.root) != root or row.previous_id != before:
            said = _("checkpoint %(n)s: root or order is not that of the entries")
            self.found.append(said % {"n": row.size})
            return
        try:
            signed = note.parse(row.note.encode())
            note.verified(signed, self.keys)
            stated = checkpoint.of_note(signed)
        except BadNote as error:
            said = _("checkpoint %(n)s: %(why)s")
            self.found.append(said % {"n": row.size, "why": error})
            return
        if (stated.origin, stated.size, stated.root) != (self.log.origin, row.size, root):
            said = _("checkpoint %(n)s: signed for another tree")
            self.found.append(said % {"n": row.size})

    def _end(self, size: int, head: Head | None) -> None:
        if self.frontier.size != size:
            said = _("the log says %(n)s entries, %(there)s are there")
            self.found.append(said % {"n": size, "there": self.frontier.size})
        if head is not None and bytes(head.frontier) != self.frontier.to_bytes():
            self.found.append(_("the log's head is not that of its entries"))
        if self.mark is not None:
            said = _("checkpoint %(n)s lies beyond the entries")
            self.found.append(said % {"n": self.mark.size})
        if size and (self.last is None or self.last.size != size):
            self.found.append(_("the newest entries stand under no checkpoint"))
        self.found += _published_faults(self.log)


def _entries(start: int, end: int) -> Iterator[list[tuple[int, Any, Any]]]:
    """Chunks of (index, kept leaf hash, bytes) of the entries, read past the object mapper."""
    for at in range(start, end, CHUNK):
        with connection.cursor() as cursor:
            cursor.execute(ENTRIES, [at, min(at + CHUNK, end)])
            yield cursor.fetchall()


def _published_faults(log: Log) -> Iterator[str]:
    """Every checkpoint that was served satisfies the policy that it is served under."""
    served = Published.objects.filter(checkpoint__log=log).select_related("checkpoint__log")
    for row in served.order_by("checkpoint__size").iterator(chunk_size=500):
        in_force = policies.at(log, row.checkpoint.size)
        try:
            if in_force.asks_witnesses:
                in_force.main.check(cosigning.cosigned_note(row.checkpoint))
        except (BadNote, NoQuorum) as error:
            yield _("checkpoint %(n)s was served, but: %(why)s") % {
                "n": row.checkpoint.size,
                "why": error,
            }


def _known_faults(known: bytes) -> list[str]:
    """The log contains the checkpoint that someone kept."""
    try:
        signed = note.parse(known)
        kept = checkpoint.of_note(signed)
    except BadNote as error:
        return [_("the known checkpoint cannot be read: %(why)s") % {"why": error}]
    log = Log.objects.filter(origin=kept.origin).first()
    if log is None:
        return [_("the known checkpoint is of another log: %(origin)s") % {"origin": kept.origin}]
    try:
        note.verified(signed, policies.all_log_keys(log))
    except BadNote:
        return [_("the known checkpoint carries no signature of this log: it proves nothing")]
    later = Log.objects.filter(number__gt=log.number).order_by("number").first()
    size = (later.first if later else Head.objects.get(pk=1).size) - log.first
    if kept.size > size:
        said = _("the log was cut: %(n)s entries, the known checkpoint has %(known)s")
        return [said % {"n": size, "known": kept.size}]
    frontier = Frontier()
    for rows in _entries(log.first, log.first + kept.size):
        frontier.extend(leaf_hashes(bytes(body) for _index, _leaf, body in rows))
    if frontier.root() != kept.root:
        said = _("the first %(n)s entries are not those of the known checkpoint")
        return [said % {"n": kept.size}]
    return []


def audit_newest(n: int) -> AuditResult:
    """The newest `n` entries hold, in time that does not depend on how many there are.

    That the log before them is whole, `audit` alone can tell.
    """
    head = Head.objects.get(pk=1)
    log = opening.newest_log()
    root = EMPTY_ROOT
    if log is not None:
        root = Frontier.from_bytes(head.size - log.first, bytes(head.frontier)).root()
    newest = Entry.objects.filter(index__gte=head.size - n, index__lt=head.size)
    entries = list(newest.select_related("fact").order_by("index"))
    faults = [fault for entry in entries for fault in _entry_faults(entry)]
    if len(entries) != min(n, head.size):
        said = _("of the newest %(n)s entries %(there)s are there")
        faults.append(said % {"n": min(n, head.size), "there": len(entries)})
    row = cosigning.newest_checkpoint(log) if log else None
    if row is not None and row.size == head.size - row.log.first and bytes(row.root) != root:
        said = _("checkpoint %(n)s: root or order is not that of the entries")
        faults.append(said % {"n": row.size})
    return AuditResult(head.size, root.hex(), tuple(faults), 0)


def _sealed_faults() -> Iterator[str]:
    rows = Entry.objects.select_related("fact").order_by("index").iterator(chunk_size=500)
    for entry in rows:
        yield from _fact_faults_of(entry)


def _entry_faults(entry: Entry) -> list[str]:
    """What of an entry's own bytes, hash and sealed values does not agree."""
    faults = []
    if leaf_hash(bytes(entry.fact.body)) != bytes(entry.leaf_hash):
        faults.append(_("entry %(n)s: bytes do not match the leaf hash") % {"n": entry.index})
    return faults + _fact_faults_of(entry)


def _fact_faults_of(entry: Entry) -> list[str]:
    try:
        found = _fact_faults(entry.fact)
    except (ValueError, KeyError, TypeError) as error:
        found = [_("cannot be read (%(why)s)") % {"why": error}]
    return [_("entry %(n)s: %(why)s") % {"n": entry.index, "why": fault} for fault in found]


def _fact_faults(fact: StoredFact) -> list[str]:
    """What of a fact's columns and sealed values does not agree with its hashed bytes."""
    body: Any = canonical.decode(bytes(fact.body))
    faults = []
    if (body["fact"], body["id"], body["open"].get("reverses", "")) != (
        fact.kind,
        fact.ref,
        fact.reverses,
    ):
        return [_("its columns say another kind, id or reversed fact than its bytes")]
    if body["hour"] != envelope.hour_up(fact.recorded_at):
        faults.append(_("its time of recording is not that of its bytes"))
    if fact.subject == f"recovered:{fact.ref}":
        return faults
    if not sealed_root_holds(fact):
        faults.append(_("sealed values do not match their root"))
    elif not _is_subject(fact):
        faults.append(_("it is kept under another subject than its sealed values say"))
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
