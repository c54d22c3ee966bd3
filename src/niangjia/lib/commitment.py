"""Commitments to sealed fields: HMAC-SHA-256(salt, name, value) under one RFC 6962 root.

Each value can be shown alone with its 32-byte salt; without the salt nothing about it can be
guessed, however few values are possible.
"""

import functools
import hashlib
import hmac
from collections.abc import Sequence

from niangjia.lib import merkle

SALT_BYTES = 32
SEED_BYTES = 32
_DOMAIN = b"niangjia/salts/1\0"


def salts(seed: bytes, n: int) -> list[bytes]:
    """n independent salts of 32 bytes from a random seed of 32 (SHAKE-256, FIPS 202)."""
    if len(seed) != SEED_BYTES:
        raise ValueError("a seed has 32 bytes")
    stream = hashlib.shake_256(_DOMAIN + seed).digest(SALT_BYTES * n)
    return [stream[i * SALT_BYTES : (i + 1) * SALT_BYTES] for i in range(n)]


@functools.cache
def _label(name: str) -> bytes:
    label = name.encode("ascii")
    if not 0 < len(label) < 256:
        raise ValueError("a name has 1 to 255 characters")
    return bytes([len(label)]) + label


def commit(salt: bytes, name: str, plain: bytes) -> bytes:
    """32 bytes: HMAC-SHA-256 over the name's length (1 byte), the name, the canonical value."""
    if len(salt) != SALT_BYTES:
        raise ValueError("a salt has 32 bytes")
    return hmac.digest(salt, _label(name) + plain, "sha256")


def sealed_root(commitments: Sequence[bytes]) -> bytes:
    """RFC 6962 root over the commitments, each a leaf, in the kind's fixed order."""
    return merkle.root_of([merkle.leaf_hash(one) for one in commitments])
