"""`niangjia setup`: a real city from nothing: its settings, its trees and the first operator."""

import argparse
import getpass
import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from niangjia.blocks.orgs.public import (
    UNASSIGNED,
    UNPLACED,
    Account,
    Node,
    accounts_set_up,
    nodes,
    organisations_set_up,
)
from niangjia.blocks.places.public import districts, region_names, regions_load
from niangjia.core import clock, jobs
from niangjia.core.actor import system_actor
from niangjia.core.errors import Conflict, Invalid

SETUP = system_actor("setup")


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `setup`."""
    setup = commands.add_parser(
        "setup",
        help="a real city from an empty folder: settings, city, districts, first operator",
        description="Writes site.toml, sets up the city with its districts and lines, and makes the"
        " first operator's account. The operator then makes all other accounts on the site.",
    )
    setup.add_argument("--city", required=True, metavar="NAME", help="the city's office, in full")
    setup.add_argument("--code", required=True, help="GB/T 2260, such as 130100 or 110000")
    setup.add_argument("--title", help="the site's formal title")
    setup.add_argument("--hosts", default="localhost,127.0.0.1", help="its names, by commas")
    setup.add_argument(
        "--line",
        action="append",
        default=[],
        metavar="CODE=NAME",
        help="a line (条), such as education=教育系统工会; may be repeated",
    )
    setup.add_argument(
        "--operator", default="operator", metavar="ACCOUNT", help="the first operator's account"
    )
    setup.add_argument("--person", required=True, metavar="NAME", help="the operator's own name")
    setup.add_argument("--password-file", type=Path, help="its first line; else asked, or made")
    setup.set_defaults(run=run_setup)


def run_setup(options: argparse.Namespace) -> int:
    lines = [_line(text) for text in options.line]
    if not re.fullmatch(r"[1-9]\d{3}00", options.code):
        raise Invalid(_("--code is the six digits of a city, such as 130100 or 110000."))
    if nodes("city"):
        raise Conflict(_("A city is set up here already. Make accounts on the site's own pages."))
    if settings.NIANGJIA_DEMO:
        return _again_as_real_site(options)
    password, made = _password(options.password_file)
    n = _set_up(options, lines, password)
    jobs.settle()
    print(
        _("%(city)s with %(n)s districts, %(lines)s lines.")
        % {"city": options.city, "n": n, "lines": len(lines)}
    )
    print(_("Account of the operator: %(account)s") % {"account": options.operator})
    if made:
        print(_("Its password, shown this once: %(password)s") % {"password": password})
    print(_("Now: niangjia up, sign in, and make the other accounts at Site keeping."))
    return 0


def _line(text: str) -> Node:
    code, sign, name = text.partition("=")
    if not sign or not re.fullmatch(r"[a-z][a-z0-9_-]{1,19}", code) or not name.strip():
        raise Invalid(_("Write a line as education=教育系统工会: %(text)s"), text=text)
    return Node(name.strip(), "node", "line", code=code)


def _again_as_real_site(options: argparse.Namespace) -> int:
    """site.toml says that this is no demonstration; the same once more under it."""
    file = Path(settings.NIANGJIA_HOME) / "site.toml"
    if file.exists() or "NIANGJIA_DEMO" in os.environ:
        raise Invalid(
            _("This site is a demonstration. Set demo = 0 in %(file)s (or NIANGJIA_DEMO=0)."),
            file=file,
        )
    title = options.title or f"{options.city}公益与消费扶贫可追溯平台"
    said = {"title": title, "hosts": options.hosts, "city_code": options.code}
    rows = [f"{name} = {json.dumps(text, ensure_ascii=False)}" for name, text in said.items()]
    file.write_text("\n".join(["demo = 0", *rows]) + "\n", "utf-8")
    command = [sys.executable, "-m", "niangjia.config.cli", *sys.argv[1:]]
    env = os.environ | {"NIANGJIA_HOME": settings.NIANGJIA_HOME}
    return subprocess.run(command, env=env, check=False).returncode


def _password(file: Path | None) -> tuple[str, bool]:
    """(password, whether we made it). Raises Invalid if it is too weak."""
    if file:
        found = file.read_text("utf-8").split("\n", 1)[0]
    elif sys.stdin.isatty():
        found = getpass.getpass(_("Password of the operator: "))
        if found != getpass.getpass(_("Once more: ")):
            raise Invalid(_("The two are not the same. Nothing was set up."))
    else:
        return secrets.token_urlsafe(12), True
    try:
        validate_password(found)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from error
    return found, False


def _set_up(options: argparse.Namespace, lines: list[Node], password: str) -> int:
    """The trees and the account are there; returns how many districts. Raises Invalid."""
    regions_load(SETUP)
    if options.code not in region_names({options.code}):
        raise Invalid(_("GB/T 2260 knows no city %(code)s."), code=options.code)
    listed = districts(options.code)
    today = clock.city_today()
    organisations_set_up(SETUP, nodes=[*_trees(options, listed), *lines], valid_from=today)
    account = Account(options.operator, password, options.person, "operator", options.code)
    accounts_set_up(SETUP, accounts=[account], valid_from=today)
    return len(listed)


def _trees(options: argparse.Namespace, listed: list[tuple[str, str]]) -> Iterator[Node]:
    yield Node(options.city, "node", "city", code=options.code, region_code=options.code)
    yield Node("未定区", "node", "virtual_district", code=UNPLACED, territory=options.code)
    yield Node("未归口", "node", "virtual_line", code=UNASSIGNED)
    for code, name in listed:
        yield Node(name, "node", "district", code=code, region_code=code, territory=options.code)
