"""Reads of the operator: backups, failed work, files left over, sizes."""

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from niangjia.config.system import databases
from niangjia.config.system.databases import NAMES
from niangjia.config.system.services import BACKED_UP, BACKUP
from niangjia.core import clock
from niangjia.core.models import JournalEntry, OutboxMessage

LEFT_AFTER = dt.timedelta(hours=1)
# What a killed command leaves in the home: drafts of exports and keys, an unpacked backup.
STRAYS = ("exports/*.part", "secrets/*.[0-9]*", ".restore-*", "*.tmp")


@dataclass(frozen=True, slots=True)
class BackupLine:
    """A backup as the journal has it. there: its file still is; same_disk: as the data."""

    at: dt.datetime
    path: Path
    size_bytes: int
    seconds: int
    keys: str
    there: bool
    same_disk: bool


def backups_made(n: int) -> list[BackupLine]:
    """The newest `n` backups, newest first."""
    rows = JournalEntry.objects.filter(kind=BACKED_UP).order_by("-at")[:n]
    return [_line(row) for row in rows]


def _line(row: JournalEntry) -> BackupLine:
    path = Path(row.detail["folder"]) / row.subject
    there = path.exists()
    return BackupLine(
        at=row.at,
        path=path,
        size_bytes=row.detail["bytes"],
        seconds=row.detail["seconds"],
        keys=row.detail["keys"],
        there=there,
        same_disk=there and os.stat(path).st_dev == os.stat(settings.NIANGJIA_HOME).st_dev,
    )


def n_failed() -> int:
    """How many messages of the outbox gave up."""
    return OutboxMessage.objects.filter(failed_at__isnull=False).count()


def stray_files() -> list[tuple[Path, int]]:
    """(path, bytes) of what commands left behind that are gone for an hour."""
    home = Path(settings.NIANGJIA_HOME)
    before = (clock.real_now() - LEFT_AFTER).timestamp()
    found = []
    for pattern in STRAYS:
        for path in home.glob(pattern):
            if path.stat().st_mtime < before:
                found.append((path, folder_bytes(path)))
    return sorted(found)


def folder_bytes(path: Path) -> int:
    """Bytes of a file, or of all files beneath a folder; 0 if it is not there."""
    if path.is_file():
        return path.stat().st_size
    return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())


@dataclass(frozen=True, slots=True)
class FailedWork:
    """A message that gave up. error: what its last attempt said."""

    id: int
    topic: str
    error: str
    failed_at: dt.datetime | None


def failed_work(n: int) -> list[FailedWork]:
    """The newest `n` that gave up."""
    rows = OutboxMessage.objects.filter(failed_at__isnull=False).order_by("-failed_at")[:n]
    return [FailedWork(*row) for row in rows.values_list("pk", "topic", "error", "failed_at")]


def backup_under_way() -> bool:
    """True while a backup that was asked for on the page is not made."""
    return OutboxMessage.objects.filter(topic=BACKUP, failed_at__isnull=True).exists()


def storage() -> list[tuple[str, int]]:
    """(name, bytes) of what takes room in the home; what is not there is left out."""
    home = Path(settings.NIANGJIA_HOME)
    end = ".db" if databases.engine() == "sqlite" else ""
    found = [(f"{name}{end}", databases.bytes_of(alias)) for alias, name in NAMES.items()]
    folders = ["uploads", "evidence", "exports", "published", "backups"]
    folders += sorted(path.name for path in home.glob("replaced-*"))
    found += [(name, folder_bytes(home / name)) for name in folders if (home / name).exists()]
    return found
