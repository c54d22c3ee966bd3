"""JSON: the register of units and suppliers, and what is done to them."""

import datetime as dt
from dataclasses import asdict
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from niangjia.blocks.desk.searching import organisation_ids
from niangjia.blocks.orgs.public import (
    Listed,
    OrgFilters,
    leader_change,
    likely_same,
    obstacles_between,
    organisation_close,
    organisation_get,
    organisation_move,
    organisation_recode,
    organisation_register,
    organisation_rename,
    organisation_reopen,
    organisation_split,
    organisations_confirm,
    organisations_merge,
    organisations_page,
    organisations_tree,
)
from niangjia.ui.page import actor_of
from niangjia.ui.rest import CHANGED, ONE, SIGNED_IN

router = Router(tags=["organisations"])
Plain = "^[^\\u0000]*$"
Ref = Annotated[str, Field(max_length=40, pattern="^[0-9A-Za-z_-]*$")]
Text = Annotated[str, Field(max_length=120, pattern=Plain)]
Reason = Annotated[str, Field(min_length=2, max_length=500, pattern=Plain)]


class Organisation(Schema):
    """district, line: names of where it stands; into: ref of what it was merged into, or null."""

    ref: str
    name: str
    uscc: str
    category: str
    kind: str
    district: str
    line: str
    to_confirm: bool
    closed_on: dt.date | None
    into: str | None
    former_names: list[str]


class OrganisationPage(Schema):
    """n: how many match, up to 1,000; next: cursor of the following page, or empty."""

    items: list[Organisation]
    next: str
    n: int
    n_more: bool


class TreeNode(Schema):
    """n, n_to_confirm: buying units in use anywhere beneath it."""

    ref: str
    name: str
    code: str
    n: int
    n_to_confirm: int


class TreeUnit(Schema):
    """A buying unit directly below a node; nowhere: below none of them yet."""

    ref: str
    name: str
    kind: str
    uscc: str
    to_confirm: bool
    nowhere: bool


class Tree(Schema):
    """at: the node, null at the top of the lines; way: refs from the top down to it; next: cursor
    of the following page of units, or empty."""

    at: TreeNode | None
    way: list[str]
    nodes: list[TreeNode]
    units: list[TreeUnit]
    n_units: int
    next: str


class Same(Schema):
    """May be the same. why: `code`, `name`, `near` (code differs in one place), `short`."""

    ref: str
    name: str
    uscc: str
    why: str


class OneOrganisation(Organisation):
    """n, fen: records in force of it and of all merged into it; likely: what may be the same."""

    n: int
    fen: int
    since: dt.date
    merged: list[str]
    likely: list[Same]


class NewOrganisation(Schema):
    """territory_ref, line_ref: of the nodes it stands below, may be empty."""

    category: Literal["buyer", "supplier"]
    name: Text
    uscc: Annotated[str, Field(max_length=24, pattern=Plain)] = ""
    kind: Annotated[str, Field(max_length=20, pattern=Plain)] = ""
    territory_ref: Ref = ""
    line_ref: Ref = ""


class Refs(Schema):
    refs: Annotated[list[Ref], Field(max_length=200)]


class Why(Schema):
    reason: Reason


class Into(Why):
    """into_ref: of the one that stays."""

    into_ref: Ref


class Name(Why):
    name: Text
    since: dt.date


class Code(Why):
    uscc: Annotated[str, Field(max_length=24, pattern=Plain)]


class Move(Why):
    """parent_ref: of a node of the tree; empty for nowhere yet."""

    tree: Literal["territory", "line"]
    parent_ref: Ref = ""
    since: dt.date


class LastDay(Why):
    last_day: dt.date


class Leader(Why):
    role: Literal["head", "checker", "leader"]
    username: Annotated[str, Field(max_length=60, pattern=Plain)]
    since: dt.date


class Made(Schema):
    ref: str


class Counted(Schema):
    n: int


class Preview(Schema):
    """obstacles: why the merge, or its undoing, is refused now, each with what to do."""

    obstacles: list[str]


def _shown(one: Listed) -> dict[str, object]:
    return {
        "ref": one.ref,
        "name": one.name,
        "uscc": one.uscc,
        "category": one.category,
        "kind": one.kind,
        "district": one.district,
        "line": one.line,
        "to_confirm": one.to_confirm,
        "closed_on": one.closed_on,
        "into": one.into[0] if one.into else None,
        "former_names": list(one.former),
    }


@router.get("", response={200: OrganisationPage, **SIGNED_IN}, operation_id="organisations")
def organisations(
    request: HttpRequest,
    text: Annotated[str, Field(max_length=100, pattern=Plain)] = "",
    category: Literal["", "buyer", "supplier", "department", "node"] = "",
    district: Annotated[str, Field(max_length=12, pattern=Plain)] = "",
    line: Annotated[str, Field(max_length=20, pattern=Plain)] = "",
    state: Literal["in_force", "to_confirm", "closed", "merged", "all"] = "in_force",
    after: Annotated[str, Field(max_length=160, pattern=Plain)] = "",
) -> OrganisationPage:
    """The register in the caller's scope, by name, 30 at a time."""
    filters = OrgFilters(text, category, district, line, state)
    page = organisations_page(
        actor_of(request), filters=filters, ids=organisation_ids(text), after=after
    )
    items = [Organisation(**_shown(one)) for one in page.rows]  # type: ignore[arg-type]
    return OrganisationPage(items=items, next=page.next, n=page.n, n_more=page.n_more)


@router.post("", response={201: Made, **CHANGED}, operation_id="organisation_register")
def register(request: HttpRequest, new: NewOrganisation) -> tuple[int, Made]:
    """A unit or supplier stands in the register, confirmed."""
    return 201, Made(ref=organisation_register(actor_of(request), **new.dict()))


@router.post("/confirm", response={200: Counted, **CHANGED}, operation_id="organisations_confirm")
def confirm(request: HttpRequest, chosen: Refs) -> Counted:
    """What imports brought was checked and is as it should be."""
    return Counted(n=organisations_confirm(actor_of(request), refs=chosen.refs))


@router.get("/tree", response={200: Tree, **ONE}, operation_id="organisations_tree")
def tree(
    request: HttpRequest,
    tree: Literal["territory", "line"] = "territory",
    at: Ref = "",
    after: Annotated[str, Field(max_length=160, pattern=Plain)] = "",
) -> Tree:
    """A node of one of the trees in the caller's scope, and what stands below it."""
    page = organisations_tree(actor_of(request), tree=tree, ref=at, after=after)
    return Tree(
        at=TreeNode(**asdict(page.at)) if page.at else None,
        way=[ref for ref, _name in page.way],
        nodes=[TreeNode(**asdict(one)) for one in page.branches],
        units=[TreeUnit(**asdict(one)) for one in page.leaves],
        n_units=page.n_leaves,
        next=page.next,
    )


@router.get("/{ref}", response={200: OneOrganisation, **ONE}, operation_id="organisation")
def organisation(request: HttpRequest, ref: Ref) -> OneOrganisation:
    """One organisation."""
    actor = actor_of(request)
    detail = organisation_get(actor, ref=ref)
    n, fen = detail.total
    return OneOrganisation(
        **_shown(detail.listed),  # type: ignore[arg-type]
        n=n,
        fen=fen,
        since=detail.since,
        merged=[one for one, _name, _kept in detail.merged],
        likely=[
            Same(ref=one.ref, name=one.name, uscc=one.uscc, why=one.why)
            for one in likely_same(actor, ref=ref)
        ],
    )


@router.get(
    "/{ref}/merge/{into_ref}", response={200: Preview, **ONE}, operation_id="organisation_preview"
)
def preview(request: HttpRequest, ref: Ref, into_ref: Ref) -> Preview:
    """What stands in the way of a merge, or of undoing it."""
    return Preview(obstacles=obstacles_between(actor_of(request), ref=ref, into_ref=into_ref))


@router.post("/{ref}/merge", response={200: Made, **CHANGED}, operation_id="organisation_merge")
def merge(request: HttpRequest, ref: Ref, given: Into) -> Made:
    """It is found and counted as the other from now on; no record and no sum changes."""
    organisations_merge(actor_of(request), organisation_ref=ref, **given.dict())
    return Made(ref=given.into_ref)


@router.post("/{ref}/split", response={200: Made, **CHANGED}, operation_id="organisation_split")
def split(request: HttpRequest, ref: Ref, given: Why) -> Made:
    """What was merged by mistake stands by itself again."""
    organisation_split(actor_of(request), organisation_ref=ref, **given.dict())
    return Made(ref=ref)


@router.post("/{ref}/rename", response={200: Made, **CHANGED}, operation_id="organisation_rename")
def rename(request: HttpRequest, ref: Ref, given: Name) -> Made:
    """It bears the name from that day."""
    organisation_rename(actor_of(request), organisation_ref=ref, **given.dict())
    return Made(ref=ref)


@router.post("/{ref}/code", response={200: Made, **CHANGED}, operation_id="organisation_recode")
def recode(request: HttpRequest, ref: Ref, given: Code) -> Made:
    """Its unified social credit code is that one."""
    organisation_recode(actor_of(request), organisation_ref=ref, **given.dict())
    return Made(ref=ref)


@router.post("/{ref}/move", response={200: Made, **CHANGED}, operation_id="organisation_move")
def move(request: HttpRequest, ref: Ref, given: Move) -> Made:
    """It stands there from that day; what was recorded keeps its codes."""
    organisation_move(actor_of(request), organisation_ref=ref, **given.dict())
    return Made(ref=ref)


@router.post("/{ref}/close", response={200: Made, **CHANGED}, operation_id="organisation_close")
def close(request: HttpRequest, ref: Ref, given: LastDay) -> Made:
    """That was its last day."""
    organisation_close(actor_of(request), organisation_ref=ref, **given.dict())
    return Made(ref=ref)


@router.post("/{ref}/reopen", response={200: Made, **CHANGED}, operation_id="organisation_reopen")
def reopen(request: HttpRequest, ref: Ref, given: Why) -> Made:
    """It is not closed any more."""
    organisation_reopen(actor_of(request), organisation_ref=ref, **given.dict())
    return Made(ref=ref)


@router.post("/{ref}/leader", response={200: Counted, **CHANGED}, operation_id="leader_change")
def leader(request: HttpRequest, ref: Ref, given: Leader) -> Counted:
    """From that day the account's person holds the role; returns how many appointments ended."""
    return Counted(n=leader_change(actor_of(request), organisation_ref=ref, **given.dict()))
