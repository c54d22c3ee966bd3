"""Fixtures of the tests that need whole sites."""

import os

import pytest

from tests.concurrency import site as sites


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """A site with the test city, made once for all test processes: copied, never written to."""
    own = tmp_path_factory.getbasetemp()
    return sites.shared_template(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)
