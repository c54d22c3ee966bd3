"""Make a small state of the version whose sources are imported, to prove later that it upgrades.

Usage: PYTHONPATH=CHECKOUT/src:CHECKOUT .venv/bin/python tools/small_state.py NAME

tests/upgrade/states/NAME.tar.xz then holds both databases, the master key of nobody's city, and
state.json (see tools/make_state.py): a few units, 24 purchases, one corrected, one reversed, a
quarter released. Run it from a checkout of each release, and name the file after it.
"""

import argparse
import json
import os
import sqlite3
import sys
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

STATES = Path(__file__).resolve().parent.parent / "tests" / "upgrade" / "states"
PURCHASES = 24


def make(home: Path) -> None:
    """The state stands in `home`, with state.json."""
    os.environ |= {"NIANGJIA_HOME": str(home), "NIANGJIA_DATABASE": ""}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    for database in ("default", "keys"):
        call_command("migrate", database=database, verbosity=0)
    _fill()
    from tools.make_state import state

    found = json.dumps(state(), indent=1, sort_keys=True)
    (home / "state.json").write_text(found + "\n", "utf-8")


def _fill() -> None:
    from niangjia.core import jobs
    from niangjia.programmes.assistance_ledger import services
    from niangjia.programmes.assistance_ledger.tests import given

    given.city()
    city = given.actor("city")
    rows = [given.purchase(k, unit="甲乙丙"[k % 3]) for k in range(PURCHASES)]
    refs = given.take(*rows).taken
    services.purchase_correct(
        city, purchase_ref=refs[3], reason="用途补记", changes={"note": "食堂"}
    )
    services.purchase_reverse(city, purchase_ref=refs[4], reason="重复登记")
    jobs.settle()
    if hasattr(services, "figures_release"):  # versions before the reporting chain: one step
        services.figures_release(city, period="2020Q1")
    else:
        given.release("2020Q1")
    jobs.settle()


def pack(home: Path, target: Path) -> None:
    """`target` holds what matters of `home`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(target, "w:xz") as tar:
        for name in ("niangjia.db", "keys.db"):
            compact = home / f"{name}.compact"
            with closing(sqlite3.connect(home / name)) as connection:
                connection.execute("VACUUM INTO ?", [str(compact)])
            tar.add(compact, name)
        tar.add(home / "secrets" / "master.key", "secrets/master.key")
        tar.add(home / "state.json", "state.json")
        if (home / "published").exists():
            tar.add(home / "published", "published")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("name")
    options = parser.parse_args()
    target = STATES / f"{options.name}.tar.xz"
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        pack(Path(folder), target)
    print(f"{target}: {target.stat().st_size:,} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
