"""Sealing: AES-256-GCM under a key per owner, the keys wrapped and kept in their own database.

Erasing an owner's key makes everything sealed under it unreadable for good; commitments stand.
Sealed bytes: key row id (8 bytes, big-endian) + nonce (12) + ciphertext with tag.
"""

import contextlib
import functools
import hmac
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connections, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from niangjia.core import clock
from niangjia.core.db.router import KEYS
from niangjia.core.errors import Unavailable
from niangjia.core.models import SealKey
from niangjia.core.programme import Port

NONCE_BYTES = 12
CACHE_S = 30  # an erasure reaches other processes within this time
# What is told the id of a key right before it is destroyed; filled by ledger.
BEFORE_ERASING: Port[Callable[[int], None]] = Port("who is told before a key is destroyed")
_lock = threading.Lock()
_by_owner: dict[str, tuple[int, AESGCM]] = {}
_by_id: dict[int, AESGCM] = {}
_kept_until = 0.0


class Erased(Exception):
    """The key is gone: the values were erased."""


def _master() -> AESGCM:
    return AESGCM(master_key())


def master_key() -> bytes:
    """The installation's own key; it wraps every owner's key. Made with the first of them.

    Raises Unavailable where keys are there that it should open: another would open none.
    """
    path = Path(settings.NIANGJIA_HOME) / "secrets" / "master.key"
    if not path.exists() and SealKey.objects.exists():
        raise Unavailable(
            _("The master key is missing. Put the copy of the folder secrets/ back."),
            code="master_key_missing",
        )
    return _read_key(path)


@functools.cache
def _read_key(path: Path) -> bytes:
    """The key at `path`, made if absent; of two processes making it one wins."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(handle, os.urandom(32))
        os.fsync(handle)
        os.close(handle)
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_bytes()


def ensure(owners: Iterable[str]) -> None:
    """Make sure each owner has a key; committed at once, before the caller's transaction is."""
    _expire()
    missing = sorted(set(owners) - _by_owner.keys())
    if not missing:
        return
    master = _master()
    with _lock, transaction.atomic(using=KEYS):
        have = set(SealKey.objects.filter(owner__in=missing).values_list("owner", flat=True))
        fresh = [
            SealKey(owner=owner, wrapped=_wrap(master, owner), created_at=clock.real_now())
            for owner in missing
            if owner not in have
        ]
        SealKey.objects.bulk_create(fresh, ignore_conflicts=True)
    rows = SealKey.objects.filter(owner__in=missing, erased_at__isnull=True)
    for row in rows:
        cipher = AESGCM(_unwrap(master, row))
        _by_owner[row.owner] = (row.pk, cipher)
        _by_id[row.pk] = cipher


def _wrap(master: AESGCM, owner: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + master.encrypt(nonce, AESGCM.generate_key(256), owner.encode())


def _unwrap(master: AESGCM, row: SealKey) -> bytes:
    wrapped = bytes(row.wrapped)
    return master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], row.owner.encode())


def seal(owner: str, plain: bytes) -> bytes:
    """plain under the owner's key (made if absent). Raises Erased if the key was erased."""
    if owner not in _by_owner:
        ensure((owner,))
    if owner not in _by_owner:
        raise Erased(owner)
    key_id, cipher = _by_owner[owner]
    nonce = os.urandom(NONCE_BYTES)
    return key_id.to_bytes(8, "big") + nonce + cipher.encrypt(nonce, plain, None)


def erased_refs(kind: str) -> list[str]:
    """Of the owners `<kind>:<ref>` the refs of those whose key was erased."""
    gone = SealKey.objects.filter(owner__startswith=f"{kind}:", erased_at__isnull=False)
    return [owner.partition(":")[2] for owner in gone.values_list("owner", flat=True)]


def erased(owners: Iterable[str]) -> set[str]:
    """Those of `owners` whose key was erased."""
    _expire()
    unknown = set(owners) - _by_owner.keys()
    if not unknown:
        return set()
    rows = SealKey.objects.filter(owner__in=unknown, erased_at__isnull=False)
    return set(rows.values_list("owner", flat=True))


def _cipher(key_id: int) -> AESGCM:
    _expire()
    cipher = _by_id.get(key_id)
    if cipher is None:
        row = SealKey.objects.filter(pk=key_id).first()
        if row is None:
            raise ValueError("sealed value names a key that never was")
        if row.erased_at is not None:
            raise Erased(str(key_id))
        cipher = _by_id[key_id] = AESGCM(_unwrap(_master(), row))
    return cipher


def unseal(sealed: bytes) -> bytes:
    """The plain bytes. Raises Erased if the key was erased, ValueError if the bytes are damaged."""
    key_id = int.from_bytes(sealed[:8], "big")
    nonce, body = sealed[8 : 8 + NONCE_BYTES], sealed[8 + NONCE_BYTES :]
    try:
        return _cipher(key_id).decrypt(nonce, body, None)
    except InvalidTag as error:
        raise ValueError("sealed value is damaged") from error


def key_ref(owner: str) -> str | None:
    """The random name of an owner's key; None if it has none or it was erased."""
    rows = SealKey.objects.filter(owner=owner, erased_at__isnull=True)
    return rows.values_list("ref", flat=True).first()


def erase(owner: str) -> bool:
    """Destroy an owner's key for good; True if there was one."""
    return _erase(SealKey.objects.filter(owner=owner, erased_at__isnull=True))


def erase_refs(refs: Iterable[str]) -> bool:
    """Destroy the keys of these random names for good; True if one was there still."""
    return _erase(SealKey.objects.filter(ref__in=list(refs), erased_at__isnull=True))


def _erase(rows: "QuerySet[SealKey]") -> bool:
    for key_id in rows.values_list("pk", flat=True):
        BEFORE_ERASING.impl(key_id)
    with transaction.atomic(using=KEYS):
        n = rows.update(wrapped=b"", erased_at=clock.real_now())
    if n and connections[KEYS].vendor == "sqlite" and not connections[KEYS].in_atomic_block:
        # The bytes go from the write-ahead log, too; `secure_delete` has zeroed them in the file.
        with connections[KEYS].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    forget_cache()
    return bool(n)


def _expire() -> None:
    global _kept_until  # noqa: PLW0603 - one clock for the two caches above
    now = time.monotonic()
    if now > _kept_until:
        forget_cache()
        _kept_until = now + CACHE_S


def forget_cache() -> None:
    """Drop cached keys (after an erasure, and between tests)."""
    _by_owner.clear()
    _by_id.clear()


def lookup_digests(wanted: Iterable[tuple[str, str]]) -> list[str]:
    """Keyed hash of each (purpose, value), in order, to search a sealed personal value by.

    They differ between installations.
    """
    key = master_key()
    return [
        hmac.digest(key, f"{purpose}\0{value}".encode(), "sha256").hex()[:40]
        for purpose, value in wanted
    ]
