"""A keyed pseudonym whose key holder never sees what it is of: VOPRF(ristretto255, SHA-512).

RFC 9497, mode 1 (verifiable). Whoever asks blinds an input; whoever holds the key evaluates it and
proves, for a whole batch at once, that the key is the one of the known public key; whoever asks
checks the proof and takes the blinding off. Elements, scalars and keys are 32 bytes, outputs 64.
"""

import functools
import hashlib
import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

ELEMENT = SCALAR = 32
MAX_BATCH = 1_000
_CONTEXT = b"OPRFV1-\x01-ristretto255-SHA512"
_GROUP_DST = b"HashToGroup-" + _CONTEXT
_SCALAR_DST = b"HashToScalar-" + _CONTEXT
_SEED_DST = b"Seed-" + _CONTEXT
_BLOCK, _WIDE = 128, 64  # of SHA-512: bytes of a block; bytes that make one element or scalar


@functools.cache
def _sodium() -> Any:
    """libsodium's group. Loaded when first needed: its package unpacks it into a temporary file."""
    return importlib.import_module("rbcl")


class Bad(ValueError):
    """What came from the other side is not what the protocol says."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A batch's evaluated elements, in order, and the proof (64 bytes) for all of them."""

    elements: tuple[bytes, ...]
    proof: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """An input with its blinding: only `element` leaves the house."""

    data: bytes
    blind: bytes
    element: bytes


def new_key() -> bytes:
    """A random private key."""
    return bytes(_sodium().crypto_core_ristretto255_scalar_random())


def public_key(key: bytes) -> bytes:
    return bytes(_sodium().crypto_scalarmult_ristretto255_base(key))


def blind(data: bytes, scalar: bytes | None = None) -> Asked:
    """data: at most 65,535 bytes. scalar: a fixed blinding, for test vectors only."""
    with_ = scalar or new_key()
    point = bytes(_sodium().crypto_core_ristretto255_from_hash(_expand(data, _GROUP_DST)))
    return Asked(data, with_, _times(with_, point))


def evaluate(key: bytes, blinded: Sequence[bytes], scalar: bytes | None = None) -> Evaluated:
    """The holder's part. scalar: a fixed one of the proof, for test vectors only. Raises Bad."""
    _check(blinded)
    elements = tuple(_times(key, one) for one in blinded)
    public = public_key(key)
    m = _composites(public, blinded, elements)[0]
    z = _times(key, m)
    r = scalar or new_key()
    t2, t3 = bytes(_sodium().crypto_scalarmult_ristretto255_base(r)), _times(r, m)
    c = _challenge(public, m, z, t2, t3)
    product = _sodium().crypto_core_ristretto255_scalar_mul(c, key)
    s = _sodium().crypto_core_ristretto255_scalar_sub(r, bytes(product))
    return Evaluated(elements, c + bytes(s))


def finish(public: bytes, asked: Sequence[Asked], found: Evaluated) -> list[bytes]:
    """The outputs, in order, once the proof was checked. Raises Bad (another key, damage)."""
    if len(found.elements) != len(asked) or len(found.proof) != 2 * SCALAR:
        raise Bad("another number of elements than asked")
    _check(found.elements)
    _check([public])
    m, z = _composites(public, [one.element for one in asked], found.elements)
    c, s = found.proof[:SCALAR], found.proof[SCALAR:]
    t2 = _plus(_base_times(s), _times(c, public))
    t3 = _plus(_times(s, m), _times(c, z))
    if _challenge(public, m, z, t2, t3) != c:
        raise Bad("the proof does not hold: evaluated under another key")
    return [_output(one, point) for one, point in zip(asked, found.elements, strict=True)]


def _output(asked: Asked, point: bytes) -> bytes:
    inverse = bytes(_sodium().crypto_core_ristretto255_scalar_invert(asked.blind))
    plain = _times(inverse, point)
    return hashlib.sha512(_sized(asked.data) + _sized(plain) + b"Finalize").digest()


def _composites(
    public: bytes, asked: Sequence[bytes], found: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """The two sums over a batch, each element weighted by what nobody can choose."""
    seed = hashlib.sha512(_sized(public) + _sized(_SEED_DST)).digest()
    m = z = b""
    for i, (c, d) in enumerate(zip(asked, found, strict=True)):
        words = _sized(seed) + i.to_bytes(2, "big") + _sized(c) + _sized(d) + b"Composite"
        weight = _scalar(words)
        m, z = _plus(m, _times(weight, c)), _plus(z, _times(weight, d))
    return m, z


def _challenge(*points: bytes) -> bytes:
    return _scalar(b"".join(_sized(one) for one in points) + b"Challenge")


def _scalar(data: bytes) -> bytes:
    return bytes(_sodium().crypto_core_ristretto255_scalar_reduce(_expand(data, _SCALAR_DST)))


def _expand(data: bytes, dst: bytes) -> bytes:
    """64 uniform bytes: expand_message_xmd of RFC 9380 with SHA-512, whose digest is that long."""
    tail = dst + bytes([len(dst)])
    first = hashlib.sha512(bytes(_BLOCK) + data + _WIDE.to_bytes(2, "big") + b"\x00" + tail)
    return hashlib.sha512(first.digest() + b"\x01" + tail).digest()


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def _times(scalar: bytes, point: bytes) -> bytes:
    try:
        return bytes(_sodium().crypto_scalarmult_ristretto255(scalar, point))
    except (RuntimeError, ValueError, TypeError) as error:
        raise Bad("not an element of the group") from error


def _base_times(scalar: bytes) -> bytes:
    try:
        return bytes(_sodium().crypto_scalarmult_ristretto255_base(scalar))
    except (RuntimeError, ValueError, TypeError) as error:
        raise Bad("not a scalar") from error


def _plus(one: bytes, other: bytes) -> bytes:
    """The sum; an empty `one` is the neutral element."""
    return bytes(_sodium().crypto_core_ristretto255_add(one, other)) if one else other


def _check(elements: Sequence[bytes]) -> None:
    if not 1 <= len(elements) <= MAX_BATCH:
        raise Bad(f"1 to {MAX_BATCH} elements at a time")
    for one in elements:
        valid = len(one) == ELEMENT and _sodium().crypto_core_ristretto255_is_valid_point(one)
        if not valid or one == bytes(ELEMENT):
            raise Bad("not an element of the group")
