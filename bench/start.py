"""`make up` from nothing in a fresh clone: seconds, MB on disk, MB at rest."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

from bench.measure import pss_mb

ROOT = Path(__file__).parent.parent
KEPT = ("PATH", "HOME", "LANG", "SSL_CERT_FILE", "http_proxy", "https_proxy", "no_proxy")
REST_S = 5


def run(folder: Path) -> None:
    """Print the figures of this part."""
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    seconds, at_rest = _served(clone)
    print(f"  from nothing   {seconds:6.1f} s until it answers (goal 60), {at_rest:.0f} MB at rest")
    disk = subprocess.run(["du", "-sm", str(clone)], check=True, stdout=subprocess.PIPE, text=True)
    print(f"  on disk        {disk.stdout.split()[0]:>6} MB")
    again, at_rest = _served(clone)
    print(f"  second start   {again:6.1f} s, {at_rest:.0f} MB at rest (PSS, all; goal 200)")
    shutil.rmtree(clone)


def _served(clone: Path) -> tuple[float, float]:
    """(seconds until the site answers, MB of all its processes some seconds later)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if name in KEPT or "PIP" in name}
    began = time.perf_counter()
    process = subprocess.Popen(
        ["make", "up", f"PORT={port}"],
        cwd=clone,
        env=env,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", process)
        seconds = time.perf_counter() - began
        time.sleep(REST_S)
        return seconds, pss_mb(process.pid)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=30)


def _wait(address: str, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise subprocess.CalledProcessError(process.returncode or 1, "make up")
