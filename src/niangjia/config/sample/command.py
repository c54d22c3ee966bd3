"""`niangjia sample`: the demonstration city."""

import argparse
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

from django.conf import settings

from niangjia.config.sample.city import SIZES, load_sample, sample_is_loaded
from niangjia.core.terminal import progress_bar


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `sample`."""
    sample = commands.add_parser("sample", help="load the demonstration city into an empty site")
    sample.add_argument(
        "--size",
        choices=list(SIZES),
        default="small",
        help="small: 300 organisations, 2,000 purchases, in seconds; "
        "city: 30,000 organisations, 1,000,000 purchases, in minutes",
    )
    sample.set_defaults(run=run_sample)


def run_sample(options: argparse.Namespace) -> int:
    """Exit 0 also if it was loaded before."""
    if sample_is_loaded(options.size):
        print("The demonstration city is loaded already.")
        return 0
    total = SIZES[options.size].purchases
    with _worker_beside(), progress_bar() as bar:
        task = bar.add_task(options.size, total=total)
        n = load_sample(options.size, lambda done: bar.update(task, completed=done))
    print(f"{n} purchases, ready.")
    return 0


@contextlib.contextmanager
def _worker_beside() -> Iterator[None]:
    """The worker's part is done by a process of its own: what is taken is put into the log and
    indexed on another core. Where a site runs, its worker does it and this one only waits."""
    env = os.environ | {"NIANGJIA_HOME": settings.NIANGJIA_HOME}
    worker = subprocess.Popen([sys.executable, "-m", "niangjia.config.cli", "worker"], env=env)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()
