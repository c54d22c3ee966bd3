"""Fixtures of all tests: a home per worker process, the standing cast, the demonstration city."""

import os
import tempfile
from pathlib import Path

import django
import pytest
from django.conf import settings as _settings

ROOT = Path(__file__).parent
_base = Path(os.environ.get("NIANGJIA_HOME") or tempfile.mkdtemp(prefix="niangjia-test-"))
_home = _base / os.environ.get("PYTEST_XDIST_WORKER", "main")
_home.mkdir(parents=True, exist_ok=True)
os.environ["NIANGJIA_HOME"] = str(_home)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
if str(_home) != _settings.NIANGJIA_HOME:
    raise pytest.UsageError("settings were loaded before the home was named")
django.setup()


def pytest_sessionstart(session):  # type: ignore[no-untyped-def]
    """Workers do not inherit which settings to load: they would load them before this file has
    named a home of their own, and share one, the log's key in it too."""
    if not hasattr(session.config, "workerinput"):
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def test_data() -> Path:
    """Where the real workbooks lie; a missing folder is an error, not a skip."""
    folder = Path(os.environ.get("NIANGJIA_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "purchases-2020q1.xlsx").exists():
        raise pytest.UsageError(f"test data not found in {folder}: set NIANGJIA_TEST_DATA")
    return folder


test_data.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def data_folder() -> Path:
    return test_data()


@pytest.fixture(autouse=True)
def _english():  # type: ignore[no-untyped-def]
    """Tests read errors in English; pages and journeys choose their own language."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _fresh_keys(settings):  # type: ignore[no-untyped-def]
    """What is cached belongs to one test's databases."""
    from django.core.cache import cache

    from niangjia.blocks.ledger import freezing, sequencer
    from niangjia.blocks.ledger.agreement import AGREEMENT
    from niangjia.core import seal

    sequencer.PACE_S = 0.0
    AGREEMENT.forget()
    freezing._told = (float("-inf"), False)
    seal.forget_cache()
    cache.clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    yield
    seal.forget_cache()


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix(request):  # type: ignore[no-untyped-def]
    """The home differs per worker already, but PostgreSQL's databases need the suffix."""
    from pytest_django.fixtures import _set_suffix_to_test_databases

    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        _set_suffix_to_test_databases(suffix=worker)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):  # type: ignore[no-untyped-def]
    """The list of regions, thousands of rows, is there from the start: tests need not load it."""
    from niangjia.blocks.places.public import regions_load
    from niangjia.core.actor import system_actor

    with django_db_blocker.unblock():
        regions_load(system_actor("tests"))


def pytest_collection_modifyitems(items):  # type: ignore[no-untyped-def]
    """Every database test sees both databases."""
    for item in items:
        for mark in item.iter_markers("django_db"):
            mark.kwargs.setdefault("databases", ["default", "keys"])
