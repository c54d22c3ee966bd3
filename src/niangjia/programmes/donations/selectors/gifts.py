"""Gifts: the list, one with its history, what waits to be decided about it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise
from niangjia.programmes.donations import donors, rules
from niangjia.programmes.donations.following import Followed, followed
from niangjia.programmes.donations.goods_models import GoodsItem
from niangjia.programmes.donations.models import Adjustment, Ask, Donor, Gift
from niangjia.programmes.donations.selectors.raisings import seen_ids

PAGE = 50
SORTS = {
    "new": "-id",
    "old": "id",
}


@dataclass(frozen=True, slots=True)
class GiftLine:
    """A gift in a list. donor: a unit's name, a person's masked; empty if anonymous."""

    id: int
    ref: str
    number: str
    slug: str
    title: str
    donor: str
    line: int
    kind: str
    channel: str
    what: str
    n_people: int
    fen: int
    changed_fen: int
    pledged_fen: int | None
    unvalued: bool
    state: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class GiftFilters:
    """What a list of gifts is narrowed to; empty: not narrowed. text: of a number or a unit."""

    slug: str = ""
    line: int = 0
    state: str = ""
    text: str = ""
    first: dt.date | None = None
    last: dt.date | None = None


def gifts_page(
    actor: Actor, *, filters: GiftFilters, before: int = 0, limit: int = PAGE
) -> tuple[list[GiftLine], int]:
    """(gifts, the newest first, the id that the next page begins before; 0 on the last)."""
    authorise(actor, "donations.see")
    rows = _filtered(Gift.objects.filter(raising_id__in=seen_ids(actor)), filters)
    if before:
        rows = rows.filter(id__lt=before)
    found = list(rows.select_related("raising", "donor").order_by("-id")[: limit + 1])
    more = found[limit - 1].pk if len(found) > limit else 0
    return _lines(found[:limit]), more


def _filtered(rows: QuerySet[Gift], wanted: GiftFilters) -> QuerySet[Gift]:
    if wanted.slug:
        rows = rows.filter(raising__slug=wanted.slug)
    if wanted.line:
        rows = rows.filter(line=wanted.line)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.text:
        number = rules.read_number(wanted.text)
        rows = rows.filter(Q(number=number) | Q(donor__name__startswith=wanted.text))
    return _between(rows, wanted.first, wanted.last)


def _between(rows: QuerySet[Gift], first: dt.date | None, last: dt.date | None) -> QuerySet[Gift]:
    if first:
        rows = rows.filter(received_at__date__gte=first)
    return rows.filter(received_at__date__lte=last) if last else rows


def _lines(found: Sequence[Gift]) -> list[GiftLine]:
    names = donors.names_of([row.donor for row in found if row.donor])
    return [
        GiftLine(
            id=row.pk,
            ref=row.ref,
            number=rules.shown_number(row.number),
            slug=row.raising.slug,
            title=row.raising.title,
            donor=names[row.donor.pk] if row.donor else "",
            line=row.line,
            kind=row.kind,
            channel=row.channel,
            what=row.what,
            n_people=row.n_people,
            fen=row.fen,
            changed_fen=row.changed_fen,
            pledged_fen=row.pledged_fen,
            unvalued=row.unvalued,
            state=row.state,
            at=row.received_at or row.pledged_at or row.recorded_at,
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True)
class AskView:
    """A change that was asked for. state, version: of its case; may_decide is left to the page."""

    ref: str
    why: str
    fen: int
    reason: str
    state: str
    version: int
    asked_at: dt.datetime
    mine: bool


@dataclass(frozen=True, slots=True)
class GiftView:
    """One gift with all that is known of it."""

    row: GiftLine
    donor_kind: str
    referrer: str
    direction: tuple[str, str, str] | None
    n_times: int
    said: str
    show_name: bool
    show_amount: bool
    source: str
    pledged_at: dt.datetime | None
    received_at: dt.datetime | None
    recorded_at: dt.datetime
    fact_ref: str
    adjustments: tuple[tuple[str, int, dt.datetime, str], ...]
    asks: tuple[AskView, ...]
    items: tuple[GoodsItem, ...]
    went: Followed | None


def gift_get(actor: Actor, *, ref: str) -> GiftView:
    """A gift that the actor may see. Raises NotFound."""
    authorise(actor, "donations.see")
    rows = Gift.objects.select_related("raising", "donor", "referrer", "direction")
    row = rows.filter(ref=ref, raising_id__in=seen_ids(actor)).first()
    if row is None:
        raise NotFound(_("There is no such gift."))
    where = row.direction
    changes = Adjustment.objects.filter(gift=row).order_by("id")
    return GiftView(
        row=_lines([row])[0],
        donor_kind=row.donor.kind if row.donor else "",
        referrer=_name(row.referrer),
        direction=(where.beneficiary, where.area, where.use) if where else None,
        n_times=row.n_times,
        said=row.said,
        show_name=row.show_name,
        show_amount=row.show_amount,
        source=row.source,
        pledged_at=row.pledged_at,
        received_at=row.received_at,
        recorded_at=row.recorded_at,
        fact_ref=row.fact_ref,
        adjustments=tuple((one.why, one.fen, one.at, one.reason) for one in changes),
        asks=_asks(actor, row),
        items=tuple(GoodsItem.objects.filter(gift=row).order_by("place")),
        went=followed(row) if row.kind == "cash" and row.fact_ref else None,
    )


def _name(donor: Donor | None) -> str:
    return donors.masked_name(donors.opened(donor)) if donor else ""


def _asks(actor: Actor, row: Gift) -> tuple[AskView, ...]:
    found = (
        Ask.objects.filter(gift=row)
        .order_by("-id")
        .annotate(case_state=F("case__state"), case_version=F("case__version"))
    )
    return tuple(
        AskView(
            ref=one.ref,
            why=one.why,
            fen=one.fen,
            reason=one.reason,
            state=one.case_state,
            version=one.case_version,
            asked_at=one.asked_at,
            mine=one.asked_by == actor.person_ref,
        )
        for one in found
    )
