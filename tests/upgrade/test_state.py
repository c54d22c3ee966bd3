"""A database made by this version's generator stays what its state.json says."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NIANGJIA = str(Path(sys.executable).with_name("niangjia"))
AFTER = """
import json, django; django.setup()
from tools.make_state import state
print(json.dumps(state()))
"""


def run(command, home, **more):
    hidden = ("NIANGJIA_DATABASE", "NIANGJIA_KEYS_DATABASE", "PYTEST_XDIST_WORKER")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    env |= {"NIANGJIA_HOME": str(home), "DJANGO_SETTINGS_MODULE": "niangjia.config.settings"}
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_state_of_this_version_is_made_and_kept(tmp_path, data_folder):
    home = tmp_path / "home"
    run([sys.executable, "tools/make_state.py", str(home), "--data", str(data_folder)], home)
    before = json.loads((home / "state.json").read_text("utf-8"))
    assert before["log"]["faults"] == [] and before["rows"]["assistance_ledger_release"] == 2
    run([NIANGJIA, "migrate"], home)
    run([NIANGJIA, "ledger", "audit"], home)
    run([NIANGJIA, "indicators", "recount", "--check"], home)
    assert json.loads(run([sys.executable, "-c", AFTER], home)) == before
