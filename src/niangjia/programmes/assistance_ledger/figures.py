"""What a release says: tables over the cube, small cells merged, as one canonical document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.indicators.public import ZERO, Sums
from niangjia.core.errors import Invalid
from niangjia.lib import canonical
from niangjia.programmes.assistance_ledger import disclosure
from niangjia.programmes.assistance_ledger.disclosure import (
    MODES,
    NOTHING,
    OTHER,
    Count,
    Row,
    is_safe,
    merged,
    small_step,
)
from niangjia.programmes.assistance_ledger.policy import Counting
from niangjia.programmes.assistance_ledger.projections import DIMENSIONS

TABLES = ("district", "county", "category", "month", "line", "channel")
Cells = Mapping[tuple[str, ...], Sums]
Unmerged = dict[str, dict[str, dict[str, Count]]]
_AT = {name: position for position, name in enumerate(DIMENSIONS)}


def tables_of(cells: Cells) -> Unmerged:
    """table -> row label -> mode -> count, over counted (assisted) purchases only."""
    tables: Unmerged = {name: {} for name in TABLES}
    for key, sums in cells.items():
        if key[_AT["assisted"]] != "1":
            continue
        count = Count(sums.n, sums.fen, frozenset({key[_AT["unit"]]}))
        for name in TABLES:
            row = tables[name].setdefault(key[_AT[name]], dict.fromkeys(MODES, NOTHING))
            row[key[_AT["mode"]]] = row[key[_AT["mode"]]].plus(count)
    return tables


def not_counted(cells: Cells) -> Count:
    """Purchases whose origin is not on the list."""
    total = NOTHING
    for key, sums in cells.items():
        if key[_AT["assisted"]] != "1":
            total = total.plus(Count(sums.n, sums.fen, frozenset({key[_AT["unit"]]})))
    return total


Others = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Figures:
    """document: what is published. others: labels that stand under OTHER, by table; kept inside."""

    document: dict[str, Any]
    others: Others


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the public has already, and the unmerged sums behind it.

    not_counted: as shown, without its units; None if it was not.
    """

    tables: Unmerged
    others: Mapping[str, frozenset[str]]
    not_counted: Count | None


def earlier(parts: Sequence[tuple[Figures, Cells]]) -> Earlier:
    """One release, or releases of periods that do not overlap taken as one."""
    cells: dict[tuple[str, ...], Sums] = {}
    others: dict[str, frozenset[str]] = dict.fromkeys(TABLES, frozenset())
    left_out = NOTHING
    for shown, own in parts:
        cells.update((key, cells.get(key, ZERO).plus(sums)) for key, sums in own.items())
        for name, labels in shown.others.items():
            others[name] |= frozenset(labels)
        n, fen = shown.document["not_counted_n"], shown.document["not_counted_fen"]
        left_out = left_out.plus(Count(n or 0, fen or 0))
    return Earlier(tables_of(cells), others, left_out if left_out.n else None)


def _table(
    name: str, rows: Mapping[str, Row], before: Sequence[Earlier], policy: Counting
) -> disclosure.Shown:
    return disclosure.merge_upward(
        rows,
        min_n=policy.min_purchases,
        min_units=policy.min_units,
        before=[disclosure.Earlier(one.tables[name], one.others[name]) for one in before],
    )


def _rows(shown: disclosure.Shown) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "merged": len(inside),
            "direct_fen": counts["direct"].fen,
            "helped_fen": counts["helped"].fen,
            "n": counts["direct"].n + counts["helped"].n,
        }
        for label, (inside, counts) in shown.items()
        if not disclosure.is_nothing(counts)
    ]


def figures(
    cells: Cells,
    before: Sequence[Earlier],
    policy: Counting,
    head: Mapping[str, str | int],
) -> Figures:
    """The released figures. before: every earlier release that speaks of the same purchases.
    head: period, cut_off, log_size, version. Raises Invalid if the whole is too small to be shown,
    or differs too little from an earlier release."""
    tables = tables_of(cells)
    total = merged(tables["month"].values())
    least = policy.min_purchases
    olds = [merged(one.tables["month"].values()) for one in before]
    if not is_safe(total, olds, least, policy.min_units):
        raise too_small(least)
    left_out = not_counted(cells)
    is_shown = left_out.n >= least and len(left_out.units) >= policy.min_units
    for one in before:
        if one.not_counted and small_step(left_out, one.not_counted, least):
            is_shown = False
    shown = {name: _table(name, tables[name], before, policy) for name in TABLES}
    document = {
        **head,
        "policy": policy.id,
        "counted_fen": total["direct"].fen + total["helped"].fen,
        "direct_fen": total["direct"].fen,
        "helped_fen": total["helped"].fen,
        "n": total["direct"].n + total["helped"].n,
        "n_units": len(total["direct"].units | total["helped"].units),
        "not_counted_fen": left_out.fen if is_shown else None,
        "not_counted_n": left_out.n if is_shown else None,
        "tables": {name: _rows(table) for name, table in shown.items()},
    }
    others = {name: table[OTHER][0] for name, table in shown.items() if OTHER in table}
    return Figures(document, others)


def too_small(least: int) -> Invalid:
    return Invalid(
        _(
            "Fewer than %(n)s purchases or units are in this release, or changed since the last "
            "one: a reader could work out a single purchase. Release again when more is entered."
        ),
        code="too_few_to_release",
        n=least,
    )


def encode(found: Mapping[str, Any]) -> bytes:
    """Canonical bytes of a document."""
    return canonical.encode(found, limit=None)
