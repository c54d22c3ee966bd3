"""Payment providers behind one adapter: begin a payment, read a call-back, ask how one stands."""

import datetime as dt
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from niangjia.core.errors import Denied, ProgrammingError


@dataclass(frozen=True, slots=True)
class Notice:
    """What a provider says of a payment. payment_ref: ours; provider_ref: the provider's number.

    state: paid, failed, open. fen: what was paid, fee_fen: what is kept of it; paid_at: to the
    second.
    """

    payment_ref: str
    provider_ref: str
    state: str
    fen: int
    paid_at: dt.datetime | None = None
    fee_fen: int = 0


class Provider(Protocol):
    """A payment provider. Its call-backs come late, twice, out of order, or never."""

    name: str

    def begin(self, payment_ref: str, fen: int, title: str) -> str:
        """Announce a payment; the address that the payer is sent to. Idempotent."""

    def read(self, body: bytes, signature: str) -> Notice:
        """A call-back as a notice. Raises Denied if it is not the provider's own."""

    def ask(self, payment_ref: str) -> Notice | None:
        """How the payment stands; None if the provider never heard of it."""

    def pay_back(self, payment_ref: str, fen: int, key: str) -> None:
        """Money goes back to the payer, once per key."""


_providers: dict[str, Provider] = {}


def provide(provider: Provider) -> None:
    """Make a provider known under its name."""
    _providers[provider.name] = provider


def provider(name: str) -> Provider:
    if name not in _providers:
        raise ProgrammingError(f"no payment provider is called {name}")
    return _providers[name]


def names() -> tuple[str, ...]:
    return tuple(_providers)


def signed(secret: bytes, body: bytes) -> str:
    """HMAC-SHA-256 over the bytes of a call-back, in hexadecimal."""
    return hmac.digest(secret, body, "sha256").hex()


def check_signature(secret: bytes, body: bytes, signature: str) -> None:
    """Raises Denied for what the provider did not sign."""
    if not hmac.compare_digest(signed(secret, body).encode(), signature.encode()):
        raise Denied("The signature of this call-back does not hold.", code="forged")


def notice_of(values: Mapping[str, object]) -> Notice:
    """A notice from its JSON object. Raises ValueError, KeyError, TypeError."""
    paid_at = values.get("paid_at")
    fen, fee = values["fen"], values.get("fee_fen", 0)
    if type(fen) is not int or type(fee) is not int:
        raise TypeError("amounts are whole fen")
    at = dt.datetime.fromisoformat(str(paid_at)) if paid_at else None
    if at is not None and at.tzinfo is None:
        raise ValueError("a time without its zone")
    return Notice(
        str(values["payment_ref"]),
        str(values["provider_ref"]),
        str(values["state"]),
        fen,
        at,
        fee,
    )


def parsed(body: bytes) -> Notice:
    """A call-back's body. Raises Denied if it is not one."""
    try:
        values = json.loads(body)
        return notice_of(values)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Denied("This is no call-back.", code="unreadable") from error
