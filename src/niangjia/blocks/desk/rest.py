"""JSON: finding, saved views, exports."""

import datetime as dt
from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from niangjia.blocks.desk import searching
from niangjia.blocks.desk.kept import exports_of, views_of
from niangjia.blocks.desk.rest_organisations import router as organisations
from niangjia.blocks.desk.services import view_delete, view_save
from niangjia.blocks.desk.types import KeptView
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise
from niangjia.ui.page import actor_of
from niangjia.ui.rest import ONE, SIGNED_IN, Refusal

router = Router(tags=["desk"])
router.add_router("/organisations", organisations)
Plain = "^[^\\u0000]*$"
Ref = Annotated[str, Field(max_length=40, pattern="^[0-9A-Za-z_-]*$")]


class FoundLine(Schema):
    """One thing found. href: its page; facts: what tells it from others."""

    href: str
    title: str
    facts: list[str]
    number: str
    state: str


class FoundKind(Schema):
    """Things of one kind, the first eight. n: all of them, up to 100; n_more: there are more."""

    name: str
    title: str
    n: int
    n_more: bool
    items: list[FoundLine]


class View(Schema):
    """A list kept under a name. query: its address behind the question mark."""

    ref: str
    title: str
    page: str
    query: str
    mine: bool
    shared: bool


class NewView(Schema):
    """page: the list's route, such as `assistance_ledger:records`."""

    title: Annotated[str, Field(min_length=1, max_length=60, pattern=Plain)]
    page: Annotated[str, Field(max_length=80, pattern="^[a-z_]+:[a-z_]+$")]
    query: Annotated[str, Field(max_length=500, pattern=Plain)] = ""
    shared: bool = False


class Made(Schema):
    ref: str


class ExportLine(Schema):
    """state: waiting, running, done or failed. n_done, n_expected: rows."""

    ref: str
    title: str
    state: str
    n_done: int
    n_expected: int
    size_bytes: int
    created_at: dt.datetime


@router.get("/find", response={200: list[FoundKind], **SIGNED_IN}, operation_id="find")
def find(
    request: HttpRequest, q: Annotated[str, Field(max_length=100, pattern=Plain)]
) -> list[FoundKind]:
    """What of each kind the reader may see and the words, initials or numbers find."""
    return [
        FoundKind(
            name=group.name,
            title=group.title,
            n=group.n,
            n_more=group.n_more,
            items=[
                FoundLine(
                    href=hit.href,
                    title=hit.title,
                    facts=list(hit.facts),
                    number=hit.number,
                    state=hit.state,
                )
                for hit in group.hits
            ],
        )
        for group in searching.find(actor_of(request), q)
    ]


def _view(one: KeptView) -> View:
    return View(
        ref=one.ref,
        title=one.title,
        page=one.page,
        query=one.query,
        mine=one.mine,
        shared=one.shared,
    )


@router.get("/views", response={200: list[View], **SIGNED_IN}, operation_id="views")
def views(request: HttpRequest) -> list[View]:
    """Views that the reader may open, one's own first."""
    actor = authorise(actor_of(request), "desk.views")
    return [_view(one) for one in views_of(actor)]


@router.get("/views/{ref}", response={200: View, **ONE}, operation_id="view")
def view(request: HttpRequest, ref: Ref) -> View:
    """One view that the reader may open."""
    actor = authorise(actor_of(request), "desk.views")
    for one in views_of(actor):
        if one.ref == ref:
            return _view(one)
    raise NotFound(_("There is no such view, or it is not yours to change."))


@router.post("/views", response={201: Made, 409: Refusal, **SIGNED_IN}, operation_id="view_save")
def save(request: HttpRequest, view: NewView) -> tuple[int, Made]:
    """The list stands under the name."""
    ref = view_save(
        actor_of(request), page=view.page, title=view.title, query=view.query, shared=view.shared
    )
    return 201, Made(ref=ref)


@router.delete("/views/{ref}", response={200: Made, **ONE}, operation_id="view_delete")
def delete(request: HttpRequest, ref: Ref) -> Made:
    """A view of one's own is gone."""
    return Made(ref=view_delete(actor_of(request), ref=ref))


@router.get("/exports", response={200: list[ExportLine], **SIGNED_IN}, operation_id="exports")
def exports(request: HttpRequest) -> list[ExportLine]:
    """One's own exports of the last seven days, newest first."""
    actor = actor_of(request)
    return [
        ExportLine(
            ref=one.ref,
            title=one.title,
            state=one.state,
            n_done=one.n_done,
            n_expected=one.n_expected,
            size_bytes=one.size_bytes,
            created_at=one.created_at,
        )
        for one in exports_of(actor)
    ]
