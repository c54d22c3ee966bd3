"""Reads of the counts of households, each counted once, in the actor's scope."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from niangjia.blocks.orgs.public import (
    nodes,
    organisation,
    organisations_listed,
    refs_in,
    scope_of,
)
from niangjia.blocks.places.public import region_names
from niangjia.core.actor import Actor
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger.household_models import HouseholdCount

PER_PAGE = 50
KINDS = ("county", "district", "unit", "supplier")


@dataclass(frozen=True, slots=True)
class Counted:
    """A line of counts: as registered, and of what the county confirmed. name: of the label."""

    label: str
    name: str
    households: int
    people: int
    gain_fen: int
    confirmed_households: int
    confirmed_people: int
    confirmed_gain_fen: int
    left: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Year:
    """A year's counts. whole: the widest line that the actor may see; lines: of one kind, most
    households first; more: whether there are further ones. counted_at: None before the first."""

    year: int
    counted_at: dt.datetime | None
    whole: Counted | None
    kinds: Sequence[str]
    kind: str
    lines: Sequence[Counted]
    more: bool
    nobody_fen: int


def years_counted() -> Sequence[int]:
    """Years with counts, newest first."""
    rows = HouseholdCount.objects.order_by("-year").values_list("year", flat=True)
    return list(rows.distinct())


def year_of_households(actor: Actor, *, year: int, kind: str = "", page: int = 0) -> Year:
    """The year's counts in the actor's scope. Raises NotSignedIn, Denied."""
    authorise(actor, "heads.see")
    scope = scope_of(actor)
    rows = HouseholdCount.objects.filter(year=year)
    whole, kinds = _whole(actor, rows)
    chosen = kind if kind in kinds else kinds[0] if kinds else ""
    listed = rows.filter(kind=chosen)
    if scope.kind == "beneath" and chosen == "unit":
        listed = listed.filter(label__in=refs_in(scope))
    elif scope.kind == "county" and chosen == "county":
        listed = listed.filter(label=scope.code)
    first = listed.filter(confirmed=False).order_by("-households", "label")
    found = list(first[page * PER_PAGE : (page + 1) * PER_PAGE + 1])
    names = _names(chosen, [one.label for one in found])
    nobody = rows.filter(kind="nobody", confirmed=False).first() if scope.kind == "all" else None
    newest = rows.order_by("-counted_at").values_list("counted_at", flat=True).first()
    return Year(
        year=year,
        counted_at=newest,
        whole=whole,
        kinds=kinds,
        kind=chosen,
        lines=_lines(rows, chosen, found[:PER_PAGE], names),
        more=len(found) > PER_PAGE,
        nobody_fen=nobody.gain_fen if nobody else 0,
    )


def _own_district(actor: Actor) -> str:
    return organisation(actor.organisation_id or 0).district


def _whole(actor: Actor, rows: QuerySet[HouseholdCount]) -> tuple[Counted | None, tuple[str, ...]]:
    """The widest line in the actor's scope, and the kinds of lines beneath it."""
    scope = scope_of(actor)
    kinds: tuple[str, ...]
    if scope.kind == "all":
        kind, label, kinds = "city", "", KINDS
    elif scope.kind == "beneath":
        kind, label, kinds = "district", _own_district(actor), ("unit",)
    elif scope.kind == "county" and scope.code:
        kind, label, kinds = "county", scope.code, ("county",)
    else:
        return None, ()
    found = list(rows.filter(kind=kind, label=label, confirmed=False))
    lines = _lines(rows, kind, found, _names(kind, [label]))
    return (lines[0] if lines else None), kinds


def _lines(
    rows: QuerySet[HouseholdCount],
    kind: str,
    found: Sequence[HouseholdCount],
    names: Mapping[str, str],
) -> list[Counted]:
    labels = [one.label for one in found]
    sure = {one.label: one for one in rows.filter(kind=kind, confirmed=True, label__in=labels)}
    made = []
    for one in found:
        other = sure.get(one.label)
        made.append(
            Counted(
                label=one.label,
                name=names.get(one.label, one.label),
                households=one.households,
                people=one.people,
                gain_fen=one.gain_fen,
                confirmed_households=other.households if other else 0,
                confirmed_people=other.people if other else 0,
                confirmed_gain_fen=other.gain_fen if other else 0,
                left=one.left,
            )
        )
    return made


def _names(kind: str, labels: Sequence[str]) -> Mapping[str, str]:
    if kind == "county":
        return region_names(set(labels))
    if kind == "district":
        return dict(nodes("district", "virtual_district"))
    if kind in ("unit", "supplier"):
        category = "buyer" if kind == "unit" else kind
        return {one.ref: one.name for one in organisations_listed(labels, category=category)}
    return {}
