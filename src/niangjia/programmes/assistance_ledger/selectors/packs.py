"""Reads of an audit pack: whose, and a unit's records of a year in lists, whoever counts them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs.public import (
    OrgRef,
    organisation_with,
    organisations_found,
    ref_of_code,
)
from niangjia.core.actor import Actor
from niangjia.core.errors import Invalid, NotFound
from niangjia.core.service import authorise
from niangjia.lib.identifiers import uscc_compact
from niangjia.programmes.assistance_ledger.models import Purchase, ReviewLine
from niangjia.programmes.assistance_ledger.selectors.exported import COLUMNS, with_names
from niangjia.programmes.assistance_ledger.selectors.scope import visible_to

FIRST_YEAR, LAST_YEAR = 2000, 2099
MORE = (
    "id",
    "month",
    "reversed_month",
    "help",
    "missing",
    "assisted",
    "corrects",
    "recorded_at",
    "unit__ref",
    "supplier__ref",
)


@dataclass(frozen=True, slots=True)
class PackOf:
    """What a pack is of. ids: of the unit and of all that was merged into it."""

    unit: OrgRef
    ids: tuple[int, ...]
    year: int


def pack_of(actor: Actor, *, unit: str, year: int) -> PackOf:
    """A unit (unified social credit code, or ref) and a year, of which the actor may make a pack.

    Raises NotSignedIn, Denied, Invalid (no such year), NotFound (no such unit, or not one's own).
    """
    authorise(actor, "packs.make")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid(_("Give the year in four digits, as 2020."), code="year_unknown")
    ref = ref_of_code(uscc_compact(unit), category="buyer") or unit
    found = organisation_with(ref, category="buyer")
    if found is None or not organisations_found(actor, [found[0].id], category="buyer"):
        raise NotFound(_("There is no such unit, or it is not yours to see."))
    return PackOf(found[0], found[1], year)


def _rows(actor: Actor, of: PackOf) -> QuerySet[Purchase]:
    first, last = f"{of.year:04d}-01", f"{of.year:04d}-12"
    counts = Q(month__gte=first, month__lte=last)
    taken_off = Q(reversed_month__gte=first, reversed_month__lte=last)
    return visible_to(actor).filter(counts | taken_off, unit_id__in=of.ids)


def n_in_pack(actor: Actor, of: PackOf) -> int:
    """How many records a pack has; its cost grows with the unit's records."""
    return _rows(actor, of).count()


def pack_batches(actor: Actor, of: PackOf, size: int) -> Iterator[list[dict[str, Any]]]:
    """The records that count in the year or are taken off in it, oldest first, in lists."""
    names = (*(name for name in COLUMNS if name != "contact_id"), *MORE)
    last = 0
    while found := list(_rows(actor, of).filter(id__gt=last).order_by("id").values(*names)[:size]):
        last = found[-1]["id"]
        yield list(with_names([[{**row, "contact_id": None} for row in found]]))


def confirmed_of(records: Sequence[Mapping[str, Any]]) -> dict[int, tuple[int, int]]:
    """id -> (fen confirmed of a record as the totals count it, fen of that taken off together with
    the record). What the county took back is in neither."""
    reversed_at = {row["id"]: row["reversed_at"] for row in records}
    lines = ReviewLine.objects.filter(purchase_id__in=reversed_at, applied_at__isnull=False)
    found: dict[int, tuple[int, int]] = {}
    for pk, fen, undone_at in lines.values_list("purchase_id", "fen", "undone_at"):
        with_record = undone_at is not None and undone_at == reversed_at[pk]
        if undone_at is None or with_record:
            counted, off = found.get(pk, (0, 0))
            found[pk] = counted + fen, off + (fen if with_record else 0)
    return found


def reviews_of(records: Sequence[Mapping[str, Any]]) -> set[str]:
    """Refs of the county's reviews that cover these records."""
    lines = ReviewLine.objects.filter(
        purchase_id__in=[row["id"] for row in records], ended_at__isnull=True
    )
    return set(lines.values_list("review__ref", flat=True).distinct())
