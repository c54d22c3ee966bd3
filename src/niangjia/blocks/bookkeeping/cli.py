"""`niangjia books`: list them, check them, an account's statement, a book as a file."""

import argparse
import sys
from pathlib import Path

from django.utils.translation import gettext as _

from niangjia.blocks.bookkeeping import services
from niangjia.blocks.bookkeeping.beancount import beancount
from niangjia.blocks.bookkeeping.checking import check
from niangjia.blocks.bookkeeping.selectors import balance, balances, book_get, books, statement
from niangjia.blocks.bookkeeping.texts import amount_text, asset_text
from niangjia.core import clock
from niangjia.core.service import authorise

NOUN = "books"
HELP = "books: list them, check them, an account's statement, a book as a file"
SEE = "books.see"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the noun's sub-commands."""
    listed = commands.add_parser("list", help="the books, or the balances of one")
    listed.add_argument("book", nargs="?")
    listed.add_argument("--prefix", default="", help="accounts whose code begins with it")
    listed.set_defaults(run=run_list)
    checked = commands.add_parser(
        "check", help="balances against all transfers, and transfers against their facts"
    )
    checked.add_argument("book", nargs="?", help="all, if none is named")
    checked.set_defaults(run=run_check)
    told = commands.add_parser("statement", help="an account's transfers, newest first")
    told.add_argument("book")
    told.add_argument("account")
    told.add_argument("--after", type=int, default=0, metavar="ID", help="go on after this line")
    told.add_argument("--limit", type=int, default=50)
    told.set_defaults(run=run_statement)
    export = commands.add_parser("export", help="a whole book as text for bean-check")
    export.add_argument("book")
    export.add_argument("--format", choices=("beancount",), default="beancount")
    export.add_argument("--out", type=Path, metavar="FILE", help="default: standard output")
    export.set_defaults(run=run_export)


def run_list(options: argparse.Namespace) -> int:
    """Prints books, or accounts with what they have, hold and await. Raises NotFound, Denied."""
    authorise(options.actor, SEE)
    if not options.book:
        for book in books():
            print(_("%(book)s: %(n)s accounts") % {"book": book.code, "n": f"{book.n_accounts:,}"})
        return 0
    book_get(options.book)
    for one in balances(options.book, options.prefix):
        amounts = [amount_text(one.asset, value) for value in (one.posted, one.held, one.coming)]
        print("\t".join([one.code, asset_text(one.asset), *amounts, one.title]))
    return 0


def run_check(options: argparse.Namespace) -> int:
    """Exit 0 if every book holds, 1 else. Raises NotFound, Denied."""
    authorise(options.actor, SEE)
    n = 0
    for book in [options.book] if options.book else [one.code for one in books()]:
        faults = check(book)
        n += len(faults)
        print(_("%(book)s: %(n)s faults") % {"book": book, "n": len(faults)})
        for fault in faults[:20]:
            print(f"  {fault}")
    return 1 if n else 0


def run_statement(options: argparse.Namespace) -> int:
    """Prints a line per transfer, with the balance after it. Raises NotFound, Denied."""
    authorise(options.actor, SEE)
    asset = balance(options.book, options.account).asset
    for line in statement(options.book, options.account, after=options.after, limit=options.limit):
        at = line.at.astimezone(clock.zone())
        amounts = [amount_text(asset, value) for value in (line.amount, line.change, line.balance)]
        words = [str(line.id), f"{at:%Y-%m-%d %H:%M:%S}", line.kind, line.side, *amounts]
        print("\t".join([*words, line.other, line.key, line.fact_ref]))
    return 0


def run_export(options: argparse.Namespace) -> int:
    """The book lies in FILE, whole; its handing out stands in the journal. Raises NotFound."""
    services.book_hand_out(options.actor, book=options.book, form=options.format)
    if options.out is None:
        sys.stdout.writelines(beancount(options.book))
        return 0
    draft = options.out.with_name(f".{options.out.name}")
    with draft.open("w", encoding="utf-8") as file:
        file.writelines(beancount(options.book))
    draft.replace(options.out)
    print(_("%(book)s lies in %(out)s") % {"book": options.book, "out": options.out})
    return 0
