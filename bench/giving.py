"""A gift over HTTP, its ledger fact and its bookings included: CPU milliseconds of each request.

Counted: the provider's call-back that makes a payment a gift (signature, donor, gift, books, fact,
commit to the disk), and the visitor's form before it. Peers in the same run: the same call-back
told again, which changes nothing, and the bare page `/healthz` with the same middleware.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

GOAL_MS = 4.0


def run(folder: Path) -> None:
    """Print the figures of this part."""
    home = folder / "giving"
    home.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "bench.giving_requests", str(home)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "NIANGJIA_HOME": str(home)},
    )
    found = json.loads(done.stdout)
    for name, (median, p95, wall) in found.items():
        goal = f" (goal {GOAL_MS})" if name == "gift" else ""
        print(f"  {name:10} {median:6.2f} ms CPU, p95 {p95:6.2f}, {wall:6.2f} ms wall{goal}")
