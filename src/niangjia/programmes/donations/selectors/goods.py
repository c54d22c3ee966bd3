"""Goods: in store, on their way, with recipients, short; and a hand-over with its parties."""

import datetime as dt
import json
from dataclasses import dataclass

from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from niangjia.core import seal
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise
from niangjia.programmes.donations import donors
from niangjia.programmes.donations.goods_models import GoodsItem, HandOver
from niangjia.programmes.donations.models import Direction
from niangjia.programmes.donations.selectors.raisings import seen_ids
from niangjia.programmes.donations.selectors.spending import words_of

MOST = 500


@dataclass(frozen=True, slots=True)
class StockLine:
    """An item with where its pieces are. direction_n: 0 without one; left: in store."""

    ref: str
    gift_ref: str
    slug: str
    title: str
    name: str
    spec: str
    measure: str
    donor: str
    direction_n: int
    direction: str
    n: int
    on_way: int
    arrived: int
    short: int
    lost: int
    value_fen: int | None
    basis: str

    @property
    def left(self) -> int:
        return self.n - self.on_way - self.arrived - self.short - self.lost

    @property
    def left_shown(self) -> str:
        return f"{self.left:,}"


def stock(actor: Actor, *, slug: str = "") -> list[StockLine]:
    """Every item of the raisings that the actor may see, the newest first."""
    authorise(actor, "donations.see")
    return [_line(row) for row in _items(seen_ids(actor), slug)]


def stock_public(raising_id: int) -> list[StockLine]:
    """The same of one raising, for its public page."""
    return [_line(row) for row in _items([raising_id], "")]


def _items(raising_ids: list[int], slug: str) -> list[GoodsItem]:
    rows = GoodsItem.objects.filter(gift__raising_id__in=raising_ids)
    if slug:
        rows = rows.filter(gift__raising__slug=slug)
    counted = rows.annotate(
        on_way=Sum("lines__n_sent", filter=Q(lines__n_arrived__isnull=True)),
        came=Sum("lines__n_arrived"),
        gap_open=_gap(""),
        gap_found=_gap("found"),
        gap_lost=_gap("lost"),
    )
    related = ("gift__raising", "gift__donor", "gift__direction")
    return list(counted.select_related(*related).order_by("-id")[:MOST])


def _gap(outcome: str) -> Sum:
    held = Q(lines__n_arrived__isnull=False, lines__outcome=outcome)
    return Sum(F("lines__n_sent") - F("lines__n_arrived"), filter=held)


def _line(row: GoodsItem) -> StockLine:
    gift = row.gift
    found = {name: getattr(row, name) or 0 for name in ("on_way", "came", "gap_open", "gap_found")}
    return StockLine(
        ref=row.ref,
        gift_ref=gift.ref,
        slug=gift.raising.slug,
        title=gift.raising.title,
        name=row.name,
        spec=row.spec,
        measure=row.measure,
        donor=donors.masked_name(donors.opened(gift.donor)) if gift.donor else "",
        direction_n=gift.direction.n if gift.direction else 0,
        direction=words_of(gift.direction),
        n=row.n,
        on_way=found["on_way"],
        arrived=found["came"] + found["gap_found"],
        short=found["gap_open"],
        lost=getattr(row, "gap_lost", None) or 0,
        value_fen=row.value_fen,
        basis=row.basis,
    )


@dataclass(frozen=True, slots=True)
class HandOverRow:
    """A hand-over in a list. n_short: pieces that wait to be explained."""

    ref: str
    number: str
    recipient: str
    what: str
    state: str
    sent_at: dt.datetime
    n_short: int


def hand_overs(actor: Actor, *, slug: str = "", limit: int = 100) -> list[HandOverRow]:
    """Hand-overs, the newest first."""
    authorise(actor, "donations.see")
    rows = HandOver.objects.filter(raising_id__in=seen_ids(actor))
    if slug:
        rows = rows.filter(raising__slug=slug)
    found = rows.prefetch_related("lines__item").order_by("-id")[:limit]
    return [
        HandOverRow(
            row.ref,
            row.number,
            row.recipient,
            "、".join(f"{x.item.name} {x.n_sent}{x.item.measure}" for x in row.lines.all()),
            row.state,
            row.sent_at,
            sum(
                x.n_sent - x.n_arrived
                for x in row.lines.all()
                if x.n_arrived is not None and not x.outcome
            ),
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True)
class HandOverLineView:
    """An item of a hand-over. n_arrived: None until it arrived."""

    item_ref: str
    name: str
    spec: str
    measure: str
    donor: str
    n_sent: int
    n_arrived: int | None
    outcome: str
    reason: str

    @property
    def short(self) -> int:
        return 0 if self.n_arrived is None else self.n_sent - self.n_arrived


@dataclass(frozen=True, slots=True)
class HandOverView:
    """A hand-over with its parties; their names are empty once erased."""

    ref: str
    number: str
    slug: str
    title: str
    organisation: str
    recipient: str
    place: str
    direction: str
    state: str
    sent_at: dt.datetime
    arrived_at: dt.datetime | None
    sender: str
    carrier: str
    receiver: str
    mine: bool
    lines: tuple[HandOverLineView, ...]


def hand_over_get(actor: Actor, *, ref: str) -> HandOverView:
    """A hand-over that the actor may see. Raises NotFound."""
    authorise(actor, "donations.see")
    rows = HandOver.objects.select_related("raising__organisation", "direction")
    row = rows.filter(ref=ref, raising_id__in=seen_ids(actor)).first()
    if row is None:
        raise NotFound(_("There is no such hand-over."))
    parties = _parties(row)
    return HandOverView(
        ref=row.ref,
        number=row.number,
        slug=row.raising.slug,
        title=row.raising.title,
        organisation=row.raising.organisation.name,
        recipient=row.recipient,
        place=row.place,
        direction=words_of(row.direction),
        state=row.state,
        sent_at=row.sent_at,
        arrived_at=row.arrived_at,
        sender=parties.get("sender", ""),
        carrier=parties.get("carrier", ""),
        receiver=parties.get("receiver", ""),
        mine=row.sent_by == actor.person_ref,
        lines=_lines(row),
    )


def _parties(row: HandOver) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(seal.unseal(bytes(row.sealed)))
    except seal.Erased:
        return {}
    return found


def _lines(row: HandOver) -> tuple[HandOverLineView, ...]:
    lines = row.lines.select_related("item__gift__donor").order_by("id")
    return tuple(
        HandOverLineView(
            item_ref=one.item.ref,
            name=one.item.name,
            spec=one.item.spec,
            measure=one.item.measure,
            donor=(
                donors.masked_name(donors.opened(one.item.gift.donor))
                if one.item.gift.donor
                else ""
            ),
            n_sent=one.n_sent,
            n_arrived=one.n_arrived,
            outcome=one.outcome,
            reason=one.reason,
        )
        for one in lines
    )


def directions(slug: str) -> list[tuple[int, str]]:
    """(number, words) of the directions of a raising."""
    rows = Direction.objects.filter(raising__slug=slug).order_by("n")
    return [(row.n, words_of(row)) for row in rows]
