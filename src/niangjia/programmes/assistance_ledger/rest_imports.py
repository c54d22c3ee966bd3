"""JSON: the import wizard, step by step, for programs that bring workbooks themselves.

POST a file, GET its state until it waits for you, PUT how it is read, GET its problems, POST edits,
POST the take. Each write names the version it was made from; 409 says that it has moved on.
"""

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from niangjia.blocks.intake.public import (
    Choices,
    Edit,
    SheetLook,
    UploadView,
    edits_get,
    looks_get,
    problems_page,
    remove,
    store,
    upload_get,
    uploads_page,
)
from niangjia.core.errors import Invalid
from niangjia.core.service import authorise
from niangjia.programmes.assistance_ledger.filekinds import schema_of
from niangjia.programmes.assistance_ledger.forms.imports import cell_problem
from niangjia.programmes.assistance_ledger.services import uploads as services
from niangjia.ui.page import actor_of
from niangjia.ui.rest import ONE, SIGNED_IN, Refusal

router = Router(tags=["imports"])
Ref = Annotated[str, Field(max_length=40, pattern="^[0-9A-Za-z_-]*$")]
Text = Annotated[str, Field(max_length=1000, pattern="^[^\\u0000]*$")]
Name = Annotated[str, Field(max_length=200, pattern="^[^\\u0000]*$")]
Number = Annotated[int, Field(ge=0, le=10_000_000)]
Key = Annotated[str, Field(max_length=40, pattern="^[a-z_]*$")]
Kind = Literal["", "purchases", "order", "payment"]
WRITE = {**ONE, 409: Refusal, 413: Refusal}


class Failure(Schema):
    """Why a step ended without a result; both empty if none did."""

    code: str = ""
    text: str = ""


class ImportLine(Schema):
    """An upload. state: received, mapping, checking, checked, taking, done, refused, abandoned;
    in mapping and checked it waits for you. n_done of n_expected rows of the step under way. kind:
    purchases, order, payment."""

    ref: str
    name: str
    size_bytes: int
    sha256: str
    state: str
    version: int
    received_at: dt.datetime
    n_done: int
    n_expected: int
    kind: str
    error: Failure


class ImportLines(Schema):
    """next: cursor for the page that follows, 0 on the last."""

    items: list[ImportLine]
    next: int


class SheetSeen(Schema):
    """A sheet: its header, the key each column is read as (empty: not read), whether it says that
    its money is in 万元. sum_fen: of its amounts, read so."""

    name: str
    hidden: bool
    signature: str
    header_row: int
    header: list[str]
    keys: list[str]
    n_rows: int
    n_hidden_rows: int
    wan: bool
    sum_fen: int


class KeptMending(Schema):
    """An edit as kept. n: cells or rows it reaches; reason: only where rows are left out."""

    id: str
    key: str
    value: str
    reason: str
    n: int


class ImportDetail(ImportLine):
    """One upload. result: of the last check or of the take, as `--json` of the command prints."""

    sheets: list[SheetSeen]
    edits: list[KeptMending]
    result: dict[str, Any]


class MapIn(Schema):
    """How the file is read. columns: signature -> key per position, as found if left out; fixed:
    sheet -> key -> text; wan: sheet -> whether its amounts are in 万元, needed where the sheet
    says so."""

    version: Number
    columns: dict[str, list[Key]] = {}
    fixed: dict[str, dict[Key, Text]] = {}
    left_out: list[Name] = []
    wan: dict[str, bool] = {}
    hidden_rows: bool = True


class CellIn(Schema):
    """A cell that gets another text; amounts in yuan."""

    sheet: Name
    row: Number
    key: Key
    value: Text


class RowIn(Schema):
    """A row that is left out."""

    sheet: Name
    row: Number


class EditsIn(Schema):
    """What is mended: cells, or rows left out with a reason."""

    version: Number
    cells: Annotated[list[CellIn], Field(max_length=5_000)] = []
    rows: Annotated[list[RowIn], Field(max_length=5_000)] = []
    reason: Annotated[str, Field(max_length=200, pattern="^[^\\u0000]*$")] = ""


class VersionIn(Schema):
    """The version that a step was decided on."""

    version: Number


class TakeIn(VersionIn):
    """explain_late: why rows come late whose period was reported or closed; else they stay out."""

    explain_late: Annotated[str, Field(max_length=500)] = ""


class CorrectIn(VersionIn):
    """reason: stays with every record that is reversed."""

    reason: Annotated[str, Field(max_length=500)]


class ProblemOut(Schema):
    """Why a row is kept out, or (hint) what is only told. stood: what the cell held; offer: what
    it most likely should say; edit: what mended it since the last check."""

    sheet: str
    row: int
    key: str
    header: str
    code: str
    text: str
    stood: str
    offer: str
    hint: bool
    edit: str


class ProblemsOut(Schema):
    """next: cursor for the page that follows, 0 on the last."""

    items: list[ProblemOut]
    next: int


@router.post("", response={200: ImportLine, **WRITE}, operation_id="import_receive")
def receive(request: HttpRequest, file: File[UploadedFile], kind: Kind = "") -> ImportLine:
    """A workbook (.xlsx, .xls, .csv) comes in; it is looked at next. kind: `purchases`, `order`,
    `payment`; if left out, what it most likely is."""
    actor = authorise(actor_of(request), "purchases.import")
    stored = store(file.chunks(), file.name or "")
    try:
        ref = services.import_receive(actor, stored=stored, name=file.name or "", kind=kind)
    except BaseException:
        remove(stored.ref)
        raise
    return _line(upload_get(actor, ref=ref))


@router.get("", response={200: ImportLines, **SIGNED_IN}, operation_id="imports")
def imports(request: HttpRequest, before: Annotated[int, Field(ge=0, le=2**53)] = 0) -> ImportLines:
    """The organisation's uploads, newest first, 20 at a time."""
    found, more = uploads_page(authorise(actor_of(request), "purchases.import"), before=before)
    return ImportLines(items=[_line(one) for one in found], next=more)


@router.get("/{ref}", response={200: ImportDetail, **ONE}, operation_id="import_state")
def state(request: HttpRequest, ref: Ref) -> ImportDetail:
    """One upload: where it stands, what it holds, what was mended, its last result."""
    actor = authorise(actor_of(request), "purchases.import")
    view = upload_get(actor, ref=ref)
    return ImportDetail(
        **_line(view).dict(),
        sheets=[_sheet(one) for one in looks_get(actor, ref=ref)],
        edits=[
            KeptMending(id=one.id, key=one.key, value=one.value, reason=one.reason, n=one.n)
            for one in edits_get(actor, ref=ref)[1]
        ],
        result=dict(view.result),
    )


def _line(view: UploadView) -> ImportLine:
    names = ImportLine.model_fields.keys() - {"error"}
    found = {name: getattr(view, name) for name in names}
    return ImportLine(**found, error=Failure(**view.error))


def _sheet(look: SheetLook) -> SheetSeen:
    return SheetSeen(**{name: getattr(look, name) for name in SheetSeen.model_fields})


@router.put("/{ref}/map", response={200: ImportLine, **WRITE}, operation_id="import_map")
def choose(request: HttpRequest, ref: Ref, body: MapIn) -> ImportLine:
    """How the file is read is settled and remembered; it is checked next."""
    actor = authorise(actor_of(request), "purchases.import")
    known = {column.key for column in schema_of(upload_get(actor, ref=ref).kind).columns}
    unknown = {key for keys in body.columns.values() for key in keys if key and key not in known}
    if unknown:
        raise Invalid(_("Unknown columns: %(names)s."), names=", ".join(sorted(unknown)))
    looks = looks_get(actor, ref=ref)
    undecided = [
        one.name
        for one in looks
        if one.wan and one.name not in body.wan and one.name not in body.left_out
    ]
    if undecided:
        names = "、".join(undecided)
        raise Invalid(
            _("Say for these sheets whether amounts are in 万元: %(names)s."), names=names
        )
    choices = Choices(
        columns={one.signature: tuple(one.keys) for one in looks if one.signature}
        | {name: tuple(keys) for name, keys in body.columns.items()},
        fixed=body.fixed,
        left_out=frozenset(body.left_out),
        wan=body.wan,
        hidden_rows=body.hidden_rows,
    )
    services.import_choose(actor, ref=ref, version=body.version, choices=choices)
    return _line(upload_get(actor, ref=ref))


@router.post("/{ref}/edits", response={200: ImportLine, **WRITE}, operation_id="import_edits")
def edit(request: HttpRequest, ref: Ref, body: EditsIn) -> ImportLine:
    """Cells are mended or rows left out, all or none; check again before the take."""
    actor = authorise(actor_of(request), "purchases.import")
    fields, kind = {}, upload_get(actor, ref=ref).kind
    for place, one in enumerate(body.cells):
        problem = cell_problem(kind, one.key, one.value, one.row)
        if problem:
            fields[f"cells.{place}"] = problem
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)
    edits = [
        Edit(key=one.key, value=one.value, cells=((one.sheet, one.row, one.value),))
        for one in body.cells
    ]
    if body.rows:
        if len(body.reason.strip()) < 2:
            raise Invalid(_("Please say in a few words why these rows are left out."))
        rows = tuple((one.sheet, one.row) for one in body.rows)
        edits.append(Edit(reason=body.reason.strip(), rows=rows))
    services.import_edit(actor, ref=ref, version=body.version, edits=edits)
    return _line(upload_get(actor, ref=ref))


@router.delete(
    "/{ref}/edits/{edit_id}", response={200: ImportLine, **WRITE}, operation_id="import_undo"
)
def undo(request: HttpRequest, ref: Ref, edit_id: Ref, version: Number) -> ImportLine:
    """An edit is taken back."""
    actor = authorise(actor_of(request), "purchases.import")
    services.import_undo(actor, ref=ref, version=version, edit_id=edit_id)
    return _line(upload_get(actor, ref=ref))


@router.post("/{ref}/check", response={200: ImportLine, **WRITE}, operation_id="import_check")
def check(request: HttpRequest, ref: Ref, body: VersionIn) -> ImportLine:
    """The file is checked again with what was mended."""
    actor = authorise(actor_of(request), "purchases.import")
    services.import_recheck(actor, ref=ref, version=body.version)
    return _line(upload_get(actor, ref=ref))


@router.post("/{ref}/take", response={200: ImportLine, **WRITE}, operation_id="import_take")
def take(request: HttpRequest, ref: Ref, body: TakeIn) -> ImportLine:
    """The file is taken as it was last checked; every row once."""
    actor = authorise(actor_of(request), "purchases.import")
    services.import_take(actor, ref=ref, version=body.version, explain_late=body.explain_late)
    return _line(upload_get(actor, ref=ref))


@router.post("/{ref}/correct", response={200: ImportLine, **WRITE}, operation_id="import_correct")
def correct(request: HttpRequest, ref: Ref, body: CorrectIn) -> ImportLine:
    """Rows of a taken file that differ from the records take their place, with the reason."""
    actor = authorise(actor_of(request), "purchases.import")
    services.import_correct(actor, ref=ref, version=body.version, reason=body.reason)
    return _line(upload_get(actor, ref=ref))


@router.get("/{ref}/problems", response={200: ProblemsOut, **ONE}, operation_id="import_problems")
def problems(
    request: HttpRequest,
    ref: Ref,
    key: Key = "",
    code: Key = "",
    after: Annotated[int, Field(ge=0, le=2**53)] = 0,
) -> ProblemsOut:
    """What the last check found, in the file's order, 100 at a time."""
    actor = authorise(actor_of(request), "purchases.import")
    found, more = problems_page(actor, ref=ref, key=key, code=code, after=after, n=100)
    items = [
        ProblemOut(
            sheet=one.sheet,
            row=one.row_no,
            key=one.key,
            header=one.header,
            code=one.code,
            text=one.text,
            stood=one.stood,
            offer=one.offer,
            hint=one.hint,
            edit=one.edit,
        )
        for one in found
    ]
    return ProblemsOut(items=items, next=more)
