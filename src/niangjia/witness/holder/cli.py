"""The program `niangjia-keyholder`."""

import signal
import threading
from argparse import Namespace
from pathlib import Path

from niangjia.witness.arguments import Parser, port
from niangjia.witness.failure import FAILED, OK, REFUSED, Failure, ended
from niangjia.witness.files import write_durably
from niangjia.witness.holder.keys import PER_DAY, Folder, Gone, Held, Unknown
from niangjia.witness.holder.server import HolderServer
from niangjia.witness.language import say


def keygen(given: Namespace) -> int:
    """A key for a programme and year is there; its public key is printed."""
    folder = Folder(given.dir)
    try:
        _show(folder.make(_label(given)))
    except FileExistsError as error:
        text = say("there is or was a key of this programme and year")
        raise Failure(text, REFUSED) from error
    except ValueError as error:
        text = say("a programme is small letters and _, a year four digits")
        raise Failure(text) from error
    print(say("The platform shows this to be answered: {file}", file=folder.path / "token"))
    return OK


def serve(given: Namespace) -> int:
    """Answers until SIGTERM or SIGINT."""
    try:
        server = HolderServer((given.host, given.port), Folder(given.dir, given.per_day))
    except OSError as error:
        place = f"{given.host}:{given.port}"
        raise Failure(say("{place} is not free to listen on", place=place), FAILED) from error
    address = f"http://{given.host}:{server.server_port}"
    print(say("{name} listens at {address}", name=given.dir, address=address), flush=True)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    if given.port_file is not None:
        write_durably(given.port_file, f"{server.server_port}\n".encode())
    with server:
        server.serve_forever()
    return OK


def destroy(given: Namespace) -> int:
    """The key is gone for good; asks first."""
    folder, label = Folder(given.dir), _label(given)
    try:
        folder.held(label)
        if not given.yes:
            print(say("Nobody can count with this key any more. Type its name to destroy it:"))
            if input(f"{label} ? ").strip() != label:
                raise Failure(say("Nothing was destroyed."), REFUSED)
        _show(folder.destroy(label))
    except Unknown as error:
        raise Failure(say("there is no such key"), REFUSED) from error
    except Gone as error:
        raise Failure(say("it was destroyed before"), REFUSED) from error
    return OK


def status(given: Namespace) -> int:
    """Every key: since when it is gone, how much it was used."""
    folder = Folder(given.dir)
    for label in folder.labels():
        _show(folder.held(label))
    return OK


def _label(given: Namespace) -> str:
    return f"{given.programme}-{given.year}"


def _show(held: Held) -> None:
    gone = say("destroyed {at}", at=held.gone_at) if held.gone_at else say("in force")
    used = say("{n} evaluated, {today} today", n=held.n_used, today=held.n_today)
    print(f"{held.label}  {held.public}  {gone}  {used}")


def _parser() -> Parser:
    whole = Parser(
        prog="niangjia-keyholder",
        description=say("Keeps the pseudonym keys of a city's programmes"),
    )
    under = whole.add_subparsers(
        title=say("commands"), metavar=say("COMMAND"), required=True, dest="command"
    )
    texts = {
        "keygen": (keygen, say("make a new key")),
        "serve": (serve, say("evaluate for the platform over the network")),
        "destroy": (destroy, say("destroy a key for good")),
        "status": (status, say("show the keys and how much they were used")),
    }
    for name, (run, text) in texts.items():
        one = under.add_parser(name, help=text, description=text)
        one.set_defaults(run=run)
        one.add_argument(
            "--dir", type=Path, required=True, metavar=say("FOLDER"), help=say("folder of the keys")
        )
        if name in ("keygen", "destroy"):
            for option, help_text in (("programme", say("programme")), ("year", say("year"))):
                one.add_argument(f"--{option}", required=True, metavar=say("NAME"), help=help_text)
        if name == "destroy":
            one.add_argument("--yes", action="store_true", help=say("do not ask"))
        if name == "serve":
            _serving(one)
    return whole


def _serving(one: Parser) -> None:
    number = say("NUMBER")
    one.add_argument("--host", default="127.0.0.1", metavar=say("ADDRESS"), help=say("where"))
    text = say("port; 0: any that is free")
    one.add_argument("--port", type=port, default=8082, metavar=number, help=text)
    text = say("file that will hold the port")
    one.add_argument("--port-file", type=Path, metavar=say("FILE"), help=text)
    text = say("elements evaluated in a day at most")
    one.add_argument("--per-day", type=int, default=PER_DAY, metavar=number, help=text)


def main(arguments: list[str] | None = None) -> int:
    """The exit code: see failure.ended."""
    return ended(_parser().parse_args(arguments))
