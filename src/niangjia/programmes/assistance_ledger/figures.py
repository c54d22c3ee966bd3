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
    Least,
    Row,
    merged,
    of_unit,
    small,
    small_step,
    sum_of,
    unsafe_mode,
)
from niangjia.programmes.assistance_ledger.policy import Counting, mode_names
from niangjia.programmes.assistance_ledger.projections import DIMENSIONS

TABLES = ("district", "county", "category", "month", "line", "channel")
Cells = Mapping[tuple[str, ...], Sums]
Unmerged = dict[str, dict[str, dict[str, Count]]]
_AT = {name: position for position, name in enumerate(DIMENSIONS)}


def tables_of(cells: Cells) -> Unmerged:
    """table -> row label -> mode -> count, over counted (assisted) purchases only."""
    parts: dict[tuple[str, str, str], list[Count]] = {}
    for key, sums in cells.items():
        if key[_AT["assisted"]] == "1":
            count = of_unit(key[_AT["unit"]], sums.n, sums.fen)
            for name in TABLES:
                parts.setdefault((name, key[_AT[name]], key[_AT["mode"]]), []).append(count)
    tables: Unmerged = {name: {} for name in TABLES}
    for (name, label, mode), counts in parts.items():
        row = tables[name].setdefault(label, dict.fromkeys(MODES, NOTHING))
        row[mode] = sum_of(counts)
    return tables


def with_heads(
    cells: Mapping[tuple[str, ...], Sums], heads: Mapping[str, str]
) -> dict[tuple[str, ...], Sums]:
    """The cells with each merged unit as the one that it was merged into. heads: ref -> ref."""
    if not heads:
        return dict(cells)
    at, found = _AT["unit"], dict[tuple[str, ...], Sums]()
    for key, sums in cells.items():
        own = (*key[:at], heads.get(key[at], key[at]), *key[at + 1 :])
        found[own] = found.get(own, ZERO).plus(sums)
    return found


def not_counted(cells: Cells) -> Count:
    """Purchases whose origin is not on the list."""
    return sum_of(
        of_unit(key[_AT["unit"]], sums.n, sums.fen)
        for key, sums in cells.items()
        if key[_AT["assisted"]] != "1"
    )


Others = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Figures:
    """document: what is published. others: labels that stand under OTHER, by table; kept inside."""

    document: dict[str, Any]
    others: Others


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the public has already, and the unmerged sums behind it.

    not_counted: None if it was not shown.
    """

    tables: Unmerged
    others: Mapping[str, frozenset[str]]
    not_counted: Count | None


def earlier(parts: Sequence[tuple[Figures, Cells]]) -> Earlier:
    """One release, or releases of periods that do not overlap taken as one."""
    cells: dict[tuple[str, ...], Sums] = {}
    others: dict[str, frozenset[str]] = dict.fromkeys(TABLES, frozenset())
    left_out: Count | None = None
    for shown, own in parts:
        cells.update((key, cells.get(key, ZERO).plus(sums)) for key, sums in own.items())
        for name, labels in shown.others.items():
            others[name] |= frozenset(labels)
        if shown.document["not_counted_n"] is not None:
            left_out = sum_of([left_out or NOTHING, not_counted(own)])
    return Earlier(tables_of(cells), others, left_out)


def _least(policy: Counting) -> Least:
    return Least(policy.min_purchases, policy.min_units)


def _table(
    name: str, rows: Mapping[str, Row], before: Sequence[Earlier], policy: Counting
) -> disclosure.Shown:
    return disclosure.merge_upward(
        rows,
        _least(policy),
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
    least = _least(policy)
    olds = [merged(one.tables["month"].values()) for one in before]
    if not any(count.n for count in total.values()):
        raise Invalid(
            _("No purchase of this period is counted yet. There is nothing to release."),
            code="nothing_to_release",
        )
    if mode := unsafe_mode(total, olds, least):
        raise too_small(least.n, mode)
    left_out = not_counted(cells)
    told = [one.not_counted for one in before if one.not_counted]
    is_shown = not small(left_out, least) and left_out.n > 0
    is_shown = is_shown and not any(small_step(left_out, old, least) for old in told)
    shown = {name: _table(name, tables[name], before, policy) for name in TABLES}
    document = {
        **head,
        "policy": policy.id,
        "counted_fen": total["direct"].fen + total["helped"].fen,
        "direct_fen": total["direct"].fen,
        "helped_fen": total["helped"].fen,
        "n": total["direct"].n + total["helped"].n,
        "n_units": sum_of(total.values()).n_units,
        "not_counted_fen": left_out.fen if is_shown else None,
        "not_counted_n": left_out.n if is_shown else None,
        "tables": {name: _rows(table) for name, table in shown.items()},
    }
    others = {name: table[OTHER][0] for name, table in shown.items() if OTHER in table}
    return Figures(document, others)


def too_small(least: int, mode: str) -> Invalid:
    """The refusal; mode: the part at fault."""
    return Invalid(
        _(
            "“%(mode)s”: fewer than %(n)s purchases or units are in this release, or changed since "
            "the last one: a reader could work out a single purchase. Release again when more is "
            "entered; until then the board shows the last release."
        ),
        code="too_few_to_release",
        n=least,
        mode=mode_names()[mode],
    )


def encode(found: Mapping[str, Any]) -> bytes:
    """Canonical bytes of a document."""
    return canonical.encode(found, limit=None)
