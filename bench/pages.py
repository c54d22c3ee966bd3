"""Record list and public board against a bare list; each home in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

from bench import importing
from bench.homes import small_home


def run(folder: Path) -> None:
    """Print the figures of this part, at 2,000 and at 100,000 records."""
    if not (folder / "large").exists():
        importing.run(folder)
    small = _measured(small_home(folder / "small"))
    large = _measured(folder / "large")
    for found in (small, large):
        bare = found["bare"]
        print(f"  {found['records']:,} records: bare list {bare:.2f} ms CPU")
        _line("record list", found["list"], bare, 1.5)
        _line("board, rebuilt", found["board"], bare, 1.0)
        _line("board, kept", found["kept"], bare, 0.5)
        _line("board, unchanged", found["unchanged"], bare, 0.5)
    ratio = large["list"] / small["list"]
    print(f"  record list, large to small: {ratio:.2f} (goal within 1.2)", flush=True)


def _line(name: str, ms: float, bare: float, goal: float) -> None:
    print(f"    {name:18} {ms:6.2f} ms CPU  {ms / bare:5.2f} times the bare list (goal {goal})")


def _measured(home: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.requests", str(home)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return dict(json.loads(done.stdout))
