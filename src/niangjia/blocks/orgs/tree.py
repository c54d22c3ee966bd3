"""The two trees as an office walks through them: a node, and what stands below it."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs.models import LINE, TERRITORY, Organisation
from niangjia.blocks.orgs.register import PER_PAGE, SEE, seen_by
from niangjia.blocks.orgs.rules import LINES
from niangjia.blocks.orgs.selectors import scope_of
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise


@dataclass(frozen=True, slots=True)
class Branch:
    """A node of a tree. n, n_to_confirm: buying units in use anywhere beneath it."""

    ref: str
    name: str
    code: str
    n: int
    n_to_confirm: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A buying unit that stands directly below a node; nowhere: below none of them yet."""

    ref: str
    name: str
    kind: str
    uscc: str
    to_confirm: bool
    nowhere: bool


@dataclass(frozen=True, slots=True)
class TreePage:
    """One node of a tree, or what stands at its top.

    at: the node, None at the top of the lines; way: (ref, name) from the highest node that the
    actor may see down to it; leaves: one page by name, n_leaves in all, at the top also those that
    stand nowhere yet; next: cursor of the page that follows, or empty. may_open: the node has a
    page that the actor may see.
    """

    tree: str
    at: Branch | None
    way: Sequence[tuple[str, str]]
    branches: Sequence[Branch]
    leaves: Sequence[Leaf]
    n_leaves: int
    next: str
    may_open: bool


def organisations_tree(
    actor: Actor, *, tree: str = TERRITORY, ref: str = "", after: str = ""
) -> TreePage:
    """A node in the actor's scope and what stands below it; the topmost for an empty ref.

    tree: `territory` or `line`; after: `name~id` of a leaf. Raises NotSignedIn, Denied, NotFound.
    """
    authorise(actor, SEE)
    column = "line_path" if tree == LINE else "territory_path"
    nodes = {getattr(one, column): one for one in _nodes(actor, tree)}
    at = next((path for path, one in nodes.items() if one.ref == ref), "")
    if ref and not at:
        raise NotFound(_("There is no such office, or it is not yours to see."))
    if not ref and tree == TERRITORY:
        at = min(nodes, key=len, default="")
    units = seen_by(actor).filter(category="buyer", valid_to=None)
    units = units.filter(**{f"{column}__startswith": at}) if ref else units
    beneath = _Beneath(units.values_list(column, "to_confirm"))
    own = units.filter(_directly(column, at or "/", list(nodes)))
    leaves, following = _leaves(own, column, after)
    return TreePage(
        tree=tree,
        at=beneath.branch(at, nodes[at]) if at else None,
        way=[(one.ref, one.name) for path, one in sorted(nodes.items()) if at.startswith(path)],
        branches=[
            beneath.branch(path, one) for path, one in nodes.items() if _above(path) == (at or "/")
        ],
        leaves=leaves,
        n_leaves=own.order_by().count(),
        next=following,
        may_open=bool(at) and seen_by(actor).filter(pk=nodes[at].pk).exists(),
    )


def _nodes(actor: Actor, tree: str) -> QuerySet[Organisation]:
    """The tree's nodes that the actor may see, by code; lines are everybody's."""
    rows = Organisation.objects.filter(category="node", valid_to=None).order_by("code", "id")
    if tree == LINE:
        return rows.filter(kind__in=LINES)
    scope = scope_of(actor)
    rows = rows.exclude(kind__in=LINES)
    return rows if scope.kind == "all" else rows.filter(territory_path__startswith=scope.path)


def _above(path: str) -> str:
    """`/1/4/` of `/1/4/5/`."""
    return path[: path.rstrip("/").rfind("/") + 1]


def _past(path: str) -> str:
    """The first text after all that begin with the path."""
    return path[:-1] + chr(ord("/") + 1)


def _directly(column: str, at: str, nodes: Sequence[str]) -> Q:
    """Beneath none of the nodes that stand below `at`."""
    found = Q()
    for path in nodes:
        if _above(path) == at:
            found &= ~Q(**{f"{column}__startswith": path})
    return found


def _leaves(rows: QuerySet[Organisation], column: str, after: str) -> tuple[list[Leaf], str]:
    """(one page by name, cursor of what follows)."""
    name, _mark, pk = after.rpartition("~")
    if pk.isascii() and pk.isdigit():
        rows = rows.filter(Q(name__gt=name) | Q(name=name, pk__gt=int(pk)))
    found = list(rows.order_by("name", "id")[: PER_PAGE + 1])
    more, found = len(found) > PER_PAGE, found[:PER_PAGE]
    leaves = [
        Leaf(
            ref=one.ref,
            name=one.name,
            kind=one.kind,
            uscc=one.uscc,
            to_confirm=one.to_confirm,
            nowhere=_above(getattr(one, column)) in ("", "/"),
        )
        for one in found
    ]
    return leaves, f"{found[-1].name}~{found[-1].pk}" if more else ""


class _Beneath:
    """How many of some units stand beneath a path."""

    def __init__(self, units: Iterable[tuple[str, bool]]) -> None:
        listed = list(units)
        self._all = sorted(path for path, _waits in listed)
        self._waiting = sorted(path for path, waits in listed if waits)

    def branch(self, path: str, node: Organisation) -> Branch:
        """The node with its counts."""
        return Branch(
            ref=node.ref,
            name=node.name,
            code=node.code,
            n=_between(self._all, path),
            n_to_confirm=_between(self._waiting, path),
        )


def _between(paths: Sequence[str], path: str) -> int:
    return bisect_left(paths, _past(path)) - bisect_left(paths, path)
