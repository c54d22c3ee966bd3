"""The demonstration's witnesses: eight departments' keys in one process, on the site's own machine.

It shows the protocol and proves nothing: a real department runs `niangjia-witness` by itself.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from niangjia.blocks.ledger.public import (
    log_vkey,
    policy_departments,
    policy_set,
    witness_address_set,
)
from niangjia.core.actor import system_actor

# Two are named among the eight of 2020, three by later sources; the rest are plainly made up.
DEPARTMENTS = (
    "市扶贫支援办",
    "市总工会",
    "市商务局",
    "市国资委",
    "市金融监管局",
    "示例甲局",
    "示例乙局",
    "示例丙局",
)
QUORUM = 5
RESOLUTION = "示例：联席会议〔2020〕1号"
START_LIMIT_S = 20
PROGRAM = str(Path(sys.executable).with_name("niangjia-witness"))
SYSTEM = system_actor("demonstration witnesses")


class Failed(Exception):
    """The witnesses' program refused; it said why."""


def home() -> Path:
    return Path(settings.NIANGJIA_HOME) / "witnesses"


def folders() -> list[Path]:
    """One folder a department, in the order of DEPARTMENTS."""
    return [home() / f"{n}" for n in range(1, len(DEPARTMENTS) + 1)]


def prepare() -> bool:
    """Keys that trust this site's log are there, and the log has a policy that names them.

    False while the log has no entry: there is nothing to witness.
    """
    log = log_vkey()
    if log is None:
        return False
    trusted = home() / "trusted"  # which log they trust already
    if not trusted.exists() or trusted.read_text() != log:
        for n, folder in enumerate(folders(), 1):
            if not folder.exists():
                _run("keygen", "--dir", str(folder), "--name", f"witness.niangjia.example/{n}")
            _run("trust", "--dir", str(folder), "--log", log)
        trusted.write_text(log)
    if policy_departments() != DEPARTMENTS:
        vkeys = [
            json.loads(_run("status", "--json", "--dir", str(one)))["vkeys"] for one in folders()
        ]
        policy_set(
            SYSTEM,
            text=_policy(log, [both[0] for both in vkeys]),
            text_ml_dsa=_policy(log, [both[1] for both in vkeys]),
            resolution=RESOLUTION,
        )
    return True


def _policy(log: str, vkeys: list[str]) -> str:
    lines = [f"log {log}"]
    for name, vkey in zip(DEPARTMENTS, vkeys, strict=True):
        lines += [f"witness {name}/1 {vkey}", f"group {name} any {name}/1"]
    lines += [f"group joint-conference {QUORUM} {' '.join(DEPARTMENTS)}", "quorum joint-conference"]
    return "\n".join(lines) + "\n"


def _run(*words: str) -> str:
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(done.stderr.strip() or done.stdout.strip())
    return done.stdout


def command() -> list[str]:
    """What serves all eight; it writes its port once it listens."""
    port_file().unlink(missing_ok=True)
    dirs = [word for folder in folders() for word in ("--dir", str(folder))]
    return [PROGRAM, "serve", *dirs, "--port", "0", "--port-file", str(port_file())]


def log_file() -> Path:
    """What the witnesses say."""
    return home() / "witnesses.log"


def port_file() -> Path:
    return home() / "port"


def introduce(serving: "subprocess.Popen[bytes]") -> None:
    """The log knows where they listen. Raises Failed if they do not."""
    deadline = time.monotonic() + START_LIMIT_S
    while not port_file().exists():
        if serving.poll() is not None or time.monotonic() > deadline:
            raise Failed(_("The demonstration's witnesses did not start."))
        time.sleep(0.05)
    port = int(port_file().read_text())
    for name, folder in zip(DEPARTMENTS, folders(), strict=True):
        url = f"http://127.0.0.1:{port}/{folder.name}"
        witness_address_set(SYSTEM, department=name, url=url)
