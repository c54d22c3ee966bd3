"""What an indicator adds up to as of an instant, and what changed since a bulletin."""

import datetime as dt
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.indicators.bulletin_types import Change, Contribution, Figures, Indicator
from niangjia.blocks.indicators.registry import gathered, indicator_at
from niangjia.blocks.ledger.public import open_entries
from niangjia.core.errors import Conflict, ProgrammingError
from niangjia.lib.sumtree import BadSum, Keep, build


def hour_of(at: dt.datetime) -> str:
    """An instant as facts name their hour: `2020-03-16T07:00Z`."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%MZ")


def figures_as_of(name: str, scope: str, as_of: dt.datetime, log_size: int) -> Figures:
    """What the indicator adds up to over the first `log_size` entries of the site, received by
    `as_of`. The same for ever, whatever is recorded later. Raises NotFound, Conflict."""
    return added_up(indicator_at(name, as_of), scope, as_of, log_size)


def added_up(
    indicator: Indicator,
    scope: str,
    as_of: dt.datetime,
    log_size: int,
    keep: Keep | None = None,
    since: "Since | None" = None,
) -> Figures:
    """The same of a given version. keep: is given the tree's tiles; since: sees every leaf."""
    found = gathered(indicator.id, scope, as_of, log_size)
    if set(found.counts) != {one.id for one in indicator.counts}:
        raise ProgrammingError(f"indicator {indicator.id}: other counts than it declares")
    leaves = since.watching(found.contributions) if since else found.contributions
    try:
        root = build(indicator.line_ids, leaves, keep)
    except BadSum as error:
        raise Conflict(
            _(
                "The record at log entry %(index)s cannot be counted: less than nothing is left of"
                " it, or the sum grows too large. Nothing was published; look into this record."
            ),
            code="bulletin_sum",
            index=error.index,
        ) from error
    return Figures(as_of, log_size, root, dict(found.counts))


class Since:
    """What changed since a bulletin, learnt while the new leaves pass by in order.

    before: the leaves of the old one. within: indices of the new leaves that were received by the
    old one's cut-off. Both ascend.
    """

    def __init__(
        self, lines: tuple[int, ...], before: Iterable[Contribution], within: Iterable[int]
    ) -> None:
        self._place = {line: at for at, line in enumerate(lines)}
        self._before, self._within = iter(before), iter(within)
        self._old = next(self._before, None)
        self._early = next(self._within, None)
        self._late = [0] * (len(lines) + 1)
        self._adjusted = [0] * (len(lines) + 1)

    def watching(self, leaves: Iterable[Contribution]) -> Iterator[Contribution]:
        for leaf in leaves:
            if self._old is not None and self._old.index == leaf.index:
                self._note(self._adjusted, leaf.line, leaf.fen - self._old.fen)
                self._old = next(self._before, None)
            elif self._early == leaf.index:
                self._note(self._late, leaf.line, leaf.fen, always=True)
            if self._early == leaf.index:
                self._early = next(self._within, None)
            yield leaf

    def _note(self, into: list[int], line: int, fen: int, *, always: bool = False) -> None:
        if fen or always:
            into[0] += 1
            into[1 + self._place[line]] += fen

    @property
    def late(self) -> Change:
        """Received by the old cut-off, recorded after the old one's size of the log."""
        return Change(self._late[0], tuple(self._late[1:]))

    @property
    def adjusted(self) -> Change:
        """Held by the old one with another amount."""
        return Change(self._adjusted[0], tuple(self._adjusted[1:]))


def contributions_logged(
    indicator: Indicator, scope: str, as_of: dt.datetime, log_size: int
) -> Iterator[Contribution]:
    """What a stranger finds who reads the open fields of the log entry by entry: the rule itself,
    for programmes that keep no rows of their own, and to hold those that do against it."""
    hour = hour_of(as_of)
    nets: dict[str, int] = {}
    records: dict[str, tuple[int, bytes, int]] = {}
    for entry in open_entries({*indicator.adds, *indicator.changes}, log_size):
        opened = entry.opened
        if str(opened.get("hour")) > hour:
            continue
        fen = _number(opened.get("fen"))
        if entry.kind in indicator.changes:
            of = str(opened.get("of"))
            nets[of] = nets.get(of, 0) + fen
        elif opened.get(indicator.match) == scope:
            nets[entry.ref] = nets.get(entry.ref, 0) + fen
            records[entry.ref] = (entry.index, entry.leaf_hash, _number(opened.get("line")))
    for ref, (index, leaf_hash, line) in records.items():
        yield Contribution(index, leaf_hash, line, nets[ref])


def _number(value: object) -> int:
    return value if type(value) is int else 0
