"""`niangjia places`: the list of assisted counties."""

import argparse
from pathlib import Path

from django.utils.translation import gettext as _

from niangjia.blocks.places.services import counties_import

NOUN = "places"
HELP = "regions and the list of assisted counties"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the noun's sub-commands."""
    command = commands.add_parser(
        "import",
        help="take a CSV list of assisted counties",
        description="Take a list of assisted counties (CSV, UTF-8 or GB18030): code_listed, "
        "name_listed, code_2024, name_2024, province, prefecture, exit_year, and, for the city's "
        "own pairing, beijing_assisted, beijing_district. All or nothing; may be repeated.",
    )
    command.add_argument("file", type=Path)
    command.set_defaults(run=run_import, default_as="city")


def run_import(options: argparse.Namespace) -> int:
    report = counties_import(options.actor, data=options.file.read_bytes())
    text = _("%(n)s rows: %(new)s new, %(changed)s changed; %(renamed)s carry another name today")
    counts = {"new": report.n_new, "changed": report.n_changed, "renamed": len(report.renamed)}
    print(text % {"n": report.n, **counts})
    for name in report.without_code:
        print(_("no GB/T 2260 code today: %(name)s") % {"name": name})
    return 0
