"""Released head counts: of the newest release of a quarter that states them."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from niangjia.blocks.ledger.public import HistoryLine, history
from niangjia.programmes.assistance_ledger import policy
from niangjia.programmes.assistance_ledger.models import Release
from niangjia.programmes.assistance_ledger.selectors.board import names_in

MOST = 40  # releases of quarters that are looked through: years
HEAD = ("period", "version", "cut_off", "log_size", "released_at")


@dataclass(frozen=True, slots=True)
class HeadsShown:
    """data: what is published of it, as in its files; names: label -> name by table.

    newer: version of a later release of the period that states none, or 0; fact: the log's line of
    its release; periods: quarters that state heads, the newest first.
    """

    data: Mapping[str, Any]
    names: Mapping[str, Mapping[str, str]]
    rule: policy.Heads
    released_at: dt.datetime
    newer: int
    fact: HistoryLine
    periods: list[str]


def heads_get(period: str) -> HeadsShown | None:
    """The newest statement of a quarter's heads; None if there is none. Open to everyone."""
    rows = Release.objects.filter(state="published", period=period).order_by("-version")
    newest = 0
    for release in rows:
        newest = newest or release.version
        document = json.loads(bytes(release.document))
        part = document.get("heads")
        if part and part["tables"]:
            return _shown(release, document, newest)
    return None


def _shown(release: Release, document: dict[str, Any], newest: int) -> HeadsShown:
    part = document["heads"]
    data = {name: document[name] for name in HEAD} | part | {"sha256": release.sha256}
    return HeadsShown(
        data=data,
        names=names_in(document),
        rule=policy.heads_named(part["policy"]),
        released_at=dt.datetime.fromisoformat(document["released_at"]),
        newer=newest if newest != release.version else 0,
        fact=history(f"release:{release.ref}")[0],
        periods=_periods(),
    )


def _periods() -> list[str]:
    quarters = Release.objects.filter(state="published", period__contains="Q").order_by("-period")
    found: dict[str, None] = {}
    for release in quarters[:MOST]:
        part = json.loads(bytes(release.document)).get("heads")
        if part and part["tables"]:
            found[release.period] = None
    return list(found)
