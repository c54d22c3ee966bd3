"""What changes of a received gift: asked for by one person, decided by another, booked at once."""

import datetime as dt

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.bookkeeping.public import Leg, Order, orders_take
from niangjia.blocks.cases.public import Matter, Opening, case_decide, cases_open
from niangjia.blocks.orgs.public import OrgRef, organisation
from niangjia.core import clock
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.donations import books, chain, following, rules, steps
from niangjia.programmes.donations.facts import ADJUSTED, CHANGE_ASKED
from niangjia.programmes.donations.models import Adjustment, Ask, Gift
from niangjia.programmes.donations.services.raisings import raising_of

WHY = ("refund", "mistake")
OWN_ACCOUNT = {"online": books.platform}


def gift_alone(work: Work, ref: str) -> Gift:
    """The gift, nobody else changing it until the commit. Raises NotFound, Denied."""
    slug = Gift.objects.filter(ref=ref).values_list("raising__slug", flat=True).first()
    if slug is not None:
        raising_of(work, slug, alone=True)
    rows = Gift.objects.select_for_update(of=("self",))
    found = rows.select_related("raising__organisation", "direction").filter(ref=ref).first()
    if found is None:
        raise NotFound(_("There is no such gift."))
    return found


@service(permission="gifts.ask_back", records=FACT)
def change_ask(work: Work, /, *, gift_ref: str, why: str, fen: int, reason: str) -> str:
    """A refund, or taking off what was taken down by mistake, waits for the second person.

    fen: how much goes, more than 0. Returns the ask's ref. Raises NotFound, Denied, Conflict
    (another one waits, not received), Invalid (more than is there, no reason).
    """
    gift = gift_alone(work, gift_ref)
    text = _checked(gift, why, fen, reason)
    ref = work.new_id()
    office = _office(gift)
    subject = f"ask:{ref}"
    opening = Opening(
        subject,
        office,
        due_on=clock.day_of(work.at) + dt.timedelta(days=3),
        href=reverse("donations:gift", args=[gift.ref]),
        params={"number": rules.shown_number(gift.number)},
    )
    cases = cases_open(work, chain.ADJUSTMENT.name, [opening])
    Ask.objects.create(
        ref=ref,
        gift=gift,
        why=why,
        fen=-fen,
        reason=text,
        case_id=cases[subject],
        asked_at=work.at,
        asked_by=work.actor.person_ref,
    )
    values: dict[str, Value] = {"gift": gift.ref, "why": why, "fen": -fen, "reason": text}
    work.record(
        Fact(CHANGE_ASKED, f"gift:{gift.ref}", work.at, values, {BUSINESS: f"org:{office.ref}"})
    )
    return ref


def _office(gift: Gift) -> OrgRef:
    return organisation(gift.raising.organisation_id)


def _checked(gift: Gift, why: str, fen: int, reason: str) -> str:
    if not gift.fact_ref or gift.kind != "cash":
        raise Conflict(_("Only money that was received can go back."), code="not_received")
    if Ask.objects.filter(gift=gift, case__state="asked").exists():
        raise Conflict(_("Another change of this gift waits to be decided."), code="ask_waits")
    net = gift.fen + gift.changed_fen
    if type(fen) is not int or not 0 < fen <= net:
        words = _("More than 0, and not more than the %(net)s yuan that are left of the gift.")
        message = str(words) % {"net": f"{net / 100:,.2f}"}
        raise Invalid(message, code="amount", fields={"fen": message})
    text = reason.strip()[:500]
    if why not in WHY or len(text) < 2:
        message = str(_("Say in a few words why."))
        raise Invalid(message, code="reason_missing", fields={"reason": message})
    return text


@service(permission="gifts.decide", records=FACT)
def change_decide(work: Work, /, *, ask_ref: str, step: str, version: int, reason: str = "") -> str:
    """The change is booked (`approve`) or not (`return`); returns the new state.

    An old bulletin stays as it was: the change counts from now on. Raises NotFound, Denied (four
    eyes), Conflict (decided meanwhile, the money is not there), Invalid (a return without reason).
    """
    ask = Ask.objects.select_related("case", "gift").filter(ref=ask_ref).first()
    if ask is None:
        raise NotFound(_("There is no such change."))
    gift = gift_alone(work, ask.gift.ref)
    steps.refuse_own(work, ask.asked_by)
    matter = Matter(
        organisation=_office(gift),
        href=reverse("donations:gift", args=[gift.ref]),
        content={"fen": ask.fen, "why": ask.why},
        params={"number": rules.shown_number(gift.number)},
    )
    booked = (lambda _state: _booked(work, ask, gift)) if step == "approve" else None
    return case_decide(work, ask.case, step, matter, version=version, reason=reason, fact=booked)


def _check_left(ask: Ask, gift: Gift) -> None:
    """Of a gift only what was not spent yet can go back: the rest is other donors' money."""
    left = following.followed(gift).left_fen
    if -ask.fen > left:
        raise Conflict(
            _("Only %(left)s yuan of this gift are not spent yet; more cannot go back."),
            code="spent",
            left=f"{left / 100:,.2f}",
        )


def _booked(work: Work, ask: Ask, gift: Gift) -> Fact:
    """The change is in the books and on the gift; the fact that says so."""
    _check_left(ask, gift)
    ref, fact_ref = work.new_id(), work.new_id()
    raising = gift.raising
    account = OWN_ACCOUNT.get(gift.channel, books.bank)(raising.slug)
    legs: tuple[Leg, ...] = books.back_legs(raising, gift.direction, -ask.fen, account=account)
    order = Order(f"adjust:{ask.ref}", legs, work.at, fact_ref)
    orders_take(work, books.BOOK, [order])
    left = gift.fen + gift.changed_fen + ask.fen
    Gift.objects.filter(pk=gift.pk).update(
        changed_fen=F("changed_fen") + ask.fen, state="taken_back" if not left else gift.state
    )
    Adjustment.objects.create(
        ref=ref,
        gift=gift,
        why=ask.why,
        fen=ask.fen,
        at=work.at,
        recorded_at=work.at,
        reason=ask.reason,
        fact_ref=fact_ref,
    )
    values: dict[str, Value] = {
        "raising": raising.slug,
        "line": gift.line,
        "fen": ask.fen,
        "hour": rules.hour_up(work.at),
        "of": gift.fact_ref,
        "why": ask.why,
        "gift": gift.ref,
        "adjustment": ref,
        "adjusted_at": work.at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "reason": ask.reason,
        "postings": books.said(order),
    }
    owner = {BUSINESS: f"org:{raising.organisation.ref}"}
    return Fact(ADJUSTED, f"gift:{gift.ref}", work.at, values, owner, ref=fact_ref)
