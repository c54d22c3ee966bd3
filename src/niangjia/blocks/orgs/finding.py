"""Organisations as a search needs them: what to index of each, and who may find which."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db.models import Q
from django.db.models.functions import Coalesce

from niangjia.blocks.orgs.models import FormerKey, Organisation
from niangjia.blocks.orgs.selectors import heads_of, organisation, scope_of
from niangjia.blocks.orgs.types import ListedOrg, OrgRef, Scope
from niangjia.core.actor import Actor

_COLUMNS = ("id", "ref", "name", "uscc", "kind", "district_code", "region_code", "territory_path")


def organisations_listed(refs: Iterable[str], *, category: str) -> list[ListedOrg]:
    """Organisations of a category (`buyer`, `supplier`) by their refs, whoever asks."""
    rows = Organisation.objects.filter(ref__in=list(refs), category=category)
    listed = [ListedOrg(*row) for row in rows.values_list(*_COLUMNS)]
    former = former_names([one.id for one in listed])
    return [replace(one, former=former.get(one.id, ())) for one in listed]


def former_names(ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Names that these organisations bore before, the last one first; by id."""
    rows = FormerKey.objects.filter(organisation_id__in=list(ids), key__startswith="name:")
    found: dict[int, list[str]] = {}
    for pk, key, now in rows.order_by("-until", "-id").values_list(
        "organisation_id", "key", "organisation__name"
    ):
        if (name := key.removeprefix("name:")) != now:
            found.setdefault(pk, []).append(name)
    return {pk: tuple(names) for pk, names in found.items()}


def organisation_with(ref: str, *, category: str) -> tuple[OrgRef, tuple[int, ...]] | None:
    """(what an organisation is found as today, ids of that and of all merged into it)."""
    rows = Organisation.objects.filter(ref=ref, category=category)
    head = rows.values_list(Coalesce("succeeded_by_id", "id"), flat=True).first()
    if head is None:
        return None
    merged = Organisation.objects.filter(succeeded_by_id=head).order_by("id")
    return organisation(head), (head, *merged.values_list("id", flat=True))


def ref_of_code(uscc: str, *, category: str) -> str:
    """The ref of what bears this unified social credit code, or bore it; empty if nothing does."""
    rows = Organisation.objects.filter(uscc=uscc, category=category).exclude(uscc="")
    found = rows.order_by("valid_to", "-id").values_list("ref", flat=True).first()
    if found:
        return str(found)
    former = FormerKey.objects.filter(key=f"uscc:{uscc}", organisation__category=category)
    return former.order_by("-id").values_list("organisation__ref", flat=True).first() or ""


def organisations_found(actor: Actor, ids: Sequence[int], *, category: str) -> list[ListedOrg]:
    """Those of the ids that the actor may find, newest first; what was merged as what it is now.

    Buyers: all, those beneath a district, one's own. Suppliers: their names are known to whoever
    buys; a supplier finds itself, a county's department those of its county.
    """
    # By its ids alone: with more conditions the database may walk all of a category.
    wanted = set(heads_of(ids).values())
    rows = Organisation.objects.filter(pk__in=wanted).order_by().values_list(*_COLUMNS, "category")
    scope = scope_of(actor)
    found = [ListedOrg(*row[:-1]) for row in rows if row[-1] == category]
    former = former_names([one.id for one in found])
    seen = [
        replace(one, former=former.get(one.id, ()))
        for one in found
        if _may_find(scope, one, category)
    ]
    return sorted(seen, key=lambda one: -one.id)


def organisations_with(ref: str) -> tuple[list[int], list[int]]:
    """(ids of units, ids of suppliers) that are an organisation, stand beneath it, or were merged
    into it."""
    row = Organisation.objects.filter(ref=ref).first()
    if row is None:
        return [], []
    beneath = Q(pk=row.pk) | Q(succeeded_by=row)
    for column in ("territory_path", "line_path"):
        if path := getattr(row, column):
            beneath |= Q(**{f"{column}__startswith": path})
    rows = Organisation.objects.filter(beneath, category__in=("buyer", "supplier"))
    found: dict[str, list[int]] = {"buyer": [], "supplier": []}
    for category, pk in rows.order_by("id").values_list("category", "id"):
        found[category].append(pk)
    return found["buyer"], found["supplier"]


def organisations_beneath(
    ref: str, after: int, limit: int, *, category: str
) -> list[tuple[int, str]]:
    """(id, ref) of the next of those, of one category."""
    ids = organisations_with(ref)[category == "supplier"]
    rows = Organisation.objects.filter(pk__in=ids, pk__gt=after).order_by("id")
    return list(rows.values_list("id", "ref")[:limit])


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
