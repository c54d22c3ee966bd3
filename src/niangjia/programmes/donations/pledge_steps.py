"""Pledges inside a Work: made, arrived, ended; at the desk, for a unit, from a statement."""

import datetime as dt
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.bookkeeping.public import Order, Settle, Void, orders_take
from niangjia.core.errors import Conflict, Invalid
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.work import Work
from niangjia.programmes.donations import books, rules, steps
from niangjia.programmes.donations.donors import donors_take, pk_of, told_apart
from niangjia.programmes.donations.facts import PLEDGED, RECEIVED, UNPLEDGED
from niangjia.programmes.donations.models import Gift, Raising
from niangjia.programmes.donations.roster_models import Roster
from niangjia.programmes.donations.types import DonorIn, GiftIn, PledgeIn


def pledge_made(work: Work, raising: Raising, pledge: PledgeIn) -> Gift:
    """The pledge stands; money is held in the books as coming. Raises Conflict, Invalid."""
    _check(raising, pledge, work.at)
    digest = steps.gift_digest(raising, pledge.key)
    if known := Gift.objects.filter(digest=digest).first():
        work.repeated()
        return known
    pledge = replace(pledge, donor=told_apart(pledge.donor, digest) or pledge.donor)
    gift = _row(work, raising, pledge, digest)
    gift.save()
    order = _held(raising, gift) if gift.kind == "cash" else None
    if order:
        orders_take(work, books.BOOK, [order])
    work.record(_pledged(raising, gift, pledge.donor, order))
    return gift


def _row(work: Work, raising: Raising, pledge: PledgeIn, digest: str) -> Gift:
    donors = donors_take(work, [one for one in (pledge.donor, pledge.referrer) if one])
    wanted = [pledge.direction] if pledge.direction else []
    directions = steps.directions_take(work, raising, wanted)
    return Gift(
        ref=work.new_id(),
        number=steps.new_number(),
        raising=raising,
        direction=directions[pledge.direction] if pledge.direction else None,
        donor_id=pk_of(donors.get(pledge.donor)),
        referrer_id=pk_of(donors.get(pledge.referrer) if pledge.referrer else None),
        digest=digest,
        line=pledge.line,
        kind=pledge.kind,
        channel="pledge",
        pledged_fen=pledge.fen,
        unvalued=pledge.fen is None,
        state="pledged",
        what=pledge.what.strip()[:200],
        show_name=pledge.show_name,
        pledged_at=pledge.pledged_at or work.at,
        recorded_at=work.at,
        pledge_ref=work.new_id(),
    )


def _check(raising: Raising, pledge: PledgeIn, now: dt.datetime) -> None:
    kind, line, fen = pledge.kind, pledge.line, pledge.fen
    if raising.state != "open":
        raise Conflict(_("This raising is not open."), code="raising_not_open")
    if kind not in ("cash", "goods") or line not in (1, 2, 3) or (line == 3) != (kind == "goods"):
        raise Invalid(_("Money from people or units, or goods."), code="kind")
    if fen is None and kind == "cash":
        raise Invalid(_("A pledge of money has an amount."), code="amount")
    if fen is not None and not 0 < fen <= rules.MOST_FEN:
        raise Invalid(_("A pledged amount is more than 0."), code="amount")
    if kind == "goods" and not pledge.what.strip():
        raise Invalid(_("Say what goods they are, and how many."), code="what")
    if pledge.pledged_at is not None and pledge.pledged_at > now:
        raise Invalid(_("A pledge cannot be made in the future."), code="future")


def _held(raising: Raising, gift: Gift) -> Order:
    legs = books.gift_legs(raising, gift.direction, gift.pledged_fen or 0)
    at = gift.pledged_at or gift.recorded_at
    return Order(f"pledge:{gift.ref}", legs, at, gift.pledge_ref, hold=True)


def _pledged(raising: Raising, gift: Gift, donor: DonorIn, order: Order | None) -> Fact:
    at = gift.pledged_at or gift.recorded_at
    given = GiftIn("", 1, at, "pledge", donor=donor)
    values: dict[str, Value] = {
        "raising": raising.slug,
        "hour": rules.hour_up(at),
        "fen": gift.pledged_fen,
        "gift": gift.ref,
        "kind": gift.kind,
        "line": gift.line,
        "what": gift.what or None,
        "pledged_at": at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "direction": steps.direction_words(gift.direction),
        "referrer": gift.referrer.ref if gift.referrer else None,
        "postings": books.said(order) if order else None,
        **steps.donor_values(gift.donor, given),
    }
    owners = steps.owners(raising, gift.donor)
    return Fact(PLEDGED, f"gift:{gift.ref}", at, values, owners, ref=gift.pledge_ref)


def pledge_arrived(work: Work, gift: Gift, fen: int, received_at: dt.datetime, source: str) -> None:
    """The pledged money is there: less or more than was promised, it counts as it came.

    Raises Conflict (not pledged, a roster belongs to it), Invalid (amount, future).
    """
    if gift.state != "pledged" or gift.kind != "cash":
        raise Conflict(_("This is no pledge of money that is open."), code="not_pledged")
    _check_no_roster(gift)
    steps.check_gift(GiftIn("", fen, received_at, "pledge"), work.at)
    raising, pledged = gift.raising, gift.pledged_fen or 0
    gift.fen, gift.state = fen, "received"
    gift.received_at, gift.fact_ref = received_at.replace(microsecond=0), work.new_id()
    gift.source = source[:80]
    settled = min(fen, pledged)
    n_legs = len(books.gift_legs(raising, gift.direction, pledged))
    settle = Settle(
        f"gift:{gift.ref}",
        f"pledge:{gift.ref}",
        gift.received_at,
        gift.fact_ref,
        amounts=(settled,) * n_legs,
    )
    orders: list[Order | Settle] = [settle]
    if fen > pledged:
        legs = books.gift_legs(raising, gift.direction, fen - pledged)
        orders.append(Order(f"more:{gift.ref}", legs, gift.received_at, gift.fact_ref))
    orders_take(work, books.BOOK, orders)
    gift.save()
    work.record(_received(raising, gift, books.said(*orders, held=_held(raising, gift))))


def _received(raising: Raising, gift: Gift, postings: list[Value]) -> Fact:
    at = gift.received_at or gift.recorded_at
    donor = gift.donor
    values: dict[str, Value] = {
        "raising": raising.slug,
        "line": gift.line,
        "fen": gift.fen,
        "hour": rules.hour_up(at),
        "gift": gift.ref,
        "kind": gift.kind,
        "channel": gift.channel,
        "n_people": gift.n_people,
        "n_times": gift.n_times,
        "pledge": gift.pledge_ref,
        "received_at": at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "direction": steps.direction_words(gift.direction),
        "donor": donor.ref if donor else None,
        "unit_name": donor.name or None if donor else None,
        "unit_uscc": donor.uscc or None if donor else None,
        "source": gift.source or None,
        "show_name": gift.show_name,
        "show_amount": gift.show_amount,
        "postings": postings,
    }
    owners = {BUSINESS: f"org:{raising.organisation.ref}"}
    return Fact(RECEIVED, f"gift:{gift.ref}", at, values, owners, ref=gift.fact_ref)


def _check_no_roster(gift: Gift) -> None:
    """Its money comes in by the roster, row by row; else it would count twice."""
    if Roster.objects.filter(pledge=gift).exclude(state="given_up").exists():
        raise Conflict(
            _(
                "A roster belongs to this pledge. Take the roster, or give it up first; else the "
                "money would count twice."
            ),
            code="has_roster",
        )


def pledge_ended(work: Work, gift: Gift, reason: str, *, with_roster: bool = False) -> None:
    """The promise no longer stands. with_roster: it ends because its roster is being taken.

    Raises Conflict (not open, a roster belongs to it).
    """
    if gift.state != "pledged":
        raise Conflict(_("This is no open pledge."), code="not_pledged")
    if not with_roster:
        _check_no_roster(gift)
    fact_ref = work.new_id()
    void = Void(f"void:{gift.ref}", f"pledge:{gift.ref}", work.at, fact_ref)
    held = _held(gift.raising, gift) if gift.kind == "cash" else None
    if held:
        orders_take(work, books.BOOK, [void])
    Gift.objects.filter(pk=gift.pk).update(state="withdrawn")
    values: dict[str, Value] = {
        "raising": gift.raising.slug,
        "hour": rules.hour_up(work.at),
        "of": gift.pledge_ref,
        "gift": gift.ref,
        "reason": reason.strip()[:500],
        "postings": books.said(void, held=held) if held else None,
    }
    owner = {BUSINESS: f"org:{gift.raising.organisation.ref}"}
    work.record(Fact(UNPLEDGED, f"gift:{gift.ref}", work.at, values, owner, ref=fact_ref))
