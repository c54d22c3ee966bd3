"""Commitments to sealed fields: HMAC-SHA-256(salt, name, value) under one RFC 6962 root.

Each value can be shown alone with its 32-byte salt; without the salt nothing about it can be
guessed, however few values are possible.
"""

import functools
import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256, shake_256

from niangjia.lib.tlog import hashing

SALT_BYTES = 32
SEED_BYTES = 32
BLOCK_BYTES = 64  # of SHA-256
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
_OUTER_REST = b"\x5c" * (BLOCK_BYTES - SALT_BYTES)
_DOMAIN = b"niangjia/salts/1\0"


def salts(seed: bytes, n: int) -> list[bytes]:
    """n independent salts of 32 bytes from a random seed of 32 (SHAKE-256, FIPS 202)."""
    stream = _stream(seed, n)
    return [stream[i * SALT_BYTES : (i + 1) * SALT_BYTES] for i in range(n)]


def _stream(seed: bytes, n: int) -> bytes:
    if len(seed) != SEED_BYTES:
        raise ValueError("a seed has 32 bytes")
    return shake_256(_DOMAIN + seed).digest(SALT_BYTES * n)


@functools.cache
def _label(name: str) -> bytes:
    label = name.encode("ascii")
    if not 0 < len(label) < 256:
        raise ValueError("a name has 1 to 255 characters")
    return bytes([len(label)]) + label


@functools.cache
def _inner_label(name: str) -> bytes:
    return b"\x36" * (BLOCK_BYTES - SALT_BYTES) + _label(name)


def commit(salt: bytes, name: str, plain: bytes) -> bytes:
    """32 bytes: HMAC-SHA-256 over the name's length (1 byte), the name, the canonical value."""
    if len(salt) != SALT_BYTES:
        raise ValueError("a salt has 32 bytes")
    return hmac.digest(salt, _label(name) + plain, "sha256")


def commit_all(
    seed: bytes, names: Sequence[str], plain: Mapping[str, bytes], absent: bytes
) -> list[bytes]:
    """`commit` of every name in order under the seed's salts; `absent` where plain has no value.

    HMAC (RFC 2104) spelt out: the pads are laid over all salts at once, and two plain hashes cost
    half of one keyed by the library. The tests hold it against `commit`.
    """
    stream = _stream(seed, len(names))
    inner, outer = stream.translate(_INNER), stream.translate(_OUTER)
    found = []
    for i, name in enumerate(names):
        key = slice(i * SALT_BYTES, (i + 1) * SALT_BYTES)
        within = sha256(inner[key] + _inner_label(name) + plain.get(name, absent)).digest()
        found.append(sha256(outer[key] + _OUTER_REST + within).digest())
    return found


def sealed_root(commitments: Sequence[bytes]) -> bytes:
    """RFC 6962 root over the commitments, each a leaf, in the kind's fixed order."""
    return hashing.root_of(hashing.leaf_hashes(commitments))
