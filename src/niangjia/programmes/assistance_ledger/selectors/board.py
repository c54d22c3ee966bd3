"""The public board: released figures with their names; no single purchase, no sign-in."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.cases.public import CaseStep, Past, case_steps, past_of
from niangjia.blocks.ledger.public import HistoryLine, history
from niangjia.blocks.orgs.public import nodes, people_named
from niangjia.blocks.places.public import provinces_of, region_names
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import periods, policy
from niangjia.programmes.assistance_ledger.disclosure import OTHER
from niangjia.programmes.assistance_ledger.facts import RELEASED
from niangjia.programmes.assistance_ledger.heads import ELSEWHERE
from niangjia.programmes.assistance_ledger.models import Release, ReportingPeriod


@dataclass(frozen=True, slots=True)
class Board:
    """A release as shown. document: see figures.document; names: label -> name by table.

    fact: the log's line of its release; periods: (period, version) that can be chosen.
    """

    release: Release
    released_at: dt.datetime
    document: dict[str, Any]
    names: dict[str, dict[str, str]]
    provinces: dict[str, str]
    rule: policy.Counting
    fact: HistoryLine
    periods: list[str]


def _published() -> QuerySet[Release]:
    return Release.objects.filter(state="published")


def board_key(period: str = "") -> tuple[str, int] | None:
    """(ref of the release shown, id of the newest of all): changes when the page does. One query.

    Without a period: the one that ends last; of several, the one released last.
    """
    rows = list(_published().order_by("-id").values_list("period", "ref", "id"))
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
    counties = _counties(document)
    return Board(
        release=release,
        released_at=dt.datetime.fromisoformat(document["released_at"]),
        document=document,
        names=names_in(document),
        provinces=provinces_of(counties),
        rule=_rule(document["policy"], document["cut_off"]),
        fact=released_fact(release.ref),
        periods=list(_published().order_by("-period").values_list("period", flat=True).distinct()),
    )


def released_fact(ref: str) -> HistoryLine:
    """The log's line of a published release: not of its proposal, nor of what was decided on it."""
    lines = history(f"release:{ref}")
    return next(line for line in lines if line.kind == RELEASED.id)


def _counties(document: dict[str, Any]) -> set[str]:
    return {row["label"] for row in document["tables"]["county"]} - {OTHER}


def names_in(document: dict[str, Any]) -> dict[str, dict[str, str]]:
    """label -> name by table, of all that a release's document shows."""
    heads = ((document.get("heads") or {}).get("tables") or {}).get("county", ())
    counties = _counties(document) | ({row["label"] for row in heads} - {ELSEWHERE})
    return {
        "district": dict(nodes("district", "virtual_district")),
        "line": dict(nodes("line", "virtual_line")),
        "county": region_names(counties),
    }


def _rule(policy_id: str, cut_off: str) -> policy.Counting:
    rule = policy.counting_on(dt.date.fromisoformat(cut_off))
    if rule.id != policy_id:
        raise LookupError(policy_id)
    return rule


@dataclass(frozen=True, slots=True)
class Proposal:
    """A release on its way. version: of its case; n_version: of the release; written: the document
    as it is hashed.

    steps: what the actor can do; past: decisions, oldest first, with names by ref in `who`.
    published: the newest release of the period that stands on the board, or None.
    """

    ref: str
    period: str
    n_version: int
    state: str
    version: int
    note: str
    proposed_at: dt.datetime
    sha256: str
    written: bytes
    document: dict[str, Any]
    names: dict[str, dict[str, str]]
    rule: policy.Counting
    steps: Sequence[CaseStep]
    past: Sequence[Past]
    who: Mapping[str, str]
    published: dict[str, Any] | None
    period_closed: bool


def release_get(actor: Actor, *, ref: str) -> Proposal:
    """A release with its chain. Raises NotSignedIn, Denied, NotFound."""
    authorise(actor, "releases.see")
    row = Release.objects.select_related("case").filter(ref=ref, case__isnull=False).first()
    if row is None or row.case is None:
        raise NotFound(_("There is no such release."))
    document = json.loads(bytes(row.document))
    past = past_of(row.case.pk)
    stands = _published().filter(period=row.period).exclude(pk=row.pk).order_by("-version").first()
    return Proposal(
        ref=row.ref,
        period=row.period,
        n_version=row.version,
        state=row.case.state,
        version=row.case.version,
        note=row.note,
        proposed_at=row.proposed_at,
        sha256=row.sha256,
        written=bytes(row.document),
        document=document,
        names=names_in(document),
        rule=_rule(document["policy"], document["cut_off"]),
        steps=case_steps(actor, row.case),
        past=past,
        who=people_named({one.person_ref for one in past}),
        published=json.loads(bytes(stands.document)) if stands else None,
        period_closed=_is_closed(row.period),
    )


def _is_closed(period: str) -> bool:
    """Every quarter that the period meets was closed."""
    quarters = {periods.of_month(month) for month in periods.parse(period).months}
    closed = ReportingPeriod.objects.filter(code__in=quarters, closed_at__isnull=False)
    return closed.count() == len(quarters)


def release_waiting(actor: Actor) -> Proposal:
    """The proposal that waits to be decided. Raises NotSignedIn, Denied, NotFound."""
    authorise(actor, "releases.see")
    ref = Release.objects.filter(state="open").values_list("ref", flat=True).first()
    if ref is None:
        raise NotFound(_("No release waits to be decided."))
    return release_get(actor, ref=ref)


def releases_list(actor: Actor) -> list[dict[str, Any]]:
    """Releases and proposals, newest first. Raises NotSignedIn, Denied."""
    authorise(actor, "releases.see")
    rows = Release.objects.select_related("case").order_by("-id")[:100]
    return [
        {
            "ref": row.ref,
            "period": row.period,
            "version": row.version,
            "state": row.case.state if row.case else row.state,
            "proposed_at": row.proposed_at,
            "released_at": row.released_at,
            "log_size": row.log_size,
            "sha256": row.sha256,
            **{k: json.loads(bytes(row.document))[k] for k in ("counted_fen", "n", "cut_off")},
        }
        for row in rows
    ]
