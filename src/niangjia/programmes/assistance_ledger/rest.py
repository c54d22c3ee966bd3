"""JSON: records in the reader's scope, one record, and the public figures."""

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from niangjia.blocks.desk.public import export_ask
from niangjia.core.errors import NotFound
from niangjia.programmes.assistance_ledger.exporting import PURCHASES
from niangjia.programmes.assistance_ledger.pages.records import query_of
from niangjia.programmes.assistance_ledger.selectors import (
    Filters,
    board_get,
    heads_get,
    purchase_get,
    purchases_page,
    purchases_total,
)
from niangjia.programmes.assistance_ledger.services import (
    purchase_correct,
    purchase_note,
    purchase_reverse,
)
from niangjia.ui.page import actor_of
from niangjia.ui.rest import ONE, OPEN, SIGNED_IN, Refusal

router = Router(tags=["purchases"])
open_router = Router(tags=["board"], auth=None)
Code = Annotated[str, Field(max_length=100, pattern="^[^\\u0000]*$")]
Ref = Annotated[str, Field(max_length=40, pattern="^[0-9A-Za-z_-]*$")]

Month = Annotated[str, Field(max_length=7, pattern="^([12][0-9]{3}-(0[1-9]|1[0-2]))?$")]


class Narrowed(Schema):
    """Filters of the list; empty means all.

    state `counted`: what counts in the months from `from_month` to `to_month`, as totals do.
    """

    text: Code = ""
    district: Code = ""
    county: Code = ""
    channel: Code = ""
    mode: Literal["", "direct", "helped"] = ""
    category: Code = ""
    flag: Code = ""
    unit: Ref = ""
    supplier: Ref = ""
    upload: Ref = ""
    first: dt.date | None = None
    last: dt.date | None = None
    state: Literal["in_force", "reversed", "all", "counted"] = "in_force"
    line: Code = ""
    assisted: Literal["", "0", "1"] = ""
    from_month: Month = ""
    to_month: Month = ""
    product: Annotated[str, Field(max_length=200, pattern="^[^\\u0000]*$")] = ""
    invoice: Code = ""
    file: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""
    record: Ref = ""


class PurchaseLine(Schema):
    """A record in a list. amount_fen: integer fen."""

    ref: str
    occurred_on: dt.date
    product: str
    spec: str
    category: str
    channel: str
    mode: str
    county_code: str
    amount_fen: int
    flags: list[str]
    unit: str
    reversed: bool


class PurchaseLines(Schema):
    """next: cursor for the page that follows, empty on the last.

    n, total_fen: all that match and their amount, up to 1,000; n_more: there are more than that.
    """

    items: list[PurchaseLine]
    next: str
    n: int
    n_more: bool
    total_fen: int


class NewExport(Narrowed):
    """Filters, and what the file looks like. layout: as shown, or the official columns."""

    layout: Literal["shown", "official"] = "official"
    format: Literal["xlsx", "csv"] = "xlsx"


class AskedExport(Schema):
    """Look for it under /api/desk/exports. n_expected: rows."""

    ref: str
    n_expected: int


class HistoryEntry(Schema):
    """index: position in the log, null while it waits for its entry."""

    kind: str
    recorded_at: dt.datetime
    who: str
    role: str
    reason: str
    index: int | None
    leaf_hash: str


class PurchaseDetail(PurchaseLine):
    """One record. quantity_milli, price_milli: thousandths."""

    supplier: str
    county: str
    district: str
    line: str
    measure: str
    quantity_milli: int | None
    price_milli: int | None
    contract_no: str
    invoice_code: str
    invoice_no: str
    voucher_no: str
    order_no: str
    households: int | None
    people: int | None
    note: str
    corrects: str
    corrected_by: str
    history: list[HistoryEntry]


class Row(Schema):
    """A row of a released table. label `*`: several together, as many as `merged` says.

    confirmed_fen: of it confirmed by the assisted counties, null where it is left out.
    """

    label: str
    merged: int
    direct_fen: int
    helped_fen: int
    n: int
    confirmed_fen: int | None = None


class HeadsRow(Schema):
    """A row of a table of heads; null: left out. label `other`: what is in no other row."""

    label: str
    households: int | None
    people: int | None


class HeadsPart(Schema):
    """Confirmed head counts of a release. Counts from 1 up to below `threshold` are left out, with
    as many others as protect them; totals null and no tables: not even these may be stated."""

    policy: str
    threshold: int
    households: int | None
    people: int | None
    tables: dict[str, list[HeadsRow]]


class HeadsOut(HeadsPart):
    """The newest release of the period that states them. sha256: of its document."""

    period: str
    version: int
    cut_off: dt.date
    log_size: int
    released_at: dt.datetime
    sha256: str


class Released(Schema):
    """Released figures: integer fen, with cut-off, policy and log size that reproduce them.

    states: `registered`, and `confirmed` if confirmed_fen is stated; heads: of a quarter.
    """

    period: str
    version: int
    cut_off: dt.date
    log_size: int
    released_at: dt.datetime
    policy: str
    counted_fen: int
    direct_fen: int
    helped_fen: int
    n: int
    n_units: int
    not_counted_fen: int | None
    not_counted_n: int | None
    tables: dict[str, list[Row]]
    sha256: str
    states: list[Literal["registered", "confirmed"]] = ["registered"]
    confirmed_fen: int | None = None
    heads: HeadsPart | None = None


@router.get("", response={200: PurchaseLines, **SIGNED_IN}, operation_id="purchases")
def purchases(
    request: HttpRequest,
    filters: Query[Narrowed],
    sort: Literal["recorded", "-recorded", "day", "-day", "amount", "-amount"] = "-recorded",
    after: Annotated[str, Field(max_length=60, pattern="^[0-9~-]*$")] = "",
) -> PurchaseLines:
    """Records that the reader may see, 20 at a time, by key."""
    page = purchases_page(
        actor_of(request), filters=Filters(**filters.dict()), sort=sort, after=after
    )
    return PurchaseLines(
        items=[_line(row) for row in page.rows],
        next=page.next,
        n=page.n,
        n_more=page.n_more,
        total_fen=0 if page.n_more else page.total_fen,
    )


@router.post("/exports", response={202: AskedExport, **SIGNED_IN}, operation_id="purchases_export")
def purchases_export(request: HttpRequest, asked: NewExport) -> tuple[int, AskedExport]:
    """A file of all records that match is being made for the reader alone."""
    given = asked.dict()
    layout, suffix = given.pop("layout"), given.pop("format")
    filters, actor = Filters(**given), actor_of(request)
    n, _fen = purchases_total(actor, filters=filters)
    ref = export_ask(
        actor,
        kind=PURCHASES,
        title=_("Purchase ledger"),
        params={"layout": layout, "format": suffix, "query": query_of(filters, "-recorded")},
        n_expected=n,
    )
    return 202, AskedExport(ref=ref, n_expected=n)


def _line(row: dict[str, Any]) -> PurchaseLine:
    return PurchaseLine(
        **{name: row[name] for name in _SAME},
        flags=[code for code in row["flags"].split(",") if code],
        unit=row["unit__name"],
        reversed=row["reversed_at"] is not None,
    )


_SAME = (
    "ref",
    "occurred_on",
    "product",
    "spec",
    "category",
    "channel",
    "mode",
    "county_code",
    "amount_fen",
)
_MORE = (
    "measure",
    "quantity_milli",
    "price_milli",
    "contract_no",
    "invoice_code",
    "invoice_no",
    "voucher_no",
    "order_no",
    "households",
    "people",
    "note",
    "corrects",
)


@router.get("/{ref}", response={200: PurchaseDetail, **ONE}, operation_id="purchase")
def purchase(request: HttpRequest, ref: Ref) -> PurchaseDetail:
    """One record with its history."""
    found = purchase_get(actor_of(request), ref=ref)
    one = found.purchase
    return PurchaseDetail(
        **{name: getattr(one, name) for name in (*_SAME, *_MORE)},
        flags=[code for code in one.flags.split(",") if code],
        unit=found.unit_name,
        reversed=one.reversed_at is not None,
        supplier=found.supplier_name,
        county=found.county_name,
        district=found.district_name,
        line=found.line_name,
        corrected_by=found.corrected_by,
        history=[
            HistoryEntry(
                kind=line.kind,
                recorded_at=line.recorded_at,
                who=line.who,
                role=line.role,
                reason=line.reason,
                index=line.index,
                leaf_hash=line.leaf_hash,
            )
            for line in found.history
        ],
    )


Reason = Annotated[str, Field(min_length=2, max_length=500, pattern="^[^\\u0000]*$")]
Short = Annotated[str, Field(max_length=200, pattern="^[^\\u0000]*$")]


class ReasonIn(Schema):
    """Why; it stays with the record for ever."""

    reason: Reason


class NoteIn(Schema):
    """A note; it stays with the record for ever and changes no figure."""

    text: Reason


class CorrectionIn(ReasonIn):
    """What changes; what is left out stays as it is. Units as in PurchaseDetail."""

    occurred_on: dt.date | None = None
    product: Short | None = None
    spec: Annotated[str, Field(max_length=100, pattern="^[^\\u0000]*$")] | None = None
    quantity_milli: Annotated[int, Field(ge=-(2**53), le=2**53)] | None = None
    price_milli: Annotated[int, Field(ge=-(2**53), le=2**53)] | None = None
    amount_fen: Annotated[int, Field(ge=-(2**53), le=2**53)] | None = None
    contract_no: Annotated[str, Field(max_length=80, pattern="^[^\\u0000]*$")] | None = None
    invoice_code: Annotated[str, Field(max_length=20, pattern="^[^\\u0000]*$")] | None = None
    invoice_no: Annotated[str, Field(max_length=30, pattern="^[^\\u0000]*$")] | None = None
    households: Annotated[int, Field(ge=0, le=999_999_999)] | None = None
    people: Annotated[int, Field(ge=0, le=999_999_999)] | None = None


class Standing(Schema):
    """The record that stands now."""

    ref: str


CHANGE = {**ONE, 409: Refusal}


@router.post("/{ref}/reverse", response={200: Standing, **CHANGE}, operation_id="purchase_reverse")
def reverse(request: HttpRequest, ref: Ref, body: ReasonIn) -> Standing:
    """The record is reversed and no longer counts."""
    return Standing(ref=purchase_reverse(actor_of(request), purchase_ref=ref, reason=body.reason))


@router.post("/{ref}/correct", response={200: Standing, **CHANGE}, operation_id="purchase_correct")
def correct(request: HttpRequest, ref: Ref, body: CorrectionIn) -> Standing:
    """The record is reversed, and one with the changes stands in its place."""
    changes = body.dict(exclude={"reason"}, exclude_none=True)
    new = purchase_correct(actor_of(request), purchase_ref=ref, reason=body.reason, changes=changes)
    return Standing(ref=new)


@router.post("/{ref}/notes", response={200: Standing, **CHANGE}, operation_id="purchase_note")
def note(request: HttpRequest, ref: Ref, body: NoteIn) -> Standing:
    """A note is attached to the record."""
    purchase_note(actor_of(request), purchase_ref=ref, text=body.text)
    return Standing(ref=ref)


@open_router.get("/{period}", response={200: Released, **OPEN}, operation_id="board")
def board(request: HttpRequest, period: Ref) -> Released:
    """The newest release of a period, open to everyone."""
    found = board_get(period)
    if found is None:
        raise NotFound(_("Nothing has been released for this period yet."))
    return Released(**found.document, sha256=found.release.sha256)


@open_router.get("/{period}/heads", response={200: HeadsOut, **OPEN}, operation_id="board_heads")
def board_heads(request: HttpRequest, period: Ref) -> HeadsOut:
    """Released head counts of a quarter, open to everyone."""
    found = heads_get(period)
    if found is None:
        raise NotFound(_("No head counts have been released for this period yet."))
    return HeadsOut(**found.data)
