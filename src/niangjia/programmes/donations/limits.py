"""How often one address may do what visitors may do; kept in memory, forgotten after a while."""

import hashlib

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from niangjia.core.errors import DomainError

LOCAL = ("127.0.0.1", "::1", "")  # the proxy that docs/operator.md puts in front


class TooOften(DomainError):
    """More than a person does."""

    code, status, exit_code = "too_often", 429, 7


def check(request: HttpRequest, what: str, *, most: int, within_s: int) -> None:
    """Count one more of `what` from the request's address. Raises TooOften past `most`."""
    address = client_of(request)
    digest = hashlib.sha256(f"{what}\0{address}".encode()).hexdigest()
    key = f"donations-limit:{digest}"
    cache.add(key, 0, within_s)
    try:
        n = cache.incr(key)
    except ValueError:  # it ran out between the two
        return
    if n > most:
        raise TooOften(_("That was very often. Please try again in a few minutes."))


def client_of(request: HttpRequest) -> str:
    """The visitor's address: the last one that a proxy on this machine names, else the peer's.

    Only what the proxy itself added counts: what stands before it anybody may have written.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    named = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return named if named and peer in LOCAL else peer
