"""Make the database of this version, for proofs that a later one upgrades it.

Usage: .venv/bin/python tools/make_state.py HOME [--data FOLDER]

HOME: a new folder. FOLDER: the test data (default NIANGJIA_TEST_DATA, else ../shared/data). What
the commands of this version do is done once: sample, county list, workbook, a row corrected, one
reversed, two quarters released. HOME/state.json then says what an upgrade must keep: the log's size
and root, the sums' totals, the rows of every table, the released files' hashes.
"""

import argparse
import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

NIANGJIA = str(Path(sys.executable).with_name("niangjia"))
WORKBOOK = "purchases-2020q1.xlsx"
COMMANDS = (
    ("sample", "--size", "small"),
    ("places", "import", "{data}/assisted_counties.csv", "--as", "city"),
    ("purchases", "import", "{data}/" + WORKBOOK, "--as", "city"),
    *(
        ("purchases", "release", step, "--period", period, "--as", who)
        for period in ("2020Q1",)
        for step, who in (("propose", "city"), ("clear", "secrecy"), ("sign", "leader"))
    ),
)

DONE = (0, 1)  # 1: taken, with rows that the workbook must mend


def make(home: Path, data: Path) -> dict[str, object]:
    """What state.json says. Raises FileExistsError, SystemExit."""
    home.mkdir(parents=True)
    os.environ["NIANGJIA_HOME"] = str(home)
    for words in COMMANDS:
        command = [NIANGJIA, *(word.format(data=data) for word in words)]
        code = subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode
        if code not in DONE:
            raise SystemExit(f"{' '.join(command)}: exit {code}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
    import django

    django.setup()
    _correct()
    found = state()
    (home / "state.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", "utf-8")
    return found


def _correct() -> None:
    """One record of the workbook corrected, the next reversed."""
    from niangjia.blocks.orgs.public import actor_by_account
    from niangjia.core import jobs
    from niangjia.programmes.assistance_ledger.selectors import Filters, purchases_page
    from niangjia.programmes.assistance_ledger.services import purchase_correct, purchase_reverse

    city = actor_by_account("city")
    page = purchases_page(
        city, filters=Filters(first=dt.date(2020, 1, 1), last=dt.date(2020, 3, 31)), sort="-amount"
    )
    first, second = (row["ref"] for row in page.rows[:2])
    purchase_correct(city, purchase_ref=first, reason="用途补记", changes={"note": "食堂用"})
    purchase_reverse(city, purchase_ref=second, reason="重复登记")
    jobs.settle()


def state() -> dict[str, object]:
    """What holds in NIANGJIA_HOME now; Django is set up."""
    from django.apps import apps
    from django.conf import settings

    from niangjia.blocks.indicators.public import stored
    from niangjia.blocks.ledger.public import audit

    log = audit()
    cells = stored("purchases").values()
    published = Path(settings.NIANGJIA_HOME) / "published"
    return {
        "version": version("niangjia"),
        "log": {"size": log.size, "root": log.root, "faults": list(log.faults)},
        "purchases": {"n": sum(c.n for c in cells), "fen": sum(c.fen for c in cells)},
        "rows": {
            model._meta.db_table: model._default_manager.using(_database(model)).count()
            for model in apps.get_models()
            if model.__module__.startswith("niangjia.") and model._meta.managed
        },
        "published": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(published.rglob("*"))
            if path.is_file()
        },
    }


def _database(model: type) -> str:
    from django.db import router

    return str(router.db_for_read(model))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("home", type=Path)
    data = os.environ.get("NIANGJIA_TEST_DATA", "../shared/data")
    parser.add_argument("--data", type=Path, default=Path(data))
    options = parser.parse_args()
    print(json.dumps(make(options.home.absolute(), options.data.absolute()), indent=1))


if __name__ == "__main__":
    main()
