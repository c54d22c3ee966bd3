"""JSON: a statement of an account is brought and taken by a program.

POST the file, look at its balances, POST the take. Matching its lines is left to people.
"""

import datetime as dt
from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from niangjia.blocks.intake.public import store
from niangjia.core.errors import Invalid
from niangjia.core.service import authorise
from niangjia.programmes.donations import statement_jobs
from niangjia.programmes.donations.bank_models import Statement
from niangjia.programmes.donations.selectors.bank import statement_get
from niangjia.programmes.donations.statement_files import name_for_reader
from niangjia.ui.page import actor_of
from niangjia.ui.rest import CHANGED, ONE, Refusal

router = Router(tags=["statements"])
Ref = Annotated[str, Field(max_length=40, pattern="^[0-9A-Za-z_-]*$")]
Number = Annotated[str, Field(max_length=40, pattern="^[^\\u0000]*$")]
WRITE = {**CHANGED, 413: Refusal}


class BringIn(Schema):
    """raising: its short name. account: the account's number, where the file does not name it."""

    raising: Ref
    account: Number = ""


class StatementOut(Schema):
    """A statement. state: read (waits for the take), taken, given_up. opening_fen, closing_fen:
    null where the file gives no balances; n_known: lines that another file brought before."""

    ref: str
    raising: str
    account_tail: str
    state: str
    sha256: str
    first_on: dt.date
    last_on: dt.date
    n_lines: int
    n_known: int
    opening_fen: int | None
    income_fen: int
    expense_fen: int
    fee_fen: int
    closing_fen: int | None


def _out(row: Statement) -> StatementOut:
    kept = {
        name: getattr(row, name)
        for name in StatementOut.model_fields
        if name not in ("raising", "account_tail")
    }
    account = row.account
    return StatementOut(raising=account.raising.slug, account_tail=account.tail, **kept)


@router.post("", response={201: StatementOut, **WRITE}, operation_id="statement_add")
def statement_add(
    request: HttpRequest,
    told: Form[BringIn],
    file: File[UploadedFile],
) -> tuple[int, StatementOut]:
    """The file waits to be taken. The same file again answers with the same statement."""
    actor = authorise(actor_of(request), "gifts.take")
    if not file.name:
        raise Invalid(_("Choose a file first."), code="file_missing")
    head = file.read(64 * 1024)
    file.seek(0)
    stored = store(file.chunks(), name_for_reader(head, file.name))
    ref = statement_jobs.bring(actor, told.raising, stored, file.name, told.account)
    return 201, _out(statement_get(actor, ref=ref))


@router.get("/{ref}", response={200: StatementOut, **ONE}, operation_id="statement")
def statement_one(request: HttpRequest, ref: Ref) -> StatementOut:
    """A statement."""
    return _out(statement_get(actor_of(request), ref=ref))


@router.post("/{ref}/take", response={200: StatementOut, **WRITE}, operation_id="statement_take")
def statement_take(request: HttpRequest, ref: Ref) -> StatementOut:
    """Every line of it is there once. Taken already: 409."""
    actor = authorise(actor_of(request), "gifts.take")
    statement_get(actor, ref=ref)
    statement_jobs.take(actor, ref)
    return _out(statement_get(actor, ref=ref))
