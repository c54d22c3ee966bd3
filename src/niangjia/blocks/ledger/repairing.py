"""Getting lost entries back from a copy that someone else kept, or going on under a new origin.

A copy is believed only as far as our own signature and a witness's evidence reach. Nothing new is
signed for what is put back: the checkpoint that was signed then stands again.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.ledger import cosigning, facts, freezing, opening, policies, sequencer
from niangjia.blocks.ledger.agreement import AGREEMENT
from niangjia.blocks.ledger.models import (
    Checkpoint,
    Entry,
    Head,
    Log,
    Pending,
    Policy,
    StoredFact,
    Tile,
    WitnessState,
)
from niangjia.blocks.ledger.services import policy_record, resolution_of
from niangjia.core import clock, seal
from niangjia.core.db.bulk import insert_rows
from niangjia.core.errors import Conflict, Invalid
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import service
from niangjia.core.work import FACT, JOURNAL, Work
from niangjia.lib import canonical
from niangjia.lib.tlog import checkpoint, keys, note, tiles
from niangjia.lib.tlog.checkpoint import Checkpoint as Signed
from niangjia.lib.tlog.hashing import Frontier, leaf_hash, leaf_hashes
from niangjia.lib.tlog.note import BadNote, Note


@dataclass(frozen=True, slots=True)
class Repaired:
    """n_back: entries put back; n_known: of them, how many this site still had as facts, with
    their sealed values; of the others only what is open is there again."""

    size: int
    n_back: int
    n_known: int


@service(permission="ledger.repair", records=JOURNAL)
def log_repair(work: Work, /, *, folder: Path, resolution: str) -> Repaired:
    """The entries that this site lost are back, from a mirror's or an export's folder.

    Raises Conflict (nothing is missing; the copy is of another log, shorter than what a witness
    showed, or not a continuation of ours), Invalid (the copy cannot be read); nothing has changed.
    """
    resolution = resolution_of(resolution)
    log = opening.newest_log()
    frozen = freezing.in_force()
    if log is None or frozen is None or frozen.reason != "lost":
        raise Conflict(_("No entry of the log is known to be missing."))
    signed, head = _copy(log, folder)
    here = Head.objects.get(pk=1)
    ours = here.size - log.first
    bodies = list(_bodies(folder, ours, head.size))
    frontier = Frontier.from_bytes(ours, bytes(here.frontier))
    leaves = [leaf_hash(body) for body in bodies]
    shown = checkpoint.of_note(note.parse(frozen.evidence.encode()))
    for leaf in leaves:
        frontier.append(leaf)
        if frontier.size == shown.size and frontier.root() != shown.root:
            raise Conflict(_("The copy is not the log that the witness has seen."))
    if frontier.root() != head.root or head.size < shown.size:
        raise Conflict(_("The copy does not continue this log, or ends before what is missing."))
    n_known = _put_back(log, here, frontier, bodies, leaves)
    _stand_again(log, signed, head)
    freezing.lift(resolution)
    work.journal("ledger.repaired", log.origin, size=head.size, n_back=len(bodies))
    AGREEMENT.forget()
    return Repaired(head.size, len(bodies), n_known)


def _copy(log: Log, folder: Path) -> tuple[Note, Signed]:
    """The copy's checkpoint, signed by this log's own key. Raises Conflict, Invalid."""
    try:
        signed = note.parse((folder / "checkpoint").read_bytes())
        head = checkpoint.of_note(signed)
        note.verified(signed, policies.all_log_keys(log))
    except (OSError, BadNote) as error:
        raise Invalid(
            _("There is no checkpoint of this log in the folder: %(why)s."), why=str(error)
        ) from error
    if head.origin != log.origin:
        raise Conflict(_("The copy is of another log: %(origin)s."), origin=head.origin)
    return signed, head


def _bodies(folder: Path, start: int, size: int) -> Iterator[bytes]:
    """The entries [start, size) of a copy. Raises Invalid."""
    for name in tiles.bundles_of_size(size):
        first = name.n * tiles.WIDTH
        if first + name.width <= start:
            continue
        try:
            entries = tiles.unpack((folder / "tile" / name.path).read_bytes())
            if len(entries) != name.width:
                raise ValueError("it has another number of entries")
        except (OSError, ValueError) as error:
            raise Invalid(
                _("The copy lacks the file %(name)s, or it is damaged."), name=f"tile/{name.path}"
            ) from error
        yield from entries[max(start - first, 0) :]


def _put_back(
    log: Log, here: Head, frontier: Frontier, bodies: list[bytes], leaves: list[bytes]
) -> int:
    """The entries stand behind ours; returns how many were still known as facts."""
    now = clock.real_now()
    decoded: list[Any] = [canonical.decode(body) for body in bodies]
    refs = [one["id"] for one in decoded]
    known = dict(StoredFact.objects.filter(ref__in=refs, entry=None).values_list("ref", "id"))
    fresh = [one for one in zip(decoded, bodies, strict=True) if one[0]["id"] not in known]
    StoredFact.objects.bulk_create([_bare(body, data) for body, data in fresh])
    ids = dict(StoredFact.objects.filter(ref__in=refs).values_list("ref", "id"))
    moved = Head.objects.filter(pk=1, size=here.size, frontier=here.frontier).update(
        size=log.first + frontier.size, frontier=frontier.to_bytes()
    )
    if moved != 1:
        raise Conflict(_("The log moved meanwhile. Stop the worker and repeat."))
    Pending.objects.filter(fact_id__in=known.values()).delete()
    start = here.size - log.first
    rows = [
        (here.size + i, ids[ref], leaf, now)
        for i, (ref, leaf) in enumerate(zip(refs, leaves, strict=True))
    ]
    new_tiles = sequencer.full_tiles(log, start, leaves)
    insert_rows(Entry, sequencer.COLUMNS, rows)
    Tile.objects.bulk_create(new_tiles)
    for data in decoded:
        if data["fact"] == facts.POLICY.id:
            _policy_again(data, ids[data["id"]])
    seal.erase_refs(_erased_keys(decoded))
    return len(known)


def _erased_keys(decoded: list[Any]) -> list[str]:
    """Keys that entries of any room say were destroyed: kinds named `<what>.erased`."""
    return [
        one["open"]["key"]
        for one in decoded
        if one["fact"].partition("/")[0].endswith(".erased") and one["open"].get("key")
    ]


@service(permission="people.erase", records=JOURNAL)
def erasures_replay(work: Work, /, *, folder: Path) -> int:
    """No key stands that a copy of our log says was erased: for a restored backup, which may be
    older than they are. Returns how many erasures the copy holds.

    Every entry is hashed up to the root that our own key signed. Raises Invalid, Conflict.
    """
    log = _log_of(folder)
    _signed, head = _copy(log, folder)
    bodies = list(_bodies(folder, 0, head.size))
    frontier = Frontier()
    frontier.extend(leaf_hashes(bodies))
    if frontier.root() != head.root:
        raise Conflict(_("The copy is damaged: its entries are not those of its checkpoint."))
    refs = _erased_keys([canonical.decode(body) for body in bodies])
    seal.erase_refs(refs)
    work.journal("ledger.erasures_replayed", log.origin, n=len(refs))
    return len(refs)


def _log_of(folder: Path) -> Log:
    """Our log whose copy this is. Raises Invalid, Conflict."""
    try:
        origin = checkpoint.of_note(note.parse((folder / "checkpoint").read_bytes())).origin
    except (OSError, BadNote) as error:
        raise Invalid(
            _("There is no checkpoint of this log in the folder: %(why)s."), why=str(error)
        ) from error
    log = Log.objects.filter(origin=origin).first()
    if log is None:
        raise Conflict(_("The copy is of another log: %(origin)s."), origin=origin)
    return log


def _bare(body: Any, data: bytes) -> StoredFact:
    """A fact of which only the entry is left: its sealed values are gone with the database."""
    at = dt.datetime.fromisoformat(body["hour"])
    return StoredFact(
        ref=body["id"],
        kind=body["fact"],
        subject=f"recovered:{body['id']}",
        occurred_at=at,
        recorded_at=at,
        body=data,
        reverses=body["open"].get("reverses", ""),
        sealed_business=b"",
        sealed_personal={},
    )


def _policy_again(body: Any, fact_id: int) -> None:
    opened = body["open"]
    Policy.objects.get_or_create(
        number=opened["number"],
        defaults={
            "fact_id": fact_id,
            "text": opened["text"],
            "resolution": opened["resolution"],
            "at": dt.datetime.fromisoformat(body["hour"]),
        },
    )


def _stand_again(log: Log, signed: Note, head: Signed) -> None:
    """The checkpoint that was signed then, with what witnesses cosigned, is the newest again."""
    own = {(key.name, key.key_id) for key in policies.all_log_keys(log)}
    lines = tuple(one for one in signed.signatures if (one.name, one.key_id) in own)
    row = Checkpoint.objects.create(
        log=log,
        previous=cosigning.newest_checkpoint(log),
        size=head.size,
        root=head.root,
        note=str(Note(signed.text, lines)),
        signed_at=clock.real_now(),
    )
    in_force = policies.at(log, head.size)
    found = [one.key for one in in_force.main.witnesses.values()]
    try:
        cosigning.keep(row, note.verified(signed, found))
    except BadNote:
        return  # a copy without cosignatures: the witnesses are asked again


@service(permission="ledger.repair", records=FACT)
def log_continue(work: Work, /, *, resolution: str) -> str:
    """The log is closed, and another with origin `.../2` begins; returns its origin.

    Its entry 0 names the old origin, its last cosigned checkpoint, what was lost, and the
    resolution; entry 1 the witnesses, who have to trust the new origin first. Raises Conflict.
    """
    resolution = resolution_of(resolution)
    log, frozen = opening.newest_log(), freezing.in_force()
    if log is None or frozen is None:
        raise Conflict(_("The log is not frozen: there is no reason to close it."))
    served = cosigning.newest_published(log)
    shown = checkpoint.of_note(note.parse(frozen.evidence.encode()))
    head = Head.objects.select_for_update().get(pk=1)
    size = head.size - log.first
    base = log.origin.rsplit("/", 1)[0] if log.number > 1 else log.origin
    fresh = Log.objects.create(
        number=log.number + 1,
        origin=f"{base}/{log.number + 1}",
        first=head.size,
        opened_at=clock.real_now(),
    )
    freezing.lift(resolution)
    values: dict[str, Value] = {
        "origin": log.origin,
        "checkpoint": str(cosigning.cosigned_note(served.checkpoint)) if served else None,
        "first": head.size,
        "lost_from": min(size, shown.size),
        "lost_to": shown.size,
        "resolution": resolution,
    }
    subject = f"log:{fresh.number}"
    refs = [work.record(Fact(facts.CONTINUED, subject, work.at, values, {BUSINESS: facts.OWNER}))]
    row = Policy.objects.order_by("-number").first()
    if row is not None:  # the same witnesses, with the new origin's key
        vkey = keys.vkey(policies.log_signer(fresh).key)
        text, text_ml_dsa = _with_log(row.text, vkey), _with_log(row.text_ml_dsa, vkey)
        refs.append(policy_record(work, text, text_ml_dsa, resolution))
    Head.objects.filter(pk=1).update(frontier=b"")
    head.frontier = b""
    rows = StoredFact.objects.filter(ref__in=refs).order_by("id").values_list("id", "body")
    sequencer.append(fresh, head, list(rows))
    WitnessState.objects.update(cosigned_size=0, cosigned_at=None, outcome="", detail="")
    AGREEMENT.forget()
    return fresh.origin


def _with_log(text: str, vkey: str) -> str:
    lines = [line for line in text.split("\n") if not line.startswith("log ")]
    return "\n".join([f"log {vkey}", *lines]) if text else ""
