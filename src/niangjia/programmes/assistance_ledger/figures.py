"""What a release says: tables over the cube, small cells merged, as one canonical document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.indicators.public import ZERO, Sums
from niangjia.core.errors import Invalid
from niangjia.lib import canonical
from niangjia.programmes.assistance_ledger import confirmed_shown, disclosure
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


def confirmed_of(cells: Cells) -> confirmed_shown.Tables:
    """table -> row label -> unit -> (fen confirmed, fen not), over counted purchases only."""
    tables: dict[str, dict[str, dict[str, tuple[int, int]]]] = {name: {} for name in TABLES}
    for key, sums in cells.items():
        if key[_AT["assisted"]] == "1":
            unit, parts = key[_AT["unit"]], (sums.fifth, sums.fen - sums.fifth)
            for name in TABLES:
                row = tables[name].setdefault(key[_AT[name]], {})
                has = row.get(unit, (0, 0))
                row[unit] = has[0] + parts[0], has[1] + parts[1]
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

    not_counted, confirmed: None if it was not shown.
    """

    tables: Unmerged
    others: Mapping[str, frozenset[str]]
    not_counted: Count | None
    confirmed: confirmed_shown.Earlier | None


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
    stated = None
    if all(is_both(shown.document) for shown, _own in parts):
        hidden = {
            name: frozenset[str]().union(*(_hidden(shown, name) for shown, _own in parts))
            for name in TABLES
        }
        stated = confirmed_shown.Earlier(confirmed_of(cells), hidden)
    return Earlier(tables_of(cells), others, left_out, stated)


def is_both(document: Mapping[str, Any]) -> bool:
    """The release states what is confirmed beside what is registered; early ones did not."""
    return "confirmed" in document.get("states", ())


def _hidden(shown: Figures, name: str) -> list[str]:
    """Labels of a table without what is confirmed of them."""
    found: list[str] = []
    for row in shown.document["tables"][name]:
        if row["confirmed_fen"] is None:
            found += shown.others[name] if row["label"] == OTHER else [row["label"]]
    return found


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


def _rows(shown: disclosure.Shown, confirmed: Mapping[str, int | None]) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "merged": len(inside),
            "direct_fen": counts["direct"].fen,
            "helped_fen": counts["helped"].fen,
            "n": counts["direct"].n + counts["helped"].n,
            "confirmed_fen": confirmed.get(label),
        }
        for label, (inside, counts) in shown.items()
        if not disclosure.is_nothing(counts)
    ]


@dataclass(frozen=True, slots=True)
class _Confirmed:
    """fen: in all, None if it may not be stated; rows: by table and row."""

    fen: int | None
    rows: Mapping[str, Mapping[str, int | None]]


def _confirmed(
    cells: Cells, shown: Mapping[str, disclosure.Shown], before: Sequence[Earlier], least: int
) -> _Confirmed:
    tables = confirmed_of(cells)
    olds = [one.confirmed for one in before if one.confirmed is not None]
    total = confirmed_shown.together(tables["month"].values())
    totals = [confirmed_shown.together(one.tables["month"].values()) for one in olds]
    if not confirmed_shown.is_stated(total, totals, least):
        return _Confirmed(None, {name: {} for name in TABLES})
    rows = {}
    for name, table in shown.items():
        groups = {label: group[0] for label, group in table.items()}
        rows[name] = confirmed_shown.amounts(name, groups, tables[name], olds, least)
    return _Confirmed(confirmed_shown.fen_of(total), rows)


def figures(
    cells: Cells,
    before: Sequence[Earlier],
    policy: Counting,
    head: Mapping[str, str | int],
    heads: Mapping[str, Any] | None = None,
) -> Figures:
    """The released figures. before: every earlier release that speaks of the same purchases.
    head: period, cut_off, log_size, version; heads: see heads.section. Raises Invalid if the whole
    is too small to be shown, or differs too little from an earlier release."""
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
    confirmed = _confirmed(cells, shown, before, least.units)
    states = ["registered"] if confirmed.fen is None else ["registered", "confirmed"]
    document = {
        **head,
        "states": states,
        "policy": policy.id,
        "counted_fen": total["direct"].fen + total["helped"].fen,
        "direct_fen": total["direct"].fen,
        "helped_fen": total["helped"].fen,
        "n": total["direct"].n + total["helped"].n,
        "n_units": sum_of(total.values()).n_units,
        "not_counted_fen": left_out.fen if is_shown else None,
        "not_counted_n": left_out.n if is_shown else None,
        "confirmed_fen": confirmed.fen,
        "tables": {name: _rows(table, confirmed.rows[name]) for name, table in shown.items()},
        "heads": heads,
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
