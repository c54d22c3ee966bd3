"""serve: the identities of some folders, over HTTP, until the process is told to end."""

import contextlib
import os
import sys
from argparse import Namespace
from pathlib import Path
from urllib.parse import quote

from niangjia.lib.tlog.note import MAX_BYTES, BadNote
from niangjia.witness import own_past, source
from niangjia.witness.cosigner import Witness
from niangjia.witness.failure import FAILED, OK, Failure
from niangjia.witness.files import Locked
from niangjia.witness.identity import KEY_FILE, BadIdentity
from niangjia.witness.language import reason, say
from niangjia.witness.server import WitnessServer, prefixes, run
from niangjia.witness.setup_commands import unusable
from niangjia.witness.state import Unusable


def serve(given: Namespace) -> int:
    """Serves; ends well on SIGTERM or SIGINT."""
    try:
        names = prefixes(given.dir)
    except ValueError as error:
        raise Failure(say("each folder needs a name of its own")) from error
    with contextlib.ExitStack() as stack:
        witnesses = {}
        for name, folder in zip(names, given.dir, strict=True):
            witnesses[name] = _checked(folder, stack)
        try:
            server = WitnessServer((given.host, given.port), witnesses)
        except OSError as error:
            place = f"{given.host}:{given.port}"
            raise Failure(say("{place} is not free to listen on", place=place), FAILED) from error
        stack.callback(server.server_close)
        _announce(server, given.host)
        run(server, given.port_file)
    return OK


def _announce(server: WitnessServer, host: str) -> None:
    base = f"http://{f'[{host}]' if ':' in host else host}:{server.server_port}"
    for prefix, witness in server.witnesses.items():
        address = f"{base}/{quote(prefix)}" if prefix else base
        print(say("{name} listens at {address}", name=witness.name, address=address), flush=True)


def _checked(folder: Path, stack: contextlib.ExitStack) -> Witness:
    """The witness of a folder, if its state may be used. Raises Failure."""
    try:
        witness = Witness(folder)
        stack.callback(witness.close)
        for origin, url in witness.logs():
            if url:
                _ask(url, origin, witness)
    except Unusable as error:
        failure = unusable(error)
        raise Failure(f"{folder}{say(': ')}{failure}", failure.code) from error
    except Locked as error:
        text = say("the witness of this folder is running: stop it first")
        raise Failure(f"{folder}{say(': ')}{text}") from error
    except (BadIdentity, OSError) as error:
        raise Failure(f"{folder}{say(': ')}{reason(str(error))}") from error
    if (folder / KEY_FILE).stat().st_mode & 0o077 and os.name == "posix":
        warn(say("{file} can be read by others: chmod 600", file=folder / KEY_FILE))
    return witness


def _ask(url: str, origin: str, witness: Witness) -> None:
    """Raises Unusable if the log shows that this key signed more than its state knows."""
    try:
        served = source.Web(url).get("checkpoint", MAX_BYTES)
        own_past.check(served, origin, witness.identity, witness.known())
    except (source.Unreadable, ValueError) as error:
        if isinstance(error, BadNote) or not isinstance(error, source.Unreadable):
            warn(say("{url} serves no checkpoint that can be read: not compared", url=url))
        else:
            warn(say("{url} cannot be reached: not compared with what the log has", url=url))


def warn(sentence: str) -> None:
    print(say("Mind: {sentence}", sentence=sentence), file=sys.stderr, flush=True)
