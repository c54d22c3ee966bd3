"""A site of an earlier version is upgraded with nothing changed that was recorded or released."""

import json
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from niangjia.config.system import locks
from tests.concurrency.site import Site

STATES = sorted((Path(__file__).parent / "states").glob("*.tar.xz"))
STATE = "import json; from tools.make_state import state; print(json.dumps(state()))"
RELEASES = (
    "SELECT ref, period, version, document, sha256 FROM assistance_ledger_release ORDER BY ref"
)


@pytest.fixture(params=STATES, ids=lambda path: path.name.removesuffix(".tar.xz"))
def site(request, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    with tarfile.open(request.param) as tar:
        tar.extractall(home, filter="data")
    return Site(home)


def before(site):
    return json.loads((site.home / "state.json").read_text("utf-8"))


def releases(site):
    with closing(sqlite3.connect(site.home / "niangjia.db")) as connection:
        return connection.execute(RELEASES).fetchall()


def applied(site):
    with closing(sqlite3.connect(site.home / "niangjia.db")) as connection:
        return connection.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()


def upgraded(site, *more):
    code, out, err = site.command("upgrade", "--to", site.home / "backups", *more)
    assert code == 0, out + err
    return out


def check_kept(site, old, published):
    """Log, totals, rows of every table there was, and releases are those of before."""
    now = json.loads(site.run(STATE))
    assert now["log"] == old["log"] and old["log"]["faults"] == []
    assert now["purchases"] == old["purchases"]
    # the backup of the upgrade is noted there; each projection of a new programme has its place
    grown = {"core_journalentry", "indicators_position"}
    kept = {name: n for name, n in old["rows"].items() if name not in grown}
    assert {name: now["rows"][name] for name in kept} == kept
    assert releases(site) == published and len(published) == 1
    for command in (("ledger", "audit"), ("indicators", "recount", "--check")):
        code, out, err = site.command(*command)
        assert code == 0, out + err


def lights(site):
    _code, out, err = site.command("doctor", "--json")
    assert out, err
    return {one["name"]: one["state"] for one in json.loads(out)["lights"]}


def test_there_is_a_state_to_upgrade():
    assert STATES


def test_everything_recorded_and_released_is_kept_and_one_can_go_back(site):
    old, published, steps = before(site), releases(site), applied(site)
    assert lights(site)["migrations"] == "bad"
    upgraded(site)
    site.run("from niangjia.core import jobs; jobs.drain()")  # what the worker does next
    assert "bad" not in lights(site).values()
    check_kept(site, old, published)
    assert "already" in upgraded(site)
    (backup,) = (site.home / "backups").glob("*.tar.gz")
    code, out, err = site.command("restore", backup, "--replace")
    assert code == 0, err
    assert "niangjia upgrade" in out
    assert applied(site) == steps and releases(site) == published
    upgraded(site, "--no-backup")
    check_kept(site, old, published)


def test_one_that_breaks_off_says_how_it_stands_and_one_can_go_back(site):
    old, published, steps = before(site), releases(site), applied(site)
    with closing(sqlite3.connect(site.home / "niangjia.db")) as connection:
        connection.execute("CREATE TABLE desk_export (in_the_way integer)")
    code, _out, err = site.command("upgrade", "--to", site.home / "backups")
    assert code == 1 and "broke off" in err and "Traceback" not in err
    (backup,) = (site.home / "backups").glob("*.tar.gz")
    assert f"niangjia restore {backup} --replace" in err
    new = [f"{app}.{name}" for app, name in applied(site)[len(steps) :]]
    (told,) = [line for line in err.splitlines() if line.startswith("Applied and kept")]
    assert sorted(told.partition(": ")[2].split(", ")) == sorted(new or ["nothing"])
    assert lights(site)["migrations"] == "bad"
    code, _out, err = site.command("restore", backup, "--replace")
    assert code == 0, err
    assert applied(site) == steps and releases(site) == published
    with closing(sqlite3.connect(site.home / "niangjia.db")) as connection:
        connection.execute("DROP TABLE desk_export")
    upgraded(site)
    check_kept(site, old, published)


def test_a_site_that_runs_is_not_upgraded_and_a_real_one_does_not_start_before(site):
    steps = applied(site)
    with locks.shared(site.home):
        code, _out, err = site.command("upgrade")
    assert code == 5 and "Stop it" in err
    (site.home / "site.toml").write_text("demo = 0\n", "utf-8")
    code, _out, err = site.command("up", "--port", "8999")
    assert code == 1 and "niangjia upgrade" in err
    assert applied(site) == steps
