"""A log made once a run, exported by the command, for software of others to check."""

import shutil

import pytest

from tests.concurrency import site as sites
from tests.interop.city import INTEROP

N_ENTRIES = 66_000  # a full tile of level 1, hence one of level 2
MAKE = """
import sys
from pathlib import Path
from tests.interop import making
making.main(Path(sys.argv[1]), int(sys.argv[2]))
"""


@pytest.fixture(scope="session")
def interop():
    """The folder that tools/interop.sh fills."""
    if not (INTEROP / "check").exists():
        raise pytest.UsageError("run tools/interop.sh first")
    return INTEROP


@pytest.fixture(scope="session")
def made(interop, migrated, _shared_folder):
    """A folder with `log/`, an export, and what `making` leaves beside it. Never written to."""

    def make(folder):
        site = sites.copy_of(migrated, folder / "home")
        site.run(MAKE, folder, N_ENTRIES)
        code, out, err = site.command("ledger", "export", "--out", folder / "log")
        assert code == 0, out + err
        return site

    return sites.shared(_shared_folder, "interop", make).home.parent


@pytest.fixture
def own(made, tmp_path):
    """A copy of the export that may be tampered with."""
    return shutil.copytree(made / "log", tmp_path / "log")
