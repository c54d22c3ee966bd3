"""Canonical JSON: the profile of RFC 8785 that facts use. Same value, same bytes, for ever.

ASCII keys sorted by code point, NFC strings, integers within 2^53-1, booleans, null, arrays,
objects. No floats, no duplicate keys, at most 16 KiB.
"""

import functools
import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring as _quoted
from unicodedata import is_normalized, normalize

MAX_BYTES = 16 * 1024
MAX_INT = 2**53 - 1
_WORDS = {None: "null", True: "true", False: "false"}


class NotCanonical(ValueError):
    """The value or the bytes lie outside the profile."""


def _written(value: object) -> str:
    if isinstance(value, str):
        return _quoted(value if is_normalized("NFC", value) else normalize("NFC", value))
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, int):
        if abs(value) > MAX_INT:
            raise NotCanonical("integer beyond 2^53-1")
        return str(value)
    if isinstance(value, Mapping):
        names = sorted([_key(key) for key in value])
        return "{" + ",".join([f"{_quoted(name)}:{_written(value[name])}" for name in names]) + "}"
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return "[" + ",".join([_written(item) for item in value]) + "]"
    raise NotCanonical(f"{type(value).__name__} is not allowed in a fact")


def _key(key: object) -> str:
    if not isinstance(key, str) or not key.isascii():
        raise NotCanonical("keys are ASCII strings")
    return key


def encode(value: object, *, limit: int | None = MAX_BYTES) -> bytes:
    """Canonical bytes of `value`. Raises NotCanonical. Source: RFC 8785, narrowed."""
    try:
        data = _written(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonical("lone surrogate") from error
    except RecursionError as error:
        raise NotCanonical("nested too deep") from error
    return _within(data, limit)


def assemble(members: Mapping[str, bytes], *, limit: int | None = MAX_BYTES) -> bytes:
    """Canonical bytes of an object from those of its members; equal to `encode` of the whole."""
    inside = b",".join([_label(name) + members[name] for name in sorted(members)])
    return _within(b"{" + inside + b"}", limit)


@functools.cache
def _label(name: str) -> bytes:
    """How a member of an object begins; names are those of declared fields, so they are few."""
    return (_quoted(_key(name)) + ":").encode("ascii")


def _within(data: bytes, limit: int | None) -> bytes:
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


_strict = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_float=_no_float, parse_constant=_no_float
).decode


def decode(data: bytes) -> object:
    """The value, only if `data` is exactly its canonical form. Raises NotCanonical."""
    try:
        value: object = _strict(data.decode("utf-8"))
    except NotCanonical:
        raise
    except (ValueError, RecursionError) as error:  # also a number of more than 4300 digits
        raise NotCanonical("not JSON") from error
    if encode(value) != data:
        raise NotCanonical("not in canonical form")
    return value


def reread(data: bytes) -> object:
    """The value of bytes that `encode` wrote and that were kept under a check of their own."""
    value: object = json.loads(data)
    return value
