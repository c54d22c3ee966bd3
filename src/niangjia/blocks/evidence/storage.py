"""Received files on the disk: each sealed under a key of its own, durable before the commit.

`NIANGJIA_HOME/evidence/<first two digits of ref>/<ref>` holds the received bytes; `<ref>.picture`
and `<ref>.small` its smaller copies.
"""

import hashlib
import os
import re
import secrets
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.evidence.types import Stored
from niangjia.core import seal
from niangjia.core.errors import NotFound

MOST_BYTES = 20 * 1024 * 1024
PICTURE, SMALL = ".picture", ".small"
REF = re.compile(r"[0-9a-f]{32}")


def folder() -> Path:
    """Where all of them lie."""
    found = Path(settings.NIANGJIA_HOME) / "evidence"
    found.mkdir(mode=0o700, exist_ok=True)
    return found


def path_of(ref: str, part: str = "") -> Path:
    """Where a document's file lies; it may be gone."""
    return folder() / ref[:2] / f"{ref}{part}"


def owner_of(ref: str) -> str:
    """Under whose key a document's bytes are sealed."""
    return f"document:{ref}"


def store(plain: bytes, format: str) -> Stored:
    """The bytes lie sealed and durable under a new ref. Raises OSError; then nothing is left."""
    ref = secrets.token_hex(16)
    keep(ref, "", plain)
    return Stored(ref, hashlib.sha256(plain).hexdigest(), len(plain), format)


def keep(ref: str, part: str, plain: bytes) -> None:
    """The bytes lie sealed and durable as this part of the document. Raises OSError."""
    path = path_of(ref, part)
    if not path.parent.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _fsync(folder())
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(seal.seal(owner_of(ref), plain))
            out.flush()
            os.fsync(out.fileno())
        draft.rename(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _fsync(path.parent)


def _fsync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(ref: str, part: str = "") -> bytes:
    """The plain bytes. Raises NotFound if the file or its key is gone."""
    try:
        return seal.unseal(path_of(ref, part).read_bytes())
    except (FileNotFoundError, seal.Erased) as error:
        raise NotFound(_("This file is not kept any more.")) from error


def remove(ref: str) -> None:
    """The document's files are gone, and so is its key."""
    for part in ("", PICTURE, SMALL):
        path_of(ref, part).unlink(missing_ok=True)
    seal.erase(owner_of(ref))
