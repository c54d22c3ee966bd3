"""The turn: two processes write in closed loop; none is starved, none fails, nothing is lost."""

import os
import subprocess
import sys
import time

import pysqlite3
import pytest

PROGRAM = """
import sys, os, time
os.environ["NIANGJIA_HOME"] = sys.argv[1]
os.environ["DJANGO_SETTINGS_MODULE"] = "niangjia.config.settings"
import django; django.setup()
from django.db import connection, transaction
worst = 0.0
for i in range(int(sys.argv[2])):
    start = time.perf_counter()
    with transaction.atomic():
        with connection.cursor() as c:
            c.execute("SELECT n FROM counter"); n = c.fetchone()[0]
            c.execute("UPDATE counter SET n = %s", [n + 1])
    worst = max(worst, time.perf_counter() - start)
print(worst)
"""
HOLDER = """
import sys, os, time
os.environ["NIANGJIA_HOME"] = sys.argv[1]
os.environ["DJANGO_SETTINGS_MODULE"] = "niangjia.config.settings"
import django; django.setup()
from django.db import transaction
with transaction.atomic():
    print("held", flush=True)
    time.sleep(60)
"""


def _environment():
    hidden = ("NIANGJIA_DATABASE", "NIANGJIA_KEYS_DATABASE")
    return {name: value for name, value in os.environ.items() if name not in hidden}


@pytest.fixture
def home(tmp_path):
    make = (
        "import os, sys; os.environ['NIANGJIA_HOME'] = sys.argv[1];"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'niangjia.config.settings';"
        "import django; django.setup();"
        "from django.db import connection;"
        "c = connection.cursor(); c.execute('CREATE TABLE counter (n integer)');"
        "c.execute('INSERT INTO counter VALUES (0)')"
    )
    subprocess.run([sys.executable, "-c", make, str(tmp_path)], check=True, env=_environment())
    return tmp_path


def _count(home):
    with pysqlite3.connect(home / "niangjia.db") as connection:
        return connection.execute("SELECT n FROM counter").fetchone()[0]


def test_two_processes_take_turns_and_lose_nothing(home):
    n = 150
    command = [sys.executable, "-c", PROGRAM, str(home), str(n)]
    parts = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_environment())
        for _ in range(2)
    ]
    worst = [float(part.communicate(timeout=60)[0]) for part in parts]
    assert [part.returncode for part in parts] == [0, 0]
    assert _count(home) == 2 * n
    assert max(worst) < 5


def test_killing_the_holder_frees_the_turn(home):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home)],
        stdout=subprocess.PIPE,
        text=True,
        env=_environment(),
    )
    assert holder.stdout.readline() == "held\n"
    other = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(home), "1"],
        stdout=subprocess.PIPE,
        env=_environment(),
    )
    time.sleep(1)
    assert other.poll() is None
    holder.kill()
    holder.wait()
    other.communicate(timeout=10)
    assert other.returncode == 0
    assert _count(home) == 1
