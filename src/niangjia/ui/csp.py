"""Content-Security-Policy: nothing runs, loads or frames but what this site serves itself."""

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

POLICY = (
    "default-src 'none'; script-src 'self'{nonce}; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
PLAIN = POLICY.format(nonce="")
_ATTRIBUTE = "_csp_nonce"


def nonce_of(request: HttpRequest) -> str:
    """The request's nonce, made when first asked for; the header then allows it."""
    if not hasattr(request, _ATTRIBUTE):
        setattr(request, _ATTRIBUTE, secrets.token_urlsafe(16))
    return str(getattr(request, _ATTRIBUTE))


class CspMiddleware:
    """Sends the policy with every answer; a nonce is in it only if the page used one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        nonce = getattr(request, _ATTRIBUTE, "")
        policy = POLICY.format(nonce=f" 'nonce-{nonce}'") if nonce else PLAIN
        response.headers.setdefault("Content-Security-Policy", policy)  # a page may name a stricter
        return response
