"""Reads of findings and of capacities, in the actor's scope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from niangjia.blocks.cases.public import (
    FindingView,
    finding_of,
    finding_view,
    findings_about,
    findings_counted,
    findings_page,
)
from niangjia.blocks.orgs.public import heads_of, organisations_of, ref_of_code, scope_of
from niangjia.core.actor import Actor
from niangjia.core.service import authorise
from niangjia.lib.identifiers import uscc_compact
from niangjia.programmes.assistance_ledger.capacity_models import Capacity
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.selectors.rosters import PROGRAMME
from niangjia.programmes.assistance_ledger.selectors.scope import visible_to


def findings_list(
    actor: Actor, *, state: str, kind: str = "", before: int = 0
) -> tuple[list[FindingView], int]:
    """(findings in the scope, newest first; where to go on). Raises NotSignedIn, Denied."""
    authorise(actor, "findings.see")
    scope = scope_of(actor)
    return findings_page(PROGRAMME, scope, state=state, kind=kind, before=before)


def findings_sums(actor: Actor) -> Mapping[tuple[str, str], int]:
    """(state, kind) -> how many, in the scope. Raises NotSignedIn, Denied."""
    authorise(actor, "findings.see")
    return findings_counted(PROGRAMME, scope_of(actor))


def finding_get(actor: Actor, *, ref: str) -> FindingView:
    """One finding. Raises NotSignedIn, Denied, NotFound."""
    authorise(actor, "findings.see")
    return finding_view(finding_of(PROGRAMME, scope_of(actor), ref))


def findings_of(actor: Actor, subject: str) -> list[FindingView]:
    """Findings about a record or a review, for those who may see findings; else none."""
    if not actor.may("findings.see"):
        return []
    return findings_about(PROGRAMME, scope_of(actor), subject)


@dataclass(frozen=True, slots=True)
class CapacityLine:
    """What a supplier says it can deliver of a product in a year, fen, and what was sold of it."""

    supplier: str
    supplier_ref: str
    product: str
    year: int
    fen: int
    source: str
    sold_fen: int


def capacities(actor: Actor, *, year: int) -> Sequence[CapacityLine]:
    """The newest word of each supplier and product in the scope. Raises NotSignedIn, Denied."""
    authorise(actor, "capacity.declare")
    scope = scope_of(actor)
    rows = Capacity.objects.filter(year=year).order_by("id")
    if scope.kind == "supplier":
        rows = rows.filter(supplier_id__in=scope.ids)
    elif scope.kind == "county":
        rows = rows.filter(county_code=scope.code)
    newest = {(row.supplier_id, row.product): row for row in rows}
    heads = heads_of({pk for pk, _product in newest})
    named = {one.id: one for one in organisations_of(heads.values())}
    made = []
    for (pk, product), row in newest.items():
        supplier = named[heads[pk]]
        months = [f"{year}-{month:02d}" for month in range(1, 13)]
        records = visible_to(actor).filter(
            supplier_id__in=[one for one, head in heads.items() if head == supplier.id],
            product=product,
            month__in=months,
            reversed_at__isnull=True,
        )
        sold = sum(records.values_list("amount_fen", flat=True))
        made.append(
            CapacityLine(supplier.name, supplier.ref, product, year, row.fen, row.source, sold)
        )
    return sorted(made, key=lambda one: (one.supplier, one.product))


def supplier_named(text: str) -> str:
    """Ref of the supplier with this code or this very name; empty if there is none with records."""
    if found := ref_of_code(uscc_compact(text), category="supplier"):
        return found
    rows = Purchase.objects.filter(supplier__name=text).order_by("-id")
    return rows.values_list("supplier__ref", flat=True).first() or ""
