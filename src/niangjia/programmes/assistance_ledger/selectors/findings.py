"""Reads of findings and of capacities, in the actor's scope."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Sum

from niangjia.blocks.cases.public import (
    FindingView,
    Sight,
    finding_of,
    finding_view,
    findings_about,
    findings_counted,
    findings_page,
)
from niangjia.blocks.orgs.public import families_of, organisations_of, ref_of_code, scope_of
from niangjia.core.actor import Actor
from niangjia.core.service import authorise
from niangjia.lib.identifiers import uscc_compact
from niangjia.programmes.assistance_ledger.capacity_models import Capacity
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.selectors.rosters import PROGRAMME
from niangjia.programmes.assistance_ledger.selectors.scope import reviews_visible_to, visible_to

# Kinds that tell one supplier or unit of another.
SHARED = frozenset({"roster", "person", "photo"})


def sight_of(actor: Actor) -> Sight:
    """What of the findings the actor may see."""
    return Sight(PROGRAMME, scope_of(actor), SHARED)


def findings_list(
    actor: Actor, *, state: str, kind: str = "", before: int = 0
) -> tuple[list[FindingView], int]:
    """(findings in the scope, newest first; where to go on). Raises NotSignedIn, Denied."""
    authorise(actor, "findings.see")
    return findings_page(sight_of(actor), state=state, kind=kind, before=before)


def findings_sums(actor: Actor) -> Mapping[tuple[str, str], int]:
    """(state, kind) -> how many, in the scope. Raises NotSignedIn, Denied."""
    authorise(actor, "findings.see")
    return findings_counted(sight_of(actor))


def finding_get(actor: Actor, *, ref: str) -> FindingView:
    """One finding. Raises NotSignedIn, Denied, NotFound."""
    authorise(actor, "findings.see")
    return finding_view(finding_of(sight_of(actor), ref))


def findings_of(actor: Actor, subject: str) -> list[FindingView]:
    """Findings about a record or a review, for those who may see findings; else none."""
    if not actor.may("findings.see"):
        return []
    return findings_about(sight_of(actor), subject)


def subjects_seen(actor: Actor, subjects: Collection[str]) -> set[str]:
    """Those of some subjects that the actor may look at."""
    pairs = [one.split(":", 1) for one in subjects]
    seen = set()
    for kind, rows in (("purchase", visible_to(actor)), ("review", reviews_visible_to(actor))):
        refs = [ref for named, ref in pairs if named == kind]
        found = rows.filter(ref__in=refs).values_list("ref", flat=True) if refs else ()
        seen |= {f"{kind}:{ref}" for ref in found}
    return seen


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
    families = families_of({row.supplier_id for row in rows})
    newest = {(families[row.supplier_id][0], row.product): row for row in rows}
    named = {one.id: one for one in organisations_of({head for head, _product in newest})}
    sold = _sold(actor, year, families.values(), {product for _head, product in newest})
    made = []
    for (head, product), row in newest.items():
        of, fen = named[head], sold[head, product]
        made.append(CapacityLine(of.name, of.ref, product, year, row.fen, row.source, fen))
    return sorted(made, key=lambda one: (one.supplier, one.product))


def _sold(
    actor: Actor, year: int, families: Collection[tuple[int, ...]], products: Collection[str]
) -> Mapping[tuple[int, str], int]:
    """(supplier as of today, product) -> fen of the actor's records in force in the year.

    families: each supplier of today, then those that were merged into it."""
    heads = {pk: family[0] for family in families for pk in family}
    rows = visible_to(actor).filter(
        supplier_id__in=heads,
        product__in=products,
        month__in=[f"{year}-{month:02d}" for month in range(1, 13)],
        reversed_at__isnull=True,
    )
    sums = rows.order_by().values("supplier_id", "product").annotate(fen=Sum("amount_fen"))
    sold: Counter[tuple[int, str]] = Counter()
    for pk, product, fen in sums.values_list("supplier_id", "product", "fen"):
        sold[heads[pk], product] += fen
    return sold


def supplier_named(text: str) -> str:
    """Ref of the supplier with this code or this very name; empty if there is none with records."""
    if found := ref_of_code(uscc_compact(text), category="supplier"):
        return found
    rows = Purchase.objects.filter(supplier__name=text).order_by("-id")
    return rows.values_list("supplier__ref", flat=True).first() or ""
