"""`niangjia donations` and `niangjia bulletin`."""

import argparse
import datetime as dt
import json
from typing import Any

from django.utils.translation import gettext as _

from niangjia.blocks.indicators.public import ROUNDING_NOTE, bulletin_get
from niangjia.blocks.orgs.public import actor_by_account
from niangjia.core import clock, jobs
from niangjia.core.errors import Invalid
from niangjia.programmes.donations import publishing
from niangjia.programmes.donations.bulletin_text import figures
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.selectors.bulletins import bulletin_view, proposal_get
from niangjia.programmes.donations.selectors.raisings import raisings_public
from niangjia.ui.page import language_of

NOUN = "donations"
HELP = "raisings and what was given to them"


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `list` and `bulletin prepare | sign`."""
    listed = verbs.add_parser("list", help="raisings that were opened")
    listed.set_defaults(run=run_list)
    bulletin = verbs.add_parser("bulletin", help="prepare a bulletin, sign it").add_subparsers(
        required=True, metavar="VERB"
    )
    prepare = bulletin.add_parser("prepare", help="a bulletin waits to be signed; its draft's id")
    prepare.add_argument("scope", metavar="RAISING", help="its short name, such as wennuan-wuhan")
    prepare.add_argument("--as-of", metavar="TIME", help="a whole hour, city time")
    prepare.add_argument("--corrects", type=int, default=0, metavar="NUMBER", help="a bulletin")
    prepare.add_argument("--explanation", default="", help="needed for a correction")
    prepare.set_defaults(run=run_prepare)
    sign = bulletin.add_parser("sign", help="publish a bulletin that was prepared")
    sign.add_argument("draft", help="id that `prepare` printed")
    sign.set_defaults(run=run_sign)
    for one in (prepare, sign):
        one.add_argument("--as", dest="account", required=True, help="account that does it")


def run_list(options: argparse.Namespace) -> int:
    """Exit 0."""
    for one in raisings_public():
        state = "giving online is on" if not one.why_off else ", ".join(one.why_off)
        print(f"{one.slug}  {one.title}  {one.state}  {state}")
    return 0


def run_prepare(options: argparse.Namespace) -> int:
    """Exit 0; the draft's id is printed. 2 for what cannot be, 3 denied, 5 conflict."""
    actor = actor_by_account(options.account)
    jobs.settle()
    as_of, corrects = _cut_off(options)
    ref = publishing.prepare(
        actor, options.scope, as_of, explanation=options.explanation, corrects=corrects
    )
    print(ref)
    return 0


def _cut_off(options: argparse.Namespace) -> tuple[dt.datetime, str]:
    """(cut-off, ref of the bulletin to correct): a correction has that of what it corrects."""
    if options.corrects:
        found = bulletin_view(options.scope, options.corrects).bulletin
        return found.as_of, found.ref
    if not options.as_of:
        raise Invalid(_("Say --as-of TIME, a whole hour such as 2020-03-16T15:00."), code="time")
    return instant(options.as_of), ""


def run_sign(options: argparse.Namespace) -> int:
    """Exit 0; where the bulletin stands is printed."""
    actor = actor_by_account(options.account)
    found = proposal_get(actor, ref=options.draft)
    made = bulletin_get(publishing.sign(actor, options.draft, found.version))
    jobs.settle()
    print(f"{made.indicator}/{made.scope}/{made.number}")
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
    zh = language_of().startswith("zh")
    print(_("As of %(as_of)s") % {"as_of": shown.moment(as_of)})
    for one in (*found["lines"], *found["sums"]):
        title = one["title"] if zh else one["title_en"]
        count = "" if one["count"] is None else f"  {one['count']:,}"
        wan = _("%(wan)s × 10,000 yuan") % {"wan": f"{one['wan']:,}"}
        exact = _("%(yuan)s yuan") % {"yuan": shown.yuan(one["fen"])}
        print(f"{title}  {wan}  {exact}{count}")
    if found["note"]:
        print(found["note"] if zh else ROUNDING_NOTE.en)


COMMANDS = {"bulletin": ("figures of a raising as of an instant", register_bulletin)}
