"""`niangjia indicators`: count again from the log, sums and bulletins."""

import argparse

from django.utils.translation import gettext as _

from niangjia.blocks.indicators.bulletins import all_bulletins, bulletin_holds
from niangjia.blocks.indicators.projections import declared, differences

NOUN = "indicators"
HELP = "sums over the log: recount and compare"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the noun's sub-commands."""
    command = commands.add_parser(
        "recount",
        help="count every sum and bulletin afresh from the log and compare with what is stored",
    )
    command.add_argument("--check", action="store_true", help="exit 1 if anything differs")
    command.set_defaults(run=run_recount)


def run_recount(options: argparse.Namespace) -> int:
    faults = 0
    for projection in declared():
        size, wrong = differences(projection)
        faults += len(wrong)
        text = _("%(name)s: %(size)s entries, %(n)s sums differ")
        print(text % {"name": projection.name, "size": size, "n": len(wrong)})
        for key in wrong[:20]:
            print("  " + " | ".join(key.split("\x1f")))
    faults += _recount_bulletins()
    return 1 if faults and options.check else 0


def _recount_bulletins() -> int:
    """Number of bulletins that the log does not give again; each is named."""
    found = list(all_bulletins())
    wrong = [one for one in found if not bulletin_holds(one)]
    if found:
        print(_("%(n)s bulletins, %(wrong)s differ") % {"n": len(found), "wrong": len(wrong)})
    for one in wrong:
        print(f"  {one.indicator}/{one.scope}/{one.number}")
    return len(wrong)
