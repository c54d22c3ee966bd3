"""Files made in the background: what kinds there are, where they lie, how they are made."""

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from niangjia.blocks.desk.drafts import drafts_sweep
from niangjia.blocks.desk.models import Export
from niangjia.blocks.desk.tables import Cell, write_table
from niangjia.blocks.orgs.public import actor_under
from niangjia.core import clock, jobs
from niangjia.core.actor import Actor
from niangjia.core.errors import DomainError
from niangjia.core.outbox import Interrupted

TOPIC = "desk.export"
KEPT_DAYS = 7
TELL_EVERY = 2_000  # rows
SWEEP_EVERY = dt.timedelta(hours=1)
CACHE_KIB = -4_000  # negative: KiB


@dataclass(frozen=True, slots=True)
class Rows:
    """A table to be written. widths: of its columns, in characters."""

    sheet: str
    header: tuple[str, ...]
    widths: tuple[int, ...]
    rows: Iterator[tuple[Cell, ...]]


Make = Callable[[Actor, Mapping[str, object]], Rows]
Tell = Callable[[int], None]
Write = Callable[[Actor, Mapping[str, object], Path, Tell], int]
_kinds: dict[str, Make] = {}
_files: dict[str, tuple[str, Write]] = {}


def export_kind(kind: str, make: Make) -> str:
    """Declare a table that can be exported; make: gives it for an actor, in the actor's scope."""
    _kinds[kind] = make
    return kind


def export_file_kind(kind: str, suffix: str, write: Write) -> str:
    """Declare a file of another form. write: writes it for an actor, tells now and then how many
    things are in (that may raise Interrupted), returns how many they were."""
    _files[kind] = suffix, write
    return kind


def rows_of(kind: str, actor: Actor, params: Mapping[str, object]) -> Rows:
    """The table as it is now for the actor. Raises what its maker raises, Denied among it."""
    return _kinds[kind](actor, params)


def folder() -> Path:
    return Path(settings.NIANGJIA_HOME) / "exports"


def path_of(file_name: str) -> Path:
    return folder() / Path(file_name).name


def make_export(ref: str) -> None:
    """The file of an export asked for is there, or it says why not. May be repeated.

    Rights are those of now: an appointment that has ended meanwhile gives no file.
    """
    export = Export.objects.filter(ref=ref).exclude(state__in=("done", "failed")).first()
    if export is None:
        return
    _move(export, state="running", n_done=0)
    try:
        actor = actor_under(export.login_id, export.organisation_id, export.role)
        _write(export, actor)
    except DomainError as error:
        _move(export, state="failed", params={**export.params, "error": str(error)[:300]})


def _write(export: Export, actor: Actor) -> None:
    suffix, write = _files.get(export.kind) or _table_of(export)
    folder().mkdir(mode=0o700, exist_ok=True)
    path = path_of(f"{export.ref}.{suffix}")
    fresh = path.with_suffix(".part")
    try:
        with _little_cache():
            n = write(actor, export.params, fresh, _teller(export))
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    _move(
        export,
        state="done",
        n_done=n,
        file_name=path.name,
        size_bytes=path.stat().st_size,
        finished_at=clock.real_now(),
    )


@contextlib.contextmanager
def _little_cache() -> Iterator[None]:
    """A file reads each row once: SQLite's cache of pages would only take memory meanwhile."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size")
        usual = int(cursor.fetchone()[0])
        cursor.execute(f"PRAGMA cache_size = {CACHE_KIB}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = {usual}")


def _table_of(export: Export) -> tuple[str, Write]:
    """(suffix, what writes the table asked for)."""
    suffix = "csv" if export.params.get("format") == "csv" else "xlsx"

    def write(actor: Actor, params: Mapping[str, object], path: Path, tell: Tell) -> int:
        table = rows_of(export.kind, actor, params)
        counted = _Counted(tell, table.rows)
        write_table(path, suffix, table.sheet, table.header, table.widths, counted)
        return counted.n

    return suffix, write


def _teller(export: Export) -> Tell:
    """Says on the export's line how far it is, and ends it when the worker is told to stop."""

    def tell(n: int) -> None:
        if jobs.stopping():
            raise Interrupted
        _move(export, n_done=n)

    return tell


class _Counted:
    """Rows on their way into a file; tells how many now and then."""

    def __init__(self, tell: Tell, rows: Iterator[tuple[Cell, ...]]) -> None:
        self.tell, self.rows, self.n = tell, rows, 0

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        for row in self.rows:
            yield row
            self.n += 1
            if self.n % TELL_EVERY == 0:
                self.tell(self.n)


def _move(export: Export, **changes: object) -> None:
    with transaction.atomic():
        Export.objects.filter(pk=export.pk).update(**changes)


def sweep() -> int:
    """Exports older than seven days are gone, with their files, and old drafts; returns how many
    exports."""
    drafts_sweep()
    since = clock.real_now() - dt.timedelta(days=KEPT_DAYS)
    old = list(Export.objects.filter(created_at__lt=since).values_list("pk", "file_name")[:200])
    if old:
        with transaction.atomic():
            Export.objects.filter(pk__in=[pk for pk, _name in old]).delete()
    for _pk, name in old:
        if name:
            path_of(name).unlink(missing_ok=True)
    return len(old)
