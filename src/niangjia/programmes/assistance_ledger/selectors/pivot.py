"""The pivot: the cube of purchases by any two of its dimensions, in the reader's scope.

Suppliers are no dimension of the cube: a supplier's own figures are counted from its records.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.indicators.public import position, summed
from niangjia.blocks.ledger.public import log_size
from niangjia.blocks.orgs.public import (
    Scope,
    heads_by_ref,
    nodes,
    organisation_with,
    organisations_listed,
    organisations_of,
    refs_in,
    scope_of,
)
from niangjia.blocks.places.public import region_names
from niangjia.core.actor import Actor
from niangjia.core.errors import Invalid
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger import pivoting, projections
from niangjia.programmes.assistance_ledger.projections import DIMENSIONS, PURCHASES
from niangjia.programmes.assistance_ledger.selectors import counted
from niangjia.programmes.assistance_ledger.selectors.scope import visible_in

MOST_COLUMNS = 12
PER_PAGE = 50
TRIES = 3
COUNTIES_KEPT_S = 300


@dataclass(frozen=True, slots=True)
class Measure:
    """fields: what is added up, named as in projections.MEASURES, records and fen first; at: which
    of them orders; of: the one that `at` is a share of, or None; both: the rest up to `of` is shown
    beside it; heads: counts of people, for cleared staff alone."""

    fields: tuple[str, ...]
    at: int
    of: int | None = None
    both: bool = False
    heads: bool = False


MEASURES = {
    "fen": Measure(("n", "fen"), 1),
    "n": Measure(("n", "fen"), 0),
    "complete": Measure(("n", "fen", "complete_n"), 2, of=0),
    "complete_fen": Measure(("n", "fen", "complete_fen"), 2, of=1),
    "confirmed": Measure(("n", "fen", "confirmed_fen"), 2, of=1, both=True),
    "households": Measure(("n", "fen", "households"), 2, heads=True),
    "people": Measure(("n", "fen", "people"), 2, heads=True),
    "confirmed_households": Measure(("n", "fen", "confirmed_households"), 2, heads=True),
    "confirmed_people": Measure(("n", "fen", "confirmed_people"), 2, heads=True),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """rows, columns: dimensions of the cube, columns may be empty. first, last: months. sort:
    `label` or `total`, largest first with `-` in front. Other texts narrow; unit: a ref."""

    rows: str = "district"
    columns: str = "month"
    measure: str = "fen"
    money: str = "wan"
    sort: str = "-total"
    district: str = ""
    line: str = ""
    county: str = ""
    category: str = ""
    channel: str = ""
    mode: str = ""
    assisted: str = ""
    unit: str = ""
    first: str = ""
    last: str = ""

    @property
    def narrowed(self) -> dict[str, str]:
        """Dimension -> the value that it is narrowed to, those that narrow alone."""
        named = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: named[name] for name in DIMENSIONS if named.get(name)}

    @property
    def span(self) -> tuple[str, str]:
        return self.first, self.last


@dataclass(frozen=True, slots=True)
class PivotFound:
    """size: entries of the log that the figures reach; behind: entries that wait to be counted.

    live: counted from the records, not from the cube. names: dimension -> label -> name.
    page: which of n_pages, from 1.
    """

    asked: Asked
    measure: Measure
    pivot: pivoting.Pivot
    names: Mapping[str, Mapping[str, str]]
    size: int
    behind: int
    live: bool
    page: int
    n_pages: int


def measures_for(actor: Actor) -> list[str]:
    """Measures that may be chosen: those that are counted, and people only for cleared staff."""
    live = scope_of(actor).kind == "supplier"
    known = frozenset(counted.MEASURED) if live else frozenset(projections.MEASURES)
    return [
        name
        for name, one in MEASURES.items()
        if known.issuperset(one.fields) and (not one.heads or actor.may("heads.see"))
    ]


def counties_met(actor: Actor) -> set[str]:
    """Codes of counties that the actor's figures come from, kept for a while; for choosing one."""
    scope = scope_of(actor)
    key = f"pivot:counties:{scope.kind}:{scope.id}:{scope.code}"
    found: set[str] | None = cache.get(key)
    if found is None:
        source = _source(scope, Asked(rows="county", columns="", first=""), MEASURES["n"])
        found = {label for (label,) in source.by("county")}
        cache.set(key, found, COUNTIES_KEPT_S)
    return found


def pivot_get(
    actor: Actor,
    *,
    asked: Asked,
    page: int = 1,
    per_page: int = PER_PAGE,
    most_columns: int = MOST_COLUMNS,
) -> PivotFound:
    """The pivot in the actor's scope, a page of rows, at most so many columns.

    Raises NotSignedIn, Denied (head counts without clearance), Invalid (no such dimension or
    measure, or the same dimension twice).
    """
    authorise(actor, "purchases.see")
    measure = _measure(actor, asked)
    source = _source(scope_of(actor), asked, measure)
    for _try in range(TRIES):  # several sums of one moment: again if the cube moved meanwhile
        size = position(PURCHASES.name)
        page_of, pivot = _pivot(source, asked, measure, page, per_page, most_columns)
        if source.live or position(PURCHASES.name) == size:
            break
    end = log_size()
    return PivotFound(
        asked=asked,
        measure=measure,
        pivot=pivot,
        names=_names(asked, pivot),
        size=end if source.live else size,
        behind=0 if source.live else max(0, end - size),
        live=source.live,
        page=page_of,
        n_pages=max(1, -(-pivot.n_lines // per_page)),
    )


def totals_at(scope: Scope, asked: Asked, at: dt.datetime) -> dict[str, pivoting.Numbers]:
    """Row totals (n, fen) as of a moment, counted from the records that were in force then."""
    source = _from_records(scope, asked.narrowed, asked.span, heads_by_ref("buyer"), at)
    return _singles(source.by(asked.rows))


def _measure(actor: Actor, asked: Asked) -> Measure:
    dimensions = asked.rows in DIMENSIONS and asked.columns in ("", *DIMENSIONS)
    if not dimensions or asked.rows == asked.columns:
        raise Invalid(
            _("Choose two different things, one for the rows and one for the columns."),
            code="dimensions_unknown",
        )
    if asked.measure not in MEASURES:
        raise Invalid(_("There is no such measure."), code="measure_unknown")
    measure = MEASURES[asked.measure]
    if measure.heads:
        authorise(actor, "heads.see")
    if asked.measure not in measures_for(actor):
        raise Invalid(_("Nothing is counted by this measure yet."), code="measure_not_fed")
    return measure


Sums = Callable[..., list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class _Source:
    """sums: (dimensions, further narrowing) -> rows; heads: merged unit -> what it is today."""

    sums: Sums
    heads: Mapping[str, str]
    live: bool = False

    def by(
        self, *names: str, within: Sequence[tuple[str, Any]] = ()
    ) -> dict[tuple[str, ...], pivoting.Numbers]:
        heads = [self.heads if name == "unit" else {} for name in names]
        return pivoting.folded(self.sums(names, within), heads)

    def members(self, labels: Sequence[str]) -> list[str]:
        """Refs of units and of what was merged into them."""
        wanted = set(labels)
        return [*labels, *(ref for ref, head in self.heads.items() if head in wanted)]


def _source(scope: Scope, asked: Asked, measure: Measure) -> _Source:
    heads = heads_by_ref("buyer")
    filters = asked.narrowed
    spans = {"month": asked.span} if any(asked.span) else {}
    if scope.kind == "supplier":
        return _from_records(scope, filters, asked.span, heads)
    limits: list[tuple[str, Any]] = _limits(scope)
    unit = filters.pop("unit", "")
    if unit:
        limits.append(("unit", [one.ref for one in organisations_of(_ids(unit))]))
    limits += [(name, [value]) for name, value in filters.items()]
    columns = [projections.MEASURES[name] for name in measure.fields]

    def sums(names: Sequence[str], within: Sequence[tuple[str, Any]]) -> list[tuple[Any, ...]]:
        return summed(PURCHASES, names, columns, within=[*limits, *within], spans=spans)

    return _Source(sums, heads)


def _limits(scope: Scope) -> list[tuple[str, Any]]:
    """What every cell in a scope has, as the list of records is limited."""
    if scope.kind == "all":
        return []
    if scope.kind == "county" and scope.code:
        return [("county", [scope.code])]
    if scope.kind == "unit":
        return [("unit", list(refs_in(scope)))]
    return [("unit", refs_in(scope) if scope.kind == "beneath" else [])]


def _ids(unit: str) -> tuple[int, ...]:
    found = organisation_with(unit, category="buyer")
    return found[1] if found else ()


def _from_records(
    scope: Scope,
    filters: dict[str, str],
    span: tuple[str, str],
    heads: Mapping[str, str],
    at: dt.datetime | None = None,
) -> _Source:
    unit = filters.pop("unit", "")
    rows = counted.narrowed(visible_in(scope), filters)
    if unit:
        rows = rows.filter(unit_id__in=_ids(unit))

    def sums(names: Sequence[str], within: Sequence[tuple[str, Any]]) -> list[tuple[Any, ...]]:
        return counted.recounted(rows, names, span, at)

    return _Source(sums, heads, live=True)


def _pivot(
    source: _Source, asked: Asked, measure: Measure, page: int, per_page: int, most: int
) -> tuple[int, pivoting.Pivot]:
    """(the page shown, the pivot). Units are many: their totals first, then the cells of a page."""
    if not asked.columns:
        cells = {(key[0], ""): numbers for key, numbers in source.by(asked.rows).items()}
        rows, columns = pivoting.totals_of(cells, 0), {}
    elif source.live or "unit" not in (asked.rows, asked.columns):
        cells = _pairs(source.by(asked.rows, asked.columns))
        rows, columns = pivoting.totals_of(cells, 0), pivoting.totals_of(cells, 1)
    else:
        cells = None
        rows, columns = _singles(source.by(asked.rows)), _singles(source.by(asked.columns))
    labels = pivoting.ordered(
        rows,
        by=None if asked.sort.lstrip("-") == "label" else measure.at,
        down=asked.sort.startswith("-"),
    )
    page = min(max(page, 1), max(1, -(-len(labels) // per_page)))
    lines = labels[(page - 1) * per_page : page * per_page]
    shown = _columns_shown(asked.columns, columns, measure, most)
    if cells is None:
        units = lines if asked.rows == "unit" else shown
        within = [("unit", source.members(units))]
        cells = _pairs(source.by(asked.rows, asked.columns, within=within))
    return page, pivoting.laid_out(rows, columns, cells, lines, shown)


def _pairs(found: dict[tuple[str, ...], pivoting.Numbers]) -> dict[tuple[str, str], Any]:
    return {(key[0], key[1]): numbers for key, numbers in found.items()}


def _singles(found: dict[tuple[str, ...], pivoting.Numbers]) -> dict[str, pivoting.Numbers]:
    return {key[0]: numbers for key, numbers in found.items()}


def _columns_shown(
    name: str, columns: pivoting.Totals, measure: Measure, most: int
) -> Sequence[str]:
    """The columns with most behind them, or the newest months, in their order."""
    if name == "month":
        return sorted(columns)[-most:]
    largest = pivoting.ordered(columns, by=measure.at)
    return largest[:most]


def _names(asked: Asked, pivot: pivoting.Pivot) -> dict[str, dict[str, str]]:
    """Names of what the page shows and of what it is narrowed to, by dimension."""
    met: dict[str, set[str]] = {name: {value} for name, value in asked.narrowed.items()}
    met.setdefault(asked.rows, set()).update(line.label for line in pivot.lines)
    if asked.columns:
        met.setdefault(asked.columns, set()).update(pivot.columns)
    found: dict[str, dict[str, str]] = {}
    if "district" in met:
        found["district"] = dict(nodes("district", "virtual_district"))
    if "line" in met:
        found["line"] = dict(nodes("line", "virtual_line"))
    if "county" in met:
        found["county"] = region_names(met["county"])
    if "unit" in met:
        listed = organisations_listed(met["unit"], category="buyer")
        found["unit"] = {one.ref: one.name for one in listed}
    return found
