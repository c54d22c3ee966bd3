"""Canonical JSON: the profile of RFC 8785 that facts use. Same value, same bytes, for ever.

ASCII keys sorted by code point, NFC strings, integers within 2^53-1, booleans, null, arrays,
objects. No floats, no duplicate keys, at most 16 KiB.
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence

MAX_BYTES = 16 * 1024
MAX_INT = 2**53 - 1


class NotCanonical(ValueError):
    """The value or the bytes lie outside the profile."""


def _checked(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _checked_text(value)
    if isinstance(value, int):
        if abs(value) > MAX_INT:
            raise NotCanonical("integer beyond 2^53-1")
        return value
    if isinstance(value, Mapping):
        return {_checked_key(key): _checked(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [_checked(item) for item in value]
    raise NotCanonical(f"{type(value).__name__} is not allowed in a fact")


def _checked_text(value: str) -> str:
    if value.isascii():
        return value
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise NotCanonical("lone surrogate")
    return unicodedata.normalize("NFC", value)


def _checked_key(key: object) -> str:
    if not isinstance(key, str) or not key.isascii():
        raise NotCanonical("keys are ASCII strings")
    return key


_to_json = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
).encode
_WORDS = {None: b"null", True: b"true", False: b"false"}


def encode_scalar(value: str | int | bool | None) -> bytes:
    """Canonical bytes of one scalar; the same as `encode`, for the many small values of a fact."""
    if value is None or value is True or value is False:
        return _WORDS[value]
    if isinstance(value, int):
        if abs(value) > MAX_INT:
            raise NotCanonical("integer beyond 2^53-1")
        return b"%d" % value
    return _to_json(_checked_text(value)).encode("utf-8")


def encode(value: object, *, limit: int | None = MAX_BYTES) -> bytes:
    """Canonical bytes of `value`. Raises NotCanonical. Source: RFC 8785, narrowed."""
    data = _to_json(_checked(value)).encode("utf-8")
    if limit is not None and len(data) > limit:
        raise NotCanonical(f"{len(data)} bytes; at most {limit}")
    return data


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotCanonical("duplicate key")
    return found


def _no_float(text: str) -> object:
    raise NotCanonical(f"{text} is a float")


def decode(data: bytes) -> object:
    """The value, only if `data` is exactly its canonical form. Raises NotCanonical."""
    try:
        value: object = json.loads(
            data, object_pairs_hook=_pairs, parse_float=_no_float, parse_constant=_no_float
        )
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise NotCanonical("not JSON") from error
    if encode(value) != data:
        raise NotCanonical("not in canonical form")
    return value
