"""Homes to measure in: the demonstration city, 2,000 records."""

import os
import subprocess
import sys
from pathlib import Path

NIANGJIA = str(Path(sys.executable).with_name("niangjia"))


def small_home(home: Path) -> Path:
    """A home with the small sample and figures of its quarter released; made if absent."""
    if not home.exists():
        env = {**os.environ, "NIANGJIA_HOME": str(home)}
        command = [NIANGJIA, "sample", "--size", "small"]
        subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
    return home
