"""A published bulletin, counted again from the log: every entry below its cut, its whole tree.

Shares no line with what made it: the sums are those of `bulletin.py`, the log is read through
tiles that lead to the cosigned root.
"""

from __future__ import annotations

import datetime as dt
import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any

from niangjia.lib.tlog.checkpoint import Checkpoint
from niangjia.lib.tlog.hashing import HASH_BYTES
from niangjia.lib.tlog.tiles import WIDTH, unpack
from niangjia.witness import verify
from niangjia.witness.bulletin import (
    PUBLISHED,
    Overflow,
    Sums,
    parse_bulletin,
    parse_change,
    parse_record,
    rebuilt,
)
from niangjia.witness.chain import Said, check_chain
from niangjia.witness.source import Source
from niangjia.witness.verified_tiles import VerifiedTiles
from niangjia.witness.verify import Bad, Note, Reasons, need

SAMPLED = "bulletin.sampled/1"
# One encoder for all entries: `verify.dump` makes one for each call.
_spelt = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
MARK = 16  # bytes by which an id is remembered


class Log:
    """The log behind a source, as its checkpoint has it."""

    def __init__(self, source: Source) -> None:
        """Raises Bad, Unreadable."""
        self.note: Note = verify.parse_note(source.get("checkpoint", 1_000_000))
        head = self.note.head
        self.size = head.size
        self.tiles = VerifiedTiles(Checkpoint(head.origin, head.size, head.root), source)
        if self.size:
            self.tiles.open()

    def entries(self, start: int, end: int) -> Iterator[tuple[int, bytes, bytes]]:
        """(index, bytes, leaf hash) of entries [start, end), each checked to the root.

        Raises Unreadable.
        """
        for n in range(start // WIDTH, -(-end // WIDTH)):
            first = n * WIDTH
            width = min(self.size - first, WIDTH)
            hashes = self.tiles.read(0, n, width)
            for i, data in enumerate(unpack(self.tiles.bundle(n))):
                if start <= first + i < end:
                    yield first + i, data, hashes[i * HASH_BYTES : (i + 1) * HASH_BYTES]

    def of_kinds(
        self, kinds: list[str], start: int, end: int
    ) -> Iterator[tuple[int, dict[str, Any], bytes]]:
        """(index, value, leaf hash) of the entries of these kinds. Raises Bad, Unreadable.

        The kind is the first member of a canonical entry, so others are passed over unread.
        """
        beginnings = tuple(f'{{"fact":{json.dumps(kind)},'.encode() for kind in kinds)
        for index, data, leaf in self.entries(start, end) if beginnings else ():
            if data.startswith(beginnings):
                yield index, _value(data), leaf


def _value(data: bytes) -> dict[str, Any]:
    """An entry in its one spelling. Raises Bad."""
    try:
        value = json.loads(data)
        need(_spelt(value).encode() == data)
    except (ValueError, RecursionError) as error:
        raise Bad from error
    need(type(value) is dict and type(value.get("open")) is dict and type(value.get("id")) is str)
    return value  # type: ignore[no-any-return]


def bulletins(log: Log) -> list[Said]:
    """All that the log holds, in its order; those of another form are left to who asks for one.

    Raises Bad, Unreadable.
    """
    found = []
    for index, value, _leaf in log.of_kinds([PUBLISHED], 0, log.size):
        try:
            found.append(Said(index, value["id"], parse_bulletin(value)))
        except (Bad, KeyError):
            continue
    return found


def named(all_: list[Said], name: str) -> Said | None:
    """The bulletin at a log index, or `indicator/scope/number`."""
    for one in all_:
        said = one.said
        if name in (str(one.index), f"{said['indicator']}/{said['scope']}/{said['number']}"):
            return one
    return None


@dataclass(slots=True)
class Records:
    """What may count: columns, one place for each record, in log order. hours: minutes.

    changes: place -> (index, hour, fen) of each entry that changes the record.
    """

    places: array[int] = field(default_factory=lambda: array("Q"))
    hours: array[int] = field(default_factory=lambda: array("q"))
    fen: array[int] = field(default_factory=lambda: array("Q"))
    line: bytearray = field(default_factory=bytearray)
    hashes: bytearray = field(default_factory=bytearray)
    marks: bytearray = field(default_factory=bytearray)
    changes: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)

    def net(self, i: int, size: int, hour: int) -> int:
        """Of record i, as of a cut."""
        return self.fen[i] + sum(
            fen for index, at, fen in self.changes.get(i, ()) if index < size and at <= hour
        )

    def counted(self, size: int, hour: int) -> list[int]:
        """Places of the records that a cut lets in."""
        places, hours = self.places, self.hours
        return [i for i in range(len(places)) if places[i] < size and hours[i] <= hour]


@lru_cache(maxsize=4096)
def minutes(hour: str) -> int:
    """An hour as a number. Raises Bad for a day that is not in the calendar."""
    try:
        at = dt.datetime.strptime(hour, "%Y-%m-%dT%H:%MZ").replace(tzinfo=dt.UTC)
    except ValueError as error:
        raise Bad from error
    return int(at.timestamp()) // 60


def records(log: Log, bulletin: Said) -> Records:
    """Every record of the bulletin's scope that stands in the log before the bulletin itself.

    Raises Bad: one of them, or a change, is not in its form; Unreadable.
    """
    said, rule = bulletin.said, bulletin.said["rule"]
    found, changed = Records(), dict[bytes, list[tuple[int, int, int]]]()
    kinds = [*rule["adds"], *rule["changes"]]
    for index, value, leaf in log.of_kinds(kinds, 0, bulletin.index):
        opened = value["open"]
        if value["fact"] in rule["changes"]:
            hour, of, fen = parse_change(opened)
            changed.setdefault(_mark(of), []).append((index, minutes(hour), fen))
        elif opened.get(rule["match"]) == said["scope"]:
            hour, line, fen = parse_record(opened, said)
            found.places.append(index)
            found.hours.append(minutes(hour))
            found.fen.append(fen)
            found.line.append(line)
            found.hashes += leaf
            found.marks += _mark(value["id"])
    if changed:
        _attach(found, changed)
    return found


def _mark(id_: str) -> bytes:
    return sha256(id_.encode()).digest()[:MARK]


def _attach(found: Records, changed: dict[bytes, list[tuple[int, int, int]]]) -> None:
    """Raises Bad if two records have one id, so that nobody knows which of them was changed."""
    taken: set[bytes] = set()
    for i in range(len(found.places)):
        mark = bytes(found.marks[i * MARK : (i + 1) * MARK])
        if mark in changed:
            need(mark not in taken)
            taken.add(mark)
            found.changes[i] = changed[mark]


def tree(found: Records, lines: list[int], size: int, hour: int, first: int = 0) -> Sums:
    """The tree as of a cut. Raises Overflow, Bad: a record is less than nothing."""
    hashes, places, line = found.hashes, found.places, found.line
    return rebuilt(
        lines,
        (
            (
                first + places[i],
                bytes(hashes[i * HASH_BYTES : (i + 1) * HASH_BYTES]),
                line[i],
                found.net(i, size, hour),
            )
            for i in found.counted(size, hour)
        ),
    )


@dataclass(slots=True)
class Result:
    """What came of a recount. failures: (code, detail). counted: the tree as it should be."""

    failures: Reasons = field(default_factory=set)
    warnings: Reasons = field(default_factory=set)
    counted: Sums | None = None
    found: Records | None = None

    def fail(self, code: str, detail: object = "") -> None:
        self.failures.add((code, str(detail)))


def recount(log: Log, bulletin: Said, all_: list[Said]) -> Result:
    """The whole check of a bulletin against the log that holds it. Raises Unreadable."""
    result, said = Result(), bulletin.said
    _check_place(result, log, bulletin)
    chain = check_chain(bulletin, all_)
    result.failures |= chain.failures
    result.warnings |= chain.warnings
    if result.failures & {("other_log", ""), ("continued", "")}:
        return result
    try:
        result.found = records(log, bulletin)
    except Bad:
        result.fail("record")
        return result
    hour = minutes(said["as_of"])
    try:
        result.counted = tree(result.found, said["lines"], said["log_size"], hour)
    except Overflow:
        result.fail("overflow")
        return result
    except Bad:
        result.fail("negative")
        return result
    if _differs(result.counted, said):
        _diagnose(result, bulletin, result.found, result.counted)
    _check_changes(result, said, chain.since, result.found)
    return result


def _differs(counted: Sums, said: dict[str, Any]) -> bool:
    published = (said["tree_root"], said["n"], said["sums"])
    return (counted.hash.hex(), counted.n, counted.sums) != published


def _check_place(result: Result, log: Log, bulletin: Said) -> None:
    """It speaks of this log, as it was before the bulletin."""
    said = bulletin.said
    if said["log_origin"] != log.note.head.origin:
        return result.fail("other_log")
    if said["log_first"]:
        return result.fail("continued")
    if said["log_size"] > bulletin.index:
        return result.fail("wrong_cut", "log_size")
    if log.tiles.root_at(said["log_size"]).hex() != said["log_root"]:
        result.fail("wrong_cut", "log_root")


def _diagnose(result: Result, bulletin: Said, found: Records, counted: Sums) -> None:
    """What kind of wrong it is, as far as root, number and sums let anyone see."""
    said = bulletin.said
    cut = _other_cut(found, bulletin)
    if cut:
        result.fail("wrong_cut", cut)
    elif said["n"] < counted.n:
        result.fail("omission", counted.n - said["n"])
    elif said["n"] > counted.n:
        result.fail("reuse", said["n"] - counted.n)
    elif said["sums"] != counted.sums:
        for line, one, other in zip(said["lines"], said["sums"], counted.sums, strict=True):
            if one != other:
                result.fail("amount", f"{line}: {one - other:+}")
    else:
        result.fail("tree")


def _other_cut(found: Records, bulletin: Said) -> str:
    """Another hour, or size of the log, at which the bulletin would be right; empty for none."""
    said = bulletin.said
    size, hour = said["log_size"], minutes(said["as_of"])
    hours = sorted(found.hours[i] for i in range(len(found.places)) if found.places[i] < size)
    if 0 < said["n"] <= len(hours):
        other = hours[said["n"] - 1]
        if other != hour and _fits(found, said, size, other):
            return dt.datetime.fromtimestamp(other * 60, dt.UTC).strftime("%Y-%m-%dT%H:%MZ")
    places = [found.places[i] for i in range(len(found.places)) if found.hours[i] <= hour]
    later = [*places[said["n"] : said["n"] + 1], bulletin.index]
    return next((f"log_size {one}" for one in later if _fits(found, said, one, hour)), "")


def _fits(found: Records, said: dict[str, Any], size: int, hour: int) -> bool:
    try:
        return not _differs(tree(found, said["lines"], size, hour), said)
    except Bad:
        return False


def _check_changes(
    result: Result, said: dict[str, Any], since: Said | None, found: Records
) -> None:
    """What it says came late, and was adjusted, since the bulletin that it has to go on from."""
    lines, before = said["lines"], since.said if since else None
    late, adjusted = [0] * (1 + len(lines)), [0] * (1 + len(lines))
    size, hour = said["log_size"], minutes(said["as_of"])
    old_size, old_hour = (before["log_size"], minutes(before["as_of"])) if before else (0, 0)
    for i in found.counted(size, hour) if before else ():
        into, fen = late, found.net(i, size, hour)
        if found.hours[i] > old_hour:
            continue
        if found.places[i] < old_size:
            into, fen = adjusted, fen - found.net(i, old_size, old_hour)
            if not fen:
                continue
        into[0] += 1
        into[1 + lines.index(found.line[i])] += fen
    for name, counted in (("late", late), ("adjusted", adjusted)):
        if [said[name]["n"], *said[name]["sums"]] != counted:
            result.fail(name)


def samples(log: Log, bulletin: Said) -> list[tuple[int, str]]:
    """(index, seed) of every sample that the log says was drawn of this bulletin, in its order.

    Raises Bad, Unreadable.
    """
    return [
        (index, str(value["open"].get("seed")))
        for index, value, _leaf in log.of_kinds([SAMPLED], bulletin.index, log.size)
        if value["open"].get("bulletin") == bulletin.id
    ]
