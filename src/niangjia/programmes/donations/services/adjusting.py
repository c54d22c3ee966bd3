"""What changes of a received gift: asked for by one person, decided by another, booked at once."""

import datetime as dt

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.bookkeeping.public import Leg, Order, balance, orders_take
from niangjia.blocks.cases.public import Matter, Opening, case_decide, cases_open
from niangjia.blocks.orgs.public import OrgRef, organisation
from niangjia.core import clock
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.donations import books, chain, following, rules, steps
from niangjia.programmes.donations.facts import ADJUSTED, CHANGE_ASKED
from niangjia.programmes.donations.goods_models import BASES, GoodsItem
from niangjia.programmes.donations.models import Adjustment, Ask, Gift
from niangjia.programmes.donations.services.raisings import raising_of

WHY = ("refund", "mistake")
PAY_BACK = "donations.refund"


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
    return _asked(work, gift, Ask(why=why, fen=-fen, reason=text))


def _asked(work: Work, gift: Gift, ask: Ask) -> str:
    """The ask waits for the treasurer; its ref."""
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
    ask.ref, ask.gift, ask.case_id = ref, gift, cases[subject]
    ask.asked_at, ask.asked_by = work.at, work.actor.person_ref
    ask.save()
    values: dict[str, Value] = {
        "gift": gift.ref,
        "why": ask.why,
        "fen": ask.fen,
        "reason": ask.reason,
    }
    owner = {BUSINESS: f"org:{office.ref}"}
    work.record(Fact(CHANGE_ASKED, f"gift:{gift.ref}", work.at, values, owner))
    return ref


@service(permission="gifts.ask_back", records=FACT)
def value_ask(
    work: Work, /, *, item_ref: str, value_fen: int, basis: str, basis_no: str, reason: str
) -> str:
    """Another value of goods, or a first one, waits for the second person; the ask's ref.

    value_fen: of all pieces, as the paper says. Raises NotFound, Denied, Conflict (another one
    waits, pieces went out already), Invalid.
    """
    item = GoodsItem.objects.select_related("gift").filter(ref=item_ref).first()
    if item is None:
        raise NotFound(_("There are no such goods in this raising."))
    gift = gift_alone(work, item.gift.ref)
    delta = value_fen - (item.value_fen or 0)
    _check_value(item, value_fen, basis, delta, reason)
    return _asked(
        work,
        gift,
        Ask(
            why="revaluation",
            fen=delta,
            reason=reason.strip()[:500],
            item=item,
            value_fen=value_fen,
            basis=basis,
            basis_no=basis_no.strip()[:80],
        ),
    )


def _check_in_store(item: GoodsItem) -> None:
    if item.lines.exists():
        raise Conflict(
            _("Pieces of this went out with the old value; it cannot change any more."),
            code="went_out",
        )


def _check_value(item: GoodsItem, value_fen: int, basis: str, delta: int, reason: str) -> None:
    if Ask.objects.filter(gift=item.gift, case__state="asked").exists():
        raise Conflict(_("Another change of this gift waits to be decided."), code="ask_waits")
    _check_in_store(item)
    faults = {
        "value_fen": type(value_fen) is not int or not 0 < value_fen <= rules.MOST_FEN or not delta,
        "basis": basis not in BASES,
        "reason": len(reason.strip()) < 2,
    }
    words = {
        "value_fen": _("A value is more than 0, and another than now."),
        "basis": _("Say how the value is known: invoice, customs form, delivery note or list."),
        "reason": _("Say in a few words why."),
    }
    fields = {name: str(words[name]) for name, wrong in faults.items() if wrong}
    if fields:
        raise Invalid(next(iter(fields.values())), code="value_invalid", fields=fields)


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
    ask = Ask.objects.select_related("case", "gift", "item").filter(ref=ask_ref).first()
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


def _legs(ask: Ask, gift: Gift) -> tuple[Leg, ...]:
    if ask.item is not None:
        _check_in_store(ask.item)
        return books.value_legs(gift.raising, ask.fen)
    _check_left(ask, gift)
    account = _account(gift, -ask.fen)
    return books.back_legs(gift.raising, gift.direction, -ask.fen, account=account)


def _account(gift: Gift, fen: int) -> str:
    """Where the money lies: with the platform, unless it was paid out to the bank meanwhile."""
    platform = books.platform(gift.raising.slug)
    if gift.channel == "online" and balance(books.BOOK, platform).free >= fen:
        return platform
    return books.bank(gift.raising.slug)


def _booked(work: Work, ask: Ask, gift: Gift) -> Fact:
    """The change is in the books and on the gift; the fact that says so."""
    ref, fact_ref = work.new_id(), work.new_id()
    raising = gift.raising
    order = Order(f"adjust:{ask.ref}", _legs(ask, gift), work.at, fact_ref)
    orders_take(work, books.BOOK, [order])
    left = gift.fen + gift.changed_fen + ask.fen
    Gift.objects.filter(pk=gift.pk).update(
        changed_fen=F("changed_fen") + ask.fen, state="taken_back" if not left else gift.state
    )
    if ask.item is not None:
        GoodsItem.objects.filter(pk=ask.item.pk).update(
            value_fen=ask.value_fen, basis=ask.basis, basis_no=ask.basis_no
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
    if ask.why == "refund" and order.legs[0].credit == books.platform(raising.slug):
        work.send(PAY_BACK, {"ask": ask.ref})  # from the bank it is transferred by hand
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
