#!/usr/bin/env python3
"""Checks an evidence pack (核查资料包) offline: `python verify.py PACK --policy FILE`.

For whoever trusts neither the server nor its makers. This one file needs nothing but Python 3.11
(`cryptography` is used for speed where it is installed) and imports nothing of the platform: it can
be copied away, read in an hour and run anywhere. docs/pack.md describes the format. Parts:
1 canonical JSON  2 the ZIP  3 Merkle trees  4 Ed25519  5 notes and policies  6 the pack's checks
7 what the owner knows from elsewhere  8 the verdict  9 words and the command line.
Exit codes: 0 verified, 1 false, 2 unreadable, 3 consistent, 64 wrongly called.
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import hmac
import json
import mmap
import os
import re
import struct
import sys
import time
import unicodedata
import zlib
from collections.abc import Sequence
from hashlib import sha256, sha512
from typing import Any, NamedTuple, NoReturn

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    HAS_LIBRARY = True
except ImportError:
    HAS_LIBRARY = False

Bytes = bytes | memoryview
Mark = tuple[str, bytes]  # a key's name and id, as they stand in a line of a note
Reasons = set[tuple[str, str]]  # (code, member or "")


class Bad(ValueError):
    """A part is not what the format asks for."""


class BadZip(Bad):
    """code and name say what is wrong with which member."""

    def __init__(self, code: str, name: str = "") -> None:
        super().__init__(code)
        self.reason = (code, name)


def need(holds: object) -> None:
    if not holds:
        raise Bad


# 1 --- canonical JSON (RFC 8785, narrowed): one value, one spelling ------------------------------

MAX_INT, MAX_DEPTH = 2**53 - 1, 32
MAX_ENTRY, MAX_JSON = 16 * 1024, 64 * 1024 * 1024
# NFC is judged in runs of characters whose normal form no version of Unicode since 14 has changed.
_UNJUDGED = re.compile("[\u0897\u1acf-\u1aff\U00010000-\U0010ffff]")


def dump(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8")


def parse_json(data: Bytes, limit: int = MAX_JSON) -> Any:
    """The value, if `data` is its canonical form: decoded and encoded again it is the same."""
    need(len(data) <= limit)
    try:
        value = json.loads(str(data, "utf-8"))
        _check_value(value, 0)
        again = dump(value)
    except (ValueError, RecursionError) as error:
        raise Bad from error
    need(again == data)
    return value


def _check_value(value: Any, depth: int) -> None:
    kind = type(value)
    need(depth <= MAX_DEPTH and (value is None or kind in (bool, str, int, list, dict)))
    if kind is str:
        need(all(unicodedata.is_normalized("NFC", run) for run in _UNJUDGED.split(value)))
    elif kind is int:
        need(abs(value) <= MAX_INT)
    elif kind in (list, dict):
        need(kind is list or all(name.isascii() for name in value))
        for item in value if kind is list else value.values():
            _check_value(item, depth + 1)


def has_keys(value: Any, *names: str) -> bool:
    return type(value) is dict and set(value) == set(names)


def is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def is_hex(value: Any) -> bool:
    return type(value) is str and re.fullmatch("[0-9a-f]{64}", value) is not None


def unbase64(text: Any, length: int | None = None) -> bytes:
    """Standard base64, padded, in its only spelling."""
    need(type(text) is str and text.isascii())
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Bad from error
    need(base64.b64encode(data).decode() == text and length in (None, len(data)))
    return data


def decimal(text: str) -> int:
    need(re.fullmatch("0|[1-9][0-9]{0,18}", text) and int(text) < 2**63)
    return int(text)


# 2 --- the ZIP: each header is rebuilt from name, CRC and size, and compared ---------------------

MAX_BYTES, MAX_NAME = 512 * 1024 * 1024, 200
_LOCAL, _ENTRY = struct.Struct("<IHHHHHIIIHH"), struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_DATE = 33  # 1980-01-01
_NAME = re.compile(r"README\.txt|[a-z0-9._-]+(?:/[a-z0-9._-]+)*")


def read_zip(data: Bytes) -> dict[str, Bytes]:
    """Name -> bytes of each member. Raises BadZip, at the first thing that is wrong."""
    if len(data) > MAX_BYTES:
        raise BadZip("zip_size")
    end = len(data) - _END.size
    if end < 0:
        raise BadZip("zip_end")
    n, listing, start = _END.unpack_from(data, end)[4:7]
    if bytes(data[end:]) != _END.pack(0x06054B50, 0, 0, n, n, listing, start, 0) or n == 0xFFFF:
        raise BadZip("zip_end")
    if start + listing != end:
        raise BadZip("zip_end")
    members: dict[str, Bytes] = {}
    at, offset = start, 0
    for _ in range(n):
        at, offset = _read_member(data, at, offset, (start, end), members)
    if at != end:
        raise BadZip("zip_directory")
    if offset != start:
        raise BadZip("zip_gap")
    return members


def _read_member(
    data: Bytes, at: int, offset: int, bounds: tuple[int, int], members: dict[str, Bytes]
) -> tuple[int, int]:
    """One member joins `members`; where the next directory entry and the next member begin."""
    start, end = bounds
    if at + _ENTRY.size > end:
        raise BadZip("zip_directory")
    crc, size, _size, n = _ENTRY.unpack_from(data, at)[7:11]
    raw = bytes(data[at + _ENTRY.size : at + _ENTRY.size + n])
    if at + _ENTRY.size + n > end:
        raise BadZip("zip_directory")
    name = _check_name(raw)
    if name in members:
        raise BadZip("zip_duplicate", name)
    facts = (10, 0, 0, 0, _DATE, crc, size, size, n)
    entry = _ENTRY.pack(0x02014B50, 20, *facts, 0, 0, 0, 0, 0, offset) + raw
    if bytes(data[at : at + len(entry)]) != entry:
        raise BadZip("zip_directory", name)
    local = _LOCAL.pack(0x04034B50, *facts, 0) + raw
    content = offset + len(local)
    if bytes(data[offset:content]) != local or content + size > start:
        raise BadZip("zip_header", name)
    members[name] = data[content : content + size]
    if zlib.crc32(members[name]) != crc:
        raise BadZip("zip_crc", name)
    return at + len(entry), content + size


def _check_name(raw: bytes) -> str:
    name = raw.decode("ascii", "replace")
    if not _NAME.fullmatch(name) or len(raw) > MAX_NAME or {".", ".."} & set(name.split("/")):
        raise BadZip("zip_name")
    return name


# 3 --- Merkle trees (RFC 9162, 2.1.3.2 and 2.1.4.2; the hashing is that of RFC 6962) -------------

MAX_HASHES = 63
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: Bytes) -> bytes:
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def _walk(place: int, last: int, path: Sequence[bytes]) -> list[tuple[bytes, bool]]:
    """Each hash of the path with True if it stands left of what it is joined to."""
    steps = []
    for sibling in path:
        need(last > 0)
        left = bool(place & 1) or place == last
        while left and place and not place & 1:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
        steps.append((sibling, left))
    need(last == 0)
    return steps


def check_included(leaf: bytes, place: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raises Bad unless the leaf stands at `place` in the tree of that size and root."""
    need(0 <= place < size)
    for sibling, left in _walk(place, size - 1, path):
        leaf = node_hash(sibling, leaf) if left else node_hash(leaf, sibling)
    need(leaf == root)


def check_beginning(old: Head, new: Head, path: Sequence[bytes]) -> None:
    """Raises Bad unless the proof shows that tree `old` is the beginning of tree `new`."""
    need(0 < old.size <= new.size)
    if old.size == new.size:
        return need(not path and old.root == new.root)
    place, last = old.size - 1, new.size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    need(path or not place)
    inner, *rest = path if place else [old.root, *path]
    outer = inner
    for sibling, left in _walk(place, last, rest):
        inner = node_hash(sibling, inner) if left else inner
        outer = node_hash(sibling, outer) if left else node_hash(outer, sibling)
    need(inner == old.root and outer == new.root)


# 4 --- Ed25519 (RFC 8032, 5.1), without cofactor: [S]B - [k]A is compared with R byte for byte ---

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z


def decode_point(data: bytes) -> Point:
    """The point, if the encoding is canonical and it lies on the curve."""
    y = int.from_bytes(data, "little") & (2**255 - 1)
    need(len(data) == 32 and y < P)
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * pow(2, (P - 1) // 4, P) % P
    need(v * x * x % P == u)
    sign = data[31] >> 7
    need(x or not sign)
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def add(a: Point, b: Point) -> Point:
    """Complete: also where a == b, or one is of small order (RFC 8032, 5.1.4)."""
    one = (a[1] - a[0]) * (b[1] - b[0]) % P
    two = (a[1] + a[0]) * (b[1] + b[0]) % P
    three, four = 2 * D * a[3] * b[3] % P, 2 * a[2] * b[2] % P
    e, f, g, h = two - one, four - three, four + three, two + one
    return e * f % P, g * h % P, f * g % P, e * h % P


def _base() -> Point:
    return decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def check_public(public: bytes) -> None:
    """Raises Bad for a key that is no point, or of small order: anyone could sign for it."""
    point = decode_point(public)
    for _ in range(3):
        point = add(point, point)
    need(point[0] or point[1] != point[2])


def plain_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= L:
        return False
    x, y, z, t = decode_point(public)
    k = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % L
    base, minus = _base(), (P - x, y, z, P - t)
    table, point = (base, minus, add(base, minus)), (0, 1, 1, 0)
    for bit in range(252, -1, -1):
        point = add(point, point)
        which = (s >> bit & 1) + 2 * (k >> bit & 1)
        point = add(point, table[which - 1]) if which else point
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


def holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """True if the signature holds. The key has passed `check_public`."""
    if not HAS_LIBRARY:
        return plain_verify(public, message, signature)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# 5 --- notes (C2SP signed-note), checkpoints (tlog-checkpoint), policies (tlog-policy) -----------

LOG_KEY, WITNESS_KEY = 1, 4
_SPACE = re.compile("[ \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")


class Head(NamedTuple):
    """What a checkpoint states."""

    origin: str
    size: int
    root: bytes


class Note(NamedTuple):
    """text: what is signed. lines: (mark, signature), none of them checked."""

    text: str
    lines: list[tuple[Mark, bytes]]
    head: Head


class Policy(NamedTuple):
    """Who signs. logs: mark -> key; witnesses: mark -> (name, key); groups in order of the text,
    each (name, how many, of whom); quorum: name of a group or witness, or "none"."""

    logs: dict[Mark, bytes]
    witnesses: dict[Mark, tuple[str, bytes]]
    groups: list[tuple[str, int, list[str]]]
    quorum: str


def decode(data: Bytes) -> str:
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError as error:
        raise Bad from error


def parse_note(data: Bytes) -> Note:
    """A signed checkpoint: origin, size, root, an empty line, signatures."""
    need(len(data) <= 1_000_000)
    whole = decode(data)
    text, gap, signed = whole.rpartition("\n\n")
    need(gap and signed.endswith("\n") and not _CONTROL.search(whole))
    lines = signed[:-1].split("\n")
    need(len(lines) <= 64)
    return Note(text + "\n", [_parse_line(line) for line in lines], _parse_head(text))


def _parse_line(line: str) -> tuple[Mark, bytes]:
    dash, _, rest = line.partition(" ")
    name, gap, encoded = rest.partition(" ")
    data = unbase64(encoded)
    need(dash == "\u2014" and gap and name and not _SPACE.search(name) and len(data) > 4)
    return (name, data[:4]), data[4:]


def _parse_head(text: str) -> Head:
    lines = text.split("\n")
    need(len(lines) == 3 and lines[0])
    head = Head(lines[0], decimal(lines[1]), unbase64(lines[2], 32))
    need(head.size or head.root == EMPTY_ROOT)
    return head


def parse_policy(data: Bytes) -> Policy:
    text = decode(data)
    need(not re.search("[\x00-\x08\x0b-\x1f\x7f]", text))
    lines = text.split("\n")
    need(lines.pop() == "" and len(lines) <= 1000)
    policy, taken = Policy({}, {}, [], ""), Taken(set(), set(), set())
    for line in lines:
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if words and not words[0].startswith("#"):
            policy = _policy_line(policy, words, taken)
    need(policy.quorum)
    return policy


class Taken(NamedTuple):
    """Names given, members of some group, keys: nothing of it may come twice."""

    names: set[str]
    members: set[str]
    keys: set[bytes]


def _policy_line(policy: Policy, words: list[str], taken: Taken) -> Policy:
    kind, *rest = words
    if kind == "log":
        need(1 <= len(rest) <= 2)
        mark, public = _parse_key(rest[0], LOG_KEY, taken.keys)
        policy.logs[mark] = public
    elif kind == "witness":
        need(2 <= len(rest) <= 3)
        mark, public = _parse_key(rest[1], WITNESS_KEY, taken.keys)
        policy.witnesses[mark] = (_fresh(rest[0], taken.names), public)
    elif kind == "group":
        need(len(rest) >= 3)
        members = rest[2:]
        need(taken.names.issuperset(members) and taken.members.isdisjoint(members))
        need(len(set(members)) == len(members))
        taken.members.update(members)
        policy.groups.append(
            (_fresh(rest[0], taken.names), _threshold(rest[1], len(members)), members)
        )
    else:
        need(kind == "quorum" and len(rest) == 1 and not policy.quorum)
        need(rest[0] == "none" or rest[0] in taken.names)
        return policy._replace(quorum=rest[0])
    return policy


def _parse_key(vkey: str, kind: int, taken: set[bytes]) -> tuple[Mark, bytes]:
    name, _, rest = vkey.partition("+")
    hashed, _, encoded = rest.partition("+")
    data = unbase64(encoded, 33)
    key_id = sha256(name.encode() + b"\n" + data).digest()[:4]
    need(name and not _SPACE.search(name) and data[0] == kind and key_id.hex() == hashed)
    need(data[1:] not in taken)
    check_public(data[1:])
    taken.add(data[1:])
    return (name, key_id), data[1:]


def _fresh(name: str, names: set[str]) -> str:
    need(name != "none" and name not in names)
    names.add(name)
    return name


def _threshold(word: str, n: int) -> int:
    if word in ("any", "all"):
        return 1 if word == "any" else n
    need(re.fullmatch("[1-9][0-9]{0,3}", word) and int(word) <= n)
    return int(word)


class Vouched(NamedTuple):
    """failures: codes. cosigned: witness -> POSIX seconds. at: when the quorum was full."""

    failures: list[str]
    cosigned: dict[str, int]
    at: int | None


def vouched(note: Note, policy: Policy) -> Vouched:
    """Who signed this checkpoint, as far as the policy knows them. Of each key the first line
    counts, and it must hold; lines of unknown keys are passed over."""
    first: dict[Mark, bytes] = {}
    for mark, signature in note.lines:
        first.setdefault(mark, signature)
    text, failures = note.text.encode(), []
    logs = {mark: key for mark, key in policy.logs.items() if mark[0] == note.head.origin}
    signed = [holds(logs[mark], text, first[mark]) for mark in logs if mark in first]
    if policy.logs and not (signed and all(signed)):
        failures.append("log_signature")
    cosigned: dict[str, int] = {}
    for mark, (name, key) in policy.witnesses.items():
        if mark in first:
            at = int.from_bytes(first[mark][:8], "big")
            message = b"cosignature/v1\ntime %d\n" % at + text
            if len(first[mark]) == 72 and at <= MAX_INT and holds(key, message, first[mark][8:]):
                cosigned[name] = at
            else:
                failures.append("cosignature")
    full = _reached(policy, cosigned)
    if policy.quorum != "none" and full is None:
        failures.append("quorum")
    return Vouched(failures, cosigned, full)


def _reached(policy: Policy, cosigned: dict[str, int]) -> int | None:
    """When the quorum was full: a group is, at the threshold-th smallest time of its members."""
    times = dict(cosigned)
    for name, threshold, members in policy.groups:
        there = sorted(times[member] for member in members if member in times)
        if len(there) >= threshold:
            times[name] = there[threshold - 1]
    return times.get(policy.quorum)


# 6 --- the pack ---------------------------------------------------------------------------------

_MADE = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]Z"
_EVIDENCE = re.compile(r"evidence/([0-9a-f]{64})(?:\.[a-z0-9]{1,8})?")
_MANIFEST = ("v", "origin", "size", "root", "policy_sha256", "made_at", "title", "entries", "files")
_PLAIN = {"checkpoint", "manifest.json", "policy", "README.txt", "report.html", "timestamp.tsr"}
_ENTRY_KEYS = ("v", "fact", "id", "hour", "policy", "open", "sealed")


def parse_manifest(data: Bytes) -> dict[str, Any]:
    found: dict[str, Any] = parse_json(data)
    need(type(found) is dict)
    need(has_keys({**found, "policy_entry": 0}, *_MANIFEST, "policy_entry"))
    need(type(found["v"]) is int and found["v"] == 1 and is_count(found["size"]))
    need(is_count(found.get("policy_entry", 0)))
    need(type(found["origin"]) is str and type(found["title"]) is str)
    need(is_hex(found["root"]) and is_hex(found["policy_sha256"]))
    need(type(found["made_at"]) is str and re.fullmatch(_MADE, found["made_at"]))
    entries, files = found["entries"], found["files"]
    need(type(entries) is list and entries and all(map(is_count, entries)))
    need(entries == sorted(set(entries)))
    need(type(files) is dict and "manifest.json" not in files)
    need(all(map(_NAME.fullmatch, files)) and all(map(is_hex, files.values())))
    return found


def parse_entry(data: Bytes) -> dict[str, Any]:
    found: dict[str, Any] = parse_json(data, MAX_ENTRY)
    need(has_keys(found, *_ENTRY_KEYS) and type(found["v"]) is int and found["v"] == 1)
    need(all(type(found[name]) is str for name in ("fact", "id", "hour", "policy")))
    need(type(found["open"]) is dict and has_keys(found["sealed"], "n", "root"))
    need(is_count(found["sealed"]["n"]) and is_hex(found["sealed"]["root"]))
    return found


PARSERS = {"manifest.json": parse_manifest, "checkpoint": parse_note, "policy": parse_policy}


def parse_first(members: dict[str, Bytes]) -> tuple[dict[str, Any], Reasons]:
    """(manifest, checkpoint and policy, as far as they can be read; what cannot)."""
    read: dict[str, Any] = {}
    unreadable: Reasons = set()
    for name, parser in PARSERS.items():
        try:
            need(name in members)
            read[name] = parser(members[name])
        except Bad:
            unreadable.add((name.partition(".")[0], name))
    return read, unreadable


class Checker:
    """The checks of a pack whose manifest, checkpoint and policy can be read."""

    def __init__(self, members: dict[str, Bytes], read: dict[str, Any]) -> None:
        self.members = members
        self.manifest: dict[str, Any] = read["manifest.json"]
        self.note: Note = read["checkpoint"]
        self.policy: Policy = read["policy"]
        self.policy_sha256 = sha256(members["policy"]).hexdigest()
        self.vouched = vouched(self.note, self.policy)
        self.failures: Reasons = set()
        self.warnings: Reasons = set()
        self.entries: dict[int, dict[str, Any]] = {}  # those whose proof holds
        self.disclosed: list[dict[str, Any]] = []

    def run(self) -> None:
        """All checks that need nothing from outside."""
        self.check_members()
        self.check_head()
        for index in self.manifest["entries"]:
            self.check_entry(index)
        self.check_policy_entry()
        self.check_evidence()

    def fail(self, code: str, name: str = "") -> None:
        self.failures.add((code, name))

    def check_members(self) -> None:
        """Every member is known to the format, listed, and has the hash that is listed."""
        files, there = self.manifest["files"], self.members.keys() - {"manifest.json"}
        needed: set[str] = set()
        optional = set(_PLAIN)
        for index in self.manifest["entries"]:
            needed |= {f"entries/{index}.json", f"proofs/{index}.tlog-proof"}
            optional.add(f"disclosures/{index}.json")
        for name in (needed | files.keys()) - there:
            self.fail("missing", name)
        for name in there - files.keys():
            self.fail("unlisted", name)
        for name in there - needed - optional:
            if not _EVIDENCE.fullmatch(name):
                self.fail("unknown_member", name)
        for name in there & files.keys():
            if sha256(self.members[name]).hexdigest() != files[name]:
                self.fail("hash", name)

    def check_head(self) -> None:
        """The manifest speaks of this checkpoint and policy; whom the policy names has signed."""
        manifest, head = self.manifest, self.note.head
        stated = (manifest["origin"], manifest["size"], manifest["root"])
        if stated != (head.origin, head.size, head.root.hex()):
            self.fail("manifest_checkpoint", "manifest.json")
        if manifest["policy_sha256"] != self.policy_sha256:
            self.fail("policy_hash", "manifest.json")
        for code in self.vouched.failures:
            self.fail(code, "checkpoint")
        reply = self.members.get("timestamp.tsr")
        if reply is not None and sha256(self.note.text.encode()).digest() not in bytes(reply):
            self.fail("timestamp", "timestamp.tsr")

    def check_entry(self, index: int) -> None:
        name, proof = f"entries/{index}.json", f"proofs/{index}.tlog-proof"
        disclosure = f"disclosures/{index}.json"
        entry = None
        if name in self.members:
            try:
                entry = parse_entry(self.members[name])
            except Bad:
                self.fail("entry", name)
        proven = name in self.members and proof in self.members and self.is_proven(index)
        if entry and proven:
            self.entries[index] = entry
        if disclosure in self.members:
            self.check_disclosure(disclosure, index)

    def is_proven(self, index: int) -> bool:
        """True if the entry's bytes stand at `index` under the pack's checkpoint."""
        name = f"proofs/{index}.tlog-proof"
        head, _, rest = bytes(self.members[name]).partition(b"\n\n")
        if rest != self.members["checkpoint"]:
            self.fail("proof_checkpoint", name)
            return False
        try:
            lines = decode(head).split("\n")
            hashes = lines[2:]
            need(lines[:2] == ["c2sp.org/tlog-proof@v1", f"index {index}"])
            need(len(hashes) <= MAX_HASHES)
            path = [unbase64(one, 32) for one in hashes]
            leaf = leaf_hash(self.members[f"entries/{index}.json"])
            check_included(leaf, index, self.note.head.size, path, self.note.head.root)
        except Bad:
            self.fail("proof", name)
            return False
        return True

    def check_disclosure(self, name: str, index: int) -> None:
        """The fields join `disclosed` if each was sealed in this entry with this value."""
        try:
            need(index in self.entries)
            sealed = self.entries[index]["sealed"]
            found = parse_json(self.members[name])
            need(has_keys(found, "v", "index", "n", "fields"))
            need([found["v"], found["index"], found["n"]] == [1, index, sealed["n"]])
            need(all(map(is_count, (found["v"], found["index"], found["n"]))))
            leaves = read_fields(found["fields"], found["n"])
        except Bad:
            return self.fail("disclosure", name)
        root = bytes.fromhex(sealed["root"])
        try:
            for leaf, place, path in leaves:
                check_included(leaf, place, found["n"], path, root)
        except Bad:
            return self.fail("disclosure_proof", name)
        for field in found["fields"]:
            shown = {"index": index, "name": field["name"], "value": field["value"]}
            self.disclosed.append(shown)

    def check_policy_entry(self) -> None:
        """If the manifest names the entry that put the policy in force: it says so."""
        if "policy_entry" in self.manifest:
            entry = self.entries.get(self.manifest["policy_entry"])
            if (
                not entry
                or entry["fact"] != "ledger.policy/1"
                or entry["open"].get("policy_sha256") != self.policy_sha256
            ):
                self.fail("policy_entry", "manifest.json")

    def check_evidence(self) -> None:
        """A file of evidence is named by its hash; tied if that is a value of a proven entry."""
        tied: set[str] = set()
        for entry in self.entries.values():
            _add_strings(entry["open"], tied)
        for field in self.disclosed:
            _add_strings(field["value"], tied)
        for name, data in self.members.items():
            match = _EVIDENCE.fullmatch(name)
            if match and match[1] != sha256(data).hexdigest():
                self.fail("evidence_hash", name)
            elif match and match[1] not in tied:
                self.warnings.add(("untied", name))


def read_fields(fields: Any, n: int) -> list[tuple[bytes, int, list[bytes]]]:
    """(leaf hash, place, path) of each field. Commitment: HMAC(salt, length, name, value)."""
    need(type(fields) is list and fields)
    found, names, before = [], set(), -1
    for field in fields:
        need(has_keys(field, "name", "place", "salt", "value", "path"))
        name, place, path = field["name"], field["place"], field["path"]
        need(type(name) is str and re.fullmatch("[!-~]{1,255}", name) and name not in names)
        need(is_count(place) and before < place < n)
        need(type(path) is list and len(path) <= MAX_HASHES)
        names.add(name)
        before = place
        message = bytes([len(name)]) + name.encode() + dump(field["value"])
        leaf = leaf_hash(hmac.new(unbase64(field["salt"], 32), message, sha256).digest())
        found.append((leaf, place, [unbase64(one, 32) for one in path]))
    return found


def _add_strings(value: Any, found: set[str]) -> None:
    if type(value) is str:
        found.add(value)
    elif type(value) in (list, dict):
        for item in value if type(value) is list else value.values():
            _add_strings(item, found)


# 7 --- a checkpoint that the pack's reader kept: the same log, not another one shown to them -----


class Mismatch(Exception):
    """Its word is the code."""


def check_known(checker: Checker, known: bytes, older: bytes | None) -> None:
    """Raises Mismatch if the pack does not fit the checkpoint kept. known: a checkpoint of the
    pack's size, or `old N`, a consistency proof, an empty line and a checkpoint; older: that of
    size N, if the one in `known` has the pack's size."""
    head = checker.note.head
    try:
        size, proof, kept = _parse_known(known)
        before = None if older is None else parse_note(older).head
    except Bad as error:
        raise Mismatch("known_unreadable") from error
    if kept.head.origin != head.origin or (before and before.origin != head.origin):
        raise Mismatch("known_origin")
    if size == head.size:
        return _check_newer(checker, kept, proof)
    if kept.head.size != head.size:
        raise Mismatch("known_needs_proof")
    if kept.head.root != head.root:
        raise Mismatch("known_differs")
    if size is not None and (before is None or before.size != size):
        raise Mismatch("known_needs_proof")
    if size is not None and before:
        _check_continued(before, head, proof)


def _check_newer(checker: Checker, newer: Note, proof: list[bytes]) -> None:
    _check_continued(checker.note.head, newer.head, proof)
    if vouched(newer, checker.policy).failures:
        raise Mismatch("known_policy")


def _check_continued(old: Head, new: Head, proof: list[bytes]) -> None:
    try:
        check_beginning(old, new, proof)
    except Bad as error:
        raise Mismatch("known_proof") from error


def _parse_known(data: bytes) -> tuple[int | None, list[bytes], Note]:
    if not data.startswith(b"old "):
        return None, [], parse_note(data)
    head, _, rest = data.partition(b"\n\n")
    first, *hashes = decode(head).split("\n")
    need(len(data) <= 256 * 1024 and len(hashes) <= MAX_HASHES)
    return decimal(first[4:]), [unbase64(one, 32) for one in hashes], parse_note(rest)


# 8 --- the verdict ------------------------------------------------------------------------------

EXIT = {"verified": 0, "false": 1, "unreadable": 2, "consistent": 3}
DAY_S = 24 * 60 * 60


class Outside(NamedTuple):
    """What the reader has from elsewhere. policy: its text; known, older: checkpoints kept."""

    policy: bytes | None = None
    policy_sha256: str | None = None
    known: bytes | None = None
    older: bytes | None = None
    now: int = 0


def verify_pack(data: Bytes, outside: Outside) -> tuple[dict[str, Any], Checker | None]:
    """(the result, as --json prints it; what was read, for the report)."""
    try:
        members = read_zip(data)
    except BadZip as error:
        return _result("unreadable", {error.reason}), None
    read, unreadable = parse_first(members)
    if unreadable:
        return _result("unreadable", unreadable), None
    checker = Checker(members, read)
    checker.run()
    _check_outside(checker, outside)
    verdict, reasons = "verified", checker.failures
    if reasons:
        verdict = "false"
    elif outside.policy is None and outside.policy_sha256 is None:
        verdict, reasons = "consistent", {("policy_not_given", "")}
    if not checker.failures and checker.policy.quorum == "none":
        verdict, reasons = "consistent", reasons | {("unwitnessed", "")}
    return _result(verdict, reasons, checker), checker


def _check_outside(checker: Checker, outside: Outside) -> None:
    if outside.policy is not None and outside.policy != checker.members["policy"]:
        checker.fail("policy_differs", "policy")
    if outside.policy_sha256 not in (None, checker.policy_sha256):
        checker.fail("policy_differs", "policy")
    if outside.known is not None:
        try:
            check_known(checker, outside.known, outside.older)
        except Mismatch as error:
            checker.fail(str(error))
    elif outside.older is not None:
        checker.fail("known_unreadable")
    times = checker.vouched.cosigned.values()
    if times and outside.now - max(times) > DAY_S:
        checker.warnings.add(("stale", ""))


def _result(verdict: str, reasons: Reasons, checker: Checker | None = None) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "reasons": [list(one) for one in sorted(reasons)],
        "warnings": [list(one) for one in sorted(checker.warnings)] if checker else [],
        "entries": len(checker.manifest["entries"]) if checker else 0,
        "size": checker.manifest["size"] if checker else None,
        "origin": checker.manifest["origin"] if checker else None,
        "policy_sha256": checker.policy_sha256 if checker else None,
        "witnessed_at": checker.vouched.at if checker else None,
        "cosigned": checker.vouched.cosigned if checker else {},
        "disclosed": checker.disclosed if checker else [],
    }


# 9 --- words and the command line ---------------------------------------------------------------

# code -> (English, Chinese)
WORDS = {
    "verified": ("VERIFIED", "核查通过"),
    "false": ("NOT TRUE: something does not hold", "核查不通过：有内容对不上"),
    "unreadable": ("UNREADABLE: not an evidence pack", "无法读取：不是完整的核查资料包"),
    "consistent": ("CONSISTENT, NOT VERIFIED", "内部一致，但未核实"),
    "zip_size": ("the file is larger than a pack may be", "文件超过核查资料包的上限"),
    "zip_end": ("the file is cut off, or something was added", "文件不完整，或末尾被添加了内容"),
    "zip_directory": ("the list of members is not in the plain form", "文件目录不符合规定格式"),
    "zip_name": ("a member has a forbidden name", "包内有不允许的文件名"),
    "zip_duplicate": ("two members have one name", "包内有同名文件"),
    "zip_header": ("a member is not stored in the plain form", "包内文件的存放方式不符合规定"),
    "zip_crc": ("a member is damaged", "包内文件已损坏"),
    "zip_gap": ("there is something between the members", "包内夹带了目录以外的内容"),
    "manifest": ("the manifest cannot be read", "清单无法读取"),
    "checkpoint": ("the checkpoint cannot be read", "留痕截面无法读取"),
    "policy": ("the witness policy cannot be read", "见证规则无法读取"),
    "missing": ("a file that belongs to it is missing", "缺少应有的文件"),
    "unlisted": ("a file is not in the manifest", "文件不在清单内"),
    "unknown_member": ("a file that has no place in a pack", "夹带了不属于资料包的文件"),
    "hash": ("the file is not the one in the manifest", "文件与清单所列数字指纹不符，已被改动"),
    "manifest_checkpoint": ("the manifest speaks of another checkpoint", "清单与留痕截面不符"),
    "policy_hash": ("the manifest speaks of another policy", "清单与见证规则不符"),
    "policy_differs": (
        "the pack's policy is not the one you hold",
        "包内见证规则与您手中的不同，可能有人换了见证部门名单",
    ),
    "policy_entry": (
        "the log does not say that this policy is in force",
        "留痕中没有启用这份见证规则的记录",
    ),
    "log_signature": ("the log's signature does not hold", "留痕截面没有平台的有效签名"),
    "cosignature": ("a department's signature does not hold", "有见证部门的签名无效"),
    "quorum": ("too few departments have cosigned", "签名的见证部门数量不足"),
    "entry": ("the entry is not in the form of the log", "记录不符合留痕格式"),
    "proof": ("the entry is not proven to be in the log", "在册证明不成立，记录可能被改动"),
    "proof_checkpoint": ("the proof is for another checkpoint", "在册证明用的是另一份留痕截面"),
    "disclosure": ("the disclosed values cannot be read", "公开的内容格式不对"),
    "disclosure_proof": (
        "a disclosed value is not what was recorded",
        "公开的内容与当时记录的不一致",
    ),
    "evidence_hash": ("the evidence is not the file it is named for", "佐证材料已被改动"),
    "timestamp": ("the time stamp is for something else", "时间戳不是盖在这份留痕截面上的"),
    "known_unreadable": ("the checkpoint you kept cannot be read", "您留存的留痕截面无法读取"),
    "known_origin": ("the checkpoint you kept is of another log", "您留存的是另一平台的留痕截面"),
    "known_differs": (
        "the log shown to you was another one: keep both files",
        "与您留存的留痕截面矛盾：有人出示了两套记录，请保存两份文件",
    ),
    "known_needs_proof": (
        "the checkpoint you kept is of another size: ask for a consistency proof",
        "您留存的留痕截面条数不同，请向平台索取衔接证明",
    ),
    "known_proof": (
        "the checkpoint you kept does not continue this log",
        "与您留存的留痕截面衔接不上：记录可能被重写",
    ),
    "known_policy": (
        "too few departments cosigned the checkpoint you gave",
        "您提供的留痕截面签名不足",
    ),
    "policy_not_given": (
        "no policy was given from outside: a pack proves nothing by its own",
        "没有提供见证规则或其数字指纹；资料包自带的规则不能证明自己，请向见证部门索取",
    ),
    "unwitnessed": ("nobody but the platform vouches for it", "没有任何部门见证，只有平台自己签名"),
    "stale": ("the newest cosignature is older than 24 hours", "最近一次见证已超过24小时"),
    "untied": ("this file is not tied to the log", "此文件未与留痕挂钩，不能证明是当时的材料"),
}
COLON = (": ", "：")
LABELS = {
    "pack": ("As its maker calls it (not proven)", "制作者所写名称（未经证明）"),
    "made": ("Made at, as its maker says", "制作者所写时间"),
    "log": ("Log", "留痕"),
    "entries": ("Entries checked", "已核对记录条数"),
    "size": ("Entries in the log", "留痕总条数"),
    "files": ("Files checked", "已核对文件数"),
    "policy": ("Policy, SHA-256", "见证规则数字指纹"),
    "quorum": ("Departments needed", "应有见证部门"),
    "of": ("of", "／"),
    "witnessed": ("Checkpoint witnessed at", "留痕截面已见证时间"),
    "cosigned": ("Cosigned by", "见证部门签名"),
    "reasons": ("Reasons", "原因"),
    "warnings": ("Please note", "请注意"),
    "disclosed": ("Disclosed values (entry, field, value)", "公开的内容（留痕编号、栏目、内容）"),
    "stamp": ("The time stamp is not checked here. Check it with", "时间戳请另用以下命令核验"),
    "limits": ("What this does NOT prove", "本核查不能证明什么"),
}
LIMITS = (
    (
        "That data were not changed is proven, not that they were true when recorded.",
        "只证明数据未被改动，不对内容真实性负责。",
    ),
    (
        "A pack that was handed out cannot be recalled; later corrections are not in it.",
        "资料包一经交出无法收回，此后的更正不在其中。",
    ),
)
BEARS = (
    "Two different histories need {k} of {n} departments each, so at least {both} would have signed"
    " both: with at most {bears} dishonest, that cannot happen.",
    "若有两套记录，各需{n}个部门中的{k}个签名，至少有{both}个部门两边都签；"
    "不诚实的部门不超过{bears}个，就做不到。",
)
BEARS_NONE = (
    "With {k} of {n} departments two different histories could both be signed.",
    "只要求{n}个部门中的{k}个签名，不足以排除有两套记录。",
)


def language() -> int:
    """1 for Chinese, 0 for English: the column of the tables."""
    return int(os.environ.get("LANG", "").lower().startswith("zh"))


def plain(text: str) -> str:
    """Fit for a terminal: nothing in it steers the screen."""
    return "".join(c if c.isprintable() or c == "\u3000" else f"\\u{ord(c):04x}" for c in text)


def moment(seconds: int, to: int) -> str:
    """Chinese: time of Beijing; English: UTC."""
    if seconds > 250_000_000_000:
        return str(seconds)
    zone, name = (
        (dt.timezone(dt.timedelta(0)), "UTC"),
        (dt.timezone(dt.timedelta(hours=8)), "北京时间"),
    )[to]
    return f"{dt.datetime.fromtimestamp(seconds, zone):%Y-%m-%d %H:%M:%S} {name}"


def top(policy: Policy) -> tuple[int, int]:
    """(how many, of how many) the quorum asks for."""
    if policy.quorum == "none":
        return 0, 0
    groups = {name: (threshold, len(members)) for name, threshold, members in policy.groups}
    return groups.get(policy.quorum, (1, 1))


def report(result: dict[str, Any], checker: Checker | None, to: int) -> str:
    """What a person reads."""
    lines = [f"== {WORDS[result['verdict']][to]} ==", ""]
    for key in ("reasons", "warnings"):
        if result[key]:
            lines.append(LABELS[key][to] + COLON[to])
            lines += [f"  - {WORDS[code][to]} {name}".rstrip() for code, name in result[key]]
    if checker:
        lines += _about(result, checker, to) + _shown(result, to)
        lines += _limits(checker, to)
    return "\n".join(lines) + "\n"


def _about(result: dict[str, Any], checker: Checker, to: int) -> list[str]:
    manifest, (k, n) = checker.manifest, top(checker.policy)
    at = result["witnessed_at"]
    rows = [
        ("pack", plain(manifest["title"])),
        ("made", manifest["made_at"]),
        ("log", plain(manifest["origin"])),
        ("size", manifest["size"]),
        ("entries", f"{len(checker.entries)} {LABELS['of'][to]} {result['entries']}"),
        ("files", len(checker.members)),
        ("policy", checker.policy_sha256),
        ("quorum", f"{k} {LABELS['of'][to]} {n}"),
        ("witnessed", "-" if at is None else moment(at, to)),
    ]
    lines = [f"{LABELS[key][to]}{COLON[to]}{value}" for key, value in rows]
    lines.append(LABELS["cosigned"][to] + COLON[to])
    for name, seconds in sorted(result["cosigned"].items(), key=lambda one: one[1]):
        lines.append(f"  {plain(name)}  {moment(seconds, to)}")
    return lines


def _shown(result: dict[str, Any], to: int) -> list[str]:
    lines = [LABELS["disclosed"][to] + COLON[to]] if result["disclosed"] else []
    for field in result["disclosed"]:
        value = field["value"] if type(field["value"]) is str else dump(field["value"]).decode()
        lines.append(f"  {field['index']}  {field['name']}  {plain(value)}")
    return lines


def _limits(checker: Checker, to: int) -> list[str]:
    k, n = top(checker.policy)
    both = 2 * k - n
    words = BEARS if both > 0 else BEARS_NONE
    limits = [pair[to] for pair in LIMITS]
    limits.append(words[to].format(k=k, n=n, both=both, bears=both - 1))
    lines = ["", LABELS["limits"][to] + COLON[to], *(f"  - {one}" for one in limits)]
    if "timestamp.tsr" in checker.members:
        digest = sha256(checker.note.text.encode()).hexdigest()
        command = f"openssl ts -verify -digest {digest} -in timestamp.tsr -CAfile CA.pem"
        lines += ["", LABELS["stamp"][to] + COLON[to], f"  {command}"]
    return lines


class _Arguments(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """2 would say that the pack is unreadable."""
        self.exit(64, f"{self.format_usage()}{message}\n")


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    to = language()
    parser = _Arguments(
        prog="niangjia-verify",
        description=("Checks an evidence pack offline.", "离线核对核查资料包。")[to],
    )
    help_of = {
        "pack": ("the file", "核查资料包文件"),
        "--policy": ("the departments' policy", "见证部门公布的见证规则文件"),
        "--policy-sha256": ("or its SHA-256", "或其数字指纹"),
        "--known": ("a checkpoint that you kept", "您留存的留痕截面，或带衔接证明的文件"),
        "--older": ("the older one, if --known has a proof", "衔接证明对应的较早留痕截面"),
    }
    for name, words in help_of.items():
        parser.add_argument(name, help=words[to])
    parser.add_argument("--now", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help=("for programs", "供程序使用")[to])
    return parser.parse_args(argv)


def _read(path: str | None) -> bytes | None:
    if path is None:
        return None
    with open(path, "rb") as file:
        return file.read()


def _mapped(path: str) -> Bytes:
    """The pack's bytes; large files are not loaded into memory."""
    with open(path, "rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            return b""
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    options = _arguments(argv)
    now = int(time.time()) if options.now is None else options.now
    try:
        data = _mapped(options.pack)
        kept = [_read(path) for path in (options.policy, options.known, options.older)]
    except OSError as error:
        words = ("cannot be read", "无法读取")[language()]
        sys.stderr.write(f"{error.filename}: {words}\n")
        return 64
    hashed = options.policy_sha256 and options.policy_sha256.strip().lower()
    if hashed and not is_hex(hashed):
        words = ("--policy-sha256: 64 hexadecimal digits", "数字指纹应为64位十六进制数")[language()]
        sys.stderr.write(f"{words}\n")
        return 64
    outside = Outside(kept[0], hashed, kept[1], kept[2], now)
    result, checker = verify_pack(data, outside)
    text = dump(result) + b"\n" if options.json else report(result, checker, language()).encode()
    sys.stdout.buffer.write(text)
    return EXIT[result["verdict"]]


if __name__ == "__main__":
    sys.exit(main())
