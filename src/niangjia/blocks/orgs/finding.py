"""Organisations as a search needs them: what to index of each, and who may find which."""

from collections.abc import Iterable, Sequence

from niangjia.blocks.orgs.models import Organisation
from niangjia.blocks.orgs.selectors import scope_of
from niangjia.blocks.orgs.types import ListedOrg, Scope
from niangjia.core.actor import Actor

_COLUMNS = ("id", "ref", "name", "uscc", "kind", "district_code", "region_code", "territory_path")


def organisations_listed(refs: Iterable[str], *, category: str) -> list[ListedOrg]:
    """Organisations of a category (`buyer`, `supplier`) by their refs, whoever asks."""
    rows = Organisation.objects.filter(ref__in=list(refs), category=category)
    return [ListedOrg(*row) for row in rows.values_list(*_COLUMNS)]


def organisations_found(actor: Actor, ids: Sequence[int], *, category: str) -> list[ListedOrg]:
    """Those of the ids that the actor may find, newest first.

    Buyers: all, those beneath a district, one's own. Suppliers: their names are known to whoever
    buys; a supplier finds itself, a county's department those of its county.
    """
    # By its ids alone: with more conditions the database may walk all of a category.
    rows = Organisation.objects.filter(pk__in=ids).order_by().values_list(*_COLUMNS, "category")
    scope = scope_of(actor)
    found = [ListedOrg(*row[:-1]) for row in rows if row[-1] == category]
    seen = [one for one in found if _may_find(scope, one, category)]
    return sorted(seen, key=lambda one: -one.id)


def _may_find(scope: Scope, one: ListedOrg, category: str) -> bool:
    if scope.kind == "all":
        return True
    if category == "buyer":
        beneath = scope.kind == "beneath" and scope.path and one.path.startswith(scope.path)
        return bool(beneath) or (scope.kind == "unit" and one.id == scope.id)
    if scope.kind == "supplier":
        return one.id == scope.id
    if scope.kind == "county":
        return bool(scope.code) and one.region == scope.code
    return scope.kind in ("beneath", "unit")
