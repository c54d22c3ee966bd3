"""The command line: `niangjia <noun> <verb>`; each room brings its own noun."""

import argparse
import contextlib
import errno
import os
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import django
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import translation
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext_lazy as _

from niangjia.config.system import locks
from niangjia.core.actor import ANONYMOUS
from niangjia.core.errors import DomainError, Invalid, NotFound, NotSignedIn
from niangjia.core.programme import rooms
from niangjia.core.unavailable import unavailable

MANUAL = """\
niangjia - a city's public programmes with figures that can be looked up, assessed and traced.

First run          niangjia up                    makes ./var, the demonstration city, and serves it
A city of its own  niangjia setup --city 石家庄市总工会 --code 130100, then niangjia up
An office's file   niangjia purchases import FILE --as city
What the public    niangjia purchases release propose --period 2020Q1 --as city
sees               niangjia purchases release clear --as secrecy
                   niangjia purchases release sign --as leader
What auditors take niangjia pack --organisation USCC --year 2020 --out FILE.zip --as auditor
Is it all true?    niangjia ledger audit          re-hash every entry
                   niangjia indicators recount --check
The site's keeping niangjia backup | restore | upgrade | doctor

All that the site writes lies in NIANGJIA_HOME (default ./var). Settings come from the environment
(NIANGJIA_TITLE, NIANGJIA_DATABASE, ...) over NIANGJIA_HOME/site.toml over defaults.
Exit codes: 0 done, 1 a check found a fault, 2 the input cannot be taken, 3 not allowed,
4 not found, 5 conflict, 6 too large, 7 try again later.
"""
REASONS = {
    errno.EISDIR: _("it is a folder"),
    errno.ENOTDIR: _("a part of the way to it is not a folder"),
    errno.EACCES: _("you may not"),
    errno.EROFS: _("the disk is read-only"),
    errno.ENAMETOOLONG: _("the name is too long"),
}
OWN = (
    "niangjia.config.server",
    "niangjia.config.sample.command",
    "niangjia.config.system.command",
    "niangjia.config.system.setting_up",
)


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
    django.setup()
    options = _parser().parse_args(argv)
    return _run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="niangjia", description=MANUAL, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    nouns = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in OWN:
        import_module(name).register(nouns)
    for room in _room_commands():
        noun = nouns.add_parser(room.NOUN, help=room.HELP, description=room.HELP)
        verbs = noun.add_subparsers(metavar="VERB", required=True)
        room.register(verbs)
        for verb in verbs.choices.values():
            _add_actor(verb)
        for name, (told, register) in getattr(room, "COMMANDS", {}).items():
            command = nouns.add_parser(name, help=told, description=told)
            register(command)
            _add_actor(command)
    return parser


def _add_actor(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--as",
        dest="account",
        metavar="ACCOUNT[@ORGANISATION]",
        help="act as this account, under one of its appointments",
    )


def _room_commands() -> list[ModuleType]:
    return [
        import_module(f"{room.name}.cli")
        for room in rooms()
        if room.label != "config" and module_has_submodule(room.module, "cli")
    ]


def _prepare() -> None:
    """A fresh home gets its tables, so that any command may be the first."""
    if "orgs_login" not in connection.introspection.table_names():
        import_module("niangjia.config.server").run_migrate(argparse.Namespace())


def _in_use(options: argparse.Namespace) -> contextlib.AbstractContextManager[None]:
    """The home is shared with others while a command runs; some take it alone by themselves."""
    if getattr(options, "alone", False):
        return contextlib.nullcontext()
    return locks.shared(Path(settings.NIANGJIA_HOME))


def _run(options: argparse.Namespace) -> int:
    language = "zh-hans" if os.environ.get("LANG", "").startswith("zh") else "en"
    with translation.override(os.environ.get("NIANGJIA_LANGUAGE", language)):
        try:
            if not getattr(options, "unprepared", False):
                _prepare()
            actor_by_account = import_module("niangjia.blocks.orgs.public").actor_by_account
            account = getattr(options, "account", None) or getattr(options, "default_as", None)
            options.actor = actor_by_account(account) if account else ANONYMOUS
            with _in_use(options):
                code: int = options.run(options)
        except NotSignedIn:
            return _told(NotSignedIn(_("Say who acts: --as ACCOUNT. Nothing was changed.")))
        except DomainError as error:
            return _told(error)
        except BrokenPipeError:
            return 0
        except (OSError, DatabaseError) as error:
            return _told(_named(error))
        return code


def _told(error: DomainError) -> int:
    print(f"niangjia: {error}", file=sys.stderr)
    return error.exit_code


def _named(error: OSError | DatabaseError) -> DomainError:
    """What a person can do about a fault of the machine; raises it again if nothing."""
    known = unavailable(error)
    if known is not None:
        return known
    if not isinstance(error, OSError) or not error.filename:
        raise error
    path = Path(os.fsdecode(error.filename))
    if isinstance(error, FileNotFoundError):
        if path.parent.is_dir():
            return NotFound(_("There is no such file: %(name)s."), name=path)
        return NotFound(_("There is no such folder: %(name)s."), name=path.parent)
    return Invalid(
        _("“%(name)s” cannot be read or written (%(reason)s). Choose another place."),
        name=path,
        reason=REASONS.get(error.errno or 0, error.strerror),
    )


if __name__ == "__main__":
    sys.exit(main())
