"""`niangjia up` and `niangjia worker`: the site on one machine, one web process and one worker."""

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from niangjia.blocks.orgs.public import demonstration_accounts
from niangjia.config import keyholder, witnesses
from niangjia.config.sample.city import DEMO_PASSWORD, sample_begun, sample_is_loaded
from niangjia.config.system import databases
from niangjia.config.system.upgrading import migrate, pending
from niangjia.core import jobs

START_LIMIT_S = 30
STOP_LIMIT_S = 10
RESTART_S = 5


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `up`, `worker` and `migrate`."""
    up = commands.add_parser("up", help="prepare what is missing, then serve the site until Ctrl-C")
    up.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1 (default 8000)")
    up.add_argument("--no-sample", action="store_true", help="do not load the demonstration city")
    up.set_defaults(run=run_up)
    worker = commands.add_parser("worker", help="run the worker alone (several web processes)")
    worker.set_defaults(run=run_worker)
    migrate = commands.add_parser("migrate", help="bring the databases to this version")
    migrate.set_defaults(run=run_migrate)


def run_migrate(options: argparse.Namespace) -> int:
    """Both databases are at this version."""
    migrate()
    return 0


def run_worker(options: argparse.Namespace) -> int:
    """Work until told to stop, or until the process that started us is gone."""
    stop = False
    parent = os.getppid()

    def ask(*_args: object) -> None:
        nonlocal stop
        stop = True

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    jobs.work(lambda: stop or os.getppid() != parent)
    return 0


def run_up(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C. Exit 1 if the port is taken or a process ends by itself."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup asks
            signal.signal(number, signal.default_int_handler)
    try:
        return _up(options)
    except KeyboardInterrupt:
        return 0


def _up(options: argparse.Namespace) -> int:
    if _taken(options.port):
        print(f"niangjia: port {options.port} is in use; try --port", file=sys.stderr)
        return 1
    if _is_older():
        print(
            _("The databases are older than this program: run niangjia upgrade."), file=sys.stderr
        )
        return 1
    run_migrate(options)
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    if settings.NIANGJIA_DEMO and not options.no_sample and _wants_sample():
        print("Loading the demonstration city ...", flush=True)
        # In a process of its own, so that its memory is given back.
        loading = _spawn([sys.executable, "-m", "niangjia.config.cli", "sample", "--size", "small"])
        try:
            if loading.wait() != 0:
                return 1
        finally:
            _stop([loading])
    parts: list[subprocess.Popen[bytes]] = []
    aside: list[subprocess.Popen[bytes]] = []
    holding: list[subprocess.Popen[bytes]] = []
    try:
        aside, holding = _witnesses(), _key_holder()
        parts.append(_spawn(_web(options.port)))
        parts.append(_spawn([sys.executable, "-m", "niangjia.config.cli", "worker"]))
        if not _answers(options.port, parts):
            return 1
        _greet(options.port)
        return _watch(parts, aside, holding)
    finally:
        _stop([*parts, *aside, *holding])


def _witnesses() -> list["subprocess.Popen[bytes]"]:
    """The demonstration's witnesses run, if there is something to witness; without them the site
    goes on, unwitnessed."""
    serving: list[subprocess.Popen[bytes]] = []
    try:
        if settings.NIANGJIA_DEMO and witnesses.prepare():
            with witnesses.log_file().open("ab") as told:
                serving.append(_spawn(witnesses.command(), told))
            witnesses.introduce(serving[0])
    except witnesses.Failed as error:
        print(f"niangjia: {error}", file=sys.stderr)
    return serving


def _key_holder() -> list["subprocess.Popen[bytes]"]:
    """The demonstration's key holder runs; without it rosters wait, and the site goes on."""
    if not keyholder.is_wanted():
        return []
    serving = _spawn(keyholder.command())
    if not keyholder.introduce(serving):
        print(_("The demonstration's key holder did not start; rosters wait."), file=sys.stderr)
    return [serving]


def _is_older() -> bool:
    """True for a real site whose databases wait for `upgrade`, which makes a backup first."""
    return not settings.NIANGJIA_DEMO and not databases.is_empty() and bool(pending())


def _wants_sample() -> bool:
    """The small city is wanted where none is; a larger one is the operator's own doing."""
    return sample_begun() in ("", "small") and not sample_is_loaded("small")


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _web(port: int) -> list[str]:
    return [
        str(Path(sys.executable).with_name("granian")),
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        "1",
        "--blocking-threads",
        settings.SITE.threads,
        "--workers-kill-timeout",
        str(STOP_LIMIT_S // 2),
        "--no-ws",
        "--log-level",
        "warning",
        "niangjia.config.wsgi:application",
    ]


def _spawn(command: list[str], told: IO[bytes] | None = None) -> "subprocess.Popen[bytes]":
    """A part in a session of its own, so that Ctrl-C reaches it once, from us: a web process that
    is told twice at once may never end."""
    env = os.environ | {"NIANGJIA_HOME": settings.NIANGJIA_HOME}
    return subprocess.Popen(command, env=env, stdout=told, stderr=told, start_new_session=True)


def _stop(parts: list["subprocess.Popen[bytes]"]) -> None:
    """Every part and what it started is gone."""
    for part in parts:
        part.terminate()
    deadline = time.monotonic() + STOP_LIMIT_S
    for part in parts:
        with contextlib.suppress(subprocess.TimeoutExpired):
            part.wait(timeout=max(deadline - time.monotonic(), 0))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(part.pid, signal.SIGKILL)
        part.wait()


def _answers(port: int, parts: list["subprocess.Popen[bytes]"]) -> bool:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if any(part.poll() is not None for part in parts):
            return False
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return True
        except OSError:
            time.sleep(0.1)
    return False


def _greet(port: int) -> None:
    print(f"\n{settings.NIANGJIA_TITLE}\n\n  http://127.0.0.1:{port}/\n")
    if settings.NIANGJIA_DEMO:
        print(f"Demonstration accounts, password {DEMO_PASSWORD}:")
        for username, role, organisation in demonstration_accounts():
            print(f"  {username:10} {role:10} {organisation}")
    print("\nCtrl-C stops it.", flush=True)


def _watch(
    parts: list["subprocess.Popen[bytes]"],
    aside: list["subprocess.Popen[bytes]"],
    holding: list["subprocess.Popen[bytes]"],
) -> int:
    """Until a part ends. The demonstration's witnesses and key holder start again if they end."""
    while all(part.poll() is None for part in parts):
        if aside and aside[0].poll() is not None:
            print(_("The demonstration's witnesses ended; starting them again."), file=sys.stderr)
            aside[:] = _witnesses()
            time.sleep(RESTART_S)
        if holding and holding[0].poll() is not None:
            holding[:] = [_spawn(keyholder.command_again())]
            time.sleep(RESTART_S)
        time.sleep(0.3)
    return 1
