"""What a bulletin says of those before it: its number, what it corrects, goes on from, and counts.

A bulletin that names nothing, or something made up, is held to what it has to name.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from niangjia.witness.verify import Reasons

RULE = ("adds", "changes", "match")


@dataclass(frozen=True, slots=True)
class Said:
    """A bulletin as its entry says. index: of that entry."""

    index: int
    id: str
    said: dict[str, Any]


@dataclass(slots=True)
class Chain:
    """What came of it. since: the bulletin that it has to go on from, whatever it says."""

    since: Said | None = None
    failures: Reasons = field(default_factory=set)
    warnings: Reasons = field(default_factory=set)

    def fail(self, code: str, detail: object = "") -> None:
        self.failures.add((code, str(detail)))


def check_chain(bulletin: Said, all_: list[Said]) -> Chain:
    """Against every bulletin of the log, in its order."""
    found, said = Chain(), bulletin.said
    series = [one for one in all_ if _series(one) == _series(bulletin)]
    if any(n > 1 for n in Counter(one.said["number"] for one in series).values()):
        found.fail("number_twice")
    before = [one for one in series if one.index < bulletin.index]
    if [one.said["number"] for one in before] != list(range(1, said["number"])):
        found.fail("number_gap")
    if said.get("previous") != (before[-1].id if before else None):
        found.fail("previous")
    if before and said["log_size"] < before[-1].said["log_size"]:
        found.fail("wrong_cut", "log_size")
    corrected = _corrected(found, before, said)
    found.since = corrected or max(before, key=_cut_off, default=None)
    if said.get("since") != (found.since.id if found.since else None):
        found.fail("since")
    if found.since and not _goes_on(said, found.since.said, corrected is not None):
        found.fail("wrong_cut", "as_of")
    _check_rule(found, before, said)
    return found


def _series(one: Said) -> tuple[str, str]:
    return one.said["indicator"], one.said["scope"]


def _cut_off(one: Said) -> tuple[str, int]:
    return one.said["as_of"], one.said["number"]


def _corrected(found: Chain, before: list[Said], said: dict[str, Any]) -> Said | None:
    """The earlier bulletin that it takes the place of: one of its series, and not taken before."""
    name = said.get("corrects")
    if name is None:
        return None
    corrected = next((one for one in before if one.id == name), None)
    if corrected is None:
        found.fail("corrects", name)
    elif any(one.said.get("corrects") == name for one in before):
        found.fail("corrected_twice", corrected.said["number"])
    return corrected


def _goes_on(said: dict[str, Any], since: dict[str, Any], corrects: bool) -> bool:
    """A correction has the same cut-off, every other bulletin a later one."""
    here, there = said["as_of"], since["as_of"]
    return bool(here == there if corrects else here > there)


def _check_rule(found: Chain, before: list[Said], said: dict[str, Any]) -> None:
    """One policy counts by one rule on one set of lines; another policy is told of."""
    for one in before:
        same = (one.said["rule"], one.said["lines"]) == (said["rule"], said["lines"])
        if one.said["policy"] == said["policy"] and not same:
            found.fail("rule", one.said["number"])
    if found.since and found.since.said["policy"] != said["policy"]:
        found.warnings.add(("policy_changed", found.since.said["policy"]))
