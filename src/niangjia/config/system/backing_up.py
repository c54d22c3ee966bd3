"""A backup: one file from which the whole site can be put back, made while the site is used."""

import datetime as dt
import hmac
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake.public import bound_files
from niangjia.config.system import archive, databases, locks, passphrase
from niangjia.core import clock, seal
from niangjia.core.errors import Invalid, Unavailable

PLAIN, SEALED, APART = "plain", "sealed", "apart"
SECRETS = ("master.key", "django.key", "log.key")
SECRETS_SEALED = "secrets/secrets.sealed"
KEPT_FOLDERS = ("published", "uploads", "evidence")
LONGEST = dt.timedelta(days=30)
ROOM = 50_000_000  # bytes that stay free on the disk


@dataclass(frozen=True, slots=True)
class Order:
    """What backup is wanted. to: folder, or file ending in .tar.gz; keep: how many of this site
    stay in the folder, 0 for all; phrase: seals the keys; with_keys: False leaves them out."""

    to: Path
    keep: int = 0
    phrase: str = ""
    with_keys: bool = True

    @property
    def keys(self) -> str:
        """How the keys are in it: `plain`, `sealed` or `apart`."""
        if not self.with_keys:
            return APART
        return SEALED if self.phrase else PLAIN


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made and read again. seconds: how long it took; removed: older ones."""

    path: Path
    size_bytes: int
    manifest: archive.Manifest
    seconds: int
    removed: tuple[str, ...]


def usual_order() -> Order:
    """The order that the settings describe. Raises Invalid (a passphrase file that cannot be)."""
    phrase = settings.SITE.backup_passphrase_file
    return Order(
        to=Path(settings.SITE.backups or Path(settings.NIANGJIA_HOME) / "backups"),
        keep=int(settings.SITE.backups_kept),
        phrase=passphrase.read(Path(phrase)) if phrase else "",
    )


def _check_there(folder: Path) -> None:
    """Unavailable if not even what the folder stands in is there: it was mistyped, or its drive is
    not connected, and the backup would lie where nobody looks."""
    if not folder.parent.is_dir():
        raise Unavailable(
            _("There is no folder %(folder)s. Is the drive connected? Else make the folder first."),
            code="folder_missing",
            folder=folder.parent,
        )


def back_up(order: Order, between: archive.Between = lambda: None) -> Made:
    """The backup lies at its place, whole, verified by reading it again; older ones are removed.

    between: called often; may raise to break off, then nothing is left. Raises Conflict (another
    is being made, a database is damaged), Unavailable (no room, no tool), Invalid.
    """
    began = time.monotonic()
    home = Path(settings.NIANGJIA_HOME)
    now = clock.real_now()
    folder, name = _place(order, now)
    _check_there(folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    with locks.only_one(folder / f".niangjia-{site_mark()}.lock"):
        _clear_leftovers(folder)
        _check_room(folder, home)
        with tempfile.TemporaryDirectory(prefix=_prefix(), dir=folder) as made:
            draft = Path(made) / "draft.tar.gz"
            _write(draft, home, order, now, Path(made), between)
            manifest = archive.verify(draft, between)
            os.replace(draft, folder / name)
        _make_durable(folder)
        removed = _prune(folder, order.keep)
    path = folder / name
    seconds = round(time.monotonic() - began)
    return Made(path, path.stat().st_size, manifest, seconds, removed)


def site_mark() -> str:
    """Eight digits that tell this site's backups from another's in the same folder."""
    return key_mark(seal.master_key())[:8]


def key_mark(master_key: bytes) -> str:
    """What tells one master key from others and gives nothing of it away."""
    return hmac.digest(master_key, b"niangjia backup", "sha256").hex()[:16]


def _place(order: Order, now: dt.datetime) -> tuple[Path, str]:
    to = order.to.absolute()
    if to.name.endswith(".tar.gz"):
        if to.exists():
            raise Invalid(
                _("%(name)s exists already. Choose another name."), code="backup_exists", name=to
            )
        return to.parent, to.name
    return to, f"niangjia-{site_mark()}-{now:%Y%m%dT%H%M%SZ}.tar.gz"


def _prefix() -> str:
    return f".niangjia-{site_mark()}-"


def _clear_leftovers(folder: Path) -> None:
    """What a backup that was killed left behind; the lock says that none is under way."""
    for left in folder.glob(f"{_prefix()}*"):
        shutil.rmtree(left)


def _check_room(folder: Path, home: Path) -> None:
    """Room for the copies, and for the archive that is made of them and of the files."""
    files = sum(path.stat().st_size for path in _files(home))
    needed = 2 * databases.size_bytes() + files + ROOM
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Unavailable(
            _(
                "Not enough room in %(folder)s: %(needed)s MB are needed, %(free)s MB are free."
                " Make room, or name another folder with --to."
            ),
            code="no_room",
            folder=folder,
            needed=f"{needed // 1_000_000:,}",
            free=f"{free // 1_000_000:,}",
        )


def _write(
    draft: Path,
    home: Path,
    order: Order,
    now: dt.datetime,
    staging: Path,
    between: archive.Between,
) -> None:
    """The archive at `draft`: databases first, then files, which the copied records name."""
    standing = databases.copy_both(staging)
    with archive.writing(draft) as writer:
        for path in sorted(staging.glob("niangjia.d*")) + sorted(staging.glob("keys.d*")):
            writer.add(f"db/{path.name}", path)
            between()
        for path in _files(home):
            between()
            try:
                writer.add(f"home/{path.relative_to(home).as_posix()}", path)
            except FileNotFoundError:
                continue  # given up meanwhile
        _add_secrets(writer, home / "secrets", order)
        writer.end(
            archive.Manifest(
                version=version("niangjia"),
                made_at=now.isoformat(timespec="seconds"),
                engine=databases.engine(),
                demonstration=settings.NIANGJIA_DEMO,
                migrations=standing.migrations,
                log_size=standing.log_size,
                log_root=standing.log_root,
                keys=order.keys,
                site=key_mark(seal.master_key()),
            )
        )


def _files(home: Path) -> Iterator[Path]:
    if (home / "site.toml").exists():
        yield home / "site.toml"
    people = bound_files()
    for name in KEPT_FOLDERS:
        files = (path for path in (home / name).rglob("*") if path.is_file())
        yield from sorted(path for path in files if path.name not in people)


def _add_secrets(writer: archive.Writer, folder: Path, order: Order) -> None:
    held = {name: (folder / name).read_bytes() for name in SECRETS if (folder / name).exists()}
    if order.keys == SEALED:
        writer.add_bytes(SECRETS_SEALED, passphrase.lock(order.phrase, held))
    elif order.keys == PLAIN:
        for name, data in held.items():
            writer.add_bytes(f"secrets/{name}", data)


def _make_durable(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _prune(folder: Path, keep: int) -> tuple[str, ...]:
    """Of this site's backups in the folder the newest `keep` stay, and none over 30 days old but
    the newest: what was erased must not live on in them. Names of those removed."""
    pattern = re.compile(rf"niangjia-{site_mark()}-\d{{8}}T\d{{6}}Z\.tar\.gz")
    mine = sorted(path for path in folder.iterdir() if pattern.fullmatch(path.name))
    old = mine[:-keep] if keep else []
    if keep:
        since = clock.real_now() - LONGEST
        old += [
            path for path in mine[-keep:-1] if path.name.split("-")[-1] < f"{since:%Y%m%dT%H%M%SZ}"
        ]
    for path in old:
        path.unlink()
    return tuple(path.name for path in old)
