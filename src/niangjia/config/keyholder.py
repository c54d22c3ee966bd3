"""The demonstration's key holder, on the site's own machine.

It shows the protocol and keeps nothing apart: a real department runs `niangjia-keyholder`.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings

from niangjia.core import clock

PROGRAM = str(Path(sys.executable).with_name("niangjia-keyholder"))
PROGRAMME = "assistance_ledger"
START_LIMIT_S = 20


def home() -> Path:
    return Path(settings.NIANGJIA_HOME) / "keyholder"


def is_wanted() -> bool:
    """Whether the demonstration runs its own: nobody named a department's."""
    return settings.NIANGJIA_DEMO and not settings.NIANGJIA_KEYHOLDER_URL


def command() -> list[str]:
    """What serves the keys of this and the last year, made if they never were."""
    year = clock.city_today().year
    for one in (year - 1, year):
        if not list(home().glob(f"{PROGRAMME}-{one}.*")):
            words = ["keygen", "--dir", str(home()), "--programme", PROGRAMME, "--year", str(one)]
            subprocess.run([PROGRAM, *words], check=True, capture_output=True)
    (home() / "port").unlink(missing_ok=True)
    return _serving("0")


def command_again() -> list[str]:
    """The same, where the site's parts know it already."""
    return _serving(Path(port_file()).read_text().strip())


def _serving(port: str) -> list[str]:
    return [PROGRAM, "serve", "--dir", str(home()), "--port", port, "--port-file", port_file()]


def port_file() -> str:
    return str(home() / "port")


def introduce(serving: "subprocess.Popen[bytes]") -> bool:
    """The parts started from now on know where it listens; False if it does not."""
    deadline = time.monotonic() + START_LIMIT_S
    while not Path(port_file()).exists():
        if serving.poll() is not None or time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    port = int(Path(port_file()).read_text())
    os.environ["NIANGJIA_KEYHOLDER_URL"] = f"http://127.0.0.1:{port}"
    os.environ["NIANGJIA_KEYHOLDER_TOKEN_FILE"] = str(home() / "token")
    return True
