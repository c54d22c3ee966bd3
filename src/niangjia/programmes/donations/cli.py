"""`niangjia donations` and `niangjia bulletin`."""

import argparse
import datetime as dt
import json
from typing import Any

from django.utils.translation import gettext as _

from niangjia.core import clock, jobs
from niangjia.core.errors import Invalid
from niangjia.programmes.donations.bulletin_text import figures
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.selectors.raisings import raisings_public

NOUN = "donations"
HELP = "raisings and what was given to them"


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `list`."""
    listed = verbs.add_parser("list", help="raisings that were opened")
    listed.set_defaults(run=run_list)


def run_list(options: argparse.Namespace) -> int:
    """Exit 0."""
    for one in raisings_public():
        state = "giving online is on" if not one.why_off else ", ".join(one.why_off)
        print(f"{one.slug}  {one.title}  {one.state}  {state}")
    return 0


def register_bulletin(command: argparse.ArgumentParser) -> None:
    """Add the arguments of `niangjia bulletin`."""
    command.add_argument("indicator", choices=[NOUN], help="what is added up")
    command.add_argument("scope", metavar="RAISING", help="its short name, such as wennuan-wuhan")
    command.add_argument(
        "--as-of", required=True, metavar="TIME", help="a whole hour, city time: 2020-03-16T15:00"
    )
    command.add_argument("--json", action="store_true", help="for programs")
    command.set_defaults(run=run_bulletin)


def instant(text: str) -> dt.datetime:
    """A whole hour in the city's zone. Raises Invalid."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(
            _("“%(text)s” is no time such as 2020-03-16T15:00."), code="time", text=text
        ) from error
    local = found if found.tzinfo else found.replace(tzinfo=clock.zone())
    if (local.minute, local.second, local.microsecond) != (0, 0, 0):
        raise Invalid(_("A bulletin is cut off at a whole hour."), code="as_of_not_hour")
    return local.astimezone(dt.UTC)


def run_bulletin(options: argparse.Namespace) -> int:
    """Print the figures as of an instant. Exit 0; 2 for a time that cannot be read, 4 unknown."""
    as_of = instant(options.as_of)
    if not any(one.slug == options.scope for one in raisings_public()):
        raise Invalid(_("There is no such raising."), code="no_raising")
    jobs.settle()
    found = figures(options.scope, as_of)
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _tell(found, as_of)
    return 0


def _tell(found: dict[str, Any], as_of: dt.datetime) -> None:
    print(f"截至{shown.moment(as_of)}")
    for one in (*found["lines"], *found["sums"]):
        count = "" if one["count"] is None else f"  {one['count']:,}"
        print(f"{one['title']}  {one['wan']:,}万余元  {shown.yuan(one['fen'])}元{count}")
    if found["note"]:
        print(found["note"])


COMMANDS = {"bulletin": ("figures of a raising as of an instant", register_bulletin)}
