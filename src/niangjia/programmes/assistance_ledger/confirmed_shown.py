"""Which confirmed amounts may stand in a release beside the registered ones. Pure.

What is confirmed and what is not are both numbers a reader gets: each has to be of nobody, or of
enough units, in the release and against every earlier one that stated it (decision 5).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Parts = Mapping[str, tuple[int, int]]  # unit -> (fen confirmed, fen not confirmed)
Tables = Mapping[str, Mapping[str, Parts]]  # table -> label -> parts
NOBODY: Parts = {}


def together(listed: Iterable[Parts]) -> dict[str, tuple[int, int]]:
    """The parts as one."""
    found: dict[str, tuple[int, int]] = {}
    for parts in listed:
        for unit, (done, rest) in parts.items():
            has_done, has_rest = found.get(unit, (0, 0))
            found[unit] = has_done + done, has_rest + rest
    return found


def fen_of(parts: Parts) -> int:
    """What is confirmed of them."""
    return sum(done for done, _rest in parts.values())


def too_few(parts: Parts, least: int) -> bool:
    """What is confirmed, or what is not, is of some units, but fewer than `least`."""
    return any(0 < sum(bool(sides[side]) for sides in parts.values()) < least for side in (0, 1))


def step_too_few(now: Parts, then: Parts, least: int) -> bool:
    """The same of what a reader gets by subtracting an earlier release."""
    changed = {
        unit: tuple(
            a - b for a, b in zip(now.get(unit, (0, 0)), then.get(unit, (0, 0)), strict=True)
        )
        for unit in now.keys() | then.keys()
    }
    return too_few(changed, least)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier release that stated what is confirmed. hidden: table -> labels without it."""

    tables: Tables
    hidden: Mapping[str, frozenset[str]]


def is_stated(total: Parts, totals: Sequence[Parts], least: int) -> bool:
    """Whether the release may say what is confirmed in all. totals: of earlier releases."""
    return not too_few(total, least) and not any(
        step_too_few(total, then, least) for then in totals
    )


def amounts(
    name: str,
    groups: Mapping[str, Sequence[str]],
    rows: Mapping[str, Parts],
    before: Sequence[Earlier],
    least: int,
) -> dict[str, int | None]:
    """Row of table `name` -> fen confirmed, None where it may not stand. groups: row -> labels.

    The rows without it are enough together: else the smallest others join them, so that the total
    less the rows shown tells no more. What was left out once stays left out.
    """

    def now(labels: Iterable[str]) -> Parts:
        return together(rows.get(label, NOBODY) for label in labels)

    def unsafe(labels: Sequence[str]) -> bool:
        own = now(labels)
        thens = [
            together(one.tables[name].get(label, NOBODY) for label in labels) for one in before
        ]
        return too_few(own, least) or any(step_too_few(own, then, least) for then in thens)

    held = frozenset[str]().union(*(one.hidden.get(name, frozenset()) for one in before))
    left_out = [row for row, inside in groups.items() if held & {*inside} or unsafe(inside)]
    others = sorted(groups.keys() - set(left_out), key=lambda row: (fen_of(now(groups[row])), row))
    while left_out and others and unsafe([one for row in left_out for one in groups[row]]):
        left_out.append(others.pop(0))
    return {row: None if row in left_out else fen_of(now(inside)) for row, inside in groups.items()}
