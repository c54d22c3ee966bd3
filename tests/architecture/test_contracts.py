"""Each import contract is seen to fail on one seeded violation, and to hold without it."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CONTRACTS = [contract["id"] for contract in CONFIG["tool"]["importlinter"]["contracts"]]

# contract id -> (file, line that breaks it)
SEEDS = {
    "floors": ("core/clock.py", "from niangjia.blocks.places import rules"),
    "blocks": ("blocks/places/rules.py", "from niangjia.blocks.orgs import public"),
    "programmes": (
        "programmes/other/rules.py",
        "from niangjia.programmes.assistance_ledger import rules",
    ),
    "witness": ("witness/rules.py", "from niangjia.core import clock"),
    "pure-lib": ("lib/money.py", "import django"),
    "door-places": (
        "programmes/assistance_ledger/policy.py",
        "import niangjia.blocks.places.models",
    ),
    "door-orgs": ("programmes/assistance_ledger/policy.py", "import niangjia.blocks.orgs.models"),
    "door-ledger": (
        "programmes/assistance_ledger/policy.py",
        "import niangjia.blocks.ledger.models",
    ),
    "door-indicators": (
        "programmes/assistance_ledger/policy.py",
        "import niangjia.blocks.indicators.models",
    ),
    "door-desk": ("programmes/assistance_ledger/policy.py", "import niangjia.blocks.desk.models"),
    "door-evidence": (
        "programmes/assistance_ledger/policy.py",
        "import niangjia.blocks.evidence.models",
    ),
    "door-bookkeeping": (
        "programmes/assistance_ledger/policy.py",
        "import niangjia.blocks.bookkeeping.models",
    ),
    "door-households": (
        "programmes/assistance_ledger/policy.py",
        "import niangjia.blocks.households.models",
    ),
    "door-cases": ("programmes/assistance_ledger/policy.py", "import niangjia.blocks.cases.rules"),
    "door-intake": (
        "programmes/assistance_ledger/policy.py",
        "import niangjia.blocks.intake.models",
    ),
    "pure-rules": ("programmes/assistance_ledger/rules.py", "import django.conf"),
    "inside-a-room": (
        "programmes/assistance_ledger/models.py",
        "from niangjia.programmes.assistance_ledger import services",
    ),
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the sources and the contracts, to break things in."""
    folder = tmp_path_factory.mktemp("tree")
    skipped = shutil.ignore_patterns("__pycache__", "build", "tests", "*.mo")
    shutil.copytree(ROOT / "src", folder / "src", ignore=skipped)
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "src/niangjia/programmes/other").mkdir()
    (folder / "src/niangjia/programmes/other/__init__.py").touch()
    (folder / "src/niangjia/programmes/other/rules.py").touch()
    return folder


def lint(tree, *arguments):
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", *arguments]
    environment = os.environ | {"PYTHONPATH": str(tree / "src")}
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)


def test_every_contract_has_a_seeded_violation():
    assert sorted(CONTRACTS) == sorted(SEEDS)


def test_all_contracts_hold(tree):
    result = lint(tree)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_seeded_violation_is_seen(tree, contract):
    name, line = SEEDS[contract]
    path = tree / "src/niangjia" / name
    before = path.read_text("utf-8")
    path.write_text(f"{before}\n{line}\n", "utf-8")
    try:
        result = lint(tree, "--contract", contract)
    finally:
        path.write_text(before, "utf-8")
    assert result.returncode == 1, result.stdout
    assert "BROKEN" in result.stdout
