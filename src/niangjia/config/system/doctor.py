"""Is the site well? Each thing that can go wrong has a light, and says what to do."""

import datetime as dt
import os
import platform
import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext as _

from niangjia.blocks.bookkeeping.public import books
from niangjia.blocks.bookkeeping.public import check as check_book
from niangjia.blocks.households.public import has_key_holder, n_held_keys
from niangjia.blocks.indicators.public import declared, differences
from niangjia.blocks.ledger.public import audit, audit_newest, newest_entry_at
from niangjia.blocks.orgs.public import roles_misplaced
from niangjia.config.system import databases, locks, upgrading
from niangjia.config.system.selectors import backups_made, n_failed, stray_files
from niangjia.config.system.types import Light, State
from niangjia.core import clock, jobs
from niangjia.core.errors import Conflict, Unavailable
from niangjia.core.models import SealKey

NEWEST, NEWEST_QUICK = 500, 50  # entries of the log that are looked at each time; half a ms each
BEHIND = 1_000  # pieces of work
WAL_LARGE = 256_000_000  # bytes
BACKUP_AGE = dt.timedelta(hours=26)
CLOCK_SLACK = dt.timedelta(minutes=2)
GB, MB = 1_000_000_000, 1_000_000


def look(*, whole: bool = False, quick: bool = False) -> list[Light]:
    """All lights. whole: also what takes minutes on a large city; quick: what a page can wait for.

    Where the databases do not answer, or are of another version, the lights that need them are
    left out.
    """
    lights = [check() for check in OUTSIDE]
    try:
        if not quick:
            lights.append(_files_of_databases(whole=whole))
        lights.append(_migrations())
        if lights[-1].state == "good":
            lights += [check() for check in INSIDE]
            lights.append(_newest_log(NEWEST_QUICK if quick else NEWEST))
            lights += [_whole_log(), _sums(), _books()] if whole else []
    except (DatabaseError, Unavailable) as error:
        todo = _("Mend this first; the rest was not looked at.")
        lights.append(_light("database", _("Database"), "bad", str(error), todo))
    return lights


def _light(name: str, title: str, state: State, text: str, todo: str = "") -> Light:
    return Light(name, title, state, text, "" if state == "good" else todo)


def _versions() -> Light:
    text = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    fit = sqlite3.sqlite_version_info >= (3, 51, 3)
    todo = _("Run it from the environment that came with it.")
    return _light("versions", _("Versions"), "good" if fit else "bad", text, todo)


def _home() -> Light:
    home = Path(settings.NIANGJIA_HOME)
    fit = os.access(home, os.W_OK | os.X_OK)
    todo = _("Give the folder to the account that runs the site (chown).")
    text = str(home) if fit else _("%(home)s cannot be written.") % {"home": home}
    return _light("home", _("Data folder"), "good" if fit else "bad", text, todo)


def _disk() -> Light:
    free = shutil.disk_usage(settings.NIANGJIA_HOME).free
    size = databases.size_bytes() if databases.engine() == "sqlite" else 0
    state: State = "good"
    if free < max(size // 2, GB // 2):
        state = "bad"
    elif free < max(2 * size, 2 * GB):
        state = "warn"
    text = _("%(free)s GB free") % {"free": f"{free / GB:,.1f}"}
    todo = _("Make room: old backups, replaced-… folders, or a larger disk.")
    return _light("disk", _("Disk"), state, text, todo)


def _master_key() -> Light:
    path = Path(settings.NIANGJIA_HOME) / "secrets" / "master.key"
    title = _("Master key")
    if not path.exists() and not SealKey.objects.exists():
        return _light("master_key", title, "good", _("made with the first sealed value"))
    if not path.exists():
        todo = _("Put the copy of secrets/ back. Without it nothing sealed can be read.")
        return _light("master_key", title, "bad", _("It is missing."), todo)
    mode = stat.S_IMODE(path.stat().st_mode)
    fit = not mode & 0o077
    text = _("there, for its owner alone") if fit else _("others can read it")
    todo = _("chmod 600 %(path)s") % {"path": path}
    return _light("master_key", title, "good" if fit else "bad", text, todo)


def _settings() -> Light:
    title, faults = _("Settings"), []
    if settings.DEBUG:
        faults.append(_("debug is on: errors show internals to strangers"))
    if not settings.NIANGJIA_DEMO and not settings.SESSION_COOKIE_SECURE:
        faults.append(_("https is off: passwords may cross the network in the clear"))
    if "*" in settings.ALLOWED_HOSTS:
        faults.append(_("hosts is *: name the site's own names"))
    if settings.NIANGJIA_DEMO:
        faults.append(_("this is a demonstration: its passwords are shown to everybody"))
    state: State = "bad" if settings.DEBUG else "warn" if faults else "good"
    todo = _("Set it in site.toml, then start the site again.")
    return _light("settings", title, state, " · ".join(faults) or _("as they should be"), todo)


def _wal() -> Light:
    title = _("Write-ahead log")
    if databases.engine() != "sqlite":
        return _light("wal", title, "good", _("kept by PostgreSQL"))
    size = databases.wal_bytes()
    text = _("%(n)s MB") % {"n": f"{size / MB:,.1f}"}
    todo = _("A reader that never ends keeps it. Restart the site; it then shrinks.")
    return _light("wal", title, "warn" if size > WAL_LARGE else "good", text, todo)


def _migrations() -> Light:
    left = upgrading.pending()
    text = _("%(n)s steps are to be applied") % {"n": len(left)} if left else _("at this version")
    todo = _("Stop the site and run: niangjia upgrade")
    return _light("migrations", _("Database version"), "bad" if left else "good", text, todo)


def _worker() -> Light:
    runs = locks.worker_runs(Path(settings.NIANGJIA_HOME))
    behind = [one for one in jobs.job_states() if one["behind"]]
    text = ", ".join(f"{one['job']} {one['behind']:,}" for one in behind)
    state: State = "good"
    if behind and not runs:
        state = "bad"
    elif not runs or any(one["behind"] > BEHIND for one in behind):
        state = "warn"
    told = [_("runs") if runs else _("does not run")]
    told.append(_("behind: %(jobs)s") % {"jobs": text} if behind else _("has caught up"))
    todo = _("Start the site (niangjia up), or the worker alone (niangjia worker).")
    if runs:
        todo = _("It works it off by itself; look again in some minutes.")
    return _light("worker", _("Worker"), state, " · ".join(told), todo)


def _failed() -> Light:
    n = n_failed()
    text = _("%(n)s gave up after ten attempts") % {"n": n} if n else _("none")
    todo = _("See the reasons at Site keeping, mend them and try again there.")
    return _light("failed", _("Failed work"), "bad" if n else "good", text, todo)


def _backup() -> Light:
    title = _("Last backup")
    todo = _("Run niangjia backup every night, to another disk.")
    made = backups_made(1)
    if not made:
        return _light("backup", title, "warn", _("none yet"), todo)
    newest = made[0]
    age = clock.real_now() - newest.at
    state: State = "good"
    text = _("%(hours)s hours ago") % {"hours": f"{age.total_seconds() / 3600:,.1f}"}
    if not newest.there:
        state, todo = "warn", _("Its file is not there any more: %(path)s") % {"path": newest.path}
    elif age > BACKUP_AGE:
        state = "bad" if age > 7 * BACKUP_AGE else "warn"
    elif newest.same_disk:
        state, todo = "warn", _("It lies on the same disk as the data. Copy it to another one.")
    elif newest.keys == "plain":
        state, todo = (
            "warn",
            _("It holds the keys in the clear. Seal them: backup_passphrase_file."),
        )
    return _light("backup", title, state, text, todo)


def _roles() -> Light:
    wrong = roles_misplaced()
    text = ", ".join(wrong[:3]) if wrong else _("each at its place")
    todo = _("This role sees more than its place should. The city's office ends the appointment.")
    return _light("roles", _("Roles"), "bad" if wrong else "good", text, todo)


def _clock() -> Light:
    newest, now = newest_entry_at(), clock.real_now()
    wrong = newest is not None and newest > now + CLOCK_SLACK
    text = f"{now.astimezone(clock.zone()):%Y-%m-%d %H:%M} {settings.TIME_ZONE}"
    todo = _("The log holds a later time than the clock shows. Set the clock (NTP).")
    return _light("clock", _("Clock"), "bad" if wrong else "good", text, todo)


def _newest_log(n: int) -> Light:
    found = audit_newest(n)
    text = found.faults[0] if found.faults else _("%(n)s entries") % {"n": f"{found.size:,}"}
    todo = _("Stop the site, keep its folder as it is, and restore the last good backup.")
    return _light("log", _("Newest of the log"), "bad" if found.faults else "good", text, todo)


def _key_holder() -> Light:
    title = _("Pseudonym keys")
    if not has_key_holder():
        todo = _("Until a department holds them no roster can be taken: operator's guide.")
        return _light("key_holder", title, "good", _("No department holds them yet."), todo)
    try:
        n = n_held_keys()
    except Unavailable as error:
        todo = _("Ask the department to start its program; rosters wait meanwhile.")
        return _light("key_holder", title, "warn", str(error), todo)
    return _light("key_holder", title, "good", _("%(n)s at the department") % {"n": n})


def _strays() -> Light:
    strays = stray_files()
    text = _("%(n)s files, %(mb)s MB") % {
        "n": len(strays),
        "mb": f"{sum(size for _path, size in strays) / MB:,.1f}",
    }
    shown = ", ".join(path.name for path, _size in strays[:3])
    todo = _("Left by a command that was killed; remove them: %(names)s") % {"names": shown}
    return _light("strays", _("Left-over files"), "warn" if strays else "good", text, todo)


def _files_of_databases(*, whole: bool) -> Light:
    title = _("Database files")
    if databases.engine() != "sqlite":
        return _light("files", title, "good", _("kept by PostgreSQL"))
    try:
        for alias in databases.NAMES:
            how = "integrity_check" if whole else "quick_check"
            databases.check_file(databases.database_file(alias), how)
    except Conflict as error:
        return _light("files", title, "bad", str(error), _("Restore the last good backup."))
    return _light("files", title, "good", _("whole"))


def _whole_log() -> Light:
    found = audit()
    text = found.faults[0] if found.faults else _("%(n)s entries") % {"n": f"{found.size:,}"}
    todo = _("Stop the site, keep its folder as it is, and restore the last good backup.")
    return _light("whole_log", _("The whole log"), "bad" if found.faults else "good", text, todo)


def _sums() -> Light:
    wrong = sum(len(differences(one)[1]) for one in declared())
    text = _("%(n)s sums differ from the log") % {"n": wrong} if wrong else _("agree with the log")
    todo = _("See which: niangjia indicators recount")
    return _light("sums", _("Sums"), "bad" if wrong else "good", text, todo)


def _books() -> Light:
    faults = [f"{one.code}: {fault}" for one in books() for fault in check_book(one.code)]
    text = faults[0] if faults else _("every balance is what was booked")
    todo = _("Book nothing more, and see which: niangjia books check --as city")
    return _light("books", _("Books"), "bad" if faults else "good", text, todo)


OUTSIDE: tuple[Callable[[], Light], ...] = (_versions, _home, _disk, _settings)
INSIDE: tuple[Callable[[], Light], ...] = (
    _master_key,
    _worker,
    _failed,
    _backup,
    _roles,
    _clock,
    _wal,
    _strays,
    _key_holder,
)
