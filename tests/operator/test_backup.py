"""A backup puts the site back whole, or it is refused and nothing changes."""

import datetime as dt
import gzip
import io
import json
import os
import signal
import tarfile
import time

import pytest

from niangjia.config.system import archive, backing_up
from niangjia.config.system.restoring import _files_exchanged
from niangjia.core import clock
from niangjia.core.errors import Invalid, Unavailable
from tests.concurrency import site as sites

pytestmark = pytest.mark.both
TAKE = """
import sys
from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.services import purchases_take
first, n = map(int, sys.argv[1:3])
purchases_take(given.actor("city"), rows=[given.purchase(k) for k in range(first, first + n)])
jobs.settle()
"""
STATE = """
import json
from tools.make_state import state
found = state()
rows = found["rows"]
for table in ("core_journalentry", "orgs_knownsession"):  # a restore changes these two
    rows.pop(table)
print(json.dumps(found))
"""
SIGN_IN = """
from django.test import Client
from django.urls import reverse
browser = Client(SERVER_NAME="localhost")
browser.post(reverse("orgs:sign_in"), {"username": "clerk", "password": "示例口令-2020"})
assert browser.get("/desk").status_code == 200
"""
SESSIONS = """
from django.contrib.sessions.models import Session
from niangjia.blocks.orgs.models import KnownSession
from niangjia.core.models import JournalEntry
print(Session.objects.count(), KnownSession.objects.count(),
      JournalEntry.objects.filter(kind="system.restored").count())
"""
ERASE = """
import sys
from niangjia.core import seal
from niangjia.core.models import SealKey
owner = SealKey.objects.filter(owner__startswith="contact:").values_list("owner", flat=True)[0]
seal.erase(owner)
"""
ERASED = """
from niangjia.core.models import SealKey
print(SealKey.objects.filter(erased_at__isnull=False).count())
"""


@pytest.fixture(scope="module")
def template(template, tmp_path_factory):
    site = sites.copy_of(template, tmp_path_factory.mktemp("template") / "home")
    site.run(TAKE, 1, 20)
    return site


@pytest.fixture(scope="module")
def backup(template, tmp_path_factory):
    """A backup of the template, with its keys."""
    return backed_up(template, tmp_path_factory.mktemp("backups"))


@pytest.fixture
def site(template, tmp_path):
    return sites.copy_of(template, tmp_path / "home")


@pytest.fixture
def empty(template, tmp_path):
    return sites.empty_like(template, tmp_path / "empty")


def backed_up(site, folder, *more):
    code, out, err = site.command("backup", "--to", folder, "--json", *more)
    assert code == 0, err
    return folder / json.loads(out)["path"].rpartition("/")[2]


def state(site):
    return json.loads(site.run(STATE))


def holds(site):
    for command in (("ledger", "audit"), ("indicators", "recount", "--check")):
        code, out, err = site.command(*command)
        assert code == 0, out + err


def nothing_in(site):
    return not any(
        (site.home / name).exists() for name in ("niangjia.db", "keys.db", "uploads", "db")
    )


def test_what_is_put_back_is_what_was_backed_up(site, empty, tmp_path):
    site.run(SIGN_IN)
    (site.home / "uploads").mkdir(exist_ok=True)
    (site.home / "uploads" / "a1").write_bytes(b"workbook")
    (site.home / "site.toml").write_text('short_title = "示例台账"\n', "utf-8")
    made = backed_up(site, tmp_path / "backups")
    assert made.stat().st_mode & 0o077 == 0
    code, out, err = empty.command("restore", made)
    assert code == 0, out + err
    assert state(empty) == state(site)
    assert (empty.home / "uploads" / "a1").read_bytes() == b"workbook"
    # On PostgreSQL settings name databases: those of the backup must not be worked in by a drill.
    brought = "site.toml.from-backup" if empty.database else "site.toml"
    assert (empty.home / brought).read_text("utf-8") == 'short_title = "示例台账"\n'
    assert (empty.home / "site.toml").exists() == (not empty.database)
    assert (empty.home / "secrets" / "master.key").stat().st_mode & 0o077 == 0
    assert empty.run(SESSIONS).split() == ["0", "0", "1"]
    holds(empty)
    assert not list(empty.home.glob(".restore-*")) + list(empty.home.glob("replaced-*"))


def test_a_home_in_use_is_replaced_only_if_asked_and_stands_aside(site, backup):
    site.run(TAKE, 100, 5)
    before = state(site)
    code, _out, err = site.command("restore", backup)
    assert code == 5 and "--replace" in err
    assert state(site) == before
    code, out, err = site.command("restore", backup, "--replace")
    assert code == 0, err
    n_lost = before["log"]["size"] - state(site)["log"]["size"]
    assert n_lost >= 5 and f"had {n_lost} entries more" in out
    (aside,) = site.home.glob("replaced-*")
    assert (aside / "secrets" / "master.key").exists()
    holds(site)


def test_what_was_erased_since_stays_erased(site, backup):
    site.run(ERASE)
    code, out, err = site.command("restore", backup, "--replace")
    assert code == 0, err
    assert "1 keys" in out and site.run(ERASED).strip() == "1"
    holds(site)


def test_a_site_that_runs_is_not_replaced(site, backup):
    worker = site.command("worker", wait=False)
    deadline = time.monotonic() + 20
    code = 0
    while code != 5 and time.monotonic() < deadline:
        code, _out, err = site.command("restore", backup)
        time.sleep(0.2)
    code, _out, err = site.command("restore", backup, "--replace")
    worker.terminate()
    worker.communicate()
    assert code == 5 and "Stop it" in err
    holds(site)


def damaged(backup, tmp_path, change):
    path = tmp_path / "damaged.tar.gz"
    path.write_bytes(change(backup.read_bytes()))
    return path


def flipped(data, where):
    """A few bytes in a row are others: a single bit may lie where the format says nothing."""
    at = int(len(data) * where)
    return data[:at] + bytes(one ^ 0x55 for one in data[at : at + 8]) + data[at + 8 :]


DAMAGES = {
    "cut": lambda data: data[: len(data) // 2],
    "end": lambda data: data[:-9],
    "start": lambda data: flipped(data, 0.001),
    "middle": lambda data: flipped(data, 0.5),
    "late": lambda data: flipped(data, 0.98),
    "empty": lambda data: b"",
    "text": lambda data: b"no archive at all",
    "other": lambda data: gzip.compress(b"no tar"),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_backup_is_known(backup, tmp_path, kind):
    with pytest.raises(Invalid, match="damaged"):
        archive.verify(damaged(backup, tmp_path, DAMAGES[kind]))


@pytest.mark.parametrize("change", ["more", "less", "away", "link"])
def test_a_file_slipped_in_or_left_out_or_leading_elsewhere_is_damage(backup, tmp_path, change):
    path = tmp_path / "changed.tar.gz"
    with tarfile.open(backup) as old, tarfile.open(path, "w:gz") as new:
        for member in old:
            if change == "less" and member.name.startswith("db/keys"):
                continue
            if member.name == "manifest.json" and change != "less":
                extra = tarfile.TarInfo("home/../../x" if change == "away" else "home/x")
                extra.type = tarfile.SYMTYPE if change == "link" else tarfile.REGTYPE
                new.addfile(extra)
            new.addfile(member, old.extractfile(member))
    with pytest.raises(Invalid, match="damaged"):
        archive.verify(path)


@pytest.mark.parametrize("name", ["", ".", "/etc/x"])
def test_a_name_that_names_nothing_is_damage(tmp_path, name):
    path = tmp_path / "named.tar.gz"
    with tarfile.open(path, "w:gz") as new:
        new.addfile(tarfile.TarInfo(name))
    with pytest.raises(Invalid, match="damaged"):
        archive.verify(path)


def test_what_cannot_be_moved_aside_leaves_all_where_it_was(tmp_path):
    home = tmp_path / "home"
    for name in ("niangjia.db", "secrets/master.key", "published/old", ".restore-x/db/niangjia.db"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(name)
    aside = home / "published" / "aside"  # a folder does not go into itself, nor a mount anywhere
    before = {path: path.is_dir() or path.read_text() for path in home.rglob("*")}
    with (
        pytest.raises(Unavailable, match="moved aside"),
        _files_exchanged(home, home / ".restore-x", aside),
    ):
        pass
    assert {path: path.is_dir() or path.read_text() for path in home.rglob("*")} == before


def test_a_backup_without_a_database_is_none(backup, tmp_path):
    path = tmp_path / "changed.tar.gz"
    with tarfile.open(backup) as old, tarfile.open(path, "w:gz") as new:
        for member in old:
            data = old.extractfile(member).read()
            if member.name.startswith("db/niangjia"):
                continue
            if member.name == "manifest.json":
                said = json.loads(data)
                kept = said["files"].items()
                said["files"] = {k: v for k, v in kept if not k.startswith("db/niangjia")}
                data = json.dumps(said).encode()
                member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    with pytest.raises(Invalid, match="damaged"):
        archive.verify(path)


def test_a_damaged_backup_is_refused_before_anything_is_written(backup, empty, tmp_path):
    path = damaged(backup, tmp_path, DAMAGES["middle"])
    code, _out, err = empty.command("restore", path)
    assert (code, "damaged" in err, "Traceback" in err) == (2, True, False), err
    assert nothing_in(empty)


def test_sealed_keys_open_with_their_passphrase_alone(site, empty, tmp_path):
    phrase, other = tmp_path / "phrase", tmp_path / "other"
    phrase.write_text("示例口令：四个词放在一起用\n", "utf-8")
    other.write_text("another passphrase\n", "utf-8")
    made = backed_up(site, tmp_path / "backups", "--passphrase-file", phrase)
    master = (site.home / "secrets" / "master.key").read_bytes()
    with tarfile.open(made) as tar:
        contents = [tar.extractfile(one).read() for one in tar if one.name.startswith("secrets/")]
    assert len(contents) == 1 and master not in contents[0]
    for more, words in (((), "passphrase"), (("--passphrase-file", other), "not the passphrase")):
        code, _out, err = empty.command("restore", made, *more)
        assert code == 2 and words in err
        assert nothing_in(empty)
    code, _out, err = empty.command("restore", made, "--passphrase-file", phrase)
    assert code == 0, err
    holds(empty)


def test_keys_kept_apart_must_be_those_of_the_site(site, empty, tmp_path):
    made = backed_up(site, tmp_path / "backups", "--without-keys")
    with tarfile.open(made) as tar:
        assert not [one for one in tar.getnames() if one.startswith("secrets")]
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    (wrong / "master.key").write_bytes(os.urandom(32))
    for more in ((), ("--secrets", wrong)):
        code, _out, err = empty.command("restore", made, *more)
        assert code == 2 and "kept apart" in err
        assert nothing_in(empty)
    code, _out, err = empty.command("restore", made, "--secrets", site.home / "secrets")
    assert code == 0, err
    holds(empty)


NEWER = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("INSERT INTO django_migrations (app, name, applied)"
                   " VALUES ('orgs', '0999_to_come', '2030-01-01 00:00:00')")
"""


def test_a_backup_of_a_newer_version_is_refused(site, empty, tmp_path):
    site.run(NEWER)
    made = backed_up(site, tmp_path / "backups")
    code, _out, err = empty.command("restore", made)
    assert code == 2 and "newer than this program" in err
    assert nothing_in(empty)


def test_older_backups_of_this_site_alone_are_removed(site, tmp_path):
    folder = tmp_path / "backups"
    first = backed_up(site, folder)
    mark = first.name.split("-")[1]
    others = [folder / f"niangjia-{mark}-notes.txt", folder / "niangjia-00000000-x.tar.gz"]
    old = folder / f"niangjia-{mark}-20200101T000000Z.tar.gz"
    for path in (*others, old):
        path.write_text("x")
    time.sleep(1.1)  # names have seconds
    second = backed_up(site, folder, "--keep", "2")
    assert first.exists() and second.exists() and not old.exists()
    assert all(path.exists() for path in others)


def test_a_backup_that_was_killed_leaves_nothing_that_counts(site, tmp_path):
    folder = tmp_path / "backups"
    killed = site.command("backup", "--to", folder, wait=False)
    deadline = time.monotonic() + 20
    while not list(folder.glob(".niangjia-*-*")) and time.monotonic() < deadline:
        time.sleep(0.005)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert not list(folder.glob("*.tar.gz"))
    made = backed_up(site, folder)
    assert list(folder.glob("*.tar.gz")) == [made]
    assert not list(folder.glob(".niangjia-*-*"))


def test_without_room_nothing_is_begun(site, tmp_path):
    folder = tmp_path / "backups"
    tiny = """
import shutil, sys
from pathlib import Path
from collections import namedtuple
shutil.disk_usage = lambda path: namedtuple("Usage", "total used free")(10, 9, 1)
from niangjia.config.system.backing_up import Order, back_up
from niangjia.core.errors import Unavailable
try:
    back_up(Order(to=Path(sys.argv[1])))
except Unavailable as error:
    print(error.code)
"""
    assert site.run(tiny, folder).strip() == "no_room"
    assert not list(folder.glob("*.tar.gz"))


def test_a_drive_that_is_not_there_is_told_and_not_made(site, tmp_path):
    gone = tmp_path / "nas" / "backups"
    code, _out, err = site.command("backup", "--to", gone)
    assert code != 0 and "nas" in err
    assert not gone.parent.exists()


def test_no_backup_but_the_newest_stays_longer_than_30_days(tmp_path, monkeypatch):
    monkeypatch.setattr(backing_up, "site_mark", lambda: "0a1b")
    now = clock.real_now()
    names = [
        f"niangjia-0a1b-{now - dt.timedelta(days=days):%Y%m%dT%H%M%SZ}.tar.gz"
        for days in (70, 31, 29, 1)
    ]
    for name in names:
        (tmp_path / name).touch()
    assert set(backing_up._prune(tmp_path, 14)) == set(names[:2])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[2:])
    (tmp_path / names[2]).unlink()
    (tmp_path / names[3]).rename(tmp_path / names[0])
    assert backing_up._prune(tmp_path, 14) == ()  # the only one there is
