"""After the commit: providers are asked, their call-backs read, what has no room goes back."""

import datetime as dt
import json
import logging
from collections.abc import Mapping
from typing import Any

from niangjia.core import clock, seal
from niangjia.core.actor import system_actor
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.outbox import Away, handles
from niangjia.programmes.donations import policy, providers, senders, trial
from niangjia.programmes.donations.models import Ask, Payment, TrialPayment
from niangjia.programmes.donations.providers import Notice
from niangjia.programmes.donations.receipt_models import Code
from niangjia.programmes.donations.services.adjusting import PAY_BACK
from niangjia.programmes.donations.services.erasing import ERASE
from niangjia.programmes.donations.services.giving import (
    ASK,
    payment_end,
    payment_odd,
    payment_settle,
)
from niangjia.programmes.donations.services.mine import MINUTES, SEND

SYSTEM = system_actor("payments")
TEXT = "验证码%(code)s，%(minutes)s分钟内有效，用于查询您的捐赠。请勿告诉他人。"
log = logging.getLogger(__name__)


def heard(notice: Notice) -> str:
    """What a provider said is done: a paid payment is a gift, once. Returns `done` or why not."""
    try:
        if notice.state == "paid" and notice.paid_at is not None:
            return payment_settle(
                SYSTEM,
                payment_ref=notice.payment_ref,
                provider_ref=notice.provider_ref,
                fen=notice.fen,
                fee_fen=notice.fee_fen,
                paid_at=notice.paid_at,
            )
        if notice.state == "failed":
            payment_end(SYSTEM, payment_ref=notice.payment_ref, state="failed")
    except (NotFound, Conflict, Invalid) as error:
        log.warning("payment notice refused: %s", error.code)
        payment_odd(SYSTEM, payment_ref=notice.payment_ref, why=str(error.code))
        return str(error.code)
    return notice.state


@handles(ASK)
def ask(payload: Mapping[str, Any]) -> None:
    """Until a payment has ended its provider is asked every minute: a call-back may be lost."""
    row = Payment.objects.filter(ref=payload["payment"]).first()
    if row is None or row.state != "begun":
        return
    notice = providers.provider(row.provider).ask(row.ref)
    if notice is not None:
        heard(notice)
    row.refresh_from_db()
    if row.state != "begun":
        return
    minutes = policy.giving_on(clock.day_of(row.begun_at)).payment_minutes
    if clock.city_now() - row.begun_at < dt.timedelta(minutes=minutes):
        raise Away("under way")
    payment_end(SYSTEM, payment_ref=row.ref, state="lapsed")


@handles(SEND)
def send_code(payload: Mapping[str, Any]) -> None:
    """The code goes to the phone, if somebody gave with it; without a sender it waits for none."""
    row = Code.objects.filter(ref=payload["code"], used_at__isnull=True).exclude(sealed=b"").first()
    adapter = senders.sender()
    if row is None or adapter is None:
        return
    plain = json.loads(seal.unseal(bytes(row.sealed)))
    if plain["phone"]:
        adapter.send(plain["phone"], TEXT % {"code": plain["code"], "minutes": MINUTES})


@handles(ERASE)
def erase(payload: Mapping[str, Any]) -> None:
    """The key goes once it is recorded that it does."""
    if "key" in payload:
        seal.erase_refs([payload["key"]])
    else:
        seal.erase(payload["owner"])


@handles("donations.pay_back")
def pay_back(payload: Mapping[str, Any]) -> None:
    """What was paid when there was no room left goes back to the payer."""
    row = Payment.objects.get(ref=payload["payment"])
    providers.provider(row.provider).pay_back(row.ref, row.fen, f"no-room:{row.ref}")


@handles(PAY_BACK)
def refund(payload: Mapping[str, Any]) -> None:
    """A refund that two people decided on goes back by the way the gift came, once."""
    one = Ask.objects.select_related("gift__payment").get(ref=payload["ask"])
    payment = one.gift.payment
    providers.provider(payment.provider).pay_back(payment.ref, -one.fen, f"refund:{one.ref}")


@handles(trial.NOTICE)
def test_notice(payload: Mapping[str, Any]) -> None:
    """The test provider's call-back, signed as a real one's; a late one comes after a minute."""
    row = TrialPayment.objects.filter(payment_ref=payload["payment"]).first()
    if row is None or (row.paid_at is None and row.state == "paid"):
        return
    late = row.behaviour == "late" and row.paid_at is not None
    if late and clock.city_now() - row.paid_at < dt.timedelta(seconds=50):  # type: ignore[operator]
        raise Away("late on purpose")
    body = trial.body_of(row)
    adapter = trial.TrialProvider()
    heard(adapter.read(body, providers.signed(trial.secret(), body)))
