"""`niangjia accounts`: what the city's office does for somebody who cannot sign in, or who is to be
forgotten."""

import argparse

from django.utils.translation import gettext as _

from niangjia.blocks.orgs.services import contact_erase, factors_reset, person_erase
from niangjia.blocks.orgs.steps import contacts_named
from niangjia.core import jobs
from niangjia.core.errors import NotFound

NOUN = "accounts"
HELP = "accounts: remove a lost second factor; erase a person's data"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the noun's sub-commands."""
    command = commands.add_parser(
        "reset-second-factor",
        help="remove all second factors of an account, once you know who asks",
        description="For somebody who lost the phone or the passkey. Check who it is first: "
        "afterwards the password alone signs in.",
    )
    command.add_argument("username", metavar="ACCOUNT")
    command.set_defaults(run=run_reset, default_as="city")
    erase = commands.add_parser("erase", help="nobody can read the person's name any more")
    erase.add_argument("username", metavar="ACCOUNT", help="closed, and without appointments")
    erase.add_argument("--reason", required=True)
    erase.set_defaults(run=run_erase, default_as="city")
    contact = commands.add_parser("erase-contact", help="the same for a supplier's contact")
    contact.add_argument("name")
    contact.add_argument("phone")
    contact.add_argument("--reason", required=True)
    contact.set_defaults(run=run_erase_contact, default_as="city")


def run_reset(options: argparse.Namespace) -> int:
    n = factors_reset(options.actor, username=options.username)
    print(_("%(n)s second factors removed.") % {"n": n})
    return 0


def run_erase(options: argparse.Namespace) -> int:
    """The key is destroyed once the worker has carried it out. Raises NotFound, Conflict."""
    person_erase(options.actor, username=options.username, reason=options.reason)
    jobs.settle()
    print(_("Erased. The entries stand; what they sealed of this person cannot be read any more."))
    return 0


def run_erase_contact(options: argparse.Namespace) -> int:
    """The same for every contact of that name and phone. Raises NotFound, Conflict."""
    refs = contacts_named(options.name, options.phone)
    if not refs:
        raise NotFound(_("There is no such contact."))
    for ref in refs:
        contact_erase(options.actor, ref=ref, reason=options.reason)
    jobs.settle()
    print(_("Erased. The entries stand; what they sealed of this person cannot be read any more."))
    return 0
