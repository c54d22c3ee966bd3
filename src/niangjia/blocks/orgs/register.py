"""The register of organisations as its pages show it: lists, one, what an action would change."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs.changing import between, parents_of
from niangjia.blocks.orgs.finding import former_names
from niangjia.blocks.orgs.followers import kept_of, obstacles_to
from niangjia.blocks.orgs.models import (
    LINE,
    TERRITORY,
    Appointment,
    FormerKey,
    Organisation,
    Placement,
    Succession,
)
from niangjia.blocks.orgs.rules import LINES, TOP, codes_near, is_below, plain_name
from niangjia.blocks.orgs.selectors import nodes, person_name, scope_of
from niangjia.blocks.orgs.steps import ref_of
from niangjia.blocks.orgs.types import Kept
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise

SEE = "orgs.see"
PER_PAGE = 30
COUNT_LIMIT = 1000
LIKELY = 5
STATES = ("in_force", "to_confirm", "closed", "merged", "all")


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


def beyond(actor: Actor, merged: Organisation) -> list[str]:
    """Why what was merged would, split again, stand where the actor may put nothing; or empty."""
    if may_hold(actor, parents_of(merged)[TERRITORY]):
        return []
    text = _("It stood outside your district before the merge. The city office can undo the merge.")
    return [str(text)]


def seen_by(actor: Actor) -> QuerySet[Organisation]:
    """What the actor may look at; a district also all suppliers."""
    scope = scope_of(actor)
    rows = Organisation.objects.select_related("succeeded_by")
    if scope.kind == "all":
        return rows
    if scope.kind == "beneath" and scope.path:
        own = Q(territory_path__startswith=scope.path)
        return rows.filter(own | Q(category="supplier"))
    return rows.none()


@dataclass(frozen=True, slots=True)
class OrgFilters:
    """What the register is narrowed to; empty means all. state: one of STATES.

    category: `buyer`, `supplier`, `department`, `node`; district, line: codes.
    """

    text: str = ""
    category: str = ""
    district: str = ""
    line: str = ""
    state: str = "in_force"


@dataclass(frozen=True, slots=True)
class Listed:
    """An organisation of the register. district, line: names; into: (ref, name) of its successor.

    likely: whether something like it is registered; only asked for what is to be confirmed.
    """

    id: int
    ref: str
    name: str
    uscc: str
    category: str
    kind: str
    district: str
    line: str
    to_confirm: bool
    closed_on: dt.date | None
    into: tuple[str, str] | None
    former: tuple[str, ...] = ()
    likely: Sequence["Likeness"] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """Another organisation that may be the same. why: `name`, `short`, `code`, `near`."""

    id: int
    ref: str
    name: str
    uscc: str
    why: str


@dataclass(frozen=True, slots=True)
class OrgPage:
    """rows: one page by name; next: cursor of the page that follows, or empty; n up to 1,000.

    mine: refs of those that the actor may change.
    """

    rows: Sequence[Listed]
    next: str
    n: int
    n_more: bool
    mine: frozenset[str] = frozenset()


def organisations_page(
    actor: Actor, *, filters: OrgFilters, ids: Sequence[int] | None = None, after: str = ""
) -> OrgPage:
    """One page of the register in the actor's scope, by name and id.

    ids: what the index proposes for a text; None: no text was given. after: `name~id`.
    Raises NotSignedIn, Denied.
    """
    authorise(actor, SEE)
    rows = _narrowed(seen_by(actor), filters)
    if ids is not None:
        rows = rows.filter(_with_text(filters.text, ids))
    n = rows.order_by()[: COUNT_LIMIT + 1].count()
    name, _mark, pk = after.rpartition("~")
    if pk.isascii() and pk.isdigit():
        rows = rows.filter(Q(name__gt=name) | Q(name=name, pk__gt=int(pk)))
    found = list(rows.order_by("name", "id")[: PER_PAGE + 1])
    more = len(found) > PER_PAGE
    found = found[:PER_PAGE]
    likely = likenesses([one for one in found if one.to_confirm], seen_by(actor))
    cursor = f"{found[-1].name}~{found[-1].pk}" if more else ""
    listed, n_shown = _listed(found, likely), min(n, COUNT_LIMIT)
    return OrgPage(listed, cursor, n_shown, n > COUNT_LIMIT, _mine(actor, found))


def _with_text(text: str, ids: Sequence[int]) -> Q:
    """What the index found; of the trees' offices, which are few and in no index, those whose name
    has every word."""
    node = Q(category="node")
    for word in text.split():
        node &= Q(name__icontains=word)
    return Q(pk__in=list(ids)) | node


def _mine(actor: Actor, rows: Sequence[Organisation]) -> frozenset[str]:
    """Refs of those that the actor may change."""
    if not actor.may("orgs.manage"):
        return frozenset()
    among = manageable(actor).filter(pk__in=[row.pk for row in rows])
    return frozenset(among.values_list("ref", flat=True))


def organisations_each(
    actor: Actor, *, filters: OrgFilters, ids: Sequence[int] | None = None
) -> Iterator[Listed]:
    """All that match, by name. Raises NotSignedIn, Denied."""
    authorise(actor, SEE)
    rows = _narrowed(seen_by(actor), filters).order_by("name", "id")
    if ids is not None:
        rows = rows.filter(_with_text(filters.text, ids))
    batch: list[Organisation] = []
    for row in rows.iterator(500):
        batch.append(row)
        if len(batch) == 500:
            yield from _listed(batch, {})
            batch = []
    yield from _listed(batch, {})


def _narrowed(rows: QuerySet[Organisation], filters: OrgFilters) -> QuerySet[Organisation]:
    rows = rows.filter(category=filters.category) if filters.category else rows
    if not filters.category and not filters.text:
        rows = rows.exclude(category="node")
    if filters.district:
        rows = rows.filter(district_code=filters.district)
    if filters.line:
        rows = rows.filter(line_code=filters.line)
    if filters.state == "in_force":
        return rows.filter(valid_to=None)
    if filters.state == "to_confirm":
        return rows.filter(to_confirm=True, valid_to=None)
    if filters.state == "closed":
        return rows.filter(valid_to__isnull=False, succeeded_by=None)
    return rows.filter(succeeded_by__isnull=False) if filters.state == "merged" else rows


def _listed(rows: Sequence[Organisation], likely: Mapping[int, Sequence[Likeness]]) -> list[Listed]:
    names = dict(nodes("district", "virtual_district", "line", "virtual_line"))
    former = former_names(row.pk for row in rows)
    return [
        Listed(
            id=row.pk,
            ref=row.ref,
            name=row.name,
            uscc=row.uscc,
            category=row.category,
            kind=row.kind,
            district=names.get(row.district_code, row.district_code),
            line=names.get(row.line_code, row.line_code),
            to_confirm=row.to_confirm,
            closed_on=None if row.succeeded_by else row.valid_to,
            into=(row.succeeded_by.ref, row.succeeded_by.name) if row.succeeded_by else None,
            former=former.get(row.pk, ()),
            likely=likely.get(row.pk, ()),
        )
        for row in rows
    ]


def likenesses(
    rows: Sequence[Organisation], among: QuerySet[Organisation]
) -> dict[int, list[Likeness]]:
    """Those not merged that may be the same as one of these, by its id, the likeliest first.

    among: what the actor may see. Found by name, short name and code, in three indexed queries for
    all of them.
    """
    found: dict[int, dict[int, Likeness]] = {row.pk: {} for row in rows}
    for category in {row.category for row in rows}:
        own = [row for row in rows if row.category == category]
        others = among.filter(category=category, succeeded_by=None)
        near = {row.pk: frozenset(codes_near(row.uscc)) if row.uscc else () for row in own}
        codes = {code for listed in near.values() for code in listed}
        short = {row.short_name for row in own if row.short_name}
        named = list(others.filter(short_name__in=short))
        coded = list(others.filter(uscc__in=codes)) if codes else []
        for row in own:
            for other in (*named, *coded):
                why = _why(row, other, near[row.pk])
                if why and other.pk != row.pk:
                    one = Likeness(other.pk, other.ref, other.name, other.uscc, why)
                    found[row.pk].setdefault(other.pk, one)
    order = ("code", "name", "near", "short")
    return {
        pk: sorted(by_id.values(), key=lambda one: (order.index(one.why), one.id))[:LIKELY]
        for pk, by_id in found.items()
        if by_id
    }


def likely_same(actor: Actor, *, ref: str) -> list[Likeness]:
    """What may be the same as an organisation that the actor may see, the likeliest first."""
    authorise(actor, SEE)
    row = seen_by(actor).filter(ref=ref).first()
    return likenesses([row], seen_by(actor)).get(row.pk, []) if row else []


def _why(row: Organisation, other: Organisation, near: Iterable[str]) -> str:
    if row.uscc and row.uscc == other.uscc:
        return "code"
    if other.uscc and other.uscc in near:
        return "near"
    if row.uscc and other.uscc and plain_name(row.name) != plain_name(other.name):
        return ""  # two good codes and two names: two organisations
    if plain_name(row.name) == plain_name(other.name):
        return "name"
    return "short" if row.short_name == other.short_name else ""


@dataclass(frozen=True, slots=True)
class Stay:
    """Where an organisation stood in one of the trees. until: None for where it stands now."""

    tree: str
    parent: str
    since: dt.date
    until: dt.date | None


@dataclass(frozen=True, slots=True)
class Seat:
    """An appointment at the organisation. over: it has ended."""

    role: str
    who: str
    username: str
    since: dt.date
    until: dt.date | None
    over: bool
    at: str = ""


@dataclass(frozen=True, slots=True)
class OrgDetail:
    """An organisation with all that its page shows.

    own: what the rooms keep about itself; merged: what was merged into it with what is kept about
    that; can_change: it is the actor's to change; parents: ref of where it stands by tree; trees:
    those in which it can be moved; above: those in which the actor may look at where it stands.
    """

    listed: Listed
    region: str
    since: dt.date
    stays: Sequence[Stay]
    seats: Sequence[Seat]
    former_codes: Sequence[str]
    own: Kept
    merged: Sequence[tuple[str, str, Kept]]
    can_change: bool
    parents: Mapping[str, str] = field(default_factory=dict)
    trees: Sequence[str] = ()
    above: frozenset[str] = frozenset()

    @property
    def total(self) -> tuple[int, int]:
        """(records in force, their fen) of itself and of all that was merged into it."""
        kept = [self.own, *(one for _ref, _name, one in self.merged)]
        return sum(one.n for one in kept), sum(one.fen for one in kept)


def organisation_get(actor: Actor, *, ref: str) -> OrgDetail:
    """One organisation in the actor's scope. Raises NotSignedIn, Denied, NotFound."""
    authorise(actor, SEE)
    row = seen_by(actor).filter(ref=ref).first()
    if row is None:
        raise NotFound(_("There is no such organisation, or it is not yours to see."))
    placed = Placement.objects.filter(organisation=row).select_related("parent")
    stays = list(placed.order_by("tree", "-valid_from", "-id"))
    codes = FormerKey.objects.filter(organisation=row, key__startswith="uscc:").order_by("-id")
    merged = [ref_of(one) for one in row.predecessors.order_by("id")]
    likely = likenesses([row], seen_by(actor)) if row.to_confirm else {}
    return OrgDetail(
        listed=_listed([row], likely)[0],
        region=row.region_code,
        since=row.valid_from,
        stays=[
            Stay(one.tree, one.parent.name if one.parent else "", one.valid_from, one.valid_to)
            for one in stays
        ],
        seats=_seats(row),
        former_codes=[key.removeprefix("uscc:") for key in codes.values_list("key", flat=True)],
        own=_sum(kept_of(ref_of(row), row.category)),
        merged=[(one.ref, one.name, _sum(kept_of(one, row.category))) for one in merged],
        can_change=actor.may("orgs.manage") and manageable(actor).filter(pk=row.pk).exists(),
        trees=trees_of(row),
        parents={one.tree: one.parent.ref for one in stays if one.parent and one.valid_to is None},
        above=frozenset(
            one.tree
            for one in stays
            if one.parent and (one.tree == LINE or may_hold(actor, one.parent))
        ),
    )


def trees_of(row: Organisation) -> tuple[str, ...]:
    """The trees in which the organisation can be moved."""
    if row.category == "buyer":
        return (TERRITORY, LINE)
    if row.category != "node" or row.kind in TOP:
        return ()
    return (LINE,) if row.kind in LINES else (TERRITORY,)


def _sum(kept: Sequence[Kept]) -> Kept:
    """What all rooms keep, as one."""
    days = [day for one in kept for day in (one.first, one.last) if day]
    return Kept(
        n=sum(one.n for one in kept),
        fen=sum(one.fen for one in kept),
        first=min(days, default=None),
        last=max(days, default=None),
        href=next((one.href for one in kept if one.href), ""),
        lines=tuple(line for one in kept for line in one.lines),
        links=tuple(link for one in kept for link in one.links),
    )


def _seats(row: Organisation) -> list[Seat]:
    today = clock.city_today()
    at = Q(organisation=row) | Q(organisation__succeeded_by=row)
    rows = Appointment.objects.filter(at).select_related("person__login", "organisation")
    return [
        Seat(
            role=one.role,
            who=person_name(bytes(one.person.sealed_name)),
            username=one.person.login.username,
            since=one.valid_from,
            until=one.valid_to,
            over=one.valid_to is not None and one.valid_to < today,
            at=one.organisation.name if one.organisation_id != row.pk else "",
        )
        for one in rows.order_by("valid_to", "role", "-valid_from", "id")
    ]


def merged_at(ref: str) -> dt.datetime | None:
    """When what is merged now was merged."""
    rows = Succession.objects.filter(organisation__ref=ref, split_at__isnull=True)
    return rows.values_list("merged_at", flat=True).first()


def obstacles_between(actor: Actor, *, ref: str, into_ref: str) -> list[str]:
    """Why the first cannot be merged into the second now, or split from it if it was already."""
    authorise(actor, "orgs.manage")
    rows = {one.ref: one for one in manageable(actor).filter(ref__in=(ref, into_ref))}
    row, into = rows.get(ref), rows.get(into_ref)
    if row is None or into is None:
        return [str(_("One of the two is not yours to change. The city office can merge them."))]
    if row.succeeded_by_id == into.pk:
        return [*beyond(actor, row), *obstacles_to(between("split", row, into))]
    return obstacles_to(between("merged", row, into))


def places_for(actor: Actor, tree: str) -> list[tuple[str, str]]:
    """(ref, name) of the nodes below which the actor may place an organisation, in tree order."""
    rows = Organisation.objects.filter(category="node", valid_to=None)
    column = "line_path" if tree == "line" else "territory_path"
    rows = rows.filter(kind__in=LINES) if tree == "line" else rows.exclude(kind__in=LINES)
    found = [row for row in rows if tree == "line" or may_hold(actor, row)]
    by_id = {row.pk: row for row in found}

    def order(row: Organisation) -> list[str]:
        ids = [int(part) for part in getattr(row, column).split("/") if part]
        return [by_id[pk].code for pk in ids if pk in by_id]

    deep = {row.pk: len(order(row)) for row in found}
    least = min(deep.values(), default=0)
    return [
        (row.ref, "\u3000" * (deep[row.pk] - least) + row.name) for row in sorted(found, key=order)
    ]
