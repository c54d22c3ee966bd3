"""Secrets under a passphrase: scrypt (RFC 7914) makes the key, AES-256-GCM seals.

Sealed bytes: MARK + salt (16) + nonce (12) + ciphertext with tag.
"""

import base64
import json
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.utils.translation import gettext_lazy as _

from niangjia.core.errors import Invalid

MARK = b"njsec1\n"
SALT, NONCE = 16, 12
SHORTEST = 12


def _key(passphrase: str, salt: bytes) -> AESGCM:
    made = Scrypt(salt=salt, length=32, n=2**16, r=8, p=1)  # 64 MB, some 0.2 s
    return AESGCM(made.derive(passphrase.encode("utf-8")))


def lock(passphrase: str, secrets: Mapping[str, bytes]) -> bytes:
    """The secrets by name, readable with the passphrase alone."""
    plain = json.dumps({name: base64.b64encode(secrets[name]).decode() for name in sorted(secrets)})
    salt, nonce = os.urandom(SALT), os.urandom(NONCE)
    return MARK + salt + nonce + _key(passphrase, salt).encrypt(nonce, plain.encode(), MARK)


def unlock(passphrase: str, sealed: bytes) -> dict[str, bytes]:
    """The secrets by name. Raises Invalid if it is another passphrase."""
    body = sealed.removeprefix(MARK)
    salt, nonce = body[:SALT], body[SALT : SALT + NONCE]
    try:
        plain = _key(passphrase, salt).decrypt(nonce, body[SALT + NONCE :], MARK)
    except InvalidTag as error:
        raise Invalid(
            _("This is not the passphrase that the backup was made with. Nothing was changed."),
            code="passphrase_wrong",
        ) from error
    return {name: base64.b64decode(text) for name, text in json.loads(plain).items()}


def read(path: Path) -> str:
    """The passphrase that a file holds in its first line. Raises Invalid if it is too short."""
    found = path.read_text("utf-8").split("\n", 1)[0].strip()
    if len(found) < SHORTEST:
        raise Invalid(
            _("The passphrase in %(path)s has fewer than %(n)s characters. Choose a longer one."),
            code="passphrase_short",
            path=path,
            n=SHORTEST,
        )
    return found
