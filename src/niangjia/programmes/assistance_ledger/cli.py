"""`niangjia purchases`: import an office's workbook, release a period's figures."""

import argparse
import json
import sys
from pathlib import Path

from django.utils.translation import gettext as _

from niangjia.blocks.cases.public import state_name
from niangjia.blocks.intake.public import differences_workbook, problems_workbook
from niangjia.core import jobs
from niangjia.core.terminal import progress_bar
from niangjia.lib.money import format_yuan
from niangjia.programmes.assistance_ledger.importing import Import, bridge_holds
from niangjia.programmes.assistance_ledger.packs import pack_at
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.selectors import (
    board_get,
    changes_of,
    release_waiting,
)
from niangjia.programmes.assistance_ledger.services import (
    period_adopt,
    period_close,
    period_open,
    release_decide,
    release_propose,
)
from niangjia.programmes.assistance_ledger.sheet import schema

NOUN = "purchases"
MOST_LINES = 100  # told on the screen; the workbooks hold all
HELP = "purchases from assisted counties: import a workbook, release figures"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the noun's sub-commands."""
    _add_import(commands)
    release = commands.add_parser(
        "release",
        help="propose a period's figures, clear and sign them, so that they are published",
        description="The city proposes, the secrecy officer clears, the leader in charge signs: "
        "three people. What is published stands on the public board.",
    )
    release.add_argument("step", choices=RELEASE_STEPS)
    release.add_argument("--period", default="", help="with propose: 2020Q1, 2020-03 or 2020")
    release.add_argument("--reason", default="", help="with return and withdraw")
    release.set_defaults(run=run_release)
    period = commands.add_parser(
        "period", help="open a quarter for the units' reports, or close it"
    )
    period.add_argument("step", choices=tuple(PERIOD_STEPS))
    period.add_argument("--period", required=True, help="2020Q1")
    period.add_argument("--reason", default="", help="why reports are missing, or where they are")
    period.set_defaults(run=run_period)


def _add_import(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    take = commands.add_parser(
        "import",
        help="take an office's workbook (.xlsx or .csv)",
        description="Take a workbook. Good rows go in, bad ones are listed cell by cell; nothing "
        "is taken twice, so it may be repeated after a break or once bad rows are mended. A clerk "
        "imports for their own unit, the city's office (--as city) for all units.",
    )
    take.add_argument("file", type=Path)
    take.add_argument("--json", action="store_true", help="print one JSON object")
    take.add_argument(
        "--problems", type=Path, metavar="OUT.xlsx", help="write refused rows with the reasons"
    )
    take.add_argument(
        "--corrections",
        type=Path,
        metavar="OUT.xlsx",
        help="write what changed rows would change",
    )
    take.add_argument(
        "--accept-corrections",
        default="",
        metavar="REASON",
        help="take changed rows: the old record is reversed with this reason",
    )
    take.add_argument(
        "--explain-late",
        default="",
        metavar="REASON",
        help="take rows of a period that was reported or closed: they count in the next one",
    )
    take.set_defaults(run=run_import)


def _add_pack(command: argparse.ArgumentParser) -> None:
    command.add_argument("--organisation", required=True, metavar="USCC", help="the buying unit")
    command.add_argument("--year", required=True, type=int)
    command.add_argument("--out", required=True, type=Path, metavar="FILE.zip")
    command.set_defaults(run=run_pack)


PACK_HELP = "a unit's records, evidence and log entries of a year, to be checked offline"
COMMANDS = {"pack": (PACK_HELP, _add_pack)}


def run_pack(options: argparse.Namespace) -> int:
    """FILE holds the pack, whole. Exit 0, or 1 if its totals are not those of the site."""
    jobs.settle()
    with progress_bar() as bar:
        task = bar.add_task(options.out.name, total=None)
        told = pack_at(
            options.actor,
            unit=options.organisation,
            year=options.year,
            path=options.out,
            tell=lambda n: bar.update(task, completed=n),
        )
    said = _("%(out)s: %(n)s records, %(files)s files of evidence, %(entries)s log entries")
    print(
        said
        % {
            "out": options.out,
            "n": f"{told.n_records:,}",
            "files": f"{told.evidence.n_files:,}",
            "entries": f"{told.n_entries:,}",
        }
    )
    if not told.agrees:
        print(_("The totals of the pack are not those of the site: see its README."))
    return 0 if told.agrees else 1


def run_import(options: argparse.Namespace) -> int:
    """Exit 0 if all rows were taken or skipped, 1 if some need mending."""
    for out in filter(None, (options.problems, options.corrections)):
        _check_place(out)
    work = Import(
        options.actor,
        options.file,
        options.file.name,
        accept_corrections=options.accept_corrections,
        explain_late=options.explain_late,
    )
    _run_with_bar(work, options.file)
    if options.problems:
        problems_workbook(options.problems, schema(), work.outcome.refused)
    if options.corrections:
        _write_corrections(options.corrections, work)
    jobs.settle()
    result = work.result()
    if options.json:
        print(json.dumps(result, ensure_ascii=False, indent=1))
    else:
        _print(work, result)
        _say_written(options, work)
    return 1 if work.outcome.refused or work.outcome.changed else 0


def _say_written(options: argparse.Namespace, work: Import) -> None:
    if options.problems:
        text = _("%(n)s rows to be mended are in %(path)s. Mend them there and import that file.")
        print(text % {"n": len(work.outcome.refused), "path": options.problems})
    if options.corrections:
        text = _("%(n)s changed rows are in %(path)s.")
        print(text % {"n": len(work.outcome.changed), "path": options.corrections})


def _check_place(out: Path) -> None:
    """Raises OSError before any row is taken, rather than when the answer is written."""
    there = out.exists()
    out.open("ab").close()
    if not there:
        out.unlink()


def _run_with_bar(work: Import, file: Path) -> None:
    with progress_bar() as bar:
        task = bar.add_task(file.name, total=None)

        def show(done: int) -> None:
            bar.update(task, completed=done, total=work.book.summary.n_expected or None)

        work.run(show)


def _print(work: Import, result: dict[str, object]) -> None:
    outcome, summary = work.outcome, work.book.summary
    flagged = len(set().union(*outcome.flagged.values())) if outcome.flagged else 0
    print(
        _(
            "%(all)s rows: %(taken)s taken (%(flagged)s of them marked for review), %(refused)s to "
            "be mended, %(repeated)s repeated and skipped, %(changed)s changed and not taken."
        )
        % {
            "all": summary.n_data,
            "taken": outcome.n_taken,
            "flagged": flagged,
            "refused": len(outcome.refused),
            "repeated": outcome.n_repeated,
            "changed": outcome.n_changed,
        }
    )
    _print_some([problem.text for _row, problems in outcome.refused for problem in problems])
    _print_some([_changed_text(changed.row.row_no) for changed in outcome.changed])
    _print_bridge(work, result)


def _print_some(lines: list[str]) -> None:
    for line in lines[:MOST_LINES]:
        print(f"  {line}")
    if len(lines) > MOST_LINES:
        print("  " + _("... and %(n)s more") % {"n": len(lines) - MOST_LINES})


def _changed_text(row_no: int) -> str:
    return _(
        "Row %(row)s: known, but changed. See --corrections; take it with --accept-corrections."
    ) % {"row": row_no}


def _print_bridge(work: Import, result: dict[str, object]) -> None:
    outcome, summary = work.outcome, work.book.summary
    lines = (
        ("  ", _("sheet total"), summary.sheet_total_fen),
        ("- ", _("repeated"), outcome.repeated_fen),
        ("- ", _("refused"), outcome.refused_fen + outcome.changed_fen),
        ("+ ", _("amounts written as text"), outcome.text_fen),
        ("= ", _("taken"), outcome.taken_fen),
    )
    print()
    for sign, name, fen in lines:
        print(f"{sign}{format_yuan(fen):>20}  {name}")
    if summary.printed_fen is not None and summary.printed_fen != summary.sheet_total_fen:
        print(
            _("The sheet's own total line says %(printed)s; its rows add up to %(sum)s.")
            % {
                "printed": format_yuan(summary.printed_fen),
                "sum": format_yuan(summary.sheet_total_fen),
            }
        )
    if not bridge_holds(result):  # pragma: no cover - a fault in the program, said aloud
        print(_("The bridge does not close. Please report this."), file=sys.stderr)


def _write_corrections(path: Path, work: Import) -> None:
    header = [_("Row"), _("Column"), _("As recorded"), _("In the sheet"), _("Record")]
    lines = [
        [
            str(changed.row.row_no),
            shown.field_name(name),
            shown.field(name, old),
            shown.field(name, new),
            changed.ref,
        ]
        for changed in work.outcome.changed
        for name, old, new in changes_of(work.actor, ref=changed.ref, row=changed.purchase)
    ]
    differences_workbook(path, _("Corrections"), header, lines)


RELEASE_STEPS = ("propose", "clear", "sign", "return", "withdraw")


def run_release(options: argparse.Namespace) -> int:
    """One step of a release; `sign` puts the figures on the public board."""
    jobs.settle()
    if options.step == "propose":
        release_propose(options.actor, period=options.period)
        print(_("Proposed. It waits for the secrecy check, then for the leader's signature."))
        return 0
    waiting = release_waiting(options.actor)
    name = {"return": "return_clear" if waiting.state == "proposed" else "return_sign"}
    state = release_decide(
        options.actor,
        release_ref=waiting.ref,
        step=name.get(options.step, options.step),
        version=waiting.version,
        reason=options.reason,
    )
    jobs.settle()
    board = board_get(waiting.period) if state == "published" else None
    if board is None:
        print(_("Done: %(state)s.") % {"state": state_name("release", state)})
    else:
        found = board.document
        print(
            _("%(period)s, release %(version)s: %(n)s purchases, %(amount)s yuan, as of %(day)s.")
            % {
                "period": found["period"],
                "version": found["version"],
                "n": f"{found['n']:,}",
                "amount": format_yuan(found["counted_fen"]),
                "day": found["cut_off"],
            }
        )
        print(_("It stands on the public board: %(path)s") % {"path": f"/board/{found['period']}"})
    return 0


def _open(options: argparse.Namespace) -> str:
    period_open(options.actor, period=options.period)
    return _("Open. Every unit has its report of %(period)s to fill in.")


def _close(options: argparse.Namespace) -> str:
    period_close(options.actor, period=options.period, reason=options.reason)
    return _("%(period)s is closed. What comes late counts in the next period.")


def _adopt(options: argparse.Namespace) -> str:
    period_adopt(options.actor, period=options.period, reason=options.reason)
    return _("%(period)s is closed as it stands.")


PERIOD_STEPS = {"open": _open, "close": _close, "adopt": _adopt}


def run_period(options: argparse.Namespace) -> int:
    """Open or close a quarter; `adopt` closes one that was reported before this chain."""
    jobs.settle()
    said = PERIOD_STEPS[options.step](options)
    jobs.settle()
    print(said % {"period": options.period})
    return 0
