"""The board kept whole: one rendering per release, language, theme and kind of visitor."""

import gzip
import hashlib
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers

T = TypeVar("T")
Kept = tuple[str, bytes, bytes]
KEEP_S = 24 * 3600
PACKING = 4  # a page rebuilt must be cheap, too


def answer(
    request: HttpRequest, key: str, render: Callable[[], tuple[bytes, bool]]
) -> HttpResponse:
    """The page under `key`, rendered at most once; 304 if the browser has it.

    render: gives the page's bytes and whether they may be kept.
    """
    kept: Kept | None = cache.get(key)
    if kept is None:
        body, lasting = render()
        kept = (
            f'"{hashlib.sha256(body).hexdigest()[:24]}"',
            body,
            gzip.compress(body, PACKING, mtime=0),
        )
        if lasting:
            cache.set(key, kept, KEEP_S)
    tag, body, packed = kept
    if tag in request.headers.get("If-None-Match", ""):
        response: HttpResponse = HttpResponseNotModified()
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(packed, headers={"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(body)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "no-cache"
    patch_vary_headers(response, ("Accept-Encoding", "Cookie", "Accept-Language"))
    return response


def part(key: str, make: Callable[[], tuple[T, bool]]) -> tuple[T, bool]:
    """What `make` gave, made at most once if it is final."""
    found: tuple[T, bool] | None = cache.get(key)
    if found is None:
        found = make()
        if found[1]:
            cache.set(key, found, KEEP_S)
    return found
