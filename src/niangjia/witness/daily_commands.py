"""cosign and status: what a department's person does by hand."""

import json
import sys
import time
from argparse import Namespace
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

from niangjia.lib.tlog.request import MAX_BYTES
from niangjia.witness import identity as identities
from niangjia.witness import report
from niangjia.witness.cosigner import Answer, Witness
from niangjia.witness.failure import OK, REFUSED, Failure
from niangjia.witness.files import Locked, write_durably
from niangjia.witness.language import reason, say
from niangjia.witness.rules import COSIGNED, OTHER_SIZE
from niangjia.witness.setup_commands import opened, unusable
from niangjia.witness.state import State, Unusable

STALE_S = 24 * 3600
ADVICE = {
    400: "The file is not a request of a log, or it is damaged: ask for it again.",
    403: "No key that is trusted here signed it: compare the log's key with the published one.",
    404: "The log is not known here: check its name, then use trust.",
    409: "The log has to start from size {size}: tell it so, and it makes a new file.",
    422: "The log contradicts what was cosigned before. Sign nothing; report it: the file is kept.",
    503: "Check this machine's clock and its free disk space, then try again.",
}


def cosign(given: Namespace) -> int:
    """The signature lines for a request in a file, on stdout or in a file."""
    try:
        with given.file.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Failure(say("{file} cannot be read", file=given.file)) from error
    answer = _answered(given.dir, body)
    if answer.status != COSIGNED:
        size = answer.body.decode().strip() if answer.status == OTHER_SIZE else ""
        head = say("Refused ({status}). ", status=answer.status)
        raise Failure(f"{head}{say(ADVICE[answer.status], size=size)}", REFUSED)
    if given.out:
        write_durably(given.out, answer.body)
        print(say("Cosigned: carry {file} back to the log.", file=given.out))
    else:
        sys.stdout.buffer.write(answer.body)
        sys.stdout.buffer.flush()
    return OK


def _answered(folder: Path, body: bytes) -> Answer:
    try:
        witness = Witness(folder, quiet=True)
    except Unusable as error:
        raise unusable(error) from error
    except Locked as error:
        raise Failure(say("the witness of this folder is running: stop it first")) from error
    except (identities.BadIdentity, OSError) as error:
        raise Failure(reason(str(error))) from error
    try:
        return witness.add_checkpoint(body)
    finally:
        witness.close()


def status(given: Namespace) -> int:
    """What was cosigned, when last, what was refused."""
    with _readable(given.dir) as found:
        facts = report.status(identities.read(given.dir), found, {})
        evidence = found.evidence()
    if given.json:
        print(json.dumps(facts, ensure_ascii=False, indent=1))
        return OK
    _print(facts, time.time())
    for at, origin, code, _why, request, _known in evidence[-10:]:
        values = {"at": moment(at), "origin": origin, "status": code, "n": len(request)}
        print(say("Evidence of {at}: {origin}, refused ({status}), {n} bytes", **values))
    return OK


def evidence(given: Namespace) -> int:
    """Each refused request, and our checkpoint that it contradicts, as files in a new folder."""
    folder: Path = given.out
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Failure(say("{folder} is not empty", folder=folder))
    with _readable(given.dir) as found:
        rows = found.evidence()
    folder.mkdir(parents=True, exist_ok=True)
    for number, (at, origin, code, why, request, known) in enumerate(rows, 1):
        facts = {"at": at, "origin": origin, "status": code, "why": reason(why)}
        write_durably(folder / f"{number:04d}-request", request)
        write_durably(folder / f"{number:04d}-cosigned-before", known or b"")
        about = json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
        write_durably(folder / f"{number:04d}-about.json", about.encode())
    print(say("Evidence written: {n}, in {folder}", n=len(rows), folder=folder))
    return OK


def _readable(folder: Path) -> AbstractContextManager[State]:
    """The state, also while the witness runs."""
    try:
        State(folder, identities.read(folder)).close()
    except Locked:
        return opened(folder, read_only=True)
    except (Unusable, identities.BadIdentity, OSError):
        pass
    return opened(folder)


def moment(at: float | None) -> str:
    """In the machine's zone, as people write it."""
    if at is None:
        return say("never")
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _print(facts: Mapping[str, Any], now: float) -> None:
    print(say("Witness: {name}", name=facts["name"]))
    for vkey in facts["vkeys"]:
        print(f"  {vkey}")
        print(f"  SHA-256: {identities.fingerprint(vkey)}")
    for origin, log in facts["logs"].items():
        _print_log(origin, log, now)
    if not facts["logs"]:
        print(say("No log is trusted yet: use trust."))
    if facts["n_refused_elsewhere"]:
        print(
            say("Refused, of no known log: {counts}", counts=_counts(facts["n_refused_elsewhere"]))
        )


def _print_log(origin: str, log: Mapping[str, Any], now: float) -> None:
    print(say("Log: {origin}", origin=origin))
    at = log["cosigned_at"]
    lines = [
        say("size {size}, root {root}", size=log["size"], root=log["root"]),
        say("cosigned {n} times, last {at}", n=log["n_cosigned"], at=moment(at)),
        say("refused: {counts}", counts=_counts(log["n_refused"]) or say("none")),
        say("evidence kept: {n}", n=log["n_evidence"]),
    ]
    if not log["n_keys"]:
        lines.append(say("no key of this log is trusted any more"))
    elif at is None or now - at > STALE_S:
        lines.append(say("Mind: nothing was cosigned in the last 24 hours: ask the log's operator"))
    print(*(f"  {line}" for line in lines), sep="\n")


def _counts(counts: Mapping[str, int]) -> str:
    return say(", ").join(say("{n} with {status}", n=n, status=code) for code, n in counts.items())
