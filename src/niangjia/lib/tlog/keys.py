"""Keys of notes: Ed25519 for a log, timestamped Ed25519 and ML-DSA-44 for witnesses.

A vkey is `name+hash+base64(kind || public key)` (C2SP signed-note, tlog-cosignature).
"""

import functools
from dataclasses import dataclass
from typing import ClassVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from niangjia.lib.tlog import checkpoint
from niangjia.lib.tlog.encoding import BadEncoding, to_base64, unbase64
from niangjia.lib.tlog.note import BadNote, Signature, check_name, key_id

ED25519, COSIGNATURE, ML_DSA_44 = 0x01, 0x04, 0x06
SEED_BYTES = 32
ED25519_BYTES, ML_DSA_44_BYTES = 64, 2420
TIME_BYTES = 8
_MODULUS = 2**255 - 19
# y of the eight points of small order (RFC 8032, 5.1): anyone can sign for them.
_SMALL_Y_8 = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
_SMALL_Y = (
    0,
    1,
    _MODULUS - 1,
    *(e * int.from_bytes(_SMALL_Y_8, "little") % _MODULUS for e in (1, -1)),
)


class BadKey(ValueError):
    """Not a key that may be used."""


def check_ed25519(public: bytes) -> bytes:
    """`public` if it is the canonical encoding of a point that is not of small order.

    Raises BadKey. Whether it lies on the curve is left to the library that verifies.
    """
    if len(public) != SEED_BYTES:
        raise BadKey("an Ed25519 key has 32 bytes")
    y = int.from_bytes(public, "little") & (2**255 - 1)
    if y >= _MODULUS or y in _SMALL_Y:
        raise BadKey("a key of small order, or not canonical: anyone could sign for it")
    return public


def _verify_ed25519(public: bytes, message: bytes, signature: bytes) -> None:
    if len(signature) != ED25519_BYTES:
        raise BadNote("an Ed25519 signature has 64 bytes")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise BadNote("a known key's signature does not hold") from error


@dataclass(frozen=True)
class LogKey:
    """Ed25519 over the text of the note (kind 0x01)."""

    name: str
    public: bytes
    kind: ClassVar[int] = ED25519

    def __post_init__(self) -> None:
        check_name(self.name)
        check_ed25519(self.public)

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, self.kind, self.public)

    def verify(self, text: str, signature: bytes) -> int | None:
        """None: this kind states no time. Raises BadNote."""
        _verify_ed25519(self.public, text.encode(), signature)
        return None


@dataclass(frozen=True)
class WitnessKey(LogKey):
    """Ed25519 with a time (kind 0x04)."""

    kind: ClassVar[int] = COSIGNATURE

    def verify(self, text: str, signature: bytes) -> int | None:
        """The time it states, POSIX seconds. Raises BadNote."""
        at, rest = _time_of(signature)
        _verify_ed25519(self.public, cosigned_text(text, at), rest)
        return at


@dataclass(frozen=True)
class QuantumWitnessKey:
    """ML-DSA-44 with a time (kind 0x06, FIPS 204). public: 1312 bytes."""

    name: str
    public: bytes
    kind: ClassVar[int] = ML_DSA_44

    def __post_init__(self) -> None:
        check_name(self.name)
        try:
            MLDSA44PublicKey.from_public_bytes(self.public)
        except ValueError as error:
            raise BadKey("not an ML-DSA-44 key") from error

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, self.kind, self.public)

    def verify(self, text: str, signature: bytes) -> int | None:
        """The time it states, POSIX seconds. Raises BadNote."""
        at, rest = _time_of(signature)
        if len(rest) != ML_DSA_44_BYTES:
            raise BadNote("an ML-DSA-44 signature has 2420 bytes")
        try:
            message = cosigned_message(self.name, text, at)
            MLDSA44PublicKey.from_public_bytes(self.public).verify(rest, message)
        except InvalidSignature as error:
            raise BadNote("a known key's signature does not hold") from error
        return at


AnyKey = LogKey | WitnessKey | QuantumWitnessKey
_KINDS: dict[int, type[LogKey] | type[QuantumWitnessKey]] = {
    ED25519: LogKey,
    COSIGNATURE: WitnessKey,
    ML_DSA_44: QuantumWitnessKey,
}


def _time_of(signature: bytes) -> tuple[int, bytes]:
    at = int.from_bytes(signature[:TIME_BYTES], "big")
    if len(signature) < TIME_BYTES or at >= 2**63:
        raise BadNote("a cosignature states no time")
    return at, signature[TIME_BYTES:]


def cosigned_text(text: str, at: int) -> bytes:
    """What an Ed25519 cosignature signs (tlog-cosignature, Ed25519 signed message)."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def cosigned_message(name: str, text: str, at: int) -> bytes:
    """What an ML-DSA-44 cosignature of a checkpoint signs (cosigned_message). Raises BadNote."""
    head = checkpoint.parse_text(text)
    names = [name.encode(), head.origin.encode()]
    if any(len(one) > 255 for one in names):
        raise BadNote("a name has at most 255 bytes")
    who, origin = (bytes([len(one)]) + one for one in names)
    numbers = bytes(8) + head.size.to_bytes(8, "big")
    return b"subtree/v1\n\0" + who + at.to_bytes(8, "big") + origin + numbers + head.root


def vkey(key: AnyKey) -> str:
    """The key as one word."""
    encoded = to_base64(bytes([key.kind]) + key.public)
    return f"{key.name}+{key.key_id.hex()}+{encoded}"


def parse_vkey(text: str) -> AnyKey:
    """The key of a vkey. Raises BadKey."""
    try:
        name, hashed, encoded = text.split("+", 2)
        data = unbase64(encoded)
        key = _KINDS[data[0]](name, data[1:])
    except (ValueError, KeyError, IndexError) as error:
        raise BadKey(f"not a key that can be used: {error}") from error
    if key.key_id.hex() != hashed:
        raise BadKey("the key's id is not that of its name and bytes")
    return key


@dataclass(frozen=True)
class Signer:
    """A private key. seed: 32 bytes. kind: ED25519, COSIGNATURE or ML_DSA_44."""

    name: str
    kind: int
    seed: bytes

    @property
    def key(self) -> AnyKey:
        """Its public half."""
        return _public(self)

    def sign(self, text: str, at: int | None = None) -> Signature:
        """A line over the text of a note. at: POSIX seconds, for the kinds that state a time."""
        if self.kind == ED25519:
            data = _private(self).sign(text.encode())
        elif at is None:
            raise ValueError("a cosignature states a time")
        elif self.kind == COSIGNATURE:
            data = at.to_bytes(8, "big") + _private(self).sign(cosigned_text(text, at))
        else:
            message = cosigned_message(self.name, text, at)
            data = at.to_bytes(8, "big") + _private(self).sign(message)
        return Signature(self.name, self.key.key_id, data)

    def __str__(self) -> str:
        """As Go's note package writes private keys: PRIVATE+KEY+name+hash+base64(kind || seed)."""
        encoded = to_base64(bytes([self.kind]) + self.seed)
        return f"PRIVATE+KEY+{self.name}+{self.key.key_id.hex()}+{encoded}"

    def __repr__(self) -> str:
        return f"Signer({self.name})"


@functools.lru_cache(maxsize=64)
def _public(signer: Signer) -> AnyKey:
    return _KINDS[signer.kind](signer.name, _private(signer).public_key().public_bytes_raw())


@functools.lru_cache(maxsize=64)
def _private(signer: Signer) -> Ed25519PrivateKey | MLDSA44PrivateKey:
    if signer.kind == ML_DSA_44:
        return MLDSA44PrivateKey.from_seed_bytes(signer.seed)
    return Ed25519PrivateKey.from_private_bytes(signer.seed)


def parse_signer(text: str) -> Signer:
    """The private key of a line that `str(signer)` wrote. Raises BadKey."""
    try:
        word, word2, name, hashed, encoded = text.strip().split("+", 4)
        data = unbase64(encoded, 1 + SEED_BYTES)
    except (ValueError, BadEncoding) as error:
        raise BadKey("not a private key") from error
    if (word, word2) != ("PRIVATE", "KEY") or data[0] not in _KINDS:
        raise BadKey("not a private key")
    signer = Signer(check_name(name), data[0], data[1:])
    if signer.key.key_id.hex() != hashed:
        raise BadKey("the key's id is not that of its name and bytes")
    return signer
