"""One identity at work: a request in, an answer out, and nothing signed that is not remembered."""

import json
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from niangjia.lib.tlog.note import Signature, with_lines
from niangjia.lib.tlog.request import SIZE_TYPE
from niangjia.witness import identity as identities
from niangjia.witness import report, rules
from niangjia.witness.language import reason, say
from niangjia.witness.rules import COSIGNED, NOT_NOW, OTHER_SIZE, Decision, Known
from niangjia.witness.state import State, Unusable

TEXT_TYPE = "text/plain; charset=utf-8"
RETRY_AFTER_S = 60
FLUSH_S = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    body: bytes
    content_type: str = TEXT_TYPE
    retry_after_s: int = 0


def complain(**fields: object) -> None:
    """One JSON line on stderr. Never an address of a client."""
    print(json.dumps(fields, ensure_ascii=False), file=sys.stderr, flush=True)


class Witness:
    """Thread-safe. clock: POSIX seconds."""

    def __init__(
        self, folder: Path, clock: Callable[[], float] = time.time, *, quiet: bool = False
    ) -> None:
        """quiet: refusals are counted, not written. Raises BadIdentity, Locked, Unusable."""
        self.identity = identities.read(folder)
        self._state = State(folder, self.identity)
        self._clock, self._quiet = clock, quiet
        self._turn = threading.Lock()
        self._trusted = self._state.trusted()
        self._origins = {sha256(one.encode()).hexdigest(): one for one in self._trusted}
        self._refused: Counter[tuple[str, int]] = Counter()
        self._flushed_at = time.monotonic()
        self.broken = False

    @property
    def name(self) -> str:
        return self.identity.name

    def add_checkpoint(self, body: bytes) -> Answer:
        """The answer to a request; what it says is on the disk before this returns."""
        with self._turn:
            decision, lines = self._decided(body)
        if decision.status != COSIGNED:
            self.refused(decision.status, decision.why, decision.origin)
        return _answer(decision, lines)

    def _decided(self, body: bytes) -> tuple[Decision, list[Signature]]:
        try:
            return self._in_transaction(body)
        except (sqlite3.Error, OSError, Unusable) as error:
            self.broken = True
            why = "the state cannot be written"
            complain(witness=self.name, error=say(why), detail=str(error))
            return Decision(NOT_NOW, why), []

    def _in_transaction(self, body: bytes) -> tuple[Decision, list[Signature]]:
        at = int(self._clock())
        lines: list[Signature] = []
        with self._state.transaction():
            decision = rules.decide(body, self._trusted, self._state.known(), at)
            if decision.evidence:
                self._state.add_evidence(body, decision, at)
            if decision.status == COSIGNED and decision.head and decision.signed:
                lines = [one.sign(decision.head.text, at) for one in self.identity.signers]
                self._state.remember(decision.head, with_lines(decision.signed, lines), at)
        self.broken = False
        if lines:
            self._count()
        return decision, lines

    def _count(self) -> None:
        """The count goes beside the key. A full disk here loses no state: tried again later."""
        try:
            self._state.settled()
        except OSError as error:
            complain(witness=self.name, error=say("a count cannot be written"), detail=str(error))

    def refused(self, status: int, why: str, origin: str = "") -> None:
        """The refusal is counted, and stands in the log file."""
        with self._turn:
            self._refused[origin, status] += 1
        if self._quiet:
            return
        at = int(self._clock())
        complain(at=at, witness=self.name, status=status, origin=origin, why=reason(why))

    def logs(self) -> list[tuple[str, str]]:
        """(origin, web address or empty) of each log."""
        with self._turn:
            return [(origin, url) for origin, url, *_rest in self._state.logs()]

    def known(self) -> Known:
        """What is remembered of all logs."""
        with self._turn:
            return self._state.known()

    def latest(self, mark: str) -> bytes | None:
        """The latest cosigned checkpoint of the log whose origin has this SHA-256 in hex."""
        with self._turn:
            return self._state.cosigned_note_of(self._origins.get(mark, ""))

    def status(self) -> dict[str, object]:
        """What it has done: see `report.status`."""
        with self._turn:
            return report.status(self.identity, self._state, self._refused)

    def tick(self) -> None:
        """Called about twice a second: what may wait a little is written when it is due."""
        with self._turn:
            try:
                self._state.seen.write_if_due()
                if self._refused and time.monotonic() - self._flushed_at >= FLUSH_S:
                    self._flush()
            except (sqlite3.Error, OSError, Unusable) as error:
                self._flushed_at = time.monotonic()
                complain(
                    witness=self.name, error=say("a count cannot be written"), detail=str(error)
                )

    def _flush(self) -> None:
        with self._state.transaction():
            self._state.add_refusals(self._refused)
        self._refused.clear()
        self._flushed_at = time.monotonic()

    def close(self) -> None:
        """All is written; another process may run with this folder."""
        with self._turn:
            try:
                if self._refused:
                    self._flush()
            except (sqlite3.Error, Unusable) as error:
                complain(
                    witness=self.name, error=say("a count cannot be written"), detail=str(error)
                )
            finally:
                self._state.close()


def _answer(decision: Decision, lines: list[Signature]) -> Answer:
    if decision.status == COSIGNED:
        return Answer(COSIGNED, "".join(one.line for one in lines).encode())
    if decision.status == OTHER_SIZE:
        return Answer(OTHER_SIZE, f"{decision.size}\n".encode(), SIZE_TYPE)
    retry = RETRY_AFTER_S if decision.status == NOT_NOW else 0
    return Answer(decision.status, f"{decision.why}\n".encode(), retry_after_s=retry)
