"""What a release says: tables over the cube, small cells merged, as one canonical document."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.indicators.public import Sums
from niangjia.core.errors import Invalid
from niangjia.lib import canonical
from niangjia.programmes.assistance_ledger.disclosure import (
    MODES,
    NOTHING,
    Count,
    is_safe,
    merge_upward,
    merged,
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


def _rows(
    table: Mapping[str, Mapping[str, Count]],
    before: Mapping[str, Mapping[str, Count]] | None,
    policy: Counting,
) -> list[dict[str, Any]]:
    shown = merge_upward(
        table, min_n=policy.min_purchases, min_units=policy.min_units, before=before
    )
    return [
        {
            "label": label,
            "merged": len(inside),
            "direct_fen": counts["direct"].fen,
            "helped_fen": counts["helped"].fen,
            "n": counts["direct"].n + counts["helped"].n,
        }
        for label, (inside, counts) in shown.items()
    ]


def document(
    cells: Cells,
    before: Cells | None,
    policy: Counting,
    head: Mapping[str, str | int],
) -> dict[str, Any]:
    """The released figures. head: period, cut_off, log_size, version. Raises Invalid if the whole
    is too small to be shown, or differs too little from the last release."""
    tables = tables_of(cells)
    old = tables_of(before) if before is not None else None
    total = merged(tables["month"].values())
    was = merged(old["month"].values()) if old is not None else None
    if not is_safe(total, was, policy.min_purchases, policy.min_units):
        raise too_small(policy.min_purchases)
    left_out = not_counted(cells)
    shown = left_out.n >= policy.min_purchases and len(left_out.units) >= policy.min_units
    return {
        **head,
        "policy": policy.id,
        "counted_fen": total["direct"].fen + total["helped"].fen,
        "direct_fen": total["direct"].fen,
        "helped_fen": total["helped"].fen,
        "n": total["direct"].n + total["helped"].n,
        "n_units": len(total["direct"].units | total["helped"].units),
        "not_counted_fen": left_out.fen if shown else None,
        "not_counted_n": left_out.n if shown else None,
        "tables": {
            name: _rows(tables[name], old[name] if old is not None else None, policy)
            for name in TABLES
        },
    }


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
