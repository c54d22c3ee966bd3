"""`niangjia ledger`: check the log."""

import argparse
import json

from django.utils.translation import gettext as _

from niangjia.blocks.ledger.auditing import audit

NOUN = "ledger"
HELP = "the log of facts: re-hash it and compare"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the noun's sub-commands."""
    check = commands.add_parser("audit", help="re-hash every entry and re-open every sealed root")
    check.add_argument("--json", action="store_true", help="print one JSON object")
    check.set_defaults(run=run_audit)


def run_audit(options: argparse.Namespace) -> int:
    """Exit 0 if every entry, root and sealed value holds, 1 else."""
    result = audit()
    if options.json:
        print(json.dumps({"size": result.size, "root": result.root, "faults": result.faults}))
    else:
        print(_("%(n)s entries, root %(root)s") % {"n": result.size, "root": result.root})
        for fault in result.faults:
            print(_("FAULT: %(fault)s") % {"fault": fault})
        if not result.faults:
            print(_("All of it holds."))
    return 1 if result.faults else 0
