"""Which purchases an actor may see."""

from django.db.models import Q, QuerySet

from niangjia.blocks.orgs.public import Scope, scope_of
from niangjia.core.actor import Actor
from niangjia.programmes.assistance_ledger.models import (
    HelpReview,
    Purchase,
    Report,
    SourceLine,
)
from niangjia.programmes.assistance_ledger.unit_target_models import (
    UnitTarget,
)


def visible_to(actor: Actor) -> QuerySet[Purchase]:
    """All for city and auditor; those beneath a district; what is one's own for the rest."""
    return visible_in(scope_of(actor))


def visible_in(scope: Scope) -> QuerySet[Purchase]:
    """The same for a scope already known."""
    rows = Purchase.objects.all()
    if scope.kind == "all":
        return rows
    if scope.kind == "beneath" and scope.path:
        return rows.filter(unit__territory_path__startswith=scope.path)
    if scope.kind == "unit":
        return rows.filter(unit_id__in=scope.ids)
    if scope.kind == "supplier":
        return rows.filter(supplier_id__in=scope.ids)
    if scope.kind == "county" and scope.code:
        return rows.filter(county_code=scope.code)
    return rows.none()


def reports_visible_to(actor: Actor) -> QuerySet[Report]:
    """All for the city's offices; those of units beneath a district; one's own unit's.

    A report that is counted with another's is that other's.
    """
    scope = scope_of(actor)
    rows = Report.objects.filter(counted_with__isnull=True)
    if scope.kind == "all":
        return rows
    if scope.kind == "beneath" and scope.path:
        return rows.filter(unit__territory_path__startswith=scope.path)
    if scope.kind == "unit":
        return rows.filter(unit_id__in=scope.ids)
    return rows.none()


def lines_visible_to(actor: Actor) -> QuerySet[SourceLine]:
    """Lines of other sources: all for the city's offices, those of units beneath a district, one's
    own unit's."""
    scope = scope_of(actor)
    rows = SourceLine.objects.all()
    if scope.kind == "all":
        return rows
    if scope.kind == "beneath" and scope.path:
        return rows.filter(unit__territory_path__startswith=scope.path)
    if scope.kind == "unit":
        return rows.filter(unit_id__in=scope.ids)
    return rows.none()


def reviews_visible_to(actor: Actor) -> QuerySet[HelpReview]:
    """Of one's county, of oneself as a supplier, what one's unit bought; all for the city's
    offices and the auditor."""
    scope = scope_of(actor)
    rows = HelpReview.objects.all()
    if scope.kind == "all":
        return rows
    if scope.kind == "county" and scope.code:
        return rows.filter(county_code=scope.code)
    if scope.kind == "supplier":
        return rows.filter(supplier_id__in=scope.ids)
    if scope.kind in ("unit", "beneath"):
        own = visible_to(actor).filter(help_lines__ended_at__isnull=True)
        covered = own.values("help_lines__review_id")
        return rows.filter(Q(entered_at_id=actor.organisation_id) | Q(pk__in=covered))
    return rows.none()


def unit_targets_visible_to(actor: Actor) -> QuerySet[UnitTarget]:
    """All for the city's offices, those of units beneath a district, one's own unit's."""
    scope = scope_of(actor)
    rows = UnitTarget.objects.all()
    if scope.kind == "all":
        return rows
    if scope.kind == "beneath" and scope.path:
        return rows.filter(unit__territory_path__startswith=scope.path)
    if scope.kind == "unit":
        return rows.filter(unit_id__in=scope.ids)
    return rows.none()
