"""What a bulletin counts: gifts by the open fields of their entries, heads by the rows behind."""

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

from niangjia.blocks.indicators.public import (
    Contribution,
    Gathered,
    declare_indicator,
    hour_of,
    read_indicators,
)
from niangjia.blocks.ledger.public import OpenEntry, open_entries
from niangjia.programmes.donations.models import Gift

INDICATOR = "donations"
RECEIVED, ADJUSTED = "gift.received/1", "gift.adjusted/1"
CHUNK = 2000


def gather(scope: str, as_of: dt.datetime, log_size: int) -> Gathered:
    """Every gift to the raising `scope` among the first entries, received by the hour, net."""
    leaves: dict[str, list[int | bytes]] = {}
    hour = hour_of(as_of)
    for entry in open_entries((RECEIVED, ADJUSTED), log_size):
        if _counts(entry, scope, hour):
            _add(leaves, entry)
    made = (Contribution(*leaf) for leaf in leaves.values())  # type: ignore[arg-type]
    return Gathered(made, _heads(scope, as_of, leaves))


def _counts(entry: OpenEntry, scope: str, hour: str) -> bool:
    return entry.opened.get("raising") == scope and str(entry.opened.get("hour")) <= hour


def _add(leaves: dict[str, list[int | bytes]], entry: OpenEntry) -> None:
    """A gift, or what changed of one that counts; the log holds a gift before its changes."""
    fen = entry.opened["fen"]
    if entry.kind == RECEIVED:
        line = entry.opened["line"]
        leaves[entry.ref] = [entry.index, entry.leaf_hash, line, fen]  # type: ignore[list-item]
        return
    leaf = leaves.get(str(entry.opened["of"]))
    if leaf is not None:
        leaf[3] += fen  # type: ignore[operator]


def _heads(
    scope: str, as_of: dt.datetime, leaves: Mapping[str, list[int | bytes]]
) -> dict[str, int]:
    """People, person-times, units, givers of goods: of gifts of which something is left."""
    donors: dict[int, set[int]] = {1: set(), 2: set(), 3: set()}
    alone = {1: 0, 2: 0, 3: 0}
    times = unvalued = 0
    for fact_ref, line, donor, n_people, n_times, has_no_value in _rows(scope, as_of):
        leaf = leaves.get(fact_ref)
        if leaf is None or not (leaf[3] or has_no_value):
            continue
        if donor is None:
            alone[line] += n_people
        else:
            donors[line].add(donor)
        times += n_times if line == 1 else 0
        unvalued += not leaf[3]
    return {
        "people": len(donors[1]) + alone[1],
        "times": times,
        "units": len(donors[2]) + alone[2],
        "goods_donors": len(donors[3]) + alone[3],
        "unvalued": unvalued,
    }


def _rows(scope: str, as_of: dt.datetime) -> Iterator[tuple[str, int, int | None, int, int, bool]]:
    rows = Gift.objects.filter(raising__slug=scope, received_at__lte=as_of).exclude(fact_ref="")
    columns = ("fact_ref", "line", "donor_id", "n_people", "n_times", "unvalued")
    return iter(rows.values_list(*columns).iterator(CHUNK))


for _one in read_indicators(Path(__file__).parent / "data" / "indicators.toml"):
    declare_indicator(_one, gather)
