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
from niangjia.programmes.assistance_ledger import periods, policy
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
    """(ref of the release shown, id of the newest of all): changes when the page does. One query.

    Without a period: the one that ends last; of several, the one released last.
    """
    rows = list(Release.objects.order_by("-id").values_list("period", "ref", "id"))
    wanted = [row for row in rows if not period or row[0] == period]
    if not wanted:
        return None
    shown = max(wanted, key=lambda row: (periods.parse(row[0]).last, row[2]))
    return shown[1], rows[0][2]


def board_get(period: str = "") -> Board | None:
    """The newest release of a period, or of the one that ends last; None if there is none."""
    key = board_key(period)
    if key is None:
        return None
    release = Release.objects.get(ref=key[0])
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
