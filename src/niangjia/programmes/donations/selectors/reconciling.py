"""Bank lines against gifts, to the fen, per account and month."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum

from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.service import authorise
from niangjia.programmes.donations.bank_models import BY_HAND, BankLine
from niangjia.programmes.donations.models import Adjustment, Gift
from niangjia.programmes.donations.selectors.raisings import seen_ids
from niangjia.programmes.donations.spending_models import Application


@dataclass(slots=True)
class Month:
    """An account's month. income_fen: sum of its lines that came in; the others are what they are
    said to be, counted from the gifts themselves; difference_fen: 0 where all is accounted for."""

    title: str
    tail: str
    month: str
    income_fen: int = 0
    gifts_fen: int = 0
    rosters_fen: int = 0
    payouts_fen: int = 0
    others_fen: int = 0
    open_fen: int = 0
    n_open: int = 0
    fee_fen: int = 0
    out_fen: int = 0

    @property
    def difference_fen(self) -> int:
        known = self.gifts_fen + self.rosters_fen + self.payouts_fen + self.others_fen
        return self.income_fen - known - self.open_fen


def months_of(actor: Actor, *, slug: str = "") -> list[Month]:
    """Every account and month with lines, the newest first."""
    authorise(actor, "donations.see")
    rows = BankLine.objects.filter(account__raising_id__in=seen_ids(actor))
    if slug:
        rows = rows.filter(account__raising__slug=slug)
    found: dict[tuple[int, str], Month] = {}
    columns = ("account_id", "account__raising__title", "account__tail", "at", "fen", "fee_fen")
    more = ("state", "how", "gift__fen", "roster__sum_fen")
    for account, title, tail, at, fen, fee, *rest in rows.values_list(*columns, *more).iterator():
        month = f"{clock.day_of(at):%Y-%m}"
        one = found.setdefault((account, month), Month(title, tail, month))
        one.fee_fen += fee
        _add(one, fen, *rest)
    return sorted(found.values(), key=lambda one: (one.month, one.title, one.tail), reverse=True)


def _add(one: Month, fen: int, state: str, how: str, gift: int | None, roster: int | None) -> None:
    if fen <= 0:
        one.out_fen -= fen
        return
    one.income_fen += fen
    if state == "open":
        one.open_fen += fen
        one.n_open += 1
    elif gift is not None:
        one.gifts_fen += gift
    elif roster is not None:
        one.rosters_fen += roster
    elif how == "payout":
        one.payouts_fen += fen
    else:
        one.others_fen += fen


def without_line(actor: Actor, *, slug: str = "") -> tuple[int, int]:
    """(how many, fen) of gifts by hand or transfer that no bank line is evidence of yet."""
    rows = Gift.objects.filter(
        raising_id__in=seen_ids(actor),
        kind="cash",
        channel__in=BY_HAND,
        bank_line__isnull=True,
        received_at__isnull=False,
    )
    if slug:
        rows = rows.filter(raising__slug=slug)
    return rows.count(), rows.aggregate(fen=Sum("fen"))["fen"] or 0


def spent_as(actor: Actor, found: Sequence[tuple[str, int]]) -> dict[str, tuple[str, str]]:
    """Of outgoing lines (ref, fen paid) what alone has the same amount: (`payment` or `refund`,
    number); only told, nothing is booked by it."""
    seen, wanted = seen_ids(actor), {fen for _ref, fen in found}
    by_fen: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    paid = Application.objects.filter(raising_id__in=seen, fen__in=wanted)
    for number, fen in paid.values_list("number", "fen"):
        by_fen[fen].append(("payment", number))
    back = Adjustment.objects.filter(
        gift__raising_id__in=seen, why="refund", fen__in=[-fen for fen in wanted]
    )
    for number, fen in back.values_list("gift__number", "fen"):
        by_fen[-fen].append(("refund", number))
    return {ref: by_fen[fen][0] for ref, fen in found if len(by_fen[fen]) == 1}
