"""The log for programs (C2SP tlog-tiles): text and bytes, no cookies, cacheable where immutable."""

import gzip
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from niangjia.blocks.ledger import serving

BYTES, TEXT = "application/octet-stream", "text/plain; charset=utf-8"
FOREVER = "public, max-age=31536000, immutable"
FRESH = "no-cache"
View = Callable[..., HttpResponse]


def _open_to_all(view: Callable[..., tuple[bytes | str | None, str, str]]) -> View:
    """A view that gives (content or None, type, caching) answers with it, or 404 not to be kept.

    Any page of any site may read it: it is public.
    """

    @require_safe
    @wraps(view)
    def answer(request: HttpRequest, **named: object) -> HttpResponse:
        content, kind, caching = view(request, **named)
        if content is None:
            found = HttpResponse("not found\n", status=404, content_type=TEXT)
            found["Cache-Control"] = "no-store"
        else:
            found = HttpResponse(content, content_type=kind)
            found["Cache-Control"] = caching
        found["Access-Control-Allow-Origin"] = "*"
        return found

    return answer


@_open_to_all
def checkpoint(
    request: HttpRequest, number: int | None = None, ml_dsa: bool = False
) -> tuple[str | None, str, str]:
    """The newest checkpoint that the witnesses' quorum has cosigned."""
    of = serving.served(number)
    return serving.checkpoint_text(of, ml_dsa=ml_dsa) if of else None, TEXT, FRESH


@require_safe
def tile(request: HttpRequest, path: str, number: int | None = None) -> HttpResponse:
    """A tile of hashes or a bundle of entries; bundles are compressed where the reader takes it."""
    found = _tile(request, path=path, number=number)
    packs = "gzip" in request.headers.get("Accept-Encoding", "")
    if found.status_code == 200 and path.startswith("entries/"):
        patch_vary_headers(found, ["Accept-Encoding"])
        if packs:
            found.content = gzip.compress(found.content, 6, mtime=0)
            found["Content-Encoding"] = "gzip"
    return found


@_open_to_all
def _tile(
    request: HttpRequest, path: str, number: int | None = None
) -> tuple[bytes | None, str, str]:
    of = serving.served(number)
    return serving.tile(of, path) if of else None, BYTES, FOREVER


@_open_to_all
def proof(request: HttpRequest, index: int) -> tuple[str | None, str, str]:
    """The proof file of an entry under the served checkpoint."""
    return serving.proof_file(index), TEXT, FRESH


@_open_to_all
def entry(request: HttpRequest, index: int) -> tuple[bytes | None, str, str]:
    """An entry's bytes, once it is served."""
    known = serving.proof_file(index) is not None
    return serving.entry_bytes(index) if known else None, "application/json", FOREVER


@_open_to_all
def consistency(
    request: HttpRequest, old: int, number: int | None = None
) -> tuple[bytes | None, str, str]:
    """That the tree of `old` is the beginning of the served one, with the served checkpoint."""
    of = serving.served(number)
    return serving.consistency_file(of, old) if of else None, TEXT, FRESH


@_open_to_all
def policy(
    request: HttpRequest, number: int | None = None, ml_dsa: bool = False
) -> tuple[str | None, str, str]:
    """The policy of the served checkpoint, as text."""
    of = serving.served(number)
    return (serving.policy_text(of, ml_dsa=ml_dsa) or None) if of else None, TEXT, FRESH


# What the page itself names in its head, by hash; the header must not forbid it.
VERIFIER_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)


@require_safe
def verifier(request: HttpRequest) -> HttpResponse:
    """The page that checks an evidence pack in the browser, as the file that is handed out."""
    found = HttpResponse(serving.verifier_page(), content_type="text/html; charset=utf-8")
    found["Cache-Control"] = FRESH
    found["Content-Security-Policy"] = VERIFIER_POLICY
    return found


@_open_to_all
def verifier_program(request: HttpRequest, name: str = "verify.py") -> tuple[bytes, str, str]:
    """The one file that checks an evidence pack with Python; or the one beside it, for receipts."""
    return serving.verifier_program(name), TEXT, FRESH
