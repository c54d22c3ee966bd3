"""The command line, in the reader's language down to the library's own words."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from niangjia.witness.failure import UNREADABLE
from niangjia.witness.language import chinese, say

Command = Callable[[argparse.Namespace], int]
# How argparse begins its complaints; what follows names the argument.
_COMPLAINTS = (
    "the following arguments are required: ",
    "unrecognized arguments: ",
    "ambiguous option: ",
    "argument ",
)


class Formatter(argparse.HelpFormatter):
    """The library's help, without its English words where people read Chinese."""

    def add_usage(self, usage, actions, groups, prefix=None):  # type: ignore[no-untyped-def]
        super().add_usage(usage, actions, groups, say("usage: ") if prefix is None else prefix)

    def format_help(self) -> str:
        text = super().format_help()
        return text.replace(":\n", "：\n") if chinese() else text


class Parser(argparse.ArgumentParser):
    """Without the library's English where people read Chinese."""

    def __init__(self, **given: object) -> None:
        super().__init__(add_help=False, formatter_class=Formatter, allow_abbrev=False, **given)  # type: ignore[arg-type]
        self._positionals.title = say("what to give")
        self._optionals.title = say("options")
        self.add_argument("-h", "--help", action="help", help=say("show this and end"))

    def error(self, message: str) -> NoReturn:
        """The usage and a sentence; exit code 2."""
        if chinese():
            found = next((one for one in _COMPLAINTS if message.startswith(one)), "")
            rest = message.removeprefix(found).partition(": ")[0] if found else ""
            message = say(found or "the command is not written as it must be") + rest
        self.exit(UNREADABLE, f"{self.format_usage()}{say('error: ')}{message}\n")


def parser(commands: dict[str, Command]) -> Parser:
    """commands: by name, what each does."""
    whole = Parser(prog="niangjia-witness", description=say("A witness of a city's log"))
    under = whole.add_subparsers(
        title=say("commands"), metavar=say("COMMAND"), required=True, dest="command"
    )
    for name, (help_text, fill) in _COMMANDS.items():
        one = under.add_parser(name, help=say(help_text), description=say(help_text))
        fill(one)
        one.set_defaults(run=commands[name])
    return whole


def _folder(one: Parser, **more: object) -> None:
    text = say("folder of the witness")
    one.add_argument("--dir", type=Path, required=True, metavar=say("FOLDER"), help=text, **more)  # type: ignore[arg-type]


def _keygen(one: Parser) -> None:
    _folder(one)
    text = say("name of the witness, such as witness.example.cn/finance")
    one.add_argument("--name", required=True, metavar=say("NAME"), help=text)


def _trust(one: Parser) -> None:
    _folder(one)
    word = say("KEY")
    one.add_argument("--log", required=True, metavar=word, help=say("public key of the log"))
    file = say("a checkpoint from which to begin")
    one.add_argument("--from", dest="start", type=Path, metavar=say("FILE"), help=file)
    one.add_argument("--url", metavar=say("ADDRESS"), help=say("web address of the log"))
    one.add_argument("--add", action="store_true", help=say("a further key of a log known here"))


def _untrust(one: Parser) -> None:
    _folder(one)
    text = say("id of the log's key: 8 hex digits")
    one.add_argument("--key", required=True, metavar=say("ID"), help=text)
    one.add_argument("--origin", metavar=say("NAME"), help=say("name of the log"))


def _serve(one: Parser) -> None:
    _folder(one, action="append")
    one.add_argument("--host", default="127.0.0.1", metavar=say("ADDRESS"), help=say("where"))
    text = say("port; 0: any that is free")
    one.add_argument("--port", type=port, default=8081, metavar=say("NUMBER"), help=text)
    text = say("file that will hold the port")
    one.add_argument("--port-file", type=Path, metavar=say("FILE"), help=text)


def port(text: str) -> int:
    """0 to 65535. Raises ValueError."""
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise ValueError(text)
    return int(text)


def _cosign(one: Parser) -> None:
    _folder(one)
    one.add_argument("file", type=Path, metavar=say("FILE"), help=say("the log's request"))
    text = say("file for the signature lines")
    one.add_argument("--out", type=Path, metavar=say("FILE"), help=text)


def _evidence(one: Parser) -> None:
    _folder(one)
    text = say("empty folder for the files")
    one.add_argument("--out", type=Path, required=True, metavar=say("FOLDER"), help=text)


def _mirror(one: Parser) -> None:
    text = say("web address or folder of the log")
    one.add_argument("--log", required=True, metavar=say("ADDRESS"), help=text)
    text = say("public key of the log; may be given again")
    one.add_argument("--vkey", required=True, action="append", metavar=say("KEY"), help=text)
    text = say("folder for the copy")
    one.add_argument("--out", type=Path, required=True, metavar=say("FOLDER"), help=text)
    text = say("seconds between two looks; without it, one look")
    one.add_argument("--every", type=seconds, metavar=say("NUMBER"), help=text)
    text = say("file that says which witnesses must have cosigned")
    one.add_argument("--policy", type=Path, metavar=say("FILE"), help=text)


def seconds(text: str) -> int:
    """1 to 999,999. Raises ValueError."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 999_999:
        raise ValueError(text)
    return int(text)


def _status(one: Parser) -> None:
    _folder(one)
    one.add_argument("--json", action="store_true", help=say("for programs"))


_COMMANDS: dict[str, tuple[str, Callable[[Parser], None]]] = {
    "keygen": ("make a new key", _keygen),
    "trust": ("cosign a log from now on", _trust),
    "untrust": ("accept a log's key no longer", _untrust),
    "serve": ("answer logs over the network", _serve),
    "cosign": ("cosign a request that was carried here", _cosign),
    "evidence": ("take evidence out as files", _evidence),
    "mirror": ("keep a checked copy of a log", _mirror),
    "status": ("show what was cosigned and refused", _status),
}
