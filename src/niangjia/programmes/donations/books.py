"""The accounts of a raising, and what each event of it is in the books.

One book, `donations`. For the raising S: money lies in assets:bank:S or, until the platform has
paid it out, in assets:platform:S; whose it is for stands in funds:S:pool and funds:S:d<n> (one per
direction); what was kept on the way in expenses:fees:S. A capped raising gives out its goal from
quota:S:left. None of the first three can fall below nothing.
"""

from collections.abc import Sequence

from niangjia.blocks.bookkeeping.public import (
    AccountIn,
    AnyOrder,
    Leg,
    Order,
    accounts_open,
    postings,
)
from niangjia.core.facts import Value
from niangjia.core.work import Work
from niangjia.programmes.donations.models import Direction, Raising

BOOK = "donations"
CNY = "CNY"


def bank(slug: str) -> str:
    return f"assets:bank:{slug}"


def platform(slug: str) -> str:
    return f"assets:platform:{slug}"


def fees(slug: str) -> str:
    return f"expenses:fees:{slug}"


def pool(slug: str) -> str:
    return f"funds:{slug}:pool"


def goods(slug: str) -> str:
    """What the goods in store are worth."""
    return f"assets:goods:{slug}"


def worth(slug: str) -> str:
    """The other side of it: value of goods, never money that could be paid out."""
    return f"funds:{slug}:goods"


def store(slug: str, item_ref: str) -> str:
    """How many of an item lie in store."""
    return f"assets:store:{slug}:{item_ref[:16]}"


def missing(slug: str, item_ref: str) -> str:
    """Sent, not arrived, not explained yet."""
    return f"assets:missing:{slug}:{item_ref[:16]}"


def to_recipient(slug: str, item_ref: str) -> str:
    return f"external:recipient:{slug}:{item_ref[:16]}"


def lost(slug: str, item_ref: str) -> str:
    return f"external:lost:{slug}:{item_ref[:16]}"


def from_donor(slug: str, item_ref: str) -> str:
    return f"external:donor:{slug}:{item_ref[:16]}"


def left(slug: str) -> str:
    return f"quota:{slug}:left"


def given_out(slug: str) -> str:
    return f"quota:{slug}:out"


def fund(slug: str, direction: Direction | None) -> str:
    """Whose the money of a gift is."""
    return pool(slug) if direction is None else f"funds:{slug}:d{direction.n}"


def raising_accounts(work: Work, raising: Raising) -> None:
    """The raising's accounts are open."""
    slug, title = raising.slug, raising.title
    quota = f"quota:{slug}"
    accounts_open(
        work,
        BOOK,
        [
            AccountIn(bank(slug), CNY, "debit", title=f"{title} 银行存款"),
            AccountIn(platform(slug), CNY, "debit", title=f"{title} 平台待结算款"),
            AccountIn(fees(slug), CNY, "debit", title=f"{title} 手续费"),
            AccountIn(pool(slug), CNY, "credit", title=f"{title} 共同资金池"),
            AccountIn(goods(slug), CNY, "debit", title=f"{title} 物资"),
            AccountIn(worth(slug), CNY, "credit", title=f"{title} 物资价值"),
            AccountIn(left(slug), quota, "credit", title=f"{title} 剩余额度"),
            AccountIn(given_out(slug), quota, "debit", floored=False, title=f"{title} 额度"),
        ],
    )


def direction_accounts(work: Work, raising: Raising, directions: Sequence[Direction]) -> None:
    """Each direction has its account."""
    accounts_open(
        work,
        BOOK,
        [
            AccountIn(
                fund(raising.slug, one),
                CNY,
                "credit",
                title=f"{raising.title} {one.beneficiary or one.area or one.use}"[:120],
            )
            for one in directions
        ],
    )


def spend_legs(raising: Raising, direction: Direction | None, fen: int) -> tuple[Leg, ...]:
    """Money of a fund is paid out of the bank."""
    return (Leg(fund(raising.slug, direction), bank(raising.slug), fen),)


def item_accounts(work: Work, raising: Raising, items: Sequence[tuple[str, str]]) -> None:
    """Each item of a gift of goods, (ref, name), has its accounts."""
    accounts = []
    for ref, name in items:
        kind, title = f"item:{ref[:16]}", f"{raising.title} {name}"[:110]
        slug = raising.slug
        accounts += [
            AccountIn(store(slug, ref), kind, "debit", title=f"{title} 库存"),
            AccountIn(missing(slug, ref), kind, "debit", title=f"{title} 短缺待查"),
            AccountIn(from_donor(slug, ref), kind, "credit", floored=False, title=f"{title} 来源"),
            AccountIn(to_recipient(slug, ref), kind, "debit", title=f"{title} 受助方"),
            AccountIn(lost(slug, ref), kind, "debit", title=f"{title} 损失"),
        ]
    accounts_open(work, BOOK, accounts)


def goods_legs(raising: Raising, items: Sequence[tuple[str, int]], fen: int) -> tuple[Leg, ...]:
    """Goods arrived: so many of each item (ref, n), worth so much together."""
    slug = raising.slug
    counted = tuple(Leg(store(slug, ref), from_donor(slug, ref), n) for ref, n in items)
    return (*counted, Leg(goods(slug), worth(slug), fen)) if fen else counted


def value_legs(raising: Raising, fen: int) -> tuple[Leg, ...]:
    """Goods in store are worth more, or (negative) less, or went out."""
    slug = raising.slug
    if fen > 0:
        return (Leg(goods(slug), worth(slug), fen),)
    return (Leg(worth(slug), goods(slug), -fen),) if fen else ()


def cap_legs(raising: Raising, fen: int) -> tuple[Leg, ...]:
    """What a gift takes of a capped raising's goal; what is given back has the accounts turned."""
    if not raising.capped:
        return ()
    return (Leg(left(raising.slug), given_out(raising.slug), fen),)


def gift_legs(
    raising: Raising, direction: Direction | None, fen: int, *, account: str = "", fee_fen: int = 0
) -> tuple[Leg, ...]:
    """A gift of money arrived; what was kept of it on the way is a cost, the gift counts whole."""
    place = account or bank(raising.slug)
    kept = (Leg(fees(raising.slug), place, fee_fen),) if fee_fen else ()
    return (
        Leg(place, fund(raising.slug, direction), fen),
        *kept,
        *cap_legs(raising, fen),
    )


def back_legs(
    raising: Raising, direction: Direction | None, fen: int, *, account: str = ""
) -> tuple[Leg, ...]:
    """Money of a gift goes back, or was never there."""
    place = account or bank(raising.slug)
    freed = (Leg(given_out(raising.slug), left(raising.slug), fen),) if raising.capped else ()
    return (Leg(fund(raising.slug, direction), place, fen), *freed)


def cap_out(raising: Raising) -> tuple[Leg, ...]:
    """A capped raising's goal, to be given out gift by gift."""
    if not raising.capped or raising.goal_fen is None:
        return ()
    return (Leg(given_out(raising.slug), left(raising.slug), raising.goal_fen),)


def asset(code: str) -> str:
    """What an account of this book holds, by its code."""
    kind, *rest = code.split(":")
    if kind == "quota":
        return f"quota:{rest[0]}"
    counted = kind == "external" or rest[0] in ("store", "missing")
    return f"item:{rest[-1]}" if counted else CNY


def said(*orders: AnyOrder, held: Order | None = None) -> list[Value]:
    """The postings of these orders, as their fact names them. held: what a Settle or Void ends."""
    made: list[Value] = []
    for order in orders:
        legs = order.legs if isinstance(order, Order) else (held.legs if held else ())
        assets = {code: asset(code) for leg in legs for code in (leg.debit, leg.credit)}
        made += [list(line) for line in postings(order, assets, held=legs)]
    return made
