"""Spending: asked for, approved by a second person, paid, signed for by who got it."""

import datetime as dt
import json
from collections.abc import Callable

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.bookkeeping.public import Order, Settle, Void, orders_take
from niangjia.blocks.cases.public import Matter, Opening, case_decide, cases_open
from niangjia.blocks.orgs.public import OrgRef, organisation
from niangjia.core import clock, seal
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.lib.money import format_yuan
from niangjia.programmes.donations import books, chain, rules, steps
from niangjia.programmes.donations.facts import (
    SIGNED_FOR,
    SPENDING_ASKED,
    SPENDING_DROPPED,
    SPENDING_HELD,
    SPENT,
)
from niangjia.programmes.donations.models import Direction, Raising
from niangjia.programmes.donations.services.raisings import raising_of
from niangjia.programmes.donations.spending_models import Application, SignFor
from niangjia.programmes.donations.types import SignForIn, SpendingIn

HOW = ("sheet", "person", "office")


@service(permission="spending.ask", records=FACT)
def spending_ask(work: Work, /, *, slug: str, spending: SpendingIn) -> str:
    """An application waits for the treasurer; its ref.

    Directed money goes only where its donors directed it: another use needs their consent first,
    so it is asked for from its own fund. Raises NotFound, Denied, Conflict, Invalid.
    """
    raising = raising_of(work, slug)
    if raising.state == "draft":
        raise Conflict(_("Open the raising first."), code="raising_not_open")
    _check(spending)
    direction = _direction(raising, spending.direction_n)
    ref = work.new_id()
    office = organisation(raising.organisation_id)
    subject = f"spending:{ref}"
    row = Application(
        ref=ref,
        number=steps.new_number(),
        raising=raising,
        direction=direction,
        payee=spending.payee.strip()[:120],
        payee_account=spending.payee_account[-4:],
        purpose=spending.purpose.strip()[:500],
        beneficiaries=spending.beneficiaries.strip()[:200],
        fen=spending.fen,
        asked_at=work.at,
        asked_by=work.actor.person_ref,
    )
    opening = Opening(
        subject,
        office,
        due_on=clock.day_of(work.at) + dt.timedelta(days=3),
        href=reverse("donations:application", args=[ref]),
        params=_params(row),
    )
    row.case_id = cases_open(work, chain.SPENDING.name, [opening])[subject]
    row.save()
    work.record(_asked(work, row, office))
    return ref


def _asked(work: Work, row: Application, office: OrgRef) -> Fact:
    values: dict[str, Value] = {
        "raising": row.raising.slug,
        "application": row.ref,
        "fen": row.fen,
        "fund": _fund(row),
        "payee": row.payee,
        "purpose": row.purpose,
        "beneficiaries": row.beneficiaries,
    }
    owner = {BUSINESS: f"org:{office.ref}"}
    return Fact(SPENDING_ASKED, f"spending:{row.ref}", work.at, values, owner)


def _params(row: Application) -> dict[str, str | int]:
    return {"payee": row.payee, "yuan": format_yuan(row.fen)}


def _fund(row: Application) -> str:
    return f"d{row.direction.n}" if row.direction else "pool"


def _check(given: SpendingIn) -> None:
    faults = {
        "payee": len(given.payee.strip()) < 2,
        "purpose": len(given.purpose.strip()) < 4,
        "beneficiaries": len(given.beneficiaries.strip()) < 2,
        "fen": type(given.fen) is not int or not 0 < given.fen <= rules.MOST_FEN,
        "payee_account": bool(given.payee_account) and not given.payee_account[-4:].isdigit(),
    }
    fields = {name: str(WORDS[name]) for name, wrong in faults.items() if wrong}
    if fields:
        raise Invalid(next(iter(fields.values())), code="spending_invalid", fields=fields)


WORDS = {
    "payee": _("Say who is paid: the full name of the organisation."),
    "purpose": _("Say what the money is for."),
    "beneficiaries": _("Say who benefits."),
    "fen": _("An amount in yuan, more than 0."),
    "payee_account": _("The last 4 digits of the account."),
}


def _direction(raising: Raising, n: int) -> Direction | None:
    if not n:
        return None
    found = Direction.objects.filter(raising=raising, n=n).first()
    if found is None:
        raise NotFound(_("There is no such directed fund."))
    return found


def _alone(work: Work, ref: str) -> Application:
    """The application, its raising held until the commit: what is spent and given back of a fund is
    decided one after the other."""
    found = Application.objects.filter(ref=ref).values_list("raising__slug", flat=True).first()
    if found is None:
        raise NotFound(_("There is no such application."))
    raising_of(work, found, alone=True)
    rows = Application.objects.select_related("case", "direction", "raising__organisation")
    return rows.get(ref=ref)


def _matter(row: Application, office: OrgRef) -> Matter:
    return Matter(
        organisation=office,
        href=reverse("donations:application", args=[row.ref]),
        content={"fen": row.fen, "payee": row.payee},
        params=_params(row),
    )


@service(permission="spending.approve", records=FACT)
def spending_decide(work: Work, /, *, ref: str, step: str, version: int, reason: str = "") -> str:
    """`approve`: the money is held for it in the books; `return`: it is not. The new state.

    Raises NotFound, Denied (four eyes), Conflict (moved meanwhile, too little there), Invalid.
    """
    row = _alone(work, ref)
    steps.refuse_own(work, row.asked_by)
    matter = _matter(row, organisation(row.raising.organisation_id))
    fact = (lambda _state: _held(work, row)) if step == "approve" else None
    return case_decide(work, row.case, step, matter, version=version, reason=reason, fact=fact)


def _hold(row: Application) -> Order:
    legs = books.spend_legs(row.raising, row.direction, row.fen)
    return Order(f"spending:{row.ref}", legs, row.asked_at, row.hold_ref, hold=True)


def _held(work: Work, row: Application) -> Fact:
    row.hold_ref = work.new_id()
    order = _hold(row)
    orders_take(work, books.BOOK, [order])
    row.save()
    values: dict[str, Value] = {
        "raising": row.raising.slug,
        "application": row.ref,
        "fen": row.fen,
        "postings": books.said(order),
    }
    return Fact(
        SPENDING_HELD, f"spending:{row.ref}", work.at, values, _owner(row), ref=row.hold_ref
    )


def _owner(row: Application) -> dict[str, str]:
    return {BUSINESS: f"org:{row.raising.organisation.ref}"}


@service(permission="spending.pay", records=FACT)
def spending_pay(
    work: Work, /, *, ref: str, version: int, fen: int, paid_at: dt.datetime, voucher: str
) -> str:
    """The money left the bank: at most what was approved, the rest is free again. The new state.

    Raises NotFound, Denied (four eyes), Conflict (not approved, moved), Invalid (amount, voucher).
    """
    row = _alone(work, ref)
    if type(fen) is not int or not 0 < fen <= row.fen:
        message = str(_("More than 0, and not more than was approved."))
        raise Invalid(message, code="amount", fields={"fen": message})
    if len(voucher.strip()) < 2:
        message = str(_("The number of the bank's voucher is needed."))
        raise Invalid(message, code="voucher", fields={"voucher": message})
    if paid_at > work.at:
        message = str(_("A payment cannot be made in the future."))
        raise Invalid(message, code="future", fields={"paid_at": message})
    matter = _matter(row, organisation(row.raising.organisation_id))
    row.paid_fen, row.paid_at = fen, paid_at.replace(microsecond=0)
    row.voucher = voucher.strip()[:80]
    fact = _paid_by(work, row)
    return case_decide(work, row.case, "pay", matter, version=version, fact=lambda _s: fact())


def _paid_by(work: Work, row: Application) -> Callable[[], Fact]:
    def booked() -> Fact:
        row.fact_ref = work.new_id()
        at = row.paid_at or work.at
        settle = Settle(
            f"paid:{row.ref}", f"spending:{row.ref}", at, row.fact_ref, (row.paid_fen or 0,)
        )
        orders_take(work, books.BOOK, [settle])
        row.save()
        values: dict[str, Value] = {
            "raising": row.raising.slug,
            "fen": row.paid_fen,
            "fund": _fund(row),
            "hour": rules.hour_up(at),
            "application": row.ref,
            "payee": row.payee,
            "purpose": row.purpose,
            "beneficiaries": row.beneficiaries,
            "paid_at": at.astimezone(dt.UTC).isoformat(timespec="seconds"),
            "voucher": row.voucher,
            "postings": books.said(settle, held=_hold(row)),
        }
        return Fact(SPENT, f"spending:{row.ref}", at, values, _owner(row), ref=row.fact_ref)

    return booked


@service(permission="spending.ask", records=FACT)
def spending_drop(work: Work, /, *, ref: str, version: int, reason: str) -> str:
    """It is not paid after all; what was held is free again. Raises as `spending_decide`."""
    row = _alone(work, ref)
    matter = _matter(row, organisation(row.raising.organisation_id))

    def dropped(_state: str) -> Fact:
        fact_ref = work.new_id()
        void = Void(f"void:{row.ref}", f"spending:{row.ref}", work.at, fact_ref)
        if row.hold_ref:
            orders_take(work, books.BOOK, [void])
        values: dict[str, Value] = {
            "raising": row.raising.slug,
            "application": row.ref,
            "reason": reason.strip()[:500],
            "postings": books.said(void, held=_hold(row)) if row.hold_ref else None,
        }
        return Fact(
            SPENDING_DROPPED, f"spending:{row.ref}", work.at, values, _owner(row), ref=fact_ref
        )

    return case_decide(work, row.case, "drop", matter, version=version, reason=reason, fact=dropped)


@service(permission="spending.pay", records=FACT)
def spending_sign(work: Work, /, *, ref: str, signed: SignForIn) -> str:
    """Recipients signed for a part of what was paid; once all of it is signed for it is settled.

    Returns the case's state. Raises NotFound, Denied, Conflict (not paid, more than was paid),
    Invalid.
    """
    row = _alone(work, ref)
    if row.case.state != "paid" or row.paid_fen is None:
        raise Conflict(_("Only what was paid can be signed for."), code="not_paid")
    done = SignFor.objects.filter(application=row).aggregate(n=Sum("fen"))["n"] or 0
    _check_signed(signed, row.paid_fen - done, clock.day_of(work.at))
    sign_ref = work.new_id()
    fact = _signed(work, row, sign_ref, signed)
    if done + signed.fen < row.paid_fen:
        work.record(fact)
        return row.case.state
    matter = _matter(row, organisation(row.raising.organisation_id))
    return case_decide(
        work,
        row.case,
        "settle",
        matter,
        version=row.case.version,
        fact=lambda _s: fact,
        consequence=True,
    )


def _check_signed(signed: SignForIn, left: int, today: dt.date) -> None:
    faults = {
        "fen": type(signed.fen) is not int or not 0 < signed.fen <= left,
        "n_people": signed.n_people < 1,
        "how": signed.how not in HOW,
        "name": signed.how == "person" and len(signed.name.strip()) < 2,
        "signed_on": signed.signed_on > today,
    }
    words = {
        "fen": _("More than 0, and not more than the %(left)s yuan still to be signed for."),
        "n_people": _("At least one person signs."),
        "how": _("Say how it was signed for."),
        "name": _("Say who signed."),
        "signed_on": _("Nobody signs in the future."),
    }
    fields = {
        name: str(words[name]) % {"left": format_yuan(left)}
        for name, wrong in faults.items()
        if wrong
    }
    if fields:
        raise Invalid(next(iter(fields.values())), code="sign_invalid", fields=fields)


def _signed(work: Work, row: Application, ref: str, signed: SignForIn) -> Fact:
    fact_ref, owner = work.new_id(), f"person:{ref}"
    named = bool(signed.name.strip())
    plain = json.dumps({"name": signed.name.strip(), "phone": signed.phone}).encode()
    SignFor.objects.create(
        ref=ref,
        application=row,
        sealed=seal.seal(owner, plain) if named else b"",
        n_people=signed.n_people,
        fen=signed.fen,
        how=signed.how,
        note=signed.note.strip()[:200],
        signed_on=signed.signed_on,
        recorded_at=work.at,
        fact_ref=fact_ref,
    )
    values: dict[str, Value] = {
        "raising": row.raising.slug,
        "application": row.ref,
        "fen": signed.fen,
        "n_people": signed.n_people,
        "how": signed.how,
        "signed_on": signed.signed_on.isoformat(),
        "note": signed.note.strip()[:200] or None,
        "recipient_name": signed.name.strip() or None,
        "recipient_phone": (signed.phone or None) if named else None,
    }
    owners = {**_owner(row), "recipient": owner} if named else _owner(row)
    return Fact(SIGNED_FOR, f"spending:{row.ref}", work.at, values, owners, ref=fact_ref)
