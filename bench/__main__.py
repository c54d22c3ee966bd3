"""`make bench`: figures and ratios of this machine, each with its peer in the same run.

Asserts nothing: machines differ and are noisy. Parts by name: `python -m bench import pages start`.
"""

import os
import sys
import tempfile
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
os.environ.setdefault("NIANGJIA_HOME", tempfile.mkdtemp(prefix="niangjia-bench-"))
django.setup()  # the synthetic workbook takes its columns from the programme

from bench import (  # noqa: E402
    backup,
    board_donations,
    books,
    bulletin,
    evidence,
    find,
    giving,
    importing,
    ledger,
    pack,
    pages,
    pivot,
    roster,
    start,
)

PARTS = {
    "import": importing.run,
    "pages": pages.run,
    "find": find.run,
    "evidence": evidence.run,
    "pivot": pivot.run,
    "pack": pack.run,
    "start": start.run,
    "backup": backup.run,
    "bulletin": bulletin.run,
    "ledger": ledger.run,
    "books": books.run,
    "giving": giving.run,
    "roster": roster.run,
    "board_donations": board_donations.run,
}


def main(names: list[str]) -> int:
    """Run the parts asked for, all if none is named; homes lie in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="niangjia-bench-") as folder:
        for name in names or PARTS:
            print(f"\n== {name}", flush=True)
            PARTS[name](Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
