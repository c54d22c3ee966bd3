"""Copies of the two databases while others write, and copies put back; SQLite and PostgreSQL.

The main database first, then the keys: a key is committed before what it seals, so the copy of the
keys holds every key that the copy of the records names. Decision 11 says why each copy is made as
it is.
"""

import contextlib
import datetime as dt
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connections, transaction
from django.utils.translation import gettext_lazy as _

from niangjia.core.db.router import KEYS
from niangjia.core.errors import Conflict, Invalid, Unavailable

MAIN = "default"
NAMES = {MAIN: "niangjia", KEYS: "keys"}  # alias -> stem of its file; the order of copying
HEAD = "SELECT size FROM ledger_head"
ROOT = "SELECT root FROM ledger_checkpoint ORDER BY id DESC LIMIT 1"
APPLIED = "SELECT app, name FROM django_migrations ORDER BY app, name"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a database stood. migrations: `app.name`; log_root: hexadecimal, of the newest
    checkpoint, empty if there is none."""

    migrations: list[str]
    log_size: int
    log_root: str


def engine() -> str:
    """`sqlite` or `postgresql`."""
    return str(connections[MAIN].vendor)


def database_file(alias: str) -> Path:
    """The file of an SQLite database."""
    return Path(str(connections[alias].settings_dict["NAME"]))


def wal_bytes() -> int:
    """Bytes of SQLite's write-ahead logs."""
    return sum(_size(Path(f"{database_file(alias)}-wal")) for alias in NAMES)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def bytes_of(alias: str) -> int:
    """Bytes of a database, its write-ahead log included."""
    if engine() == "sqlite":
        return sum(_size(Path(f"{database_file(alias)}{end}")) for end in ("", "-wal"))
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def size_bytes() -> int:
    """Bytes of both databases."""
    return sum(bytes_of(alias) for alias in NAMES)


def copy_both(folder: Path) -> Standing:
    """Both databases lie in `folder` (`niangjia.db`, `keys.db`, or `.dump`), each whole as of one
    instant; writers go on meanwhile. Returns where the copy of the records stands.

    Raises Unavailable (a tool is missing, or the database refused), Conflict (a copy is damaged).
    """
    if engine() != "sqlite":
        return _dump_both(folder)
    for alias, name in NAMES.items():
        _copy_file(database_file(alias), folder / f"{name}.db")
    return standing_of_file(folder / "niangjia.db")


def _copy_file(source: Path, target: Path) -> None:
    """One step of SQLite's backup: one snapshot, which other writers neither wait for nor undo."""
    address = f"file:{quote(str(source))}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=30)) as here,
        closing(sqlite3.connect(target)) as there,
    ):
        here.backup(there, pages=-1)
    check_file(target)


def check_file(path: Path, how: str = "quick_check") -> None:
    """Raises Conflict if SQLite finds a fault in the file."""
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
        try:
            said = connection.execute(f"PRAGMA {how}(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            said = str(error)
    if said != "ok":
        raise Conflict(
            _("The database %(name)s is damaged: %(said)s. Restore the last good backup."),
            code="database_damaged",
            name=path.name,
            said=said,
        )


def standing_of_file(path: Path) -> Standing:
    """Where an SQLite file stands. Nothing in it is changed."""
    address = f"file:{quote(str(path))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        return _standing(lambda text, *values: connection.execute(text.replace("%s", "?"), values))


def _standing(ask: Any) -> Standing:
    """ask: runs a query with values, returns a cursor."""
    migrations = [f"{app}.{name}" for app, name in ask(APPLIED).fetchall()]
    if "ledger.0001_initial" not in migrations:
        return Standing(migrations, 0, "")
    size = int((ask(HEAD).fetchone() or (0,))[0])
    root = ask(ROOT).fetchone() if "ledger.0003_checkpoints" in migrations else None
    return Standing(migrations, size, bytes(root[0]).hex() if root else "")


@dataclass(frozen=True, slots=True)
class Closing:
    """What a restored database is told at the end. detail: for its journal; migrations: it has."""

    at: dt.datetime
    detail: Mapping[str, object]
    migrations: frozenset[str]


def _close_up(run: Any, told: Closing) -> None:
    """Sessions of the time of the backup have ended; the journal says what was restored."""
    run("DELETE FROM django_session")
    if "orgs.0003_access" in told.migrations:
        run("DELETE FROM orgs_knownsession")
    run(
        "INSERT INTO core_journalentry (at, role, kind, subject, detail)"
        " VALUES (%s, '', 'system.restored', '', %s)",
        told.at.replace(tzinfo=None).isoformat(" "),
        json.dumps(told.detail),
    )


def files_ready(folder: Path, home: Path, told: Closing) -> tuple[int, int]:
    """SQLite's two files in `folder` are sound and ready to take the place of those in `home`.

    Returns (entries of the log there that they lack, keys erased there and now here too).
    """
    main, keys = folder / "niangjia.db", folder / "keys.db"
    for file in (main, keys):
        check_file(file, "integrity_check")
    with _changing(main) as run:
        _close_up(run, told)
    n_lost = n_erased = 0
    with contextlib.suppress(sqlite3.DatabaseError):  # what is replaced may be broken
        size = standing_of_file(home / "niangjia.db").log_size
        n_lost = max(size - standing_of_file(main).log_size, 0)
    with contextlib.suppress(sqlite3.DatabaseError):
        n_erased = _erase_again(keys, home / "keys.db")
    return n_lost, n_erased


def _erase_again(keys: Path, old: Path) -> int:
    """What was erased since the backup is erased, as far as the replaced keys can tell."""
    with closing(sqlite3.connect(f"file:{quote(str(old))}?mode=ro", uri=True)) as source:
        text = "SELECT erased_at, owner FROM core_sealkey WHERE erased_at IS NOT NULL"
        gone = source.execute(text).fetchall()
    with _changing(keys) as run:
        return sum(
            run(
                "UPDATE core_sealkey SET wrapped = x'', erased_at = %s"
                " WHERE owner = %s AND erased_at IS NULL",
                *one,
            ).rowcount
            for one in gone
        )


@contextlib.contextmanager
def _changing(path: Path) -> Iterator[Any]:
    """Runs statements in one transaction on a file that nobody else uses."""
    with closing(sqlite3.connect(path)) as connection, connection:
        yield lambda text, *values: connection.execute(text.replace("%s", "?"), values)


# PostgreSQL


def _client(alias: str) -> dict[str, str]:
    """What pg_dump and pg_restore see: the database of `alias`; the password is no argument."""
    known = connections[alias].settings_dict
    said = {
        "PGHOST": known["HOST"],
        "PGPORT": known["PORT"],
        "PGUSER": known["USER"],
        "PGPASSWORD": known["PASSWORD"],
        "PGDATABASE": known["NAME"],
    }
    return os.environ | {name: str(value) for name, value in said.items() if value}


def _tool(alias: str, *command: str) -> None:
    if shutil.which(command[0]) is None:
        raise Unavailable(
            _(
                "The program %(name)s is not here. Install PostgreSQL's client tools of the"
                " server's version (package postgresql-client) and repeat."
            ),
            code="tool_missing",
            name=command[0],
        )
    done = subprocess.run(command, env=_client(alias), capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["?"]
        raise Unavailable(
            _("%(name)s ended with: %(said)s"),
            code="tool_failed",
            name=command[0],
            said=next((line for line in lines if "error:" in line), lines[-1])[:300],
        )


def _dump_both(folder: Path) -> Standing:
    with transaction.atomic(using=MAIN), connections[MAIN].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = str(cursor.fetchone()[0])
        found = standing_of_connection(MAIN)
        _dump(MAIN, folder / "niangjia.dump", f"--snapshot={snapshot}")
    _dump(KEYS, folder / "keys.dump")
    return found


def _dump(alias: str, target: Path, *more: str) -> None:
    _tool(
        alias,
        "pg_dump",
        "--format=custom",
        "--compress=0",
        "--schema=public",
        "--no-owner",
        "--no-privileges",
        f"--file={target}",
        *more,
    )


def standing_of_connection(alias: str) -> Standing:
    """Where a database that is connected stands."""
    connection = connections[alias]
    if "django_migrations" not in connection.introspection.table_names():
        return Standing([], 0, "")
    with connection.cursor() as cursor:

        def ask(text: str, *values: Any) -> Any:
            cursor.execute(text, values)
            return cursor

        return _standing(ask)


def put_back(folder: Path, aside: str, told: Closing) -> tuple[int, int]:
    """Both PostgreSQL databases hold what the dumps in `folder` hold.

    aside: the schema that what was there is kept under. Returns (entries of the log there that the
    dumps lack, keys erased there and now here too). Raises Unavailable (others are connected, a
    tool is missing or refused); what was there then stands as it was.
    """
    before = standing_of_connection(MAIN).log_size
    moved: list[str] = []
    try:
        for alias, name in NAMES.items():
            _nobody_else(alias)
            _move_aside(alias, aside)
            moved.append(alias)
            _load(alias, folder / f"{name}.dump")
        n_erased = _close_up_both(aside, told)
    except BaseException:
        for alias in moved:
            _move_back(alias, aside)
        raise
    return max(before - standing_of_connection(MAIN).log_size, 0), n_erased


def _load(alias: str, dump: Path) -> None:
    _tool(
        alias,
        "pg_restore",
        "--clean",
        "--if-exists",
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        "--no-privileges",
        f"--dbname={connections[alias].settings_dict['NAME']}",
        str(dump),
    )


def _close_up_both(aside: str, told: Closing) -> int:
    with transaction.atomic(using=MAIN), connections[MAIN].cursor() as cursor:
        _close_up(lambda text, *values: cursor.execute(text, values), told)
    with transaction.atomic(using=KEYS), connections[KEYS].cursor() as cursor:
        old = f"{connections[KEYS].ops.quote_name(aside)}.core_sealkey"
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [old])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            "UPDATE core_sealkey AS k SET wrapped = '', erased_at = o.erased_at"  # noqa: S608
            f" FROM {old} AS o"
            " WHERE k.owner = o.owner AND k.erased_at IS NULL AND o.erased_at IS NOT NULL"
        )
        return int(cursor.rowcount)


def _nobody_else(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        n = int(cursor.fetchone()[0])
    if n:
        raise Unavailable(
            _("%(n)s other connections use the database %(name)s. Stop the site first."),
            code="database_in_use",
            n=n,
            name=connections[alias].settings_dict["NAME"],
        )


def _move_aside(alias: str, aside: str) -> None:
    quoted = connections[alias].ops.quote_name(aside)
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(f"ALTER SCHEMA public RENAME TO {quoted}")
        cursor.execute("CREATE SCHEMA public")
    connections[alias].close()


def _move_back(alias: str, aside: str) -> None:
    quoted = connections[alias].ops.quote_name(aside)
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS public CASCADE")
        cursor.execute(f"ALTER SCHEMA {quoted} RENAME TO public")
    connections[alias].close()


def is_empty() -> bool:
    """True if neither database holds a table."""
    if engine() == "sqlite":
        return not any(database_file(alias).exists() for alias in NAMES)
    return not any(connections[alias].introspection.table_names() for alias in NAMES)


def refuse_other_engine(of_backup: str) -> None:
    """Raises Invalid if the backup is of the other engine than the settings name."""
    if of_backup != engine():
        raise Invalid(
            _(
                "The backup is of %(theirs)s, but the settings name %(ours)s. Restore it with"
                " settings that name %(theirs)s."
            ),
            code="other_engine",
            theirs=of_backup,
            ours=engine(),
        )
