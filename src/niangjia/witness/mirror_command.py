"""mirror: a copy of the log, once or again and again."""

import os
import sys
import time
from argparse import Namespace
from datetime import datetime
from pathlib import Path

from niangjia.lib.tlog import policy
from niangjia.lib.tlog.note import BadNote
from niangjia.lib.tlog.policy import BadPolicy, NoQuorum, Policy
from niangjia.witness import source
from niangjia.witness.failure import FAILED, OK, REFUSED, UNREADABLE, Failure
from niangjia.witness.files import Locked, lock
from niangjia.witness.language import reason, say
from niangjia.witness.mirror import Forked, Mirror, Taken
from niangjia.witness.setup_commands import log_key
from niangjia.witness.source import Source


def mirror(given: Namespace) -> int:
    """The copy has all that the log has. With --every: until the process ends or the log lies."""
    keys = [log_key(word) for word in given.vkey]
    if len({key.name for key in keys}) != 1:
        raise Failure(say("the keys are of different logs"))
    rules = _policy(given.policy) if given.policy else None
    try:
        given.out.mkdir(parents=True, exist_ok=True)
        handle = lock(given.out / ".lock")
    except Locked as error:
        raise Failure(say("another mirror works in this folder"), FAILED) from error
    try:
        return _look(Mirror(given.out, keys, rules), given.log, given.every)
    finally:
        os.close(handle)


def _look(copy: Mirror, place: str, every: int | None) -> int:
    while True:
        try:
            print(_sentence(_once(copy, place)), flush=True)
        except Failure as failure:
            if not every or failure.code == FAILED:
                raise
            now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
            print(now, failure, file=sys.stderr, flush=True)
        if not every:
            return OK
        time.sleep(every)


def _policy(path: Path) -> Policy:
    try:
        return policy.parse(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(say("{file} cannot be read", file=path)) from error
    except BadPolicy as error:
        raise Failure(f"{path}{say(': ')}{reason(str(error))}") from error


def _once(copy: Mirror, place: str) -> Taken:
    """Raises Failure; its code is FAILED only for a log that has signed two histories."""
    try:
        return copy.refresh(_source(place))
    except Forked as fork:
        text = say(
            "The log has signed two histories. Report it; both stand in {folder}",
            folder=fork.folder,
        )
        raise Failure(text, FAILED) from fork
    except NoQuorum as error:
        text = say("Not taken: too few witnesses have cosigned the log's checkpoint")
        raise Failure(text, REFUSED) from error
    except source.Unreadable as error:
        text = say("The log cannot be read: {path}: {why}", path=error.path, why=say(error.why))
        raise Failure(text, UNREADABLE) from error
    except BadNote as error:
        text = say("Not taken: {why}", why=reason(str(error)))
        raise Failure(text, UNREADABLE) from error


def _source(place: str) -> Source:
    try:
        return source.of(place)
    except ValueError as error:
        raise Failure(say("{url} is not a web address", url=place)) from error


def _sentence(taken: Taken) -> str:
    if taken.served < taken.new:
        return say("The log shows an older size, {served}; here are {new}", **_values(taken))
    if taken.old == taken.new:
        return say("Nothing new: size {new}", **_values(taken))
    return say("Copied and checked: size {old} to {new}, {n} new files", **_values(taken))


def _values(taken: Taken) -> dict[str, int]:
    return {"old": taken.old, "new": taken.new, "served": taken.served, "n": taken.n_files}
