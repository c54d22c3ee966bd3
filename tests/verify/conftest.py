"""One node process and one world for the whole session."""

import pytest

from tests.verify.both import Both
from tests.verify.world import World


@pytest.fixture(scope="session")
def both():
    started = Both()
    yield started
    started.close()


@pytest.fixture(scope="session")
def world():
    return World()
