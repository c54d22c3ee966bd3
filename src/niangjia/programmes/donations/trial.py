"""The built-in test provider: behaves like a real one, moves no money.

Its call-backs come at once, late, twice or never, as the payer chooses on its page. It keeps its
own table and knows nothing of gifts; what it says is signed like a real one's.
"""

import hmac
import json

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from niangjia.core import clock, outbox, seal
from niangjia.core.errors import NotFound
from niangjia.programmes.donations import providers
from niangjia.programmes.donations.models import TrialPayment
from niangjia.programmes.donations.providers import Notice

NAME = "test"
BEHAVIOURS = ("at_once", "late", "twice", "lost")
NOTICE = "donations.test_notice"
FEE_PER_MILLE = 6


def secret() -> bytes:
    """What the provider and the site share; of this installation alone."""
    return hmac.digest(seal.master_key(), b"donations test provider", "sha256")


def body_of(row: TrialPayment) -> bytes:
    """The call-back about a payment, as bytes that are signed."""
    values = {
        "payment_ref": row.payment_ref,
        "provider_ref": row.ref,
        "state": row.state,
        "fen": row.fen,
        "fee_fen": row.fen * FEE_PER_MILLE // 1000,
        "paid_at": row.paid_at.isoformat(timespec="seconds") if row.paid_at else None,
    }
    return json.dumps(values, sort_keys=True).encode()


class TrialProvider:
    """The adapter's side of it."""

    name = NAME

    def begin(self, payment_ref: str, fen: int, title: str) -> str:
        TrialPayment.objects.get_or_create(
            payment_ref=payment_ref, defaults={"ref": f"T{payment_ref[:20]}", "fen": fen}
        )
        return reverse("donations:test_pay", args=[payment_ref])

    def read(self, body: bytes, signature: str) -> Notice:
        providers.check_signature(secret(), body, signature)
        return providers.parsed(body)

    def ask(self, payment_ref: str) -> Notice | None:
        row = TrialPayment.objects.filter(payment_ref=payment_ref).first()
        return providers.parsed(body_of(row)) if row else None

    def pay_back(self, payment_ref: str, fen: int, key: str) -> None:
        with transaction.atomic():
            row = TrialPayment.objects.select_for_update().get(payment_ref=payment_ref)
            given = {**row.paid_back, key: fen}
            if row.paid_at is None or sum(given.values()) > row.fen:
                raise ValueError("more than was paid")
            row.paid_back = given
            row.state = "back" if sum(given.values()) == row.fen else row.state
            row.save()


def pay(payment_ref: str, behaviour: str, *, succeed: bool = True) -> None:
    """The payer pays, or gives up; the call-back follows as chosen. Raises NotFound."""
    with transaction.atomic():
        row = TrialPayment.objects.select_for_update().filter(payment_ref=payment_ref).first()
        if row is None:
            raise NotFound("The test provider knows no such payment.")
        if row.state != "open":
            return
        row.state = "paid" if succeed else "failed"
        row.behaviour = behaviour if behaviour in BEHAVIOURS else "at_once"
        row.paid_at = clock.city_now().replace(microsecond=0) if succeed else None
        row.save()
        for number in range({"lost": 0, "twice": 2}.get(row.behaviour, 1)):
            outbox.put(NOTICE, {"payment": payment_ref, "number": number})


if settings.NIANGJIA_DEMO:
    providers.provide(TrialProvider())
