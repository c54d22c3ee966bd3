"""What a report says: sums over the records that count in its period, and their fingerprint."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from niangjia.blocks.orgs.public import heads_of, predecessors_of
from niangjia.lib import canonical
from niangjia.programmes.assistance_ledger import periods
from niangjia.programmes.assistance_ledger.models import Purchase, Report


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of a unit's period; fen and counts; what was taken off in it is negative."""

    n: int = 0
    fen: int = 0
    direct_fen: int = 0
    helped_fen: int = 0
    assisted_fen: int = 0
    households: int = 0
    people: int = 0

    def plus(self, other: "Sums", sign: int = 1) -> "Sums":
        mine, theirs = asdict(self), asdict(other)
        return Sums(**{name: mine[name] + sign * theirs[name] for name in mine})


@dataclass(frozen=True, slots=True)
class Content:
    """sha256: over the sums and over (sign, ref) of every record that went into them."""

    sums: Sums
    sha256: str


def counting_in(months: Sequence[str]) -> tuple[QuerySet[Purchase], QuerySet[Purchase]]:
    """(records that count in these months, records that are taken off in them)."""
    off = Purchase.objects.exclude(reversed_month="").filter(reversed_month__in=months)
    return Purchase.objects.filter(month__in=months), off


def units_counted(unit_id: int, period: str) -> list[int]:
    """Units whose records count in a unit's report of a period: itself, and what was merged into
    it, unless that has a report of its own in the period."""
    merged = [one.id for one in predecessors_of([unit_id]).get(unit_id, ())]
    reports = Report.objects.filter(period=period)
    own = (
        set(reports.filter(unit_id__in=merged).values_list("unit_id", flat=True)) if merged else ()
    )
    counted = reports.filter(counted_with__unit_id=unit_id).values_list("unit_id", flat=True)
    return [unit_id, *counted, *(one for one in merged if one not in own)]


def records_of(
    unit_id: int, period: str, units: Sequence[int] = ()
) -> tuple[QuerySet[Purchase], QuerySet[Purchase]]:
    """(records that a unit's report of a period counts, records that it takes off)."""
    units = units or units_counted(unit_id, period)
    added, off = counting_in(periods.parse(period).months)
    return added.filter(unit_id__in=units), off.filter(unit_id__in=units)


def content_of(unit_id: int, period: str, units: Sequence[int] = ()) -> Content:
    """What a unit's report of a period says now. units: those counted, where they are known."""
    added, off = records_of(unit_id, period, units)
    columns = ("ref", "amount_fen", "mode", "assisted", "households", "people")
    listed = [(1, *row) for row in added.values_list(*columns)]
    listed += [(-1, *row) for row in off.values_list(*columns)]
    sums = Sums()
    for sign, _ref, fen, mode, assisted, households, people in listed:
        one = Sums(
            1,
            fen,
            fen if mode == "direct" else 0,
            fen if mode == "helped" else 0,
            fen if assisted else 0,
            households or 0,
            people or 0,
        )
        sums = sums.plus(one, sign)
    named = [asdict(sums), sorted((row[1], row[0]) for row in listed)]
    digest = hashlib.sha256(canonical.encode(named, limit=None)).hexdigest()
    return Content(sums, digest)


def sums_by_unit(period: str) -> dict[int, Sums]:
    """Sums of every unit that anything counts for in the period. Units that cancel out stand; what
    was merged counts where its records are reported."""
    added, off = counting_in(periods.parse(period).months)
    found: dict[int, Sums] = {}
    for sign, rows in ((1, added), (-1, off)):
        for unit_id, *numbers in _by_unit(rows):
            found[unit_id] = found.get(unit_id, Sums()).plus(Sums(*numbers), sign)
    return _where_reported(found, period)


def _where_reported(found: Mapping[int, Sums], period: str) -> dict[int, Sums]:
    rows = Report.objects.filter(period=period)
    places = dict(rows.values_list("unit_id", Coalesce("counted_with__unit_id", "unit_id")))
    places = heads_of(found.keys() - places.keys()) | places
    reported: dict[int, Sums] = {}
    for unit_id, sums in found.items():
        at = places[unit_id]
        reported[at] = reported.get(at, Sums()).plus(sums)
    return reported


def counting_reports(period: str) -> tuple[Q, Q]:
    """(reports in which anything may count, those in which something surely does).

    Where nothing is taken off, something surely counts; else only the sums can tell.
    """
    months = periods.parse(period).months
    added = Purchase.objects.filter(month__in=months).exclude(reversed_month__in=months)
    off = Purchase.objects.exclude(reversed_month="").filter(reversed_month__in=months)
    off = off.exclude(month__in=months)
    is_added, is_off = _counts_with(added), _counts_with(off)
    return is_added | is_off, is_added & ~is_off


def _counts_with(rows: QuerySet[Purchase]) -> Q:
    """Reports of a unit that has such a record, or one merged into it."""
    merged = Report.objects.filter(counted_with=OuterRef(OuterRef("pk"))).values("unit_id")
    own = Q(Exists(rows.filter(unit_id=OuterRef("unit_id"))))
    return own | Q(Exists(rows.filter(unit_id__in=merged)))


def _by_unit(rows: QuerySet[Purchase]) -> Any:
    return _grouped(rows, ("unit_id",))


def _grouped(rows: QuerySet[Purchase], columns: Sequence[str]) -> Any:
    def only(condition: Q) -> Sum:
        return Sum(Case(When(condition, then=F("amount_fen")), default=Value(0)))

    made = rows.order_by().values(*columns)
    made = made.annotate(
        n_=Count("id"),
        fen_=Sum("amount_fen"),
        direct_=only(Q(mode="direct")),
        helped_=only(Q(mode="helped")),
        assisted_=only(Q(assisted=True)),
        households_=Coalesce(Sum("households"), 0, output_field=IntegerField()),
        people_=Coalesce(Sum("people"), 0, output_field=IntegerField()),
    )
    return made.values_list(
        *columns, "n_", "fen_", "direct_", "helped_", "assisted_", "households_", "people_"
    )


def sums_by(
    months: Sequence[str], columns: Sequence[str], territory_path: str = ""
) -> dict[tuple[str, ...], Sums]:
    """Sums of what counts in these months, by the values of `columns` of Purchase."""
    added, off = counting_in(months)
    found: dict[tuple[str, ...], Sums] = {}
    for sign, counted in ((1, added), (-1, off)):
        rows = counted.filter(unit__territory_path__startswith=territory_path)
        for row in _grouped(rows if territory_path else counted, columns):
            key, numbers = tuple(map(str, row[: len(columns)])), row[len(columns) :]
            found[key] = found.get(key, Sums()).plus(Sums(*numbers), sign)
    return found
