"""Files as received: private, in `NIANGJIA_HOME/uploads`, one per ref."""

import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from niangjia.blocks.intake import texts
from niangjia.blocks.intake.reader import stream
from niangjia.blocks.intake.reader.limits import Limits, Refused
from niangjia.blocks.intake.types import Stored

CHUNK = 1024 * 1024


def folder() -> Path:
    """Where all of them lie."""
    found = Path(settings.NIANGJIA_HOME) / "uploads"
    found.mkdir(mode=0o700, exist_ok=True)
    return found


def file_of(ref: str) -> Path:
    """Where the file of an upload lies; it may be gone."""
    return folder() / ref


def store(chunks: Iterable[bytes], name: str, limits: Limits | None = None) -> Stored:
    """The bytes lie durably under a new ref, readable by the site alone.

    Raises Invalid or TooLarge with a text for the user if they are no file we read; OSError where
    the disk is full. Nothing is left behind then.
    """
    ref = secrets.token_hex(16)
    path = file_of(ref)
    digest, size, most = hashlib.sha256(), 0, (limits or Limits()).file_bytes
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
                if size > most:
                    break
            out.flush()
            os.fsync(out.fileno())
        stream.format_of(path, name, limits or Limits())
    except Refused as refused:
        path.unlink(missing_ok=True)
        raise texts.refusal(refused) from refused
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Stored(ref, digest.hexdigest(), size)


def remove(ref: str) -> None:
    """The file is gone."""
    file_of(ref).unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes as they are now; empty if the file is gone."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        return ""
    return digest.hexdigest()
