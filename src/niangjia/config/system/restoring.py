"""A site put back from a backup: checked whole before the home is touched, nothing deleted."""

import contextlib
import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext_lazy as _

from niangjia.config.system import archive, databases, locks, passphrase
from niangjia.config.system.backing_up import APART, SEALED, SECRETS, SECRETS_SEALED, key_mark
from niangjia.core import clock
from niangjia.core.errors import Conflict, Invalid, Unavailable

# What a home holds that a backup brings; the rest is made anew or is a lock.
BROUGHT = (
    "niangjia.db",
    "keys.db",
    "secrets",
    "site.toml",
    "site.toml.from-backup",
    "uploads",
    "evidence",
    "published",
)
OF_DATABASE = ("niangjia.db-wal", "niangjia.db-shm", "keys.db-wal", "keys.db-shm")
MADE_ANEW = ("exports", "static")
STAGING = ".restore-"
ROOM = 50_000_000


@dataclass(frozen=True, slots=True)
class Restored:
    """A site that was put back. aside: where what was there before lies, empty if nothing was;
    older: migrations that `upgrade` will apply; n_lost: entries of the replaced log that the backup
    does not hold; n_erased: keys erased since the backup, erased again."""

    manifest: archive.Manifest
    aside: str
    older: int
    n_lost: int
    n_erased: int


def restore(
    path: Path, *, replace: bool, phrase: str = "", secrets: Path | None = None
) -> Restored:
    """The home of the settings holds what the backup holds; sessions have ended.

    phrase: opens sealed keys; secrets: folder with keys that were kept apart. Raises Invalid (no
    backup, damaged, of another engine or a newer version, wrong keys or none), Conflict (the site
    runs, or data is there and not `replace`), Unavailable (no room). Then nothing has changed.
    """
    home = Path(settings.NIANGJIA_HOME)
    manifest = archive.verify(path)
    databases.refuse_other_engine(manifest.engine)
    older = _older(manifest)
    now = clock.real_now()
    aside = home / f"replaced-{now:%Y%m%dT%H%M%SZ}"
    with locks.alone(home):
        used = _is_used(home)
        if used and not replace:
            _refuse(home)
        _check_room(home, manifest)
        with tempfile.TemporaryDirectory(prefix=STAGING, dir=home) as folder:
            staging = Path(folder)
            archive.unpack(path, staging)
            _secrets_in_place(staging, manifest, phrase, secrets, home)
            n_lost, n_erased = _exchanged(home, staging, aside, _closing(path, manifest, now))
    if not used:
        shutil.rmtree(aside, ignore_errors=True)  # the signing key that this command made
    return Restored(manifest, str(aside) if used else "", older, n_lost, n_erased)


def _closing(path: Path, manifest: archive.Manifest, now: dt.datetime) -> databases.Closing:
    detail = {"backup": path.name, "of": manifest.made_at, "log_size": manifest.log_size}
    return databases.Closing(at=now, detail=detail, migrations=frozenset(manifest.migrations))


def _older(manifest: archive.Manifest) -> int:
    """How many migrations this version would add. Raises Invalid if the backup knows more."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = {f"{app}.{name}" for app, name in loader.disk_migrations}
    if set(manifest.migrations) - known:
        raise Invalid(
            _(
                "This backup was made by version %(version)s, whose databases are newer than this"
                " program. Install that version or a later one, then restore."
            ),
            code="backup_newer",
            version=manifest.version,
        )
    return len(known - set(manifest.migrations))


def _is_used(home: Path) -> bool:
    """True if there is anything that a restore would take the place of."""
    names = ("niangjia.db", "keys.db", "uploads", "evidence", "published", "site.toml")
    files = any((home / name).exists() for name in names)
    return files or (home / "secrets" / "master.key").exists() or not databases.is_empty()


def _refuse(home: Path) -> None:
    raise Conflict(
        _(
            "%(home)s holds a site already. Restore into another folder with --to, or add"
            " --replace: then what is there is moved aside, and nothing is deleted."
        ),
        code="home_used",
        home=home,
    )


def _check_room(home: Path, manifest: archive.Manifest) -> None:
    needed = manifest.bytes_total + ROOM
    free = shutil.disk_usage(home).free
    if free < needed:
        raise Unavailable(
            _(
                "Not enough room in %(folder)s: %(needed)s MB are needed, %(free)s MB are free."
                " Make room, or restore into another folder with --to."
            ),
            code="no_room",
            folder=home,
            needed=f"{needed // 1_000_000:,}",
            free=f"{free // 1_000_000:,}",
        )


def _secrets_in_place(
    staging: Path,
    manifest: archive.Manifest,
    phrase: str,
    given: Path | None,
    home: Path,
) -> None:
    """`staging`/secrets holds the keys that belong to the backup. Raises Invalid otherwise."""
    folder = staging / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    if manifest.keys == SEALED:
        if not phrase:
            raise Invalid(
                _("The keys in this backup are sealed. Give the passphrase: --passphrase-file."),
                code="passphrase_missing",
            )
        sealed = staging / SECRETS_SEALED
        held = passphrase.unlock(phrase, sealed.read_bytes())
        sealed.unlink()
    elif manifest.keys == APART:
        source = given or home / "secrets"
        held = {name: (source / name).read_bytes() for name in SECRETS if (source / name).exists()}
    else:
        held = {path.name: path.read_bytes() for path in folder.iterdir()}
    if key_mark(held.get("master.key", b"")) != manifest.site:
        raise Invalid(
            _(
                "The keys of this backup were kept apart, and those at hand are not they. Name the"
                " folder that holds its master.key: --secrets FOLDER. Nothing was changed."
            ),
            code="keys_missing",
        )
    for name in SECRETS:
        if name in held:
            (folder / name).write_bytes(held[name])
            (folder / name).chmod(0o600)


def _exchanged(
    home: Path, staging: Path, aside: Path, closing: databases.Closing
) -> tuple[int, int]:
    """The home is the unpacked one, what was there lies aside; or all is as before.

    Returns (entries of the log lost, keys erased again).
    """
    if databases.engine() == "sqlite":
        found = databases.files_ready(staging / "db", home, closing)
        with _files_exchanged(home, staging, aside):
            return found
    _keep_own_settings(staging / "home", home)
    with _files_exchanged(home, staging, aside, ("home",)):
        return databases.put_back(staging / "db", aside.name, closing)


def _keep_own_settings(brought: Path, home: Path) -> None:
    """Settings that name databases are not brought along: a drill would work in the real ones."""
    brought.mkdir(exist_ok=True)
    if (brought / "site.toml").exists():
        os.replace(brought / "site.toml", brought / "site.toml.from-backup")
    if (home / "site.toml").exists():
        shutil.copy(home / "site.toml", brought / "site.toml")


@contextlib.contextmanager
def _files_exchanged(
    home: Path, staging: Path, aside: Path, parts: tuple[str, ...] = ("home", "db")
) -> Iterator[None]:
    """What was unpacked stands in the home while and after the body runs; undone if it fails."""
    _move_all_or_none(home, aside, (*BROUGHT, *OF_DATABASE, *MADE_ANEW))
    try:
        for part in parts:
            if (staging / part).exists():
                _move(staging / part, home, tuple(os.listdir(staging / part)))
        _move(staging, home, ("secrets",))
        yield
    except BaseException:
        for name in BROUGHT:
            _remove(home / name)
        _move(aside, home, (*BROUGHT, *OF_DATABASE, *MADE_ANEW))
        aside.rmdir()
        raise


def _move_all_or_none(home: Path, aside: Path, names: tuple[str, ...]) -> None:
    """Those of `names` that are there lie aside, or all is as before: one may be a mount."""
    aside.mkdir(mode=0o700)
    try:
        _move(home, aside, names)
    except BaseException as error:
        _move(aside, home, names)
        aside.rmdir()
        if isinstance(error, OSError):
            raise Unavailable(
                _(
                    "%(name)s cannot be moved aside: it may be a file system of its own. Nothing"
                    " was changed. Restore into an empty folder with --to, and put that in place."
                ),
                code="cannot_move",
                name=error.filename,
            ) from error
        raise


def _move(source: Path, target: Path, names: tuple[str, ...]) -> None:
    """Those of `names` that are there stand in `target`."""
    for name in names:
        if (source / name).exists():
            os.replace(source / name, target / name)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
