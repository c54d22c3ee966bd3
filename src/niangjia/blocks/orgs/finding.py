"""Organisations as a search needs them: what to index of each, and who may find which."""

from collections.abc import Iterable, Sequence

from niangjia.blocks.orgs.models import Organisation
from niangjia.blocks.orgs.selectors import scope_of
from niangjia.blocks.orgs.types import ListedOrg
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
    rows = Organisation.objects.filter(pk__in=ids, category=category)
    scope = scope_of(actor)
    if scope.kind in ("unit", "supplier") and (category == "buyer" or scope.kind == "supplier"):
        rows = rows.filter(pk=scope.id)
    elif scope.kind == "beneath" and category == "buyer":
        rows = rows.filter(territory_path__startswith=scope.path) if scope.path else rows.none()
    elif scope.kind == "county":
        rows = rows.filter(region_code=scope.code) if category == "supplier" else rows.none()
    elif scope.kind not in ("all", "beneath", "unit"):
        rows = rows.none()
    return [ListedOrg(*row) for row in rows.order_by("-id").values_list(*_COLUMNS)]
