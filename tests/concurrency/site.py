"""Whole sites for tests with real processes: copied from a template that is made once."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
PREPARE = """
from niangjia.programmes.assistance_ledger.tests import given
given.city(); given.jobs.settle()
"""


@dataclass(frozen=True)
class Site:
    """A home and its databases; run programs in it."""

    home: Path
    database: str = ""
    keys: str = ""

    @property
    def environment(self):
        """What a process of this site sees."""
        hidden = ("NIANGJIA_DATABASE", "NIANGJIA_KEYS_DATABASE", "PYTEST_XDIST_WORKER")
        found = {name: value for name, value in os.environ.items() if name not in hidden}
        found |= {
            "NIANGJIA_HOME": str(self.home),
            "NIANGJIA_LANGUAGE": "en",
            "DJANGO_SETTINGS_MODULE": "niangjia.config.settings",
        }
        if self.database:
            found |= {"NIANGJIA_DATABASE": self.database, "NIANGJIA_KEYS_DATABASE": self.keys}
        return found

    def start(self, program, *arguments):
        """A Python program in this site, set up, not waited for."""
        text = f"import django; django.setup()\n{program}"
        return subprocess.Popen(
            [sys.executable, "-c", text, *map(str, arguments)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, program, *arguments):
        """The program's output; fails loudly."""
        process = self.start(program, *arguments)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return out

    def command(self, *arguments, wait=True):
        """`niangjia ...` in this site."""
        command = [str(Path(sys.executable).with_name("niangjia")), *map(str, arguments)]
        process = subprocess.Popen(
            command,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if not wait:
            return process
        out, err = process.communicate(timeout=300)
        return process.returncode, out, err


def _admin(url, statement):
    import psycopg

    base = urlsplit(url)._replace(path="/postgres").geturl()
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(statement)


def _named(url, name):
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def make_migrated(folder):
    """A site with its tables and nothing in them; on PostgreSQL if NIANGJIA_DATABASE names one."""
    folder.mkdir(parents=True, exist_ok=True)
    url = os.environ.get("NIANGJIA_DATABASE", "")
    mark = uuid.uuid4().hex[:8]
    site = Site(folder)
    if url:
        names = (f"template_{mark}", f"template_{mark}_keys")
        for name in names:
            _admin(url, f"CREATE DATABASE {name}")
        site = Site(folder, _named(url, names[0]), _named(url, names[1]))
    code, _out, err = site.command("migrate")
    assert code == 0, err
    return site


def make_template(folder):
    """A site with the test city, on the engine that the environment names."""
    site = make_migrated(folder)
    site.run(PREPARE)
    return site


def shared(folder, name, make):
    """The site that all test processes of a run share in `folder`; the first makes it."""
    told = folder / f"{name}.json"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            site = make(folder / name)
            told.write_text(json.dumps(asdict(site), default=str), "utf-8")
    kept = json.loads(told.read_text("utf-8"))
    return Site(Path(kept.pop("home")), **kept)


def copy_of(template, folder):
    """Another site just like the template."""
    shutil.copytree(template.home, folder)
    if not template.database:
        return Site(folder)
    mark = uuid.uuid4().hex[:8]
    urls = []
    for number, url in enumerate((template.database, template.keys)):
        name, source = f"site_{mark}_{number}", urlsplit(url).path.lstrip("/")
        _admin(url, f"CREATE DATABASE {name} TEMPLATE {source}")
        urls.append(_named(url, name))
    return Site(folder, *urls)


def empty_like(template, folder):
    """A site with nothing in it, on the engine of the template."""
    folder.mkdir(parents=True)
    if not template.database:
        return Site(folder)
    mark = uuid.uuid4().hex[:8]
    urls = []
    for number, url in enumerate((template.database, template.keys)):
        name = f"empty_{mark}_{number}"
        _admin(url, f"CREATE DATABASE {name}")
        urls.append(_named(url, name))
    return Site(folder, *urls)
