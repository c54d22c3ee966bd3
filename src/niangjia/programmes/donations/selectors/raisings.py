"""Raisings: what anybody may know of one, and those that an actor works on."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.bookkeeping.public import balances
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise
from niangjia.programmes.donations import books
from niangjia.programmes.donations.models import Payment, Raising
from niangjia.programmes.donations.online import room, why_off


@dataclass(frozen=True, slots=True)
class RaisingView:
    """A raising as pages show it. why_off: codes of why nobody can give online, empty if on."""

    id: int
    slug: str
    title: str
    organisation: str
    organisation_id: int
    purpose: str
    restrictions: str
    area: str
    first_on: dt.date
    last_on: dt.date | None
    goal_fen: int | None
    capped: bool
    qualification_no: str
    qualification_until: dt.date | None
    plan_no: str
    platform: str
    pooled: str
    state: str
    version: int
    opened_at: dt.datetime | None
    why_off: tuple[str, ...]


def _view(row: Raising) -> RaisingView:
    return RaisingView(
        id=row.pk,
        slug=row.slug,
        title=row.title,
        organisation=row.organisation.name,
        organisation_id=row.organisation_id,
        purpose=row.purpose,
        restrictions=row.restrictions,
        area=row.area,
        first_on=row.first_on,
        last_on=row.last_on,
        goal_fen=row.goal_fen,
        capped=row.capped,
        qualification_no=row.qualification_no,
        qualification_until=row.qualification_until,
        plan_no=row.plan_no,
        platform=row.platform,
        pooled=row.pooled,
        state=row.state,
        version=row.version,
        opened_at=row.opened_at,
        why_off=why_off(row, clock.city_today()),
    )


def _rows() -> QuerySet[Raising]:
    return Raising.objects.select_related("organisation").order_by("-id")


def raisings_public() -> list[RaisingView]:
    """Raisings that were opened, the newest first."""
    return [_view(row) for row in _rows().exclude(state="draft")]


def raising_public(slug: str) -> RaisingView:
    """A raising that was opened. Raises NotFound."""
    row = _rows().exclude(state="draft").filter(slug=slug).first()
    if row is None:
        raise NotFound(_("There is no such raising."))
    return _view(row)


def raisings_of(actor: Actor) -> list[RaisingView]:
    """Those that the actor works on: a foundation's own, or all."""
    authorise(actor, "donations.see")
    return [_view(row) for row in _scoped(actor)]


def raising_get(actor: Actor, *, slug: str) -> RaisingView:
    """One of these. Raises NotFound."""
    authorise(actor, "donations.see")
    row = _scoped(actor).filter(slug=slug).first()
    if row is None:
        raise NotFound(_("There is no such raising."))
    return _view(row)


def _scoped(actor: Actor) -> QuerySet[Raising]:
    """A foundation's people see its own raisings; the city, auditors and leaders all."""
    if actor.role in ("foundation", "treasurer"):
        return _rows().filter(organisation_id=actor.organisation_id or 0)
    return _rows()


def seen_ids(actor: Actor) -> list[int]:
    """Ids of the raisings that the actor may see."""
    return list(_scoped(actor).values_list("id", flat=True))


@dataclass(frozen=True, slots=True)
class Sums:
    """How a raising stands in the books, fen. left: of a capped goal, else None."""

    bank: int
    platform: int
    fees: int
    pool: int
    directed: int
    goods: int
    coming: int
    left: int | None


def raising_sums(slug: str) -> Sums:
    """Balances of a raising's accounts; all 0 while it is a draft."""
    found = {
        one.code: one
        for prefix in ("assets:", "expenses:", f"funds:{slug}:")
        for one in balances(books.BOOK, prefix)
        if f":{slug}" in one.code
    }

    def posted(code: str) -> int:
        return found[code].posted if code in found else 0

    funds = [one for code, one in found.items() if code.startswith(f"funds:{slug}:")]
    raising = Raising.objects.filter(slug=slug, capped=True).exclude(state="draft").first()
    return Sums(
        bank=posted(books.bank(slug)),
        platform=posted(books.platform(slug)),
        fees=posted(books.fees(slug)),
        pool=posted(books.pool(slug)),
        directed=sum(one.posted for one in funds if ":d" in one.code),
        goods=posted(books.worth(slug)),
        coming=sum(one.coming for one in funds),
        left=room(raising) if raising else None,
    )


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment as its payer sees it. number: of the receipt, once it is a gift."""

    ref: str
    slug: str
    title: str
    fen: int
    state: str
    number: str
    paid_at: dt.datetime | None


def payment_get(ref: str) -> PaymentView:
    """A payment by its random ref. Raises NotFound."""
    row = Payment.objects.select_related("raising", "gift").filter(ref=ref).first()
    if row is None:
        raise NotFound(_("There is no such payment."))
    gift = row.gift
    return PaymentView(
        ref=row.ref,
        slug=row.raising.slug,
        title=row.raising.title,
        fen=row.fen,
        state=row.state,
        number=gift.number if gift else "",
        paid_at=gift.received_at if gift else None,
    )
