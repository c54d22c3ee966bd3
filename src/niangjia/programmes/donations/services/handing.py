"""Goods change hands: sent off, arrived and signed for, short ones explained by a second person."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence

from django.db.models import F, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.bookkeeping.public import Leg, Order, Settle, Void, orders_take
from niangjia.blocks.desk.public import Waiting, inbox_done, inbox_put
from niangjia.core import seal
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.donations import books, inbox, steps
from niangjia.programmes.donations.facts import GOODS_ARRIVED, GOODS_EXPLAINED, GOODS_SENT
from niangjia.programmes.donations.goods_models import GoodsItem, HandOver, HandOverLine
from niangjia.programmes.donations.models import Direction, Gift, Raising
from niangjia.programmes.donations.services.raisings import raising_of
from niangjia.programmes.donations.types import HandOverIn

OUTCOMES = ("found", "returned", "lost")


@service(permission="goods.move", records=FACT)
def goods_send(work: Work, /, *, slug: str, hand_over: HandOverIn) -> str:
    """Goods left the store, held in the books until they arrive; the hand-over's ref.

    Directed goods go only where their donors directed them: anything else is refused until the
    donor's consent is recorded. Raises NotFound, Denied, Conflict (not so many in store), Invalid.
    """
    raising = raising_of(work, slug, alone=True)
    _check(hand_over, work.at)
    direction = _direction(raising, hand_over.direction_n)
    items = _items(raising, hand_over.lines)
    _check_directions(items, direction)
    ref, fact_ref = work.new_id(), work.new_id()
    row = HandOver(
        ref=ref,
        number=steps.new_number(),
        raising=raising,
        direction=direction,
        recipient=hand_over.recipient.strip()[:120],
        place=hand_over.place.strip()[:200],
        sealed=_sealed(ref, {"sender": hand_over.sender, "carrier": hand_over.carrier}),
        sent_at=hand_over.sent_at.replace(microsecond=0),
        sent_by=work.actor.person_ref,
        sent_ref=fact_ref,
    )
    row.save()
    counts = dict(hand_over.lines)
    HandOverLine.objects.bulk_create(
        [HandOverLine(hand_over=row, item=one, n_sent=counts[one.ref]) for one in items]
    )
    order = _hold(row, [(one.ref, counts[one.ref]) for one in items])
    orders_take(work, books.BOOK, [order])
    gifts = {one.gift_id for one in items}
    Gift.objects.filter(pk__in=gifts, state__in=("stored", "valued")).update(state="allotted")
    work.record(_sent(row, items, counts, hand_over, order))
    return ref


def _check(given: HandOverIn, now: dt.datetime) -> None:
    faults = {
        "recipient": len(given.recipient.strip()) < 2,
        "lines": not given.lines or len({ref for ref, _n in given.lines}) != len(given.lines),
        "sender": len(given.sender.strip()) < 2,
        "sent_at": given.sent_at > now,
    }
    fields = {name: str(WORDS[name]) for name, wrong in faults.items() if wrong}
    if any(type(n) is not int or n < 1 for _ref, n in given.lines):
        fields["lines"] = str(WORDS["lines"])
    if fields:
        raise Invalid(next(iter(fields.values())), code="hand_over_invalid", fields=fields)


WORDS = {
    "recipient": _("Say who gets the goods."),
    "lines": _("Say how many of which goods are sent, 1 or more of each."),
    "sender": _("Say who hands them over."),
    "sent_at": _("Goods are not sent off in the future."),
}


def _direction(raising: Raising, n: int) -> Direction | None:
    if not n:
        return None
    found = Direction.objects.filter(raising=raising, n=n).first()
    if found is None:
        raise NotFound(_("There is no such directed fund."))
    return found


def _items(raising: Raising, lines: Sequence[tuple[str, int]]) -> list[GoodsItem]:
    refs = [ref for ref, _n in lines]
    rows = GoodsItem.objects.select_related("gift__direction").filter(ref__in=refs)
    found = list(rows.filter(gift__raising=raising).order_by("id"))
    if len(found) != len(refs):
        raise NotFound(_("There are no such goods in this raising."))
    return found


def _check_directions(items: Sequence[GoodsItem], direction: Direction | None) -> None:
    for one in items:
        own = one.gift.direction
        if own is not None and own != direction:
            words = " · ".join(w for w in (own.beneficiary, own.area, own.use) if w)
            raise Conflict(
                _(
                    "“%(name)s” was given for %(words)s. Another use needs the donor's consent: "
                    "record it with the gift first."
                ),
                code="directed",
                name=one.name,
                words=words,
            )


def _sealed(ref: str, said: Mapping[str, str]) -> bytes:
    return seal.seal(f"person:{ref}", json.dumps(dict(said)).encode())


def _hold(row: HandOver, counts: Sequence[tuple[str, int]]) -> Order:
    slug = row.raising.slug
    legs = tuple(Leg(books.to_recipient(slug, ref), books.store(slug, ref), n) for ref, n in counts)
    return Order(f"sent:{row.ref}", legs, row.sent_at, row.sent_ref, hold=True)


def _owners(row: HandOver) -> dict[str, str]:
    return {BUSINESS: f"org:{row.raising.organisation.ref}", "parties": f"person:{row.ref}"}


def _sent(
    row: HandOver,
    items: Sequence[GoodsItem],
    counts: Mapping[str, int],
    given: HandOverIn,
    order: Order,
) -> Fact:
    values: dict[str, Value] = {
        "raising": row.raising.slug,
        "hand_over": row.ref,
        "recipient": row.recipient,
        "place": row.place or None,
        "direction": steps.direction_words(row.direction),
        "lines": [[one.ref, one.name, counts[one.ref]] for one in items],
        "sent_at": row.sent_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "sender": given.sender.strip(),
        "carrier": given.carrier.strip() or None,
        "postings": books.said(order),
    }
    return Fact(
        GOODS_SENT, f"hand_over:{row.ref}", row.sent_at, values, _owners(row), ref=row.sent_ref
    )


def _alone(work: Work, ref: str) -> HandOver:
    slug = HandOver.objects.filter(ref=ref).values_list("raising__slug", flat=True).first()
    if slug is None:
        raise NotFound(_("There is no such hand-over."))
    raising_of(work, slug, alone=True)
    return HandOver.objects.select_related("raising__organisation", "direction").get(ref=ref)


@service(permission="goods.move", records=FACT)
def goods_arrive(
    work: Work,
    /,
    *,
    ref: str,
    arrived: Mapping[str, int],
    receiver: str,
    receiver_phone: str = "",
    arrived_at: dt.datetime,
) -> int:
    """The recipient signed: how many of each item (by its ref) arrived. How many pieces are short.

    A shortage is a discrepancy that waits for the treasurer. Raises NotFound, Denied, Conflict
    (arrived before), Invalid (counts, no receiver, before it was sent).
    """
    row = _alone(work, ref)
    lines = list(row.lines.select_related("item__gift").order_by("id"))
    _check_arrival(row, lines, arrived, receiver, arrived_at, work.at)
    row.state, row.arrived_ref = "arrived", work.new_id()
    row.arrived_at = arrived_at.replace(microsecond=0)
    parties = {**_parties(row), "receiver": receiver, "receiver_phone": receiver_phone}
    row.sealed = _sealed(row.ref, parties)
    for line in lines:
        line.n_arrived = arrived[line.item.ref]
    orders, held = _arrival_orders(row, lines)
    orders_take(work, books.BOOK, orders)
    row.save()
    HandOverLine.objects.bulk_update(lines, ["n_arrived"])
    _mark_signed(lines)
    short = sum(line.n_sent - (line.n_arrived or 0) for line in lines)
    if short:
        _tell_short(work, row, short)
    values: dict[str, Value] = {
        "raising": row.raising.slug,
        "hand_over": row.ref,
        "lines": [[one.item.ref, one.item.name, one.n_sent, one.n_arrived] for one in lines],
        "short": short or None,
        "arrived_at": row.arrived_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "receiver": receiver.strip(),
        "receiver_phone": receiver_phone or None,
        "postings": books.said(*orders, held=held),
    }
    subject, at = f"hand_over:{row.ref}", row.arrived_at
    work.record(Fact(GOODS_ARRIVED, subject, at, values, _owners(row), ref=row.arrived_ref))
    return short


def _check_arrival(
    row: HandOver,
    lines: Sequence[HandOverLine],
    arrived: Mapping[str, int],
    receiver: str,
    arrived_at: dt.datetime,
    now: dt.datetime,
) -> None:
    if row.state != "sent":
        raise Conflict(_("This hand-over was signed for before."), code="arrived")
    sent = {line.item.ref: line.n_sent for line in lines}
    wrong = [ref for ref, n in sent.items() if not 0 <= arrived.get(ref, -1) <= n]
    if wrong or set(arrived) != set(sent):
        message = str(_("Say for each item how many arrived: from 0 to what was sent."))
        raise Invalid(message, code="counts", fields={"lines": message})
    if len(receiver.strip()) < 2:
        message = str(_("Say who received the goods."))
        raise Invalid(message, code="receiver", fields={"receiver": message})
    if not row.sent_at <= arrived_at <= now:
        message = str(_("Goods arrive after they were sent, and not in the future."))
        raise Invalid(message, code="arrived_at", fields={"arrived_at": message})


def _parties(row: HandOver) -> dict[str, str]:
    found: dict[str, str] = json.loads(seal.unseal(bytes(row.sealed)))
    return found


def _arrival_orders(
    row: HandOver, lines: Sequence[HandOverLine]
) -> tuple[list[Order | Settle | Void], Order]:
    """What arrives is the recipient's, what is short is missing; value goes out with the first."""
    at, fact, slug = row.arrived_at or row.sent_at, row.arrived_ref, row.raising.slug
    held = _hold(row, [(line.item.ref, line.n_sent) for line in lines])
    amounts = tuple(line.n_arrived or 0 for line in lines)
    ended: Settle | Void = (
        Settle(f"arrived:{row.ref}", held.key, at, fact, amounts)
        if any(amounts)
        else Void(f"arrived:{row.ref}", held.key, at, fact)
    )
    orders: list[Order | Settle | Void] = [ended]
    gone = tuple(
        Leg(
            books.missing(slug, line.item.ref),
            books.store(slug, line.item.ref),
            line.n_sent - (line.n_arrived or 0),
        )
        for line in lines
        if line.n_sent > (line.n_arrived or 0)
    )
    worth = sum(_worth(line.item, line.n_arrived or 0) for line in lines)
    legs = (*gone, *books.value_legs(row.raising, -worth))
    if legs:
        orders.append(Order(f"short:{row.ref}", legs, at, fact))
    return orders, held


def _worth(item: GoodsItem, n: int) -> int:
    """What n more pieces take of an item's value; all of them take the whole, to the fen."""
    before = _out(item)
    value = item.value_fen or 0
    return value * (before + n) // item.n - value * before // item.n


def _out(item: GoodsItem) -> int:
    """Pieces of an item that are with recipients, or lost."""
    rows = HandOverLine.objects.filter(item=item, n_arrived__isnull=False)
    arrived = rows.aggregate(n=Sum("n_arrived"))["n"] or 0
    ended = rows.filter(outcome__in=("found", "lost"))
    return arrived + sum(line.n_sent - (line.n_arrived or 0) for line in ended)


def _mark_signed(lines: Sequence[HandOverLine]) -> None:
    """A gift all of whose pieces are with recipients is signed for."""
    for gift in {line.item.gift for line in lines}:
        if all(_out(item) >= item.n for item in GoodsItem.objects.filter(gift=gift)):
            Gift.objects.filter(pk=gift.pk, state="allotted").update(state="signed_for")


def _tell_short(work: Work, row: HandOver, short: int) -> None:
    item = Waiting(
        inbox.SHORT,
        f"short:{row.ref}",
        row.raising.organisation_id,
        "treasurer",
        reverse("donations:hand_over", args=[row.ref]),
        {"recipient": row.recipient, "n": short},
        None,
    )
    inbox_put(work, [item])


@service(permission="goods.explain", records=FACT)
def shortage_explain(work: Work, /, *, ref: str, item_ref: str, outcome: str, reason: str) -> None:
    """A shortage is explained: `found` at the recipient's, `returned` to the store, or `lost`.

    Raises NotFound, Denied (who sent it), Conflict (nothing short, explained before), Invalid.
    """
    row = _alone(work, ref)
    if row.sent_by == work.actor.person_ref:
        raise Denied(_("You sent these goods off yourself, so another person explains."))
    line = row.lines.select_related("item__gift").filter(item__ref=item_ref).first()
    if line is None or line.n_arrived is None or line.n_arrived >= line.n_sent or line.outcome:
        raise Conflict(_("Nothing is short here that waits to be explained."), code="not_short")
    text = reason.strip()[:500]
    if outcome not in OUTCOMES or len(text) < 2:
        message = str(_("Say in a few words why."))
        raise Invalid(message, code="reason_missing", fields={"reason": message})
    n, slug, fact_ref = line.n_sent - line.n_arrived, row.raising.slug, work.new_id()
    place = {"found": books.to_recipient, "returned": books.store, "lost": books.lost}[outcome]
    legs: tuple[Leg, ...] = (Leg(place(slug, item_ref), books.missing(slug, item_ref), n),)
    if outcome != "returned":
        legs += books.value_legs(row.raising, -_worth(line.item, n))
    order = Order(f"explained:{row.ref}:{item_ref[:16]}", legs, work.at, fact_ref)
    orders_take(work, books.BOOK, [order])
    HandOverLine.objects.filter(pk=line.pk).update(
        outcome=outcome, reason=text, explained_at=work.at
    )
    _mark_signed([line])
    open_ones = row.lines.filter(outcome="", n_arrived__lt=F("n_sent"))
    if not open_ones.exists():
        inbox_done(work, [f"short:{row.ref}"])
    values: dict[str, Value] = {
        "raising": slug,
        "hand_over": row.ref,
        "item": item_ref,
        "n": n,
        "outcome": outcome,
        "reason": text,
        "postings": books.said(order),
    }
    owner = {BUSINESS: f"org:{row.raising.organisation.ref}"}
    work.record(Fact(GOODS_EXPLAINED, f"hand_over:{row.ref}", work.at, values, owner, ref=fact_ref))
