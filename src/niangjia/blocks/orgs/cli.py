"""`niangjia accounts`: what the city's office does for somebody who cannot sign in."""

import argparse

from django.utils.translation import gettext as _

from niangjia.blocks.orgs.services import factors_reset

NOUN = "accounts"
HELP = "accounts: remove a lost second factor"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the noun's sub-commands."""
    command = commands.add_parser(
        "reset-second-factor",
        help="remove all second factors of an account, once you know who asks",
        description="For somebody who lost the phone or the passkey. Check who it is first: "
        "afterwards the password alone signs in.",
    )
    command.add_argument("account")
    command.set_defaults(run=run_reset, default_as="city")


def run_reset(options: argparse.Namespace) -> int:
    n = factors_reset(options.actor, username=options.account)
    print(_("%(n)s second factors removed.") % {"n": n})
    return 0
