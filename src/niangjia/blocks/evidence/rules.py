"""Pure decisions about evidence: what is needed, what is missing, which kind a file may be."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePath

from niangjia.blocks.evidence.types import CheckLine, Kind, LinkView, Requirements

EITHER = "|"


def in_force(found: Sequence[Requirements], day: dt.date) -> Requirements:
    """The newest of these whose date has come. Raises LookupError before the first."""
    rows = [one for one in found if one.valid_from <= day]
    if not rows:
        raise LookupError(f"no requirements are in force on {day}")
    return max(rows, key=lambda one: one.valid_from)


def needed(rule: Requirements, channel: str, fen: int) -> tuple[str, ...]:
    """Kinds that a record of this channel and amount (fen) needs, each once, in the rule's order.

    An amount taken off counts as large as it was.
    """
    fitting = (
        need
        for need in rule.needs
        if (not need.channels or channel in need.channels) and abs(fen) >= need.from_fen
    )
    return tuple(dict.fromkeys(kind for need in fitting for kind in need.kinds))


def missing(wanted: Iterable[str], there: Collection[str]) -> tuple[str, ...]:
    """Of the kinds wanted those that nothing there satisfies, in order."""
    return tuple(kind for kind in wanted if not set(kind.split(EITHER)) & set(there))


def checklist(wanted: Sequence[str], links: Sequence[LinkView]) -> list[CheckLine]:
    """One line per kind wanted, then one per kind that is there beyond these."""
    lines, asked = [], set[str]()
    for kind in wanted:
        ways = kind.split(EITHER)
        asked.update(ways)
        lines.append(CheckLine(kind, True, tuple(one for one in links if one.kind in ways)))
    more = dict.fromkeys(one.kind for one in links if one.kind not in asked)
    lines += [CheckLine(k, False, tuple(one for one in links if one.kind == k)) for k in more]
    return lines


def guessed_kind(name: str, is_invoice: bool, kinds: Mapping[str, Kind]) -> str:
    """The kind that a file probably is, by what is in it and by its name; empty if unknown."""
    if is_invoice:
        return "invoice" if "invoice" in kinds else ""
    stem = PurePath(name).stem
    hits = [
        (len(word), code) for code, kind in kinds.items() for word in kind.words if word in stem
    ]
    return max(hits)[1] if hits else ""
