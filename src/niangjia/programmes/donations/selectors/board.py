"""What anybody may see of a raising: live totals, newest gifts, pledges, goods, spending."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from niangjia.blocks.indicators.public import SEPARATOR, ZERO, Sums, position, stored
from niangjia.blocks.ledger.public import served_size
from niangjia.programmes.donations import donors
from niangjia.programmes.donations.goods_models import GoodsItem
from niangjia.programmes.donations.models import Donor, Gift
from niangjia.programmes.donations.projections import NAME
from niangjia.programmes.donations.selectors.spending import words_of
from niangjia.programmes.donations.spending_models import Application, SignFor

NEWEST = 10
MOST = 50
COLUMNS = (
    "id",
    "line",
    "kind",
    "channel",
    "n_people",
    "fen",
    "changed_fen",
    "unvalued",
    "what",
    "show_name",
    "show_amount",
    "received_at",
    "donor_id",
    "donor__kind",
    "donor__name",
)


@dataclass(frozen=True, slots=True)
class Totals:
    """Live sums by line over the first `size` entries of the log. witnessed: all of them are."""

    size: int
    lines: Mapping[int, Sums]
    witnessed: bool

    @property
    def fen(self) -> int:
        return sum(one.fen for one in self.lines.values())

    @property
    def n(self) -> int:
        return sum(one.n for one in self.lines.values())


def totals(slug: str) -> Totals:
    """From the projection: at any number of gifts three cells are read."""
    size, known = position(NAME), cells(slug)
    lines = {line: known.get(f"{slug}{SEPARATOR}{line}", ZERO) for line in (1, 2, 3)}
    return Totals(size, lines, 0 < size <= served_size())


def cells(slug: str) -> dict[str, Sums]:
    """The sums by key; they differ after every gift and every change of one."""
    return stored(NAME, slug + SEPARATOR)


@dataclass(frozen=True, slots=True)
class NewGift:
    """A gift as the board names it. name: empty unless the donor agreed; fen: None unless they
    agreed, or where there is no value."""

    name: str
    line: int
    kind: str
    channel: str
    n_people: int
    fen: int | None
    what: str
    at: dt.datetime


def newest_gifts(raising_id: int) -> list[NewGift]:
    """The newest that were received and not taken back whole; names by consent as it is now."""
    rows = Gift.objects.filter(raising_id=raising_id, received_at__isnull=False)
    rows = rows.exclude(state="taken_back").order_by("-received_at", "-id")
    found = list(rows.values(*COLUMNS)[:NEWEST])
    names = _names([one["donor_id"] for one in found if one["show_name"] and one["donor_id"]])
    return [
        NewGift(
            name=names.get(one["donor_id"], "") if one["show_name"] else "",
            line=one["line"],
            kind=one["kind"],
            channel=one["channel"],
            n_people=one["n_people"],
            fen=one["fen"] + one["changed_fen"]
            if one["show_amount"] and not _worthless(one)
            else None,
            what=one["what"],
            at=one["received_at"],
        )
        for one in found
    ]


def _worthless(one: Mapping[str, Any]) -> bool:
    """Goods that nobody has valued yet."""
    return bool(one["unvalued"] and not one["fen"] + one["changed_fen"])


def _names(ids: list[int]) -> dict[int, str]:
    """Names in full: their donors agreed to be named. Empty once erased."""
    rows = Donor.objects.filter(pk__in=ids) if ids else ()
    return {row.pk: donors.opened(row).name for row in rows}


@dataclass(frozen=True, slots=True)
class Pledge:
    """A pledge that is not here yet. name, referrer: empty if not named; fen: None: no value."""

    name: str
    what: str
    kind: str
    fen: int | None
    direction: str
    referrer: str
    at: dt.datetime | None


def pledges(raising_id: int) -> list[Pledge]:
    """Open ones, the newest first. Who referred them is named where that is a unit."""
    rows = Gift.objects.filter(raising_id=raising_id, state="pledged")
    rows = rows.select_related("donor", "referrer", "direction").order_by("-id")
    return [
        Pledge(
            name=donors.opened(row.donor).name if row.donor and row.show_name else "",
            what=row.what,
            kind=row.kind,
            fen=row.pledged_fen,
            direction=words_of(row.direction),
            referrer=row.referrer.name if row.referrer else "",
            at=row.pledged_at,
        )
        for row in rows[:MOST]
    ]


@dataclass(frozen=True, slots=True)
class Good:
    """A kind of thing that came. state: of its gift; value_fen: None while unvalued."""

    name: str
    n: int
    measure: str
    value_fen: int | None
    basis: str
    donor: str
    direction: str
    state: str
    at: dt.datetime | None


def goods(raising_id: int) -> list[Good]:
    """What came, the newest first, and how far it has gone."""
    rows = GoodsItem.objects.filter(gift__raising_id=raising_id, gift__received_at__isnull=False)
    rows = rows.select_related("gift__donor", "gift__direction").order_by("-gift_id", "place")
    return [
        Good(
            name=one.name,
            n=one.n,
            measure=one.measure,
            value_fen=one.value_fen,
            basis=one.basis,
            donor=_shown_donor(one.gift),
            direction=words_of(one.gift.direction),
            state=one.gift.state,
            at=one.gift.received_at,
        )
        for one in rows[:MOST]
    ]


def _shown_donor(gift: Gift) -> str:
    return donors.opened(gift.donor).name if gift.donor and gift.show_name else ""


@dataclass(frozen=True, slots=True)
class Spent:
    """A payment that was made. signed_fen, n_signed: what recipients signed for."""

    payee: str
    purpose: str
    beneficiaries: str
    fund: str
    fen: int
    signed_fen: int
    n_signed: int
    at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Spending:
    """Of all payments: fen, and what was signed for; listed: the newest."""

    fen: int
    signed_fen: int
    n: int
    listed: tuple[Spent, ...]


def spending(raising_id: int, most: int = MOST) -> Spending:
    """What was paid out of the raising's money."""
    paid = Application.objects.filter(raising_id=raising_id, paid_fen__isnull=False)
    signed = SignFor.objects.filter(application__raising_id=raising_id)
    sums = {"signed_fen": Sum("signatures__fen"), "n_signed": Sum("signatures__n_people")}
    rows = paid.select_related("direction").annotate(**sums).order_by("-paid_at", "-id")
    return Spending(
        fen=paid.aggregate(fen=Sum("paid_fen"))["fen"] or 0,
        signed_fen=signed.aggregate(fen=Sum("fen"))["fen"] or 0,
        n=paid.count(),
        listed=tuple(_spent(row) for row in rows[:most]),
    )


def _spent(row: Application) -> Spent:
    return Spent(
        payee=row.payee,
        purpose=row.purpose,
        beneficiaries=row.beneficiaries,
        fund=words_of(row.direction),
        fen=row.paid_fen or 0,
        signed_fen=getattr(row, "signed_fen", None) or 0,
        n_signed=getattr(row, "n_signed", None) or 0,
        at=row.paid_at,
    )
