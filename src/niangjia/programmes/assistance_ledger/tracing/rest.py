"""JSON: what a question may mean, and a trace: its sums, its picture, its records."""

import datetime as dt
from dataclasses import replace
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from niangjia.core.errors import Invalid
from niangjia.programmes.assistance_ledger.rest import Code, Ref
from niangjia.programmes.assistance_ledger.selectors import Filters
from niangjia.programmes.assistance_ledger.tracing.found import (
    LEVELS,
    Traced,
    Whole,
    trace_get,
)
from niangjia.programmes.assistance_ledger.tracing.pages import name_of
from niangjia.programmes.assistance_ledger.tracing.picture import OTHERS
from niangjia.programmes.assistance_ledger.tracing.questions import KINDS, meanings
from niangjia.ui.page import actor_of
from niangjia.ui.rest import SIGNED_IN

router = Router(tags=["trace"])


class MeaningOut(Schema):
    """kind: the parameter of `/api/trace` that takes `value`; exact: letter by letter."""

    kind: str
    value: str
    name: str
    detail: str
    exact: bool


class Meanings(Schema):
    """Everything in the reader's scope that the question may mean."""

    items: list[MeaningOut]


class TraceAsked(Schema):
    """What is traced: at least one of the first eight. file: SHA-256; unit, supplier, record: refs;
    household: the ref of an entry of a roster, for those who may see it;
    by: what stands in the middle of the picture; whole: add up however many there are."""

    invoice: Code = ""
    supplier: Ref = ""
    product: Annotated[str, Field(max_length=200, pattern="^[^\\u0000]*$")] = ""
    county: Code = ""
    unit: Ref = ""
    record: Ref = ""
    file: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""
    household: Ref = ""
    district: Code = ""
    by: Literal["county", "product"] = "county"
    after: Annotated[str, Field(max_length=60, pattern="^[0-9~-]*$")] = ""
    whole: bool = False


class NodeOut(Schema):
    """level: 0 to 3, suppliers to districts; key: ref or code, null for all that is small together.

    n: records in force; fen: registered.
    """

    level: int
    key: str | None
    name: str
    n: int
    fen: int


class LinkOut(Schema):
    """From a node of `level` to one of the next."""

    level: int
    source: str | None
    target: str | None
    n: int
    fen: int


class TraceLine(Schema):
    """A record. confirmed_fen: of its amount, by the assisted county."""

    ref: str
    occurred_on: dt.date
    product: str
    unit: str
    supplier: str
    county_code: str
    amount_fen: int
    confirmed_fen: int
    reversed: bool


class TraceAnswer(Schema):
    """n: all records found, n_reversed of them not in force; sums of those in force. Sums, nodes
    and links are null where more than 20,000 records were found and `whole` was not asked."""

    n: int | None
    n_reversed: int | None
    fen: int | None
    confirmed_fen: int | None
    levels: list[str]
    nodes: list[NodeOut] | None
    links: list[LinkOut] | None
    items: list[TraceLine]
    next: str


@router.get("/meanings", response={200: Meanings, **SIGNED_IN}, operation_id="trace_meanings")
def trace_meanings(
    request: HttpRequest,
    q: Annotated[str, Field(min_length=2, max_length=200, pattern="^[^\\u0000]*$")],
) -> Meanings:
    """Invoice, supplier, unit, product, county, record or file: whatever fits what was typed."""
    found = meanings(actor_of(request), question=q)
    return Meanings(
        items=[
            MeaningOut(
                kind=one.kind, value=one.value, name=one.name, detail=one.detail, exact=one.exact
            )
            for one in found
        ]
    )


@router.get("", response={200: TraceAnswer, **SIGNED_IN}, operation_id="trace")
def trace(request: HttpRequest, asked: Query[TraceAsked]) -> TraceAnswer:
    """Every record in the reader's scope that belongs to it, what they add up to, and from whom to
    whom it went."""
    given = asked.dict()
    by, after, whole = given.pop("by"), given.pop("after"), given.pop("whole")
    if not any(given[kind] for kind in KINDS):
        raise Invalid(
            _("Say what to trace: an invoice, a supplier, a product, a county, a unit, a record."),
            code="nothing_asked",
        )
    filters = replace(Filters(), **given)
    found = trace_get(actor_of(request), filters=filters, by=by, after=after, whole=whole)
    return _answer(found)


def _answer(found: Traced) -> TraceAnswer:
    whole = found.whole
    return TraceAnswer(
        n=whole.n if whole else None,
        n_reversed=whole.n_reversed if whole else None,
        fen=whole.fen if whole else None,
        confirmed_fen=whole.confirmed_fen if whole else None,
        levels=list(LEVELS[found.by]),
        nodes=_nodes(found, whole) if whole else None,
        links=_links(whole) if whole else None,
        items=[
            TraceLine(
                **{name: row[name] for name in _SAME},
                unit=row["unit__name"],
                supplier=row["supplier__name"],
                confirmed_fen=0 if row["reversed_at"] else found.confirmed.get(row["id"], 0),
                reversed=row["reversed_at"] is not None,
            )
            for row in found.page.rows
        ],
        next=found.page.next,
    )


_SAME = ("ref", "occurred_on", "product", "county_code", "amount_fen")


def _key(key: str) -> str | None:
    return None if key == OTHERS else key


def _nodes(found: Traced, whole: Whole) -> list[NodeOut]:
    return [
        NodeOut(
            level=one.level,
            key=_key(one.key),
            name=name_of(whole, LEVELS[found.by][one.level], one, one.key),
            n=one.n,
            fen=one.fen,
        )
        for one in whole.picture.nodes
    ]


def _links(whole: Whole) -> list[LinkOut]:
    return [
        LinkOut(
            level=one.level, source=_key(one.source), target=_key(one.target), n=one.n, fen=one.fen
        )
        for one in whole.picture.links
    ]
