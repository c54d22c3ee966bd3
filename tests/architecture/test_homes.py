"""Test processes do not share what only one of them may change."""

import os
from pathlib import Path

import pytest
from django.conf import settings


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="one process alone")
def test_each_worker_has_a_home_of_its_own():
    assert Path(settings.NIANGJIA_HOME).name == os.environ["PYTEST_XDIST_WORKER"]
    assert os.environ["NIANGJIA_HOME"] == settings.NIANGJIA_HOME
