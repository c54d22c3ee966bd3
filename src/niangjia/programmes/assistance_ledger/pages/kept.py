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
KEEP_S = {"recorded": 0, "sequenced": 15, "witnessed": 24 * 3600}  # by its mark of proof
PACKING = 4  # a page rebuilt must be cheap, too


def answer(request: HttpRequest, key: str, render: Callable[[], tuple[bytes, int]]) -> HttpResponse:
    """The page under `key`, rendered at most once while it is kept; 304 if the browser has it.

    render: gives the page's bytes and for how many seconds they may be kept.
    """
    kept: Kept | None = cache.get(key)
    if kept is None:
        body, keep_s = render()
        kept = (
            f'"{hashlib.sha256(body).hexdigest()[:24]}"',
            body,
            gzip.compress(body, PACKING, mtime=0),
        )
        if keep_s:
            cache.set(key, kept, keep_s)
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


def part(key: str, make: Callable[[], tuple[T, int]]) -> tuple[T, int]:
    """What `make` gave, made at most once in the seconds for which it may be kept."""
    found: tuple[T, int] | None = cache.get(key)
    if found is None:
        found = make()
        if found[1]:
            cache.set(key, found, found[1])
    return found
