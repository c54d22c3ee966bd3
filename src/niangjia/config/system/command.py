"""`niangjia backup | restore | upgrade | doctor`: the site's own keeping, from a terminal."""

import argparse
import getpass
import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.config.system import passphrase
from niangjia.config.system.backing_up import APART, PLAIN, Made, Order, back_up, usual_order
from niangjia.config.system.doctor import look
from niangjia.config.system.restoring import Restored, restore
from niangjia.config.system.services import backup_note, password_link
from niangjia.config.system.upgrading import Failed, upgrade
from niangjia.core.actor import system_actor
from niangjia.core.errors import Invalid

OPERATOR = system_actor("operator's command")
MB = 1_000_000


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `backup`, `restore`, `upgrade` and `doctor`."""
    backup = commands.add_parser(
        "backup", help="one file to put the site back from, made while it runs"
    )
    _add_order(backup)
    backup.add_argument(
        "--keep", type=int, help="remove this site's older backups in the folder, keep N"
    )
    backup.add_argument("--json", action="store_true", help="print one JSON object")
    backup.set_defaults(run=run_backup)
    put_back = commands.add_parser("restore", help="put a site back from a backup")
    put_back.add_argument("file", type=Path)
    put_back.add_argument(
        "--to", type=Path, metavar="HOME", help="into this folder (default NIANGJIA_HOME)"
    )
    put_back.add_argument("--replace", action="store_true", help="move aside what is there")
    put_back.add_argument("--passphrase-file", type=Path, help="opens the keys in the backup")
    put_back.add_argument(
        "--secrets", type=Path, metavar="FOLDER", help="keys that were kept apart"
    )
    put_back.set_defaults(run=run_restore, unprepared=True, alone=True)
    bring_up = commands.add_parser(
        "upgrade", help="back up, bring the databases to this version, check"
    )
    _add_order(bring_up)
    bring_up.add_argument("--no-backup", action="store_true", help="you have made one yourself")
    bring_up.set_defaults(run=run_upgrade, unprepared=True, alone=True, keep=None)
    doctor = commands.add_parser("doctor", help="is the site well, and what is to be done")
    doctor.add_argument("--full", action="store_true", help="the whole log, all sums, whole files")
    doctor.add_argument("--json", action="store_true", help="print one JSON object")
    doctor.set_defaults(run=run_doctor, unprepared=True)

    link = commands.add_parser(
        "password-link", help="a link with which an account chooses a new password, once"
    )
    link.add_argument("login", metavar="ACCOUNT")
    link.set_defaults(run=run_password_link)


def _add_order(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--to",
        type=Path,
        metavar="FOLDER|FILE",
        help="where the backup lies (default HOME/backups)",
    )
    command.add_argument(
        "--passphrase-file", type=Path, help="its first line seals the keys in the backup"
    )
    command.add_argument(
        "--without-keys", action="store_true", help="leave the keys out: you keep secrets/ apart"
    )


def _order(options: argparse.Namespace) -> Order:
    order = usual_order()
    if options.to:
        # A folder that somebody names is pruned only if asked for.
        order = replace(order, to=options.to, keep=0)
    if options.keep is not None:
        order = replace(order, keep=max(options.keep, 0))
    if options.passphrase_file:
        order = replace(order, phrase=passphrase.read(options.passphrase_file))
    return replace(order, with_keys=not options.without_keys)


def run_backup(options: argparse.Namespace) -> int:
    os.nice(10)  # who works on the site goes first
    made = back_up(_order(options))
    backup_note(OPERATOR, made=made)
    if options.json:
        said = {"path": str(made.path), "bytes": made.size_bytes, "removed": made.removed}
        said |= {"log_size": made.manifest.log_size, "log_root": made.manifest.log_root}
        print(json.dumps(said | {"keys": made.manifest.keys}))
    else:
        _tell(made)
    return 0


def _tell(made: Made) -> None:
    print(
        _("%(path)s (%(mb)s MB, %(n)s entries of the log, made and read again in %(seconds)s s)")
        % {
            "path": made.path,
            "mb": f"{made.size_bytes / MB:,.1f}",
            "n": f"{made.manifest.log_size:,}",
            "seconds": made.seconds,
        }
    )
    if made.manifest.keys == PLAIN:
        print(
            _(
                "It holds the keys: who has this file can read everything. Keep it locked away, or"
                " seal the keys with --passphrase-file."
            )
        )
    elif made.manifest.keys == APART:
        print(
            _(
                "It does NOT hold the keys. Keep a copy of the folder secrets/ elsewhere: without"
                " it nothing sealed can be read."
            )
        )
    for name in made.removed:
        print(_("Removed: %(name)s") % {"name": name})


def run_restore(options: argparse.Namespace) -> int:
    file = options.file.absolute()
    if options.to and options.to.absolute() != Path(settings.NIANGJIA_HOME):
        return _in_home(options)
    phrase = passphrase.read(options.passphrase_file) if options.passphrase_file else ""
    try:
        done = restore(file, replace=options.replace, phrase=phrase, secrets=options.secrets)
    except Invalid as error:
        if error.code != "passphrase_missing" or not sys.stdin.isatty():
            raise
        phrase = getpass.getpass(_("Passphrase of the keys: "))
        done = restore(file, replace=options.replace, phrase=phrase, secrets=options.secrets)
    _tell_restored(done)
    print(_("How it stands:"))
    _print_lights(whole=False)
    return 0


def _in_home(options: argparse.Namespace) -> int:
    """The same command in a process whose settings are those of the other home."""
    command = [sys.executable, "-m", "niangjia.config.cli", "restore", str(options.file.absolute())]
    command += ["--replace"] if options.replace else []
    for name in ("passphrase_file", "secrets"):
        if value := getattr(options, name):
            command += [f"--{name.replace('_', '-')}", str(value.absolute())]
    env = os.environ | {"NIANGJIA_HOME": str(options.to.absolute())}
    return subprocess.run(command, env=env, check=False).returncode


def _tell_restored(done: Restored) -> None:
    said = {
        "home": settings.NIANGJIA_HOME,
        "at": done.manifest.made_at,
        "n": f"{done.manifest.log_size:,}",
        "root": done.manifest.log_root,
    }
    print(_("%(home)s is as it was at %(at)s: %(n)s entries, root %(root)s") % said)
    if done.aside:
        print(_("What was there before lies in %(aside)s.") % {"aside": done.aside})
    if done.n_lost:
        print(
            _("The log that was replaced had %(n)s entries more: they are not in this site.")
            % {"n": f"{done.n_lost:,}"}
        )
    if done.n_erased:
        print(_("%(n)s keys that were erased since are erased again.") % {"n": done.n_erased})
    elif not done.aside:
        print(
            _(
                "What was erased since that time is not known here. Before you serve the site, run"
                " niangjia ledger erasures --from with a witness's copy of the log."
            )
        )
    print(
        _(
            "Everybody signs in anew. Accounts, appointments and keys for programs are those of"
            " that time: look through what was ended since."
        )
    )
    if done.older:
        print(
            _("The databases are older than this program: run niangjia upgrade, then niangjia up.")
        )


def run_upgrade(options: argparse.Namespace) -> int:
    order = None if options.no_backup else _order(options)
    try:
        done = upgrade(order, _tell)
    except Failed as failed:
        return _tell_failed(failed)
    if not done.applied:
        print(_("The databases are at this version already."))
        return 0
    print(_("%(n)s steps applied. Start the site: niangjia up") % {"n": len(done.applied)})
    print(_("The search may take some minutes to catch up; pages say so meanwhile."))
    for fault in done.faults:
        print(_("FAULT: %(fault)s") % {"fault": fault})
    return 1 if done.faults else 0


def _tell_failed(failed: Failed) -> int:
    def say(text: str) -> None:
        print(text, file=sys.stderr)

    say(_("niangjia: the upgrade broke off: %(error)s") % {"error": failed.error})
    say(_("Applied and kept: %(names)s") % {"names": ", ".join(failed.applied) or _("nothing")})
    if failed.backup:
        say(
            _(
                "To go back: install the version before, then run:"
                " niangjia restore %(path)s --replace"
            )
            % {"path": failed.backup.path}
        )
    else:
        say(_("To go back: install the version before and restore your own backup with --replace."))
    return 1


def run_password_link(options: argparse.Namespace) -> int:
    login_id, token = password_link(OPERATOR, username=options.login)
    print(reverse("system:welcome", args=[login_id, token]))
    print(_("Put the site's address before it. It works once, within three days."))
    return 0


def run_doctor(options: argparse.Namespace) -> int:
    if options.json:
        lights = look(whole=options.full)
        print(json.dumps({"lights": [asdict(one) for one in lights]}, ensure_ascii=False))
        return int(any(one.state == "bad" for one in lights))
    return _print_lights(whole=options.full)


def _print_lights(*, whole: bool) -> int:
    marks = {"good": _("good"), "warn": _("look"), "bad": _("BAD")}
    lights = look(whole=whole)
    for one in lights:
        print(f"{marks[one.state]:6} {one.title}: {one.text}")
        if one.todo:
            print(f"       → {one.todo}")
    return int(any(one.state == "bad" for one in lights))
