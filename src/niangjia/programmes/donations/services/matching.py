"""Lines of statements are said to be what they are, one by one or many at once; each once."""

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.bookkeeping.public import Leg, Order, orders_take
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.donations import books, pledge_steps, steps
from niangjia.programmes.donations.bank_models import BY_HAND, HOW, BankLine
from niangjia.programmes.donations.facts import MATCHED
from niangjia.programmes.donations.models import Gift, Raising
from niangjia.programmes.donations.roster_models import Roster
from niangjia.programmes.donations.services.adjusting import gift_alone
from niangjia.programmes.donations.services.raisings import raising_of
from niangjia.programmes.donations.types import GiftIn, LineIn

BATCH = 200
NEW = ("gift", "collection")


@service(permission="gifts.take", records=FACT)
def lines_match(work: Work, /, *, chosen: Sequence[LineIn]) -> int:
    """Each line (at most 200) is what was said of it; how many. One that somebody else matched
    meanwhile is passed over; if that leaves none, Conflict.

    Raises NotFound, Denied, Conflict, Invalid; then nothing is matched.
    """
    if not 0 < len(chosen) <= BATCH:
        raise Invalid(_("Choose 1 to %(n)s lines."), code="batch_too_large", n=BATCH)
    said = {one.ref: one for one in chosen}
    rows = BankLine.objects.select_for_update(of=("self",)).filter(ref__in=said)
    rows = rows.select_related("statement", "account__raising__organisation")
    found = list(rows.order_by("pk"))
    if len(found) != len(said):
        raise NotFound(_("There is no such line."))
    for slug in {row.account.raising.slug for row in found}:
        raising_of(work, slug)
    waiting = [row for row in found if row.state == "open"]
    if not waiting:
        raise Conflict(
            _("Somebody else matched this meanwhile. Nothing was counted twice."),
            code="line_matched",
        )
    fresh = _new_gifts(work, [row for row in waiting if said[row.ref].how in NEW], said)
    for row in waiting:
        _settle(work, row, said[row.ref], fresh)
    return len(waiting)


def _new_gifts(work: Work, rows: Sequence[BankLine], said: Mapping[str, LineIn]) -> dict[str, Gift]:
    """New gifts by their line's ref, in the books and in the log."""
    by_raising: dict[int, list[BankLine]] = {}
    for row in rows:
        by_raising.setdefault(row.account.raising_id, []).append(row)
    refs: dict[str, str] = {}
    for listed in by_raising.values():
        gifts = [_gift(work, row, said[row.ref]) for row in listed]
        taken = steps.gifts_take(work, listed[0].account.raising, gifts)
        refs |= {row.ref: taken[one.key].ref for row, one in zip(listed, gifts, strict=True)}
    by_ref = {gift.ref: gift for gift in Gift.objects.filter(ref__in=refs.values())}
    return {line: by_ref[ref] for line, ref in refs.items()}


def _gift(work: Work, row: BankLine, one: LineIn) -> GiftIn:
    several = one.how == "collection"
    unit = one.donor is not None and one.donor.kind == "unit"
    return GiftIn(
        key=f"bank:{row.digest}",
        fen=row.fen,
        received_at=min(row.at, work.at.replace(microsecond=0)),
        channel="collection" if several else "transfer",
        line=2 if unit and not several else 1,
        donor=None if several else one.donor,
        n_people=one.n_people if several else 1,
        n_times=max(one.n_times, one.n_people) if several else 1,
        direction=one.direction,
        source=f"bank:{row.ref}",
        fee_fen=row.fee_fen,
    )


def _settle(work: Work, row: BankLine, one: LineIn, fresh: Mapping[str, Gift]) -> None:
    """The line is matched, with its fact."""
    if one.how not in HOW:
        raise Invalid(_("Choose what this line is."), code="how")
    fact_ref = work.new_id()
    orders: list[Order] = []
    if one.how in NEW:
        row.gift = fresh[row.ref]
    else:
        orders = _ENDS[one.how](work, row, one, fact_ref)
        orders += _fee(row, fact_ref)
    if orders:
        orders_take(work, books.BOOK, orders)
    row.state, row.how, row.matched_at, row.fact_ref = "matched", one.how, work.at, fact_ref
    row.save(update_fields=["state", "how", "gift", "roster", "matched_at", "fact_ref"])
    work.record(_fact(work, row, one, orders))


def _fee(row: BankLine, fact_ref: str) -> list[Order]:
    """What was kept of money whose gift was booked whole."""
    if not row.fee_fen:
        return []
    slug = row.account.raising.slug
    leg = Leg(books.fees(slug), books.bank(slug), row.fee_fen)
    return [Order(f"bankfee:{row.ref}", (leg,), row.at, fact_ref)]


def _pledge(work: Work, row: BankLine, one: LineIn, fact_ref: str) -> list[Order]:
    gift = _own(gift_alone(work, one.target), row.account.raising)
    if hasattr(gift, "roster"):
        raise Conflict(_("A roster belongs to that pledge: choose the roster."), code="has_roster")
    at = min(row.at, work.at.replace(microsecond=0))
    pledge_steps.pledge_arrived(work, gift, row.fen, at, f"bank:{row.ref}")
    row.gift = gift
    return []


def _own(gift: Gift, raising: Raising) -> Gift:
    if gift.raising_id != raising.pk:
        raise Conflict(_("That gift is of another raising."), code="other_raising")
    return gift


def _hand(work: Work, row: BankLine, one: LineIn, fact_ref: str) -> list[Order]:
    """The line is the evidence of a gift that was taken down by hand: not a second gift."""
    gift = _own(gift_alone(work, one.target), row.account.raising)
    if gift.kind != "cash" or gift.channel not in BY_HAND or not gift.fact_ref:
        raise Conflict(_("That gift did not come by transfer."), code="not_by_hand")
    if gift.fen != row.fen:
        raise Conflict(_("That gift is of another amount."), code="amount_differs")
    if BankLine.objects.filter(gift=gift).exists():
        raise Conflict(_("That gift has its transfer already."), code="gift_has_line")
    row.gift = gift
    return []


def _payout(work: Work, row: BankLine, one: LineIn, fact_ref: str) -> list[Order]:
    """Online gifts that a platform paid out: the money moves, nothing is given anew."""
    slug = row.account.raising.slug
    leg = Leg(books.bank(slug), books.platform(slug), row.fen)
    return [Order(f"payout:{row.ref}", (leg,), row.at, fact_ref)]


def _roster(work: Work, row: BankLine, one: LineIn, fact_ref: str) -> list[Order]:
    """The line is the one sum of a roster; its rows can be taken."""
    rows = Roster.objects.select_for_update(of=("self",)).filter(ref=one.target)
    rows = rows.filter(raising=row.account.raising, state__in=["checked", "taking", "taken"])
    roster = rows.first()
    if roster is None or BankLine.objects.filter(roster=roster).exists():
        raise Conflict(_("That roster has its transfer already."), code="roster_has_line")
    if roster.stated_fen != row.fen:
        raise Conflict(_("That roster is of another sum."), code="amount_differs")
    if roster.state == "checked":  # else its rows count as of the time that was typed
        roster.received_at = min(row.at, work.at.replace(microsecond=0))
        roster.version += 1
        roster.save(update_fields=["received_at", "version"])
    row.roster = roster
    return []


def _other(work: Work, row: BankLine, one: LineIn, fact_ref: str) -> list[Order]:
    """No gift: interest, money that came back; said why."""
    if len(one.reason.strip()) < 2:
        text = str(_("Say in a few words what it is instead."))
        raise Invalid(text, code="reason_missing", fields={"reason": text})
    return []


_ENDS: Mapping[str, Callable[[Work, BankLine, LineIn, str], list[Order]]] = {
    "pledge": _pledge,
    "hand": _hand,
    "payout": _payout,
    "roster": _roster,
    "other": _other,
}


def _fact(work: Work, row: BankLine, one: LineIn, orders: Sequence[Order]) -> Fact:
    raising = row.account.raising
    values: dict[str, Value] = {
        "raising": raising.slug,
        "line": row.ref,
        "fen": row.fen,
        "fee_fen": row.fee_fen or None,
        "how": one.how,
        "gift": row.gift.ref if row.gift else None,
        "roster": row.roster.ref if row.roster else None,
        "reason": one.reason.strip()[:200] or None,
        "file_sha256": row.statement.sha256,
        "postings": books.said(*orders) if orders else None,
    }
    owner = {BUSINESS: f"org:{raising.organisation.ref}"}
    subject = f"gift:{row.gift.ref}" if row.gift else f"bank_line:{row.ref}"
    return Fact(MATCHED, subject, work.at, values, owner, ref=row.fact_ref)
