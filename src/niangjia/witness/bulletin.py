#!/usr/bin/env python3
"""Checks a receipt ("my record is in the total") offline: `python bulletin.py FILE --policy FILE`.

Needs nothing but `verify.py` beside it; shares no line with what makes bulletins. docs/bulletin.md
describes the formats. Parts: 1 sum trees  2 entries  3 the receipt  4 words and the command line.
Exit codes: 0 verified, 1 false, 2 unreadable, 3 consistent, 64 wrongly called.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import struct
import sys
import time
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

try:
    from niangjia.witness import verify
    from niangjia.witness.verify import MAX_INT, Bad, Bytes, has_keys, is_count, is_hex, need
except ImportError:  # copied away: both files lie in one folder
    import verify  # type: ignore[import-not-found, no-redef]
    from verify import (  # type: ignore[no-redef]
        MAX_INT,
        Bad,
        Bytes,
        has_keys,
        is_count,
        is_hex,
        need,
    )

# 1 --- sum trees --------------------------------------------------------------------------------


class Overflow(Bad):
    """A sum is larger than 2^53-1."""


class Sums(NamedTuple):
    """A node: its hash, the number of leaves below it, a sum for each line."""

    hash: bytes
    n: int
    sums: list[int]

    def spelt(self) -> bytes:
        return self.hash + struct.pack(f">{1 + len(self.sums)}Q", self.n, *self.sums)


def leaf_of(lines: Sequence[int], index: int, entry: bytes, line: int, fen: int) -> Sums:
    """Raises Bad: no such line, or no such amount."""
    need(line in lines and 0 <= fen <= MAX_INT and len(entry) == 32)
    data = b"\x10" + index.to_bytes(8, "big") + entry + bytes([line]) + fen.to_bytes(8, "big")
    return Sums(sha256(data).digest(), 1, [fen if one == line else 0 for one in lines])


def joined(left: Sums, right: Sums) -> Sums:
    """The node over two, added without bounds. Raises Overflow."""
    sums = [one + other for one, other in zip(left.sums, right.sums, strict=True)]
    if max(sums) > MAX_INT:
        raise Overflow
    data = b"\x11" + left.spelt() + right.spelt()
    return Sums(sha256(data).digest(), left.n + right.n, sums)


def rebuilt(lines: Sequence[int], leaves: Iterable[tuple[int, bytes, int, int]]) -> Sums:
    """The root over (index, leaf hash, line, fen), in the order given. Raises Bad, Overflow."""
    peaks: list[Sums] = []
    last = -1
    for index, entry, line, fen in leaves:
        need(index > last)
        last = index
        node = leaf_of(lines, index, entry, line, fen)
        while peaks and peaks[-1].n == node.n:
            node = joined(peaks.pop(), node)
        peaks.append(node)
    if not peaks:
        return Sums(sha256(b"").digest(), 0, [0] * len(lines))
    root = peaks.pop()
    while peaks:
        root = joined(peaks.pop(), root)
    return root


def climbed(node: Sums, position: int, n: int, steps: Sequence[tuple[bool, Sums]]) -> Sums:
    """The root that these steps (stands left, sibling) lead to. Raises Bad, Overflow."""
    need(0 <= position < n)
    place, last, height = position, n - 1, 0
    for left, sibling in steps:
        need(last > 0)
        while place == last and not place & 1:  # nothing beside it: it goes up as it is
            place, last, height = place >> 1, last >> 1, height + 1
        beside = place ^ 1
        covered = min(beside + 1 << height, n) - (beside << height)
        need(left == (beside < place) and sibling.n == covered)
        node = joined(sibling, node) if left else joined(node, sibling)
        place, last, height = place >> 1, last >> 1, height + 1
    need(last == 0)
    return node


# 2 --- entries ----------------------------------------------------------------------------------

PUBLISHED = "bulletin.published/1"
_HOUR = re.compile("[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):00Z")
_TEXTS = ("indicator", "scope", "policy", "log_origin", "as_of")
_COUNTS = ("number", "log_first", "log_size", "n")
_HEXES = ("log_root", "tree_root", "document_sha256")
_REST = ("rule", "lines", "sums", "counts", "late", "adjusted")
_LINKS = {"previous", "since", "corrects"}


def is_hour(value: Any) -> bool:
    return type(value) is str and _HOUR.fullmatch(value) is not None


def is_texts(value: Any) -> bool:
    return type(value) is list and all(type(one) is str for one in value)


def parse_bulletin(entry: dict[str, Any]) -> dict[str, Any]:
    """The open part of a bulletin's entry. Raises Bad."""
    found: dict[str, Any] = entry["open"]
    need(entry["fact"] == PUBLISHED)
    need(set(found) - _LINKS == {*_TEXTS, *_COUNTS, *_HEXES, *_REST})
    need(all(type(found[name]) is str for name in (*_TEXTS, *(_LINKS & set(found)))))
    need(all(is_count(found[name]) for name in _COUNTS) and found["number"] > 0)
    need(all(is_hex(found[name]) for name in _HEXES) and is_hour(found["as_of"]))
    lines, rule = found["lines"], found["rule"]
    need(type(lines) is list and lines and all(type(one) is int for one in lines))
    need(lines == sorted(set(lines)) and lines[0] >= 1 and lines[-1] <= 255)
    need(_are_sums(found["sums"], len(lines)) and all(map(is_count, found["sums"])))
    need(has_keys(rule, "adds", "changes", "match") and type(rule["match"]) is str)
    need(is_texts(rule["adds"]) and is_texts(rule["changes"]))
    need(type(found["counts"]) is dict and all(map(is_count, found["counts"].values())))
    for name in ("late", "adjusted"):
        need(has_keys(found[name], "n", "sums") and is_count(found[name]["n"]))
        need(_are_sums(found[name]["sums"], len(lines)))
    return found


def _are_sums(value: Any, n: int) -> bool:
    return type(value) is list and len(value) == n and all(type(one) is int for one in value)


def parse_record(opened: dict[str, Any], said: dict[str, Any]) -> tuple[str, int, int]:
    """(hour, line, fen) of an entry that adds to bulletins like this one. Raises Bad."""
    hour, line, fen = (opened.get(name) for name in ("hour", "line", "fen"))
    need(is_hour(hour) and type(line) is int and is_count(fen))
    need(line in said["lines"])
    return hour, line, fen  # type: ignore[return-value]


def parse_change(opened: dict[str, Any]) -> tuple[str, str, int]:
    """(hour, id of the fact that it changes, fen) of an entry that changes a record. Raises Bad."""
    hour, of, fen = (opened.get(name) for name in ("hour", "of", "fen"))
    need(is_hour(hour) and type(of) is str and type(fen) is int)
    return hour, of, fen  # type: ignore[return-value]


# 3 --- the receipt ------------------------------------------------------------------------------

MAX_RECEIPT, MAX_STEPS = 16 * 1024 * 1024, 63
_MEMBERS = ("v", "type", "checkpoint", "record", "changes", "bulletin", "position", "path")


class Proven(NamedTuple):
    """An entry that stands in the log. place: in it; value: of its JSON; leaf: its hash."""

    place: int
    value: dict[str, Any]
    leaf: bytes


def parse_receipt(data: Bytes) -> tuple[dict[str, Any], verify.Note]:
    """(its members, the checkpoint). Raises Bad."""
    found = verify.parse_json(data, MAX_RECEIPT)
    need(has_keys(found, *_MEMBERS) and type(found["v"]) is int and found["v"] == 1)
    need(found["type"] == "niangjia-receipt" and is_count(found["position"]))
    need(type(found["checkpoint"]) is str)
    need(type(found["changes"]) is list and type(found["path"]) is list)
    for one in (found["record"], found["bulletin"], *found["changes"]):
        need(has_keys(one, "index", "entry", "proof") and is_count(one["index"]))
        need(is_texts(one["proof"]) and len(one["proof"]) <= verify.MAX_HASHES)
    return found, verify.parse_note(found["checkpoint"].encode())


class ReceiptChecker:
    """The checks of a receipt that can be read; what does not hold is in `failures`."""

    def __init__(self, members: dict[str, Any], note: verify.Note) -> None:
        self.members, self.note = members, note
        self.failures: verify.Reasons = set()
        self.said: dict[str, Any] | None = None
        self.net: int | None = None
        self.record: Proven | None = None

    def run(self) -> None:
        bulletin = self._entry(self.members["bulletin"], "bulletin")
        record = self._entry(self.members["record"], "record")
        changes = [self._entry(one, "change") for one in self.members["changes"]]
        if bulletin is None or record is None or None in changes:
            return
        try:
            self.said = parse_bulletin(bulletin.value)
        except Bad:
            return self.fail("bulletin")
        self.record = record
        self._check_cut(bulletin, self.said)
        amount = self._amount(record, [one for one in changes if one], self.said)
        if amount is not None:
            self._check_path(record, *amount, self.said)

    def fail(self, code: str, name: str = "") -> None:
        self.failures.add((code, name))

    def _entry(self, member: dict[str, Any], name: str) -> Proven | None:
        head = self.note.head
        try:
            data = verify.unbase64(member["entry"])
            path = [verify.unbase64(one, 32) for one in member["proof"]]
            leaf = verify.leaf_hash(data)
            verify.check_included(leaf, member["index"], head.size, path, head.root)
        except Bad:
            self.fail("proof", name)
            return None
        try:
            return Proven(member["index"], verify.parse_entry(data), leaf)
        except Bad:
            self.fail("entry", name)
            return None

    def _check_cut(self, bulletin: Proven, said: dict[str, Any]) -> None:
        """The bulletin stands in this log, behind all that it counts."""
        if said["log_origin"] != self.note.head.origin:
            self.fail("other_log", "bulletin")
        if said["log_size"] > bulletin.place:
            self.fail("cut", "bulletin")

    def _amount(
        self, record: Proven, changes: list[Proven], said: dict[str, Any]
    ) -> tuple[int, int] | None:
        """(line, fen net of the changes), if all of them count."""
        opened, rule = record.value["open"], said["rule"]
        try:
            need(
                record.value["fact"] in rule["adds"] and opened.get(rule["match"]) == said["scope"]
            )
            hour, line, net = parse_record(opened, said)
        except Bad:
            self.fail("record", "record")
            return None
        if hour > said["as_of"] or record.place >= said["log_size"]:
            self.fail("cut", "record")
        for one in changes:
            try:
                need(one.value["fact"] in rule["changes"])
                hour, of, fen = parse_change(one.value["open"])
                need(of == record.value["id"])
            except Bad:
                self.fail("record", "change")
                return None
            if hour > said["as_of"] or one.place >= said["log_size"]:
                self.fail("cut", "change")
            net += fen
        if len({one.place for one in changes}) != len(changes):
            self.fail("twice", "change")
        self.net = net
        return line, net

    def _check_path(self, record: Proven, line: int, net: int, said: dict[str, Any]) -> None:
        lines, index = said["lines"], said["log_first"] + record.place
        try:
            leaf = leaf_of(lines, index, record.leaf, line, net)
            steps = [_step(one, len(lines)) for one in self.members["path"]]
            need(len(steps) <= MAX_STEPS)
            root = climbed(leaf, self.members["position"], said["n"], steps)
        except Overflow:
            return self.fail("overflow")
        except Bad:
            return self.fail("path")
        if root.hash.hex() != said["tree_root"]:
            self.fail("not_counted")
        elif (root.n, root.sums) != (said["n"], said["sums"]):
            self.fail("sums")


def _step(value: Any, n: int) -> tuple[bool, Sums]:
    need(has_keys(value, "left", "hash", "n", "sums") and type(value["left"]) is bool)
    need(is_hex(value["hash"]) and is_count(value["n"]) and _are_sums(value["sums"], n))
    need(all(map(is_count, value["sums"])))
    return value["left"], Sums(bytes.fromhex(value["hash"]), value["n"], value["sums"])


def check_receipt(data: Bytes, policy: bytes | None, now: int) -> dict[str, Any]:
    """The result, as --json prints it."""
    try:
        members, note = parse_receipt(data)
        rules = None if policy is None else verify.parse_policy(policy)
    except Bad:
        return {"verdict": "unreadable", "reasons": [["receipt", ""]]}
    checker = ReceiptChecker(members, note)
    checker.run()
    judged = judge(note, rules, checker.failures, now)
    said, record = checker.said, checker.record
    return {
        **judged,
        "record": record and record.value["id"],
        "index": record and record.place,
        "fen": checker.net,
        "bulletin": said and {name: said[name] for name in SHOWN},
    }


SHOWN = ("indicator", "scope", "number", "as_of", "policy", "rule", "lines", "n", "sums", "counts")


def judge(
    note: verify.Note, rules: verify.Policy | None, failures: verify.Reasons, now: int
) -> dict[str, Any]:
    """The verdict over what was found and who signed the checkpoint."""
    vouched = verify.vouched(note, rules) if rules else verify.Vouched([], {}, None)
    reasons = failures | {(code, "checkpoint") for code in vouched.failures}
    verdict = "false" if reasons else "verified"
    if not reasons and rules is None:
        verdict, reasons = "consistent", {("policy_not_given", "")}
    elif not reasons and rules and rules.quorum == "none":
        verdict, reasons = "consistent", {("unwitnessed", "")}
    times = vouched.cosigned.values()
    return {
        "verdict": verdict,
        "reasons": [list(one) for one in sorted(reasons)],
        "warnings": [["stale", ""]] if times and now - max(times) > verify.DAY_S else [],
        "origin": note.head.origin,
        "size": note.head.size,
        "witnessed_at": vouched.at,
        "cosigned": vouched.cosigned,
    }


# 4 --- words and the command line ---------------------------------------------------------------

WORDS = {
    "verified": verify.WORDS["verified"],
    "false": verify.WORDS["false"],
    "unreadable": ("UNREADABLE", "无法读取"),
    "consistent": verify.WORDS["consistent"],
    "receipt": ("not a receipt, or the policy cannot be read", "不是凭据文件，或见证规则无法读取"),
    "proof": ("an entry is not proven to be in the log", "在册证明不成立，记录可能被改动"),
    "entry": verify.WORDS["entry"],
    "bulletin": ("the bulletin is not in its form", "公报不符合规定格式"),
    "other_log": ("the bulletin speaks of another log", "公报说的是另一份留痕"),
    "cut": ("it lies beyond the bulletin's cut-off", "超出公报的截至时点或留痕条数"),
    "record": ("the entry does not count in this bulletin", "这条记录不属于该公报的统计范围"),
    "twice": ("an adjustment is given twice", "同一笔调整出现两次"),
    "overflow": ("a sum is larger than can be", "合计超出上限（溢出）"),
    "path": ("the way up to the total is not in its form", "计入路径不符合规定格式"),
    "not_counted": ("with this amount it is NOT in the total", "按此金额，这条记录未计入合计"),
    "sums": ("the way leads to other sums than were published", "路径得出的合计与公布的不同"),
    "log_signature": verify.WORDS["log_signature"],
    "cosignature": verify.WORDS["cosignature"],
    "quorum": verify.WORDS["quorum"],
    "policy_not_given": (
        "no policy was given from outside: nobody's signature was checked",
        "没有提供见证规则，未核对任何签名；请向见证部门索取",
    ),
    "unwitnessed": verify.WORDS["unwitnessed"],
    "stale": verify.WORDS["stale"],
}
PROVES = (
    "Your record ({fen} yuan, entry {index}) is counted in bulletin {number} of {scope}, as of"
    " {as_of}, with this amount and once; on its way up to the total nothing was dropped, doubled"
    " or changed.",
    "您的记录（{fen}元，留痕编号{index}）已按此金额计入{scope}第{number}号公报（截至{as_of}），"
    "且只计入一次；从这条记录到合计，途中没有遗漏、重复或改动。",
)
LIMITS = (
    (
        "That all other records are real is NOT proven. For that, bulletins are reconciled with the"
        " bank's totals and official receipt numbers, and auditors draw 300 records by their seed.",
        "不能证明其他记录都真实。为此，公报须与银行流水合计、财政票据号核对，并由审计人员自定种子抽查"
        "300条。",
    ),
    (
        "The entry names nobody: compare its number and amount with your certificate.",
        "记录不写姓名，请将留痕编号和金额与您的捐赠证书核对。",
    ),
    verify.LIMITS[0],
)
RULE = (
    "Counting rule {policy}: adds {adds}; changes {changes}; scope in {match}",
    "统计规则{policy}：计入{adds}；调整{changes}；范围字段{match}",
)
LABELS = {
    "proves": ("What this proves", "本核查证明"),
    "total": ("The total of that bulletin (yuan, by line)", "该公报各项合计（元）"),
    "n": ("Records counted", "计入记录数"),
}


def yuan(fen: int) -> str:
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"


def heading(result: dict[str, Any], words: dict[str, tuple[str, str]], to: int) -> list[str]:
    """Verdict, reasons and warnings, for a person."""
    lines = [f"== {words[result['verdict']][to]} ==", ""]
    for key in ("reasons", "warnings"):
        if result.get(key):
            lines.append(verify.LABELS[key][to] + verify.COLON[to])
            told = [(words[code][to], verify.plain(detail)) for code, detail in result[key]]
            lines += [f"  - {word} {detail}".rstrip() for word, detail in told]
    return lines


def signatures(result: dict[str, Any], to: int) -> list[str]:
    lines = [f"{verify.LABELS['log'][to]}{verify.COLON[to]}{verify.plain(result['origin'])}"]
    lines.append(f"{verify.LABELS['size'][to]}{verify.COLON[to]}{result['size']}")
    lines.append(verify.LABELS["cosigned"][to] + verify.COLON[to])
    for name, seconds in sorted(result["cosigned"].items(), key=lambda one: one[1]):
        lines.append(f"  {verify.plain(name)}  {verify.moment(seconds, to)}")
    return lines


def report(result: dict[str, Any], to: int) -> str:
    """What a person reads."""
    lines, said = heading(result, WORDS, to), result.get("bulletin")
    if said and result["verdict"] in ("verified", "consistent"):
        told = {
            "fen": yuan(result["fen"]),
            "index": result["index"],
            "number": said["number"],
            "scope": verify.plain(f"{said['indicator']}/{said['scope']}"),
            "as_of": clock(said["as_of"], to),
        }
        lines += [LABELS["proves"][to] + verify.COLON[to], "  " + PROVES[to].format(**told), ""]
        lines.append(f"{LABELS['n'][to]}{verify.COLON[to]}{said['n']}")
        sums = (
            f"{line} {yuan(fen)}" for line, fen in zip(said["lines"], said["sums"], strict=True)
        )
        lines.append(f"{LABELS['total'][to]}{verify.COLON[to]}{', '.join(sums)}")
        lines += counting(said, to)
    if "origin" in result:
        lines += signatures(result, to)
        lines += ["", verify.LABELS["limits"][to] + verify.COLON[to]]
        lines += [f"  - {pair[to]}" for pair in LIMITS]
    return "\n".join(lines) + "\n"


def counting(said: dict[str, Any], to: int) -> list[str]:
    """By which rule it counts, for a person: kinds are shown as the log names them."""
    rule, policy = said["rule"], verify.plain(said["policy"])
    told = {name: verify.plain(", ".join(rule[name])) or "-" for name in ("adds", "changes")}
    return [RULE[to].format(policy=policy, match=verify.plain(rule["match"]), **told)]


def clock(hour: str, to: int) -> str:
    """`2020-03-16T07:00Z` for a reader: UTC in English, the time of Beijing in Chinese."""
    at = dt.datetime.strptime(hour, "%Y-%m-%dT%H:%MZ").replace(tzinfo=dt.UTC)
    return verify.moment(int(at.timestamp()), to)


def write(result: dict[str, Any], text: str, as_json: bool) -> int:
    """The answer on standard output; the exit code."""
    sys.stdout.buffer.write(verify.dump(result) + b"\n" if as_json else text.encode())
    sys.stdout.flush()
    return verify.EXIT[result["verdict"]]


def main(argv: Sequence[str] | None = None) -> int:
    """`python bulletin.py FILE --policy FILE`; returns its exit code."""
    to = verify.language()
    parser = argparse.ArgumentParser(prog="bulletin.py")
    parser.add_argument("receipt", help=("the file", "凭据文件")[to])
    parser.add_argument("--policy", help=("the departments' policy", "见证规则文件")[to])
    parser.add_argument("--json", action="store_true")
    return receipt_command(parser.parse_args(argv))


def receipt_command(given: argparse.Namespace) -> int:
    """What is asked for with a receipt; its exit code."""
    try:
        data, policy = verify._read(given.receipt), verify._read(given.policy)
    except OSError as error:
        words = ("cannot be read", "无法读取")[verify.language()]
        sys.stderr.write(f"{error.filename}: {words}\n")
        return 64
    result = check_receipt(data or b"", policy, int(time.time()))
    return write(result, report(result, verify.language()), given.json)


if __name__ == "__main__":
    sys.exit(main())
