"""The public board of a raising at 813 and at 1,000,813 gifts against the house's bare list.

The gifts that are added stand in the table only, newer than all others and each by a person who
agreed to be named: what the board reads of them is what it would read of recorded ones. Goal: not
above the bare list of 20 rows.
"""

import json
import subprocess
import sys
from pathlib import Path

from bench.homes import small_home

MORE = 1_000_000


def run(folder: Path) -> None:
    """Print the figures of this part."""
    home = small_home(folder / "small")
    for more in (0, MORE):
        command = [sys.executable, "-m", "bench.requests_donations", str(home), str(more)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found = json.loads(done.stdout)
        bare = found["bare"]
        print(f"  {found['gifts']:,} gifts: bare list {bare:.2f} ms CPU")
        for name, what in NAMES.items():
            ms = found[name]
            print(f"    {what:26} {ms:6.2f} ms CPU  {ms / bare:5.2f} times the bare list")
    print("  goal: at 1,000,000 gifts not above 1", flush=True)


NAMES = {
    "board": "board",
    "rebuilt": "board, rebuilt",
    "poll": "poll, something new",
    "same": "poll, nothing new",
}
