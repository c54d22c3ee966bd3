"""What was spent: the list of applications, one with who signed, the funds that can be drawn on."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.bookkeeping.public import balances
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise
from niangjia.programmes.donations import books
from niangjia.programmes.donations.models import Direction
from niangjia.programmes.donations.selectors.raisings import seen_ids
from niangjia.programmes.donations.spending_models import Application, SignFor

PAGE = 50


@dataclass(frozen=True, slots=True)
class SpendingLine:
    """An application in a list. fund: what its money is directed to, empty for the pool."""

    id: int
    ref: str
    number: str
    slug: str
    title: str
    payee: str
    purpose: str
    fund: str
    fen: int
    paid_fen: int | None
    state: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class SignLine:
    """Who signed for a part of a payment; of a person only that one did."""

    how: str
    n_people: int
    fen: int
    note: str
    signed_on: dt.date


@dataclass(frozen=True, slots=True)
class SpendingView:
    """One application with all that became of it. signed_fen: what was signed for."""

    row: SpendingLine
    payee_account: str
    beneficiaries: str
    version: int
    asked_at: dt.datetime
    paid_at: dt.datetime | None
    voucher: str
    mine: bool
    signed: tuple[SignLine, ...]
    signed_fen: int


@dataclass(frozen=True, slots=True)
class Fund:
    """What can be spent. n: number of the direction, 0 for the pool; free: fen not held."""

    n: int
    words: str
    free: int


def words_of(direction: Direction | None) -> str:
    """A direction in one line."""
    if direction is None:
        return ""
    parts = (direction.beneficiary, direction.area, direction.use)
    return " · ".join(part for part in parts if part)


def spending_page(
    actor: Actor, *, slug: str = "", state: str = "", before: int = 0, limit: int = PAGE
) -> tuple[list[SpendingLine], int]:
    """(applications, the newest first, the id that the next page begins before; 0 on the last)."""
    authorise(actor, "donations.see")
    rows = Application.objects.filter(raising_id__in=seen_ids(actor))
    if slug:
        rows = rows.filter(raising__slug=slug)
    if state:
        rows = rows.filter(case__state=state)
    if before:
        rows = rows.filter(id__lt=before)
    found = rows.select_related("raising", "direction", "case").order_by("-id")[: limit + 1]
    lines = [_line(row) for row in found]
    return lines[:limit], lines[limit - 1].id if len(lines) > limit else 0


def _line(row: Application) -> SpendingLine:
    return SpendingLine(
        id=row.pk,
        ref=row.ref,
        number=row.number,
        slug=row.raising.slug,
        title=row.raising.title,
        payee=row.payee,
        purpose=row.purpose,
        fund=words_of(row.direction),
        fen=row.fen,
        paid_fen=row.paid_fen,
        state=row.case.state,
        at=row.asked_at,
    )


def spending_get(actor: Actor, *, ref: str) -> SpendingView:
    """An application that the actor may see. Raises NotFound."""
    authorise(actor, "donations.see")
    rows = Application.objects.select_related("raising", "direction", "case")
    row = rows.filter(ref=ref, raising_id__in=seen_ids(actor)).first()
    if row is None:
        raise NotFound(_("There is no such application."))
    signed = SignFor.objects.filter(application=row).order_by("id")
    return SpendingView(
        row=_line(row),
        payee_account=row.payee_account,
        beneficiaries=row.beneficiaries,
        version=row.case.version,
        asked_at=row.asked_at,
        paid_at=row.paid_at,
        voucher=row.voucher,
        mine=row.asked_by == actor.person_ref,
        signed=tuple(
            SignLine(one.how, one.n_people, one.fen, one.note, one.signed_on) for one in signed
        ),
        signed_fen=signed.aggregate(n=Sum("fen"))["n"] or 0,
    )


def funds(slug: str) -> list[Fund]:
    """The funds of a raising, the pool first."""
    found = {one.code: one for one in balances(books.BOOK, f"funds:{slug}:")}
    pool = found.get(books.pool(slug))
    listed = [Fund(0, "", pool.free if pool else 0)]
    for one in Direction.objects.filter(raising__slug=slug).order_by("n"):
        account = found.get(books.fund(slug, one))
        listed.append(Fund(one.n, words_of(one), account.free if account else 0))
    return listed
