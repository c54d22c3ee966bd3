"""The log's own key: Ed25519, in secrets/log.key beside the master key; made with the first log."""

import contextlib
import functools
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from niangjia.core.errors import Unavailable
from niangjia.lib.tlog.keys import ED25519, SEED_BYTES, BadKey, Signer, parse_signer


def path() -> Path:
    return Path(settings.NIANGJIA_HOME) / "secrets" / "log.key"


def make(origin: str) -> None:
    """There is a key; one that is there stays. Durable before anything is signed with it."""
    if not path().exists():
        _write(path(), origin)


def make_next(origin: str) -> Signer:
    """The key that `switch` will put in the place of today's; one that is there stays."""
    if not _next().exists():
        _write(_next(), origin)
    return Signer(origin, ED25519, parse_signer(_next().read_text()).seed)


def switch() -> None:
    """The next key is today's; the one before it lies beside it, named by its id."""
    before = parse_signer(path().read_text())
    path().with_suffix(f".key.{before.key.key_id.hex()}").hardlink_to(path())
    _next().replace(path())
    _sync_folder()


def _next() -> Path:
    return path().with_suffix(".key.next")


def _write(target: Path, origin: str) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_suffix(f".{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(handle, f"{Signer(origin, ED25519, secrets.token_bytes(SEED_BYTES))}\n".encode())
    os.fsync(handle)
    os.close(handle)
    with contextlib.suppress(FileExistsError):
        target.hardlink_to(draft)
    draft.unlink()
    _sync_folder()


def _sync_folder() -> None:
    folder = os.open(path().parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def signer(origin: str) -> Signer:
    """Who signs for the log of that origin. Raises Unavailable if the key is not there."""
    file = path()
    try:
        return _read(file, file.stat().st_mtime_ns, file.stat().st_ino, origin)
    except (OSError, BadKey) as error:
        raise Unavailable(
            _("The log's key is missing. Put the copy of the folder secrets/ back."),
            code="log_key_missing",
        ) from error


@functools.lru_cache(maxsize=8)
def _read(file: Path, _changed: int, _inode: int, origin: str) -> Signer:
    return Signer(origin, ED25519, parse_signer(file.read_text()).seed)
