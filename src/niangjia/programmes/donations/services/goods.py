"""Goods: received with what they are worth, or without; each item counted in the books."""

import datetime as dt
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.bookkeeping.public import Order, orders_take
from niangjia.core.errors import Conflict, Invalid
from niangjia.core.facts import Fact, Value
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.donations import books, rules, steps
from niangjia.programmes.donations.donors import donors_take, opened, pk_of, told_apart
from niangjia.programmes.donations.facts import RECEIVED
from niangjia.programmes.donations.goods_models import BASES, GoodsItem
from niangjia.programmes.donations.models import Gift, Raising
from niangjia.programmes.donations.services.raisings import raising_of
from niangjia.programmes.donations.types import (
    GOODS,
    DirectionIn,
    GiftIn,
    GiftTaken,
    GoodsIn,
    ItemIn,
)


@service(permission="gifts.take", records=FACT)
def goods_receive(work: Work, /, *, slug: str, goods: GoodsIn) -> GiftTaken:
    """Goods are in store, counted and worth what their papers say; unvalued ones add 0.

    Raises NotFound, Denied, Conflict (not open), Invalid (no items, counts, value without basis).
    """
    raising = raising_of(work, slug)
    if raising.state == "draft":
        raise Conflict(_("Open the raising first."), code="raising_not_open")
    check_items(goods.items)
    if goods.received_at > work.at:
        raise Invalid(_("A gift cannot arrive in the future."), code="future")
    digest = steps.gift_digest(raising, goods.key)
    known = Gift.objects.filter(digest=digest).first()
    if known is not None:
        work.repeated()
        return GiftTaken(known.ref, known.number, known.fact_ref, repeated=True)
    if goods.pledge_ref:
        goods = _fulfilled(raising, goods)
    goods = replace(goods, donor=told_apart(goods.donor, digest) or goods.donor)
    gift = _gift(work, raising, goods, digest)
    gift.save()
    items = _items(work, raising, gift, goods.items)
    legs = books.goods_legs(raising, [(one.ref, one.n) for one in items], gift.fen)
    at = gift.received_at or work.at
    order = Order(f"gift:{gift.ref}", legs, at, gift.fact_ref)
    orders_take(work, books.BOOK, [order])
    work.record(_received(raising, gift, goods, order))
    return GiftTaken(gift.ref, gift.number, gift.fact_ref)


def _fulfilled(raising: Raising, goods: GoodsIn) -> GoodsIn:
    """The promise is kept: it counts among the pledges no longer; where it was directed, and who
    brought its donor in, holds on. Raises Conflict: it is no open pledge of goods."""
    rows = Gift.objects.select_related("direction", "referrer")
    row = rows.filter(ref=goods.pledge_ref, raising=raising, kind="goods").first()
    mine = Gift.objects.filter(ref=goods.pledge_ref, state="pledged", raising=raising)
    if row is None or mine.update(state="fulfilled") != 1:
        raise Conflict(_("This is no open pledge of goods."), code="not_pledged")
    where, by = row.direction, row.referrer
    direction = DirectionIn(where.beneficiary, where.area, where.use) if where else None
    return replace(
        goods,
        direction=goods.direction or direction,
        referrer=goods.referrer or (opened(by) if by else None),
    )


def check_items(items: tuple[ItemIn, ...]) -> None:
    """Raises Invalid for what cannot be goods."""
    if not items:
        raise Invalid(_("Say what goods they are, and how many."), code="no_items")
    for one in items:
        if not one.name.strip() or not one.measure.strip() or type(one.n) is not int or one.n < 1:
            raise Invalid(_("Each item has a name, a unit and a count of 1 or more."), code="item")
        if one.value_fen is None:
            continue
        if not 0 < one.value_fen <= rules.MOST_FEN:
            raise Invalid(_("A value is more than 0; leave it empty if unknown."), code="value")
        if one.basis not in BASES:
            raise Invalid(
                _("Say how the value is known: invoice, customs form, delivery note or list."),
                code="basis",
            )


def _gift(work: Work, raising: Raising, goods: GoodsIn, digest: str) -> Gift:
    donors = donors_take(work, [one for one in (goods.donor, goods.referrer) if one])
    wanted = [goods.direction] if goods.direction else []
    directions = steps.directions_take(work, raising, wanted)
    values = [one.value_fen for one in goods.items]
    return Gift(
        ref=work.new_id(),
        number=steps.new_number(),
        raising=raising,
        direction=directions[goods.direction] if goods.direction else None,
        donor_id=pk_of(donors.get(goods.donor)),
        referrer_id=pk_of(donors.get(goods.referrer) if goods.referrer else None),
        digest=digest,
        line=GOODS,
        kind="goods",
        channel="goods",
        fen=sum(value or 0 for value in values),
        unvalued=any(value is None for value in values),
        state="stored",
        what="、".join(f"{one.name} {one.n}{one.measure}" for one in goods.items)[:200],
        said=goods.said[:200],
        show_name=goods.show_name,
        source=goods.source[:80],
        received_at=goods.received_at.replace(microsecond=0),
        recorded_at=work.at,
        fact_ref=work.new_id(),
    )


def _items(work: Work, raising: Raising, gift: Gift, items: tuple[ItemIn, ...]) -> list[GoodsItem]:
    rows = [
        GoodsItem(
            ref=work.new_id(),
            gift=gift,
            place=place,
            name=one.name.strip(),
            spec=one.spec.strip(),
            measure=one.measure.strip(),
            n=one.n,
            value_fen=one.value_fen,
            basis=one.basis if one.value_fen is not None else "",
            basis_no=one.basis_no.strip() if one.value_fen is not None else "",
        )
        for place, one in enumerate(items, 1)
    ]
    GoodsItem.objects.bulk_create(rows)
    books.item_accounts(work, raising, [(one.ref, one.name) for one in rows])
    return rows


def _received(raising: Raising, gift: Gift, goods: GoodsIn, order: Order) -> Fact:
    at = gift.received_at or gift.recorded_at
    given = GiftIn("", 1, at, "goods", donor=goods.donor)
    values: dict[str, Value] = {
        "raising": raising.slug,
        "line": gift.line,
        "fen": gift.fen,
        "hour": rules.hour_up(at),
        "gift": gift.ref,
        "kind": gift.kind,
        "channel": gift.channel,
        "n_people": 1,
        "n_times": 1,
        "unvalued": gift.unvalued,
        "what": gift.what,
        "received_at": at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "direction": steps.direction_words(gift.direction),
        "referrer": gift.referrer.ref if gift.referrer else None,
        "source": gift.source or None,
        "pledge": goods.pledge_ref or None,
        "show_name": gift.show_name,
        "show_amount": False,
        "postings": books.said(order),
        **steps.donor_values(gift.donor, given),
    }
    owners = steps.owners(raising, gift.donor)
    return Fact(RECEIVED, f"gift:{gift.ref}", at, values, owners, ref=gift.fact_ref)
