"""Head counts of a release: declared tables over confirmed help, small ones left out. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from niangjia.blocks.indicators.public import Sums
from niangjia.programmes.assistance_ledger import suppression
from niangjia.programmes.assistance_ledger.policy import Heads
from niangjia.programmes.assistance_ledger.projections import DIMENSIONS
from niangjia.programmes.assistance_ledger.suppression import NOBODY, Pair, Rows, Stated

ELSEWHERE = "other"  # what is in none of a table's rows
Cells = Mapping[tuple[str, ...], Sums]
Listed = Mapping[str, Sequence[str]]
_ASSISTED = DIMENSIONS.index("assisted")


def rows_of(cells: Cells, dimension: str, listed: Sequence[str]) -> dict[str, Pair]:
    """Confirmed (households, people) of every row: those listed, whatever was bought, and the rest.

    A row tells nothing by being there: the list does not depend on the records.
    """
    at = DIMENSIONS.index(dimension)
    found = dict.fromkeys([*listed, ELSEWHERE], NOBODY)
    for key, sums in cells.items():
        if key[_ASSISTED] == "1":
            label = key[at] if key[at] in found else ELSEWHERE
            has = found[label]
            found[label] = has[0] + sums.sixth, has[1] + sums.seventh
    return found


def section(
    cells: Cells, rule: Heads, listed: Listed, before: Sequence[tuple[Mapping[str, Any], Cells]]
) -> dict[str, Any]:
    """What a release says of heads; no tables if not even a total may stand.

    listed: labels by table; before: (the release's document, its cells) of every earlier one of
    the period. All tables have one total: it stands in all of them or in none.
    """
    found: dict[str, Any] = {"policy": rule.id, "threshold": rule.threshold}
    tables: dict[str, list[dict[str, Any]]] = {}
    total = NOBODY
    for name in rule.tables:
        rows = rows_of(cells, name, listed[name])
        hidden = suppression.left_out(rows, rule.threshold, _stated(name, listed[name], before))
        if hidden is None:
            return {**found, "households": None, "people": None, "tables": {}}
        tables[name] = _shown(rows, hidden)
        total = suppression.total_of(rows)
    return {**found, "households": total[0], "people": total[1], "tables": tables}


def _stated(
    name: str, listed: Sequence[str], before: Sequence[tuple[Mapping[str, Any], Cells]]
) -> list[Stated]:
    """Earlier releases that stated the table; rows as they were behind it."""
    found = []
    for document, cells in before:
        rows = ((document.get("heads") or {}).get("tables") or {}).get(name)
        if rows is not None:
            hidden = frozenset(row["label"] for row in rows if row["households"] is None)
            found.append(Stated(rows_of(cells, name, listed), hidden))
    return found


def _shown(rows: Rows, hidden: frozenset[str]) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "households": None if label in hidden else pair[0],
            "people": None if label in hidden else pair[1],
        }
        for label, pair in rows.items()
    ]
