"""The bundle installs and serves where there is no network at all."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.faults.test_stopping import free_port

ROOT = Path(__file__).parents[2]
ALONE = ("unshare", "--net", "--map-root-user")
SERVE = """
set -e
ip link set lo up 2>/dev/null || true
bash "$1/install.sh" "$2"
export NIANGJIA_HOME=$2/home
"$2/current/bin/niangjia" setup --city 石家庄市总工会 --code 130100 --person 示例 </dev/null
"$2/current/bin/niangjia" up --port "$3" & site=$!
trap 'kill $site; wait $site || true' EXIT
"$2/current/bin/python" - "$3" <<'PYTHON'
import sys, time, urllib.request
base = f"http://127.0.0.1:{sys.argv[1]}"
for _try in range(120):
    try:
        print(urllib.request.urlopen(base + "/healthz", timeout=2).read().decode())
        break
    except OSError:
        time.sleep(0.5)
page = urllib.request.urlopen(base + "/").read().decode()
style = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
print(len(urllib.request.urlopen(base + style).read()), "公开数据" in page)
PYTHON
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(os.environ.get("NIANGJIA_DATABASE")), reason="once is enough"),
]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """The unpacked bundle."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "tools/bundle.py", "--to", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (packed,) = folder.glob("*.tar.gz")
    with tarfile.open(packed) as tar:
        tar.extractall(folder, filter="data")
    (found,) = [path for path in folder.iterdir() if path.is_dir()]
    return found


def install(bundle, target, *, script=SERVE, alone=()):
    kept = {"PATH": os.environ["PATH"], "HOME": str(target.parent), "LANG": "C.UTF-8"}
    env = kept | {"PYTHON": sys.executable, "PIP_INDEX_URL": "file:///nowhere"}
    command = [*alone, "bash", "-c", script, "bash", str(bundle), str(target), str(free_port())]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)


def test_it_installs_and_serves_without_a_network(bundle, tmp_path):
    reached = subprocess.run([*ALONE, "true"], capture_output=True).returncode == 0
    alone = ALONE if reached and shutil.which("ip") else ()
    done = install(bundle, tmp_path / "niangjia", alone=alone)
    assert done.returncode == 0, done.stdout + done.stderr
    *_before, healthy, page = [line for line in done.stdout.splitlines() if line.strip()]
    assert healthy == '{"status": "ok"}'
    size, is_board = page.split()
    assert int(size) > 20_000 and is_board == "True"


def test_a_damaged_file_is_refused_and_nothing_is_left(bundle, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(bundle, copy)
    wheel = next((copy / "wheels").glob("whitenoise-*"))
    wheel.write_bytes(wheel.read_bytes()[:-1] + b"x")
    target = tmp_path / "niangjia"
    done = install(copy, target, script='bash "$1/install.sh" "$2"')
    assert done.returncode == 1 and "damaged" in done.stderr
    assert not target.exists()


def test_licences_are_listed_and_no_address_is_named(bundle):
    rows = (bundle / "LICENCES.md").read_text("utf-8").splitlines()
    listed = [row for row in rows if row.startswith("| ")][1:]
    assert len(listed) == len(list((bundle / "wheels").glob("*.whl")))
    for name in ("requirements.lock", "install.sh", "SHA256SUMS"):
        assert "://" not in (bundle / name).read_text("utf-8")
