"""The public board: released figures with their names; no single purchase, no sign-in."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from niangjia.blocks.ledger.public import HistoryLine, history
from niangjia.blocks.orgs.public import nodes
from niangjia.blocks.places.public import provinces_of, region_names
from niangjia.core.actor import Actor
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import policy
from niangjia.programmes.assistance_ledger.disclosure import OTHER
from niangjia.programmes.assistance_ledger.models import Release


@dataclass(frozen=True, slots=True)
class Board:
    """A release as shown. document: see figures.document; names: label -> name by table.

    fact: the log's line of its release; periods: (period, version) that can be chosen.
    """

    release: Release
    document: dict[str, Any]
    names: dict[str, dict[str, str]]
    provinces: dict[str, str]
    rule: policy.Counting
    fact: HistoryLine
    periods: list[str]


def board_key(period: str = "") -> tuple[str, int] | None:
    """(ref, size of proof) of the newest release: changes exactly when the page does. One query."""
    rows = Release.objects.order_by("-id")
    if period:
        rows = rows.filter(period=period)
    found = rows.values_list("ref", "id").first()
    return found if found is None else (found[0], found[1])


def board_get(period: str = "") -> Board | None:
    """The newest release (of a period), or None if nothing was released yet."""
    rows = Release.objects.order_by("-id")
    if period:
        rows = rows.filter(period=period)
    release = rows.first()
    if release is None:
        return None
    document = json.loads(bytes(release.document))
    tables = document["tables"]
    counties = {row["label"] for row in tables["county"]} - {OTHER}
    names = {
        "district": dict(nodes("district", "virtual_district")),
        "line": dict(nodes("line", "virtual_line")),
        "county": region_names(counties),
    }
    return Board(
        release=release,
        document=document,
        names=names,
        provinces=provinces_of(counties),
        rule=_rule(document["policy"], document["cut_off"]),
        fact=history(f"release:{release.ref}")[0],
        periods=list(
            Release.objects.order_by("-period").values_list("period", flat=True).distinct()
        ),
    )


def _rule(policy_id: str, cut_off: str) -> policy.Counting:
    rule = policy.counting_on(dt.date.fromisoformat(cut_off))
    if rule.id != policy_id:
        raise LookupError(policy_id)
    return rule


def releases_list(actor: Actor) -> list[dict[str, Any]]:
    """All releases, newest first. Raises NotSignedIn, Denied."""
    authorise(actor, "releases.see")
    rows = Release.objects.order_by("-id")[:100]
    return [
        {
            "ref": row.ref,
            "period": row.period,
            "version": row.version,
            "released_at": row.released_at,
            "log_size": row.log_size,
            "sha256": row.sha256,
            **{k: json.loads(bytes(row.document))[k] for k in ("counted_fen", "n", "cut_off")},
        }
        for row in rows
    ]
