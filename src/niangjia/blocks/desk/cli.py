"""`niangjia find`: the index of what can be found."""

import argparse

from django.utils.translation import gettext as _

from niangjia.blocks.desk.following import n_behind, position, rebuild
from niangjia.core.terminal import progress_bar

NOUN = "find"
HELP = "the index of what can be found: make it anew, see how far it is"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the noun's sub-commands."""
    command = commands.add_parser(
        "rebuild", help="make the index anew; one that was broken off goes on where it was"
    )
    command.add_argument("--afresh", action="store_true", help="begin at the beginning")
    command.set_defaults(run=run_rebuild)
    state = commands.add_parser("state", help="how much of the log is indexed")
    state.set_defaults(run=run_state)


def run_rebuild(options: argparse.Namespace) -> int:
    """Exit 0 once everything can be found."""
    with progress_bar() as bar:
        task = bar.add_task(_("index"), total=None)
        n = rebuild(
            lambda done, total: bar.update(task, completed=done, total=total),
            afresh=options.afresh,
        )
    print(_("%(n)s entries indexed.") % {"n": f"{n:,}"})
    return 0


def run_state(options: argparse.Namespace) -> int:
    """Print how many entries are indexed and how many wait."""
    text = _("%(n)s entries indexed, %(behind)s waiting.")
    print(text % {"n": f"{position():,}", "behind": f"{n_behind():,}"})
    return 0
