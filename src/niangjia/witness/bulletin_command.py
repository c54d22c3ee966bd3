"""`niangjia-verify`: a pack, a bulletin of a log, a receipt, or the audit sample of a bulletin."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from typing import Any, NoReturn

from niangjia.lib import sampling
from niangjia.witness import bulletin, recount, source, verify
from niangjia.witness.bulletin import (
    SHOWN,
    clock,
    counting,
    heading,
    judge,
    signatures,
    write,
    yuan,
)
from niangjia.witness.bulletin_document import check_document
from niangjia.witness.chain import RULE, Said
from niangjia.witness.recount import Log, Result
from niangjia.witness.verify import Bad, language

WORDS = bulletin.WORDS | {
    "log": ("the log cannot be read, or is not whole", "留痕无法读取，或不完整"),
    "policy": verify.WORDS["policy"],
    "no_bulletin": (
        "the log holds no such bulletin in its form",
        "留痕中没有符合规定格式的这一期公报",
    ),
    "continued": (
        "the log goes on from an older one: this program checks bulletins of one log only",
        "留痕由旧留痕延续而来，本程序只能核对同一份留痕的公报",
    ),
    "record": (
        "an entry that counts is not in its form, or two have one id",
        "有应统计的记录不符合规定格式，或编号重复",
    ),
    "wrong_cut": (
        "WRONG CUT: it holds what another cut would give",
        "截取错误：与所称截至时点或留痕条数不符",
    ),
    "omission": ("OMISSION: records left out", "遗漏：少计的记录数"),
    "reuse": (
        "REUSE: more than there are; one counted twice, or invented",
        "重复或虚增：多计的记录数",
    ),
    "amount": ("WRONG AMOUNT (line: fen too many or too few)", "金额不符（项目：多计或少计的分）"),
    "tree": (
        "number and sums agree, but other records: one left out for another",
        "笔数和合计相符，但计入的不是这些记录（有替换）",
    ),
    "negative": ("a record was taken back for more than it was", "有记录的冲减额超过原额"),
    "number_twice": ("two bulletins have one number", "有两期公报编号相同"),
    "number_gap": ("the numbers before it have a gap", "之前的公报编号不连续"),
    "previous": ("it names another bulletin as the one before it", "所称上一期公报不符"),
    "since": ("it goes on from another bulletin than it must", "所接续的公报不符"),
    "corrects": (
        "it claims to correct what is no earlier bulletin of its series",
        "所称更正的不是本系列此前的公报",
    ),
    "corrected_twice": (
        "it corrects a bulletin that was corrected before: number",
        "所更正的公报此前已被更正过：期号",
    ),
    "rule": (
        "RULE CHANGED: the same policy counted otherwise in bulletin",
        "统计规则被改动：规则编号相同，统计口径却与下列期号不同",
    ),
    "rule_expected": ("it counts by another rule than you gave", "所用统计规则与您提供的不同"),
    "rule_file": (
        "the rule is not JSON with adds, changes and match",
        "统计规则文件须为含adds、changes、match的JSON",
    ),
    "policy_changed": (
        "from this bulletin on another policy counts; before it was",
        "自本期起改用另一统计规则，此前为",
    ),
    "sample_later": (
        "this seed is not the first drawn for the bulletin; the first stands at",
        "这不是本公报第一次抽样所用的种子；第一次登记于留痕编号",
    ),
    "late": ("what it says came late is not so", "补报说明与留痕不符"),
    "adjusted": ("what it says was adjusted is not so", "调整说明与留痕不符"),
    "document": ("the document is not the one that was published", "文件不是所公布的那一份"),
    "document_figures": ("the document shows other figures", "文件所列数字与公报不符"),
}
LIMITS = (
    (
        "That the records are real, and how many people they stand for, is NOT proven by this.",
        "不能证明各笔记录真实，也不能证明人数等非金额数字。",
    ),
    *bulletin.LIMITS[:1],
    verify.LIMITS[0],
)
LABELS = {
    "bulletin": ("Bulletin", "公报"),
    "as_of": ("As of", "截至"),
    "n": ("Records counted again", "重新计入的记录数"),
    "line": ("Line", "项目"),
    "published": ("published", "公布"),
    "counted": ("counted", "重算"),
    "sample": ("Sample (position, log index)", "抽样（位次，留痕编号）"),
    "seed": ("Seed recorded in the log at", "种子登记于留痕编号"),
    "samples": ("Samples recorded (number, log index)", "已登记的抽样（次序，留痕编号）"),
    "no_seed": ("This seed is not recorded in the log", "留痕中没有登记这个种子"),
}


class _Arguments(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """2 would say that something is unreadable."""
        self.exit(64, f"{self.format_usage()}{message}\n")


def _parser() -> argparse.ArgumentParser:
    to = language()
    parser = _Arguments(
        prog="niangjia-verify",
        description=(
            "Checks a bulletin against the log, or a receipt (a pack: niangjia-verify PACK).",
            "对照留痕核对公报，或核对“已计入合计”凭据（核对资料包：niangjia-verify 文件）。",
        )[to],
    )
    help_of = {
        "--bulletin": ("log index, or indicator/scope/number", "留痕编号，或 指标/范围/期号"),
        "--log": ("a mirror's folder, or the log's address", "留痕副本目录，或留痕网址"),
        "--document": ("the bulletin's document, to be compared", "公报文件，一并核对"),
        "--sample": ("print the audit sample of this seed", "按此种子列出审计抽样"),
        "--receipt": ("a contributor's file", "“已计入合计”凭据文件"),
        "--rule": (
            "the counting rule you expect: JSON with adds, changes, match",
            "您所要求的统计规则：含adds、changes、match的JSON文件",
        ),
        "--policy": ("the departments' policy", "见证部门公布的见证规则文件"),
    }
    for name, words in help_of.items():
        parser.add_argument(name, help=words[to])
    parser.add_argument("--json", action="store_true", help=("for programs", "供程序使用")[to])
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns its exit code: see verify.py."""
    words = list(sys.argv[1:] if argv is None else argv)
    asked = {word.partition("=")[0] for word in words}
    if not asked & {"--bulletin", "--receipt", "--sample", "--log"}:
        return verify.main(words)
    parser = _parser()
    given = parser.parse_args(words)
    if given.receipt and not (given.bulletin or given.rule or given.document):
        return bulletin.receipt_command(given)
    if not given.bulletin or not given.log or given.receipt:
        parser.error("--bulletin REF --log PLACE | --receipt FILE")
    try:
        kept = [verify._read(path) for path in (given.policy, given.document, given.rule)]
        place = source.of(given.log)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 64
    result = check(place, given.bulletin, *kept, seed=given.sample)
    return write(result, report(result, language()), given.json)


def check(
    place: source.Source,
    name: str,
    policy: bytes | None,
    document: bytes | None = None,
    rule: bytes | None = None,
    *,
    seed: str | None = None,
    now: int | None = None,
) -> dict[str, Any]:
    """The result, as --json prints it."""
    try:
        rules = None if policy is None else verify.parse_policy(policy)
    except Bad:
        return _unreadable("policy")
    try:
        expected = None if rule is None else parse_rule(rule)
    except Bad:
        return _unreadable("rule_file")
    try:
        log = Log(place)
        all_ = recount.bulletins(log)
        found = recount.named(all_, name)
        if found is None:
            return _unreadable("no_bulletin", name)
        result = recount.recount(log, found, all_)
        drawn = {} if not seed else _drawn(log, found, result, seed)
    except source.Unreadable as error:
        return _unreadable("log", error.path)
    except Bad:
        return _unreadable("log")
    _check_given(result, found, document, expected)
    judged = judge(log.note, rules, result.failures, int(time.time()) if now is None else now)
    return {
        **judged,
        "warnings": judged["warnings"] + [list(one) for one in sorted(result.warnings)],
        "bulletin": {name: found.said[name] for name in SHOWN} | {"index": found.index},
        "counted": result.counted and {"n": result.counted.n, "sums": result.counted.sums},
        **drawn,
    }


def _unreadable(code: str, detail: str = "") -> dict[str, Any]:
    return {"verdict": "unreadable", "reasons": [[code, detail]]}


def _drawn(log: Log, found: Said, result: Result, seed: str) -> dict[str, Any]:
    """The sample among the records as they were counted again."""
    if result.found is None or result.counted is None:
        return {}
    said, records = found.said, result.found
    places = records.counted(said["log_size"], recount.minutes(said["as_of"]))
    drawn, recorded = sampling.positions(seed, len(places)), recount.samples(log, found)
    if recorded and recorded[0][1] != seed:
        result.warnings.add(("sample_later", str(recorded[0][0])))
    return {
        "seed": seed,
        "seed_index": next((index for index, one in recorded if one == seed), None),
        "samples": [[number, index] for number, (index, _seed) in enumerate(recorded, 1)],
        "sample": [[position, records.places[places[position]]] for position in drawn],
    }


def parse_rule(data: bytes) -> dict[str, Any]:
    """The rule that an auditor expects, in any spelling of JSON; `policy` and `lines` may stand in
    it as well. Raises Bad."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Bad from error
    verify.need(type(value) is dict and set(value) - {"policy", "lines"} == set(RULE))
    return dict(value)


def _check_given(
    result: Result, found: Said, document: bytes | None, rule: dict[str, Any] | None
) -> None:
    """What the auditor brought, compared with what the bulletin's entry says."""
    wrong = None if document is None else check_document(found, document)
    if wrong:
        result.fail(*wrong)
    said = found.said | found.said["rule"]
    if rule is not None and any(said[name] != value for name, value in rule.items()):
        result.fail("rule_expected")


def report(result: dict[str, Any], to: int) -> str:
    """What a person reads."""
    lines = heading(result, WORDS, to)
    if "bulletin" in result:
        lines += _figures(result, to) + signatures(result, to)
        lines += _sample(result, to)
        lines += ["", verify.LABELS["limits"][to] + verify.COLON[to]]
        lines += [f"  - {pair[to]}" for pair in LIMITS]
    return "\n".join(lines) + "\n"


def _figures(result: dict[str, Any], to: int) -> list[str]:
    said, counted = result["bulletin"], result["counted"]
    name = verify.plain(f"{said['indicator']}/{said['scope']}/{said['number']}")
    lines = [
        f"{LABELS['bulletin'][to]}{verify.COLON[to]}{name} ({said['index']})",
        f"{LABELS['as_of'][to]}{verify.COLON[to]}{clock(said['as_of'], to)}",
        *counting(said, to),
    ]
    if counted:
        lines.append(f"{LABELS['n'][to]}{verify.COLON[to]}{counted['n']} ({said['n']})")
        for line, one, other in zip(said["lines"], said["sums"], counted["sums"], strict=True):
            lines.append(
                f"  {LABELS['line'][to]} {line}  {LABELS['published'][to]} {yuan(one)}"
                f"  {LABELS['counted'][to]} {yuan(other)}"
            )
    return lines


def _sample(result: dict[str, Any], to: int) -> list[str]:
    if "sample" not in result:
        return []
    index = result["seed_index"]
    told = LABELS["no_seed"][to]
    if index is not None:
        told = f"{LABELS['seed'][to]}{verify.COLON[to]}{index}"
    rows = [f"  {position}  {at}" for position, at in result["sample"]]
    recorded = [f"  {number}  {at}" for number, at in result["samples"]]
    if recorded:
        recorded.insert(0, LABELS["samples"][to] + verify.COLON[to])
    return ["", told, *recorded, LABELS["sample"][to] + verify.COLON[to], *rows]


if __name__ == "__main__":
    sys.exit(main())
