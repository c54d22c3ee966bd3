"""Fixtures of the tests that need whole sites: each made once a run, copied, never written to."""

import os

import pytest

from tests.concurrency import site as sites


@pytest.fixture(scope="session")
def _shared_folder(tmp_path_factory):
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def template(_shared_folder):
    """A site with the test city."""
    return sites.shared(_shared_folder, "template", sites.make_template)


@pytest.fixture(scope="session")
def migrated(_shared_folder):
    """A site with its tables and nothing in them."""
    return sites.shared(_shared_folder, "migrated", sites.make_migrated)
