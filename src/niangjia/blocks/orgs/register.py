"""The register of organisations as its pages show it: lists, one, what an action would change."""

from django.db.models import Q, QuerySet

from niangjia.blocks.orgs.models import Organisation
from niangjia.blocks.orgs.rules import is_below
from niangjia.blocks.orgs.selectors import scope_of
from niangjia.core.actor import Actor


def manageable(actor: Actor) -> QuerySet[Organisation]:
    """What the actor may change: all for the city, what stands beneath it for a district."""
    scope = scope_of(actor)
    rows = Organisation.objects.select_related("succeeded_by")
    if scope.kind == "all":
        return rows
    if scope.kind == "beneath" and scope.path:
        return rows.filter(territory_path__startswith=scope.path).exclude(pk=scope.id)
    return rows.none()


def may_hold(actor: Actor, node: Organisation | None) -> bool:
    """The actor may let an organisation stand below this node of the territory; None: nowhere."""
    scope = scope_of(actor)
    if scope.kind == "all":
        return True
    return node is not None and is_below(node.territory_path, scope.path)


def seen_by(actor: Actor) -> QuerySet[Organisation]:
    """What the actor may look at: also all suppliers, for whoever has a district."""
    scope = scope_of(actor)
    rows = Organisation.objects.exclude(category="node")
    if scope.kind == "all":
        return rows
    if scope.kind == "beneath" and scope.path:
        own = Q(category="buyer", territory_path__startswith=scope.path)
        return rows.filter(own | Q(category="supplier"))
    return rows.none()
