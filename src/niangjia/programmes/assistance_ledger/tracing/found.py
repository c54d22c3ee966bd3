"""What a trace finds in the reader's scope: how much in all, a page of records, who and where."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from django.db.models import Count, Q, QuerySet, Sum

from niangjia.blocks.orgs.public import heads_of, nodes, organisations_of
from niangjia.blocks.places.public import region_names
from niangjia.core.actor import Actor
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger.models import Purchase, ReviewLine
from niangjia.programmes.assistance_ledger.selectors.listing import (
    PER_PAGE,
    Filters,
    RecordPage,
    purchases_page,
    purchases_parts,
)
from niangjia.programmes.assistance_ledger.tracing import picture

By = Literal["county", "product"]
LEVELS: Mapping[By, tuple[str, ...]] = {
    "county": ("supplier", "county", "unit", "district"),
    "product": ("supplier", "product", "unit", "district"),
}
_COLUMNS = {
    "supplier": "supplier_id",
    "county": "county_code",
    "product": "product",
    "unit": "unit_id",
    "district": "district_code",
}
IN_FORCE = Q(reversed_at__isnull=True)
ADDED_UP = 20_000  # up to so many records are added up and drawn without being asked


@dataclass(frozen=True, slots=True)
class Whole:
    """All that was found. n: records, n_reversed of them not in force; the rest is of those in
    force: fen registered, confirmed_fen confirmed by the counties. names: dimension -> key -> name.
    """

    n: int
    n_reversed: int
    fen: int
    confirmed_fen: int
    picture: picture.Picture
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Traced:
    """page: 20 records; confirmed: id -> fen the county confirmed of it. whole: None where there
    are too many to be added up without being asked."""

    filters: Filters
    by: By
    page: RecordPage
    confirmed: Mapping[int, int]
    whole: Whole | None


def trace_get(
    actor: Actor, *, filters: Filters, by: By = "county", after: str = "", whole: bool = False
) -> Traced:
    """Every record that the filters let through, reversed ones too, and what they add up to.

    whole: add up however many there are; takes time with their number. Raises NotSignedIn, Denied,
    Invalid (broken cursor).
    """
    authorise(actor, "purchases.see")
    asked = replace(filters, state="all", from_month="", to_month="")
    page = purchases_page(actor, filters=asked, after=after)
    found = None
    if whole or not page.n_more or _n(purchases_parts(actor, filters=asked)) <= ADDED_UP:
        found = _whole(purchases_parts(actor, filters=asked), by)
    confirmed = _confirmed_each([row["id"] for row in page.rows])
    return Traced(asked, by, page, confirmed, found)


def _n(parts: Iterable[QuerySet[Purchase]]) -> int:
    """How many records, counted until there are more than ADDED_UP."""
    n = 0
    for rows in parts:
        n += rows[: ADDED_UP + 1].count()
        if n > ADDED_UP:
            break
    return n


def _applied(rows: QuerySet[ReviewLine]) -> QuerySet[ReviewLine]:
    return rows.filter(applied_at__isnull=False, undone_at__isnull=True)


def _confirmed_each(ids: list[int]) -> dict[int, int]:
    lines = _applied(ReviewLine.objects.filter(purchase_id__in=ids[:PER_PAGE]))
    sums = lines.order_by().values("purchase_id").annotate(fen_=Sum("fen"))
    return dict(sums.values_list("purchase_id", "fen_"))


def _whole(parts: Iterable[QuerySet[Purchase]], by: By) -> Whole:
    n = n_reversed = fen = confirmed = 0
    paths: dict[tuple[Any, ...], tuple[int, int]] = {}
    for rows in parts:
        for *key, n_all, n_off, part_fen in _grouped(rows, by):
            n, n_reversed, fen = n + n_all, n_reversed + n_off, fen + (part_fen or 0)
            if n_all > n_off:
                was = paths.get(tuple(key), (0, 0))
                paths[tuple(key)] = was[0] + n_all - n_off, was[1] + part_fen
        lines = _applied(ReviewLine.objects.filter(purchase__in=rows.filter(IN_FORCE).values("pk")))
        confirmed += lines.aggregate(fen=Sum("fen"))["fen"] or 0
    named, names = _named(paths, by)
    return Whole(n, n_reversed, fen, confirmed, picture.drawn(named, len(LEVELS[by])), names)


def _grouped(rows: QuerySet[Purchase], by: By) -> Iterable[tuple[Any, ...]]:
    columns = [_COLUMNS[name] for name in LEVELS[by]]
    sums = rows.values(*columns).annotate(
        n_=Count("id"),
        off_=Count("id", filter=~IN_FORCE),
        fen_=Sum("amount_fen", filter=IN_FORCE),
    )
    return list(sums.values_list(*columns, "n_", "off_", "fen_"))


def _named(
    paths: Mapping[tuple[Any, ...], tuple[int, int]], by: By
) -> tuple[dict[tuple[str, ...], tuple[int, int]], dict[str, dict[str, str]]]:
    """(the paths with refs and codes, merged organisations as what they are today; names)."""
    ids = {one for path in paths for one in (path[0], path[2])}
    heads = heads_of(ids)
    listed = {one.id: one for one in organisations_of(heads.values())}
    refs = {one: listed[head].ref for one, head in heads.items()}
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    for (supplier, middle, unit, district), (n, fen) in paths.items():
        key = (refs[supplier], str(middle), refs[unit], str(district))
        was = found.get(key, (0, 0))
        found[key] = was[0] + n, was[1] + fen
    organisations = {one.ref: one.name for one in listed.values()}
    names = {"supplier": organisations, "unit": organisations}
    names["district"] = dict(nodes("district", "virtual_district"))
    names["county"] = region_names({path[1] for path in found}) if by == "county" else {}
    return found, names
